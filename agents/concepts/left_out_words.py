"""The words of a concept that nothing was made of, and what they may have been meant for.

In: a concept's words, the places of those that were read.  Out: the rest in the order of the words, with the nearest known.
Words that carry no content of their own, as articles, are none of them.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache

from agents.concepts.concept_words import ARTICLES, CONDITIONS, NUMBERS, SIZES, number_of
from agents.concepts.noun_phrases import adjectives, names
from spatial.knowledge.knowledge_base import scene_kinds
from spatial.knowledge.scene_search import tokens
from spatial.relations.phrases import UnknownPhrase, normalise

EMPTY = frozenset(
    (  # noqa: SIM905 - rows of words read best
        "the this that these those some any other another each all both there here it its they them their is are "
        "was were be been being has have having without no and or nor but of in on at by to from for into onto as "
        "than then very quite just also only while where which who whose picture photo photograph image drawing "
        "painting scene view place with room day time daytime showing shown seen visible standing sitting lying "
        "parked placed located hanging resting waiting against around"
    ).split()
)
"""Words that ask for nothing that could be drawn."""

ALIKE, SURE = 0.7, 0.75
"""Likeness from which a known word is offered, and from which it is what was meant."""

SOUNDS = (("ph", "f"), ("ck", "k"), ("c", "k"), ("q", "k"), ("z", "s"), ("y", "i"))
"""Letters that are taken for each other, the first for the second."""

MOST = 3


@dataclass(frozen=True)
class LeftOut:
    """A word that nothing was made of. `nearest`: known words, best first.  `meant`: the first of them is so like it, or a
    number stands before the word, and it stands where a thing would, that a thing was meant."""

    word: str
    nearest: tuple[str, ...]
    meant: bool

    def __str__(self) -> str:
        """As in `kats (nearest: cat)`."""
        return f"{self.word} (nearest: {', '.join(self.nearest)})" if self.nearest else self.word


def left_out(words: tuple[str, ...], read: frozenset[int]) -> Iterator[LeftOut]:
    """The words outside the places that were read; sizes inside them too, which nothing measures."""
    for place, word in enumerate(words):
        is_size = word in SIZES and word != "of"
        if (place in read and not is_size) or word in EMPTY or word in ARTICLES or word in NUMBERS or word in CONDITIONS:
            continue
        if number_of(word) is not None:
            continue
        found = [] if is_size or _is_of_relations(word) else nearest_known(word)
        counted = place > 0 and number_of(words[place - 1]) is not None
        likely = bool(found) and found[0][0] >= SURE
        yield LeftOut(word, tuple(name for _, name in found), (likely or counted) and _is_noun(words, place, read))


def _is_noun(words: tuple[str, ...], place: int, read: frozenset[int]) -> bool:
    """Whether a word stands where a thing would: neither before what was read, as in `a sunny park`, nor after `is`."""
    return place + 1 not in read and words[max(0, place - 1)] not in ("is", "are", "very")


def _is_of_relations(word: str) -> bool:
    """Whether it says a relation by itself: what it relates was not found, as in `a chair beside it`."""
    try:
        return bool(normalise(word))
    except UnknownPhrase:
        return False


def nearest_known(word: str) -> list[tuple[float, str]]:
    """Known words that are written or sound like it, best first, each with its likeness from 0 to 1."""
    sound = _sound(" ".join(tokens(word)) or word)
    if len(sound) < MOST:
        return []
    rated = ((SequenceMatcher(None, sound, other).ratio(), name) for other, name in _known().items())
    return sorted((each for each in rated if each[0] >= ALIKE), key=lambda each: (-each[0], each[1]))[:MOST]


@lru_cache(maxsize=1)
def _known() -> Mapping[str, str]:
    """Sound to the word as it is written: of single words for things, their attributes and scenes."""
    things = {words[0]: words[0] for words in names() if len(words) == 1}
    places = {word: word for kind in scene_kinds().values() for word in tokens(kind.name)}
    return {_sound(word): word for word in (*places, *adjectives(), *things) if " " not in word}


def _sound(word: str) -> str:
    """The letters that are heard."""
    for written, heard in SOUNDS:
        word = word.replace(written, heard)
    return re.sub(r"(.)\1", r"\1", word)
