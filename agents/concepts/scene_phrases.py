"""The scenes that a concept names by whole phrases, in the order of its words.

In: a concept's words, lower case.  Out: the phrases with their scenes; of overlapping ones the longest.
Does not choose between them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from spatial.knowledge.knowledge_base import scene_kinds
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
