"""The scenes that a concept names by whole phrases, in the order of its words, and which of these name no place there.

In: a concept's words, lower case.  Out: the phrases with their scenes; of overlapping ones the longest.
Does not choose between them.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from agents.concepts.concept_words import LINKS, NO_PLACES, PERSONS
from spatial.knowledge.knowledge_base import scene_kinds
from spatial.knowledge.renderer_capabilities import PALETTE
from spatial.knowledge.scene_search import tokens


@dataclass(frozen=True)
class ScenePhrase:
    """A scene, named by the words from `first` to before `end`."""

    scene: str
    first: int
    end: int


def scene_phrases(words: Sequence[str]) -> list[ScenePhrase]:
    """The phrases, the longest that begins at each word."""
    plain = [" ".join(tokens(word)) for word in words]
    found: list[ScenePhrase] = []
    at = 0
    while at < len(plain):
        lengths = range(min(_longest(), len(plain) - at), 0, -1)
        length = next((n for n in lengths if tuple(plain[at : at + n]) in _scenes()), 0)
        if length:
            found.append(ScenePhrase(_scenes()[tuple(plain[at : at + length])], at, at + length))
        at += max(1, length)
    return found


@dataclass(frozen=True)
class NoPlaces:
    """Places of words that a scene has and that stand for more than that scene.

    `unread`: somebody, something or a doing that the scene alone does not show.  `unnaming`: of these, and of doings that
    the things beside them have no part in, as the reading of `a man reading a newspaper on a bench`.
    """

    unread: frozenset[int] = frozenset()
    unnaming: frozenset[int] = frozenset()


def no_places(words: Sequence[str], doing: Collection[int], things: Sequence[Collection[str]]) -> NoPlaces:
    """Of a concept that says more than a scene. `doing`: the places of what things do.  `things`: what each may be.

    A colour before another word names no scene, as in `green eyes`.
    """
    unread, unnaming = set[int](), set[int]()
    for phrase in scene_phrases(words):
        span = set(range(phrase.first, phrase.end))
        if _is_colour(words, phrase):
            unnaming |= span
            unread |= span
        elif _is_of_something(words, phrase):
            unnaming |= span
            unread |= set() if _is_shown(words[phrase.end - 1], phrase.scene) else span
        elif phrase.first in doing:
            known = scene_kinds()[phrase.scene].categories
            unread.add(phrase.first)
            unnaming |= set() if all(any(name in known for name in thing) for thing in things) else span
    return NoPlaces(frozenset(unread), frozenset(unnaming))


def is_of_something(scene: str, words: Sequence[str]) -> bool:
    """Whether a scene was named by a word for a person or thing of it, which the scene alone does not show."""
    alone = [word for word in words if word in NO_PLACES or word in PERSONS]
    return bool(alone) and not _is_shown(alone[-1], scene)


def _is_of_something(words: Sequence[str], phrase: ScenePhrase) -> bool:
    """Whether somebody or something is named; at a baker's is a place."""
    if phrase.end > phrase.first + 1 or tuple(words[max(0, phrase.first - 2) : phrase.first]) in (
        ("at", "the"),
        ("at", "a"),
    ):
        return False
    word = words[phrase.first]
    return word in NO_PLACES or word in PERSONS or word.removesuffix("s") in PERSONS


def _is_colour(words: Sequence[str], phrase: ScenePhrase) -> bool:
    following = words[phrase.end : phrase.end + 1]
    return (
        phrase.end == phrase.first + 1 and words[phrase.first] in PALETTE and bool(following) and following[0] not in LINKS
    )


def _is_shown(word: str, scene: str) -> bool:
    """Whether the scene's surroundings show it, as the throne of a throne room."""
    return any(tokens(element)[-1:] == tokens(word) for element in scene_kinds()[scene].elements)


@lru_cache(maxsize=1)
def _scenes() -> Mapping[tuple[str, ...], str]:
    found: dict[tuple[str, ...], str] = {}
    for kind in scene_kinds().values():
        for phrase in (kind.name, *kind.words):
            found.setdefault(tokens(phrase), kind.name)
    return found


@lru_cache(maxsize=1)
def _longest() -> int:
    return max(map(len, _scenes()))
