"""The words of a concept that nothing was made of, and what they may have been meant for.

In: a concept's words, the places of those that were read.  Out: the rest in the order of the words, with the nearest known.
Words that carry no content of their own, as articles, are none of them.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from functools import lru_cache

from agents.concepts.concept_words import CONDITIONS, EMPTY, INTANGIBLE, LINKS, NONE, QUALITIES, SIZES, UNKNOWN_LOOKS
from agents.concepts.denial_words import UNPLAIN
from agents.concepts.noun_phrases import adjectives, names
from agents.concepts.said_numbers import ARTICLES, NUMBERS, QUANTITIES, number_of
from agents.concepts.unread_statements import is_negation, unread_relations
from spatial.knowledge.knowledge_base import categories, scene_kinds
from spatial.knowledge.scene_search import FILLERS, tokens
from spatial.knowledge.undrawn_names import is_undrawn, longest_undrawn, nearest_in_meaning
from spatial.relations.phrases import UnknownPhrase, normalise

WHOLES = "view scene picture photo photograph image drawing painting render rendering close-up".split()  # noqa: SIM905
"""Words for all that is seen, as in `an aerial view of a harbour`."""

OPENING = frozenset((*LINKS, "with", "of", "or", "to", "from", "into", "onto", "around", "against", "but"))
DETERMINERS = frozenset((*ARTICLES, *"the this that these those some another each every".split()))  # noqa: SIM905
OWNERS = frozenset("its his her their my our your".split())  # noqa: SIM905
"""Words that a thing is named after."""

ALIKE = 0.78
"""Likeness from which a known word is offered, and taken for what was meant."""

SOUNDS = (("ph", "f"), ("ck", "k"), ("c", "k"), ("q", "k"), ("z", "s"), ("y", "i"))
"""Letters that are taken for each other, the first for the second."""

MOST = 3


@dataclass(frozen=True)
class LeftOut:
    """A word that nothing was made of. `nearest`: known words, best first.  `why`: of a known one.  `meant`: it stands
    where a thing is named, and with it that thing would be missing."""

    word: str
    nearest: tuple[str, ...]
    meant: bool
    why: str = field(default="", compare=False)

    def __str__(self) -> str:
        """As in `kats (nearest: cat)`, `sleeping (only drawn from text)`."""
        if self.why:
            return f"{self.word} ({self.why})"
        return f"{self.word} (nearest: {', '.join(self.nearest)})" if self.nearest else self.word


@dataclass(frozen=True)
class Unread:
    """A concept's `words`, and places among them: of those that were `read`, that follow a comma (`starts`), that say
    what a thing does (`doing`), and that chose a thing by its size (`sized`)."""

    words: tuple[str, ...]
    read: frozenset[int]
    starts: frozenset[int]
    doing: frozenset[int] = frozenset()
    sized: frozenset[int] = frozenset()

    def left_out(self) -> Iterator[LeftOut]:
        """The words outside the places that were read; sizes inside them too, which nothing measures."""
        related = {place for first, end in unread_relations(self.words, self.read) for place in range(first, end)}
        known_until = 0
        for place, word in enumerate(self.words):
            is_size = word in SIZES and word != "of" and place not in self.sized
            if (place in self.read and not is_size) or not _has_content(word) or place < known_until:
                continue
            if is_size or place in related | self.doing or _is_of_grammar(word) or self._is_compared(place):
                yield LeftOut(word, (), False)
                continue
            known_until = end = self._end_of_unknown(place)
            name = " ".join(self.words[place:end])
            alike = nearest_in_meaning(name) if is_undrawn(name) else self._alike(word)
            near = tuple(dict.fromkeys((*self._of_the_same(place), *alike)))[:MOST]
            yield LeftOut(name, near, self._names_thing(end - 1, bool(alike)))

    def _is_compared(self, place: int) -> bool:
        """Whether it compares, as in `bigger than`."""
        return self.words[place + 1 : place + 2] == ("than",)

    def _end_of_unknown(self, place: int) -> int:
        """The end of the longest name there of a thing that is not drawn, as `polar bear`; of the word if it is none."""
        ends = range(min(len(self.words), place + longest_undrawn()), place + 1, -1)
        free = (end for end in ends if self.read.isdisjoint(range(place, end)))
        return next((end for end in free if is_undrawn(" ".join(self.words[place:end]))), place + 1)

    def _alike(self, word: str) -> tuple[str, ...]:
        """Known words that are written like it, where it is none."""
        is_none = _is_known(word) or word in FILLERS or word in INTANGIBLE or word.endswith("'s")
        return () if is_none else tuple(name for _, name in nearest_known(word))

    def _of_the_same(self, place: int) -> list[str]:
        """Things that are named as an unknown one is: `glass of milk` for the water of `a glass of water`."""
        if place < 2 or self.words[place - 1] != "of":
            return []
        return [name for name in categories() if name.startswith(f"{' '.join(tokens(self.words[place - 2]))} of ")]

    def _names_thing(self, place: int, likely: bool) -> bool:
        """Whether a word stands where a thing is named. `likely`: it is so like a known word that it may anywhere."""
        word, before = self.words[place], self.words[max(0, place - 1)]
        if self._is_denied(place):
            return False
        if place + 1 in self.doing:
            return True
        if word in INTANGIBLE or self._is_modifier(place):
            return False
        if place > 0 and number_of(before) is not None:
            return True
        if _is_participle(word) or before in ("is", "are", "very", *NONE):
            return False
        return likely or (self._is_last_of_phrase(place) and self._is_opened(place))

    def _is_denied(self, place: int) -> bool:
        """Whether it is said not to be there, as in `without a driver`."""
        at = place - 1
        while at > 0 and (self.words[at] in ARTICLES or self.words[at] == "any"):
            at -= 1
        return at >= 0 and self.words[at] in NONE

    def _is_modifier(self, place: int) -> bool:
        """Whether it says how something is that is named right after it, as both do in `a sunny and warm beach`."""
        after = place + 1
        if after in self.read:
            return self.words[after] not in ARTICLES and number_of(self.words[after]) is None
        if after < len(self.words) and self.words[after] in WHOLES:
            return True
        after += self.words[after : after + 1] in (("and",), ("or",))
        return self._is_content(after) and self._is_modifier(after)

    def _is_last_of_phrase(self, place: int) -> bool:
        """Whether no further noun follows."""
        return not self._is_content(place + 1) or _is_participle(self.words[place + 1])

    def _is_opened(self, place: int) -> bool:
        """Whether its phrase begins with the concept, after a comma, or after a word that a thing is named after."""
        while place not in self.starts and self._is_content(place - 1):
            place -= 1
        if place <= 0 or place in self.starts:
            return True
        before = self.words[place - 1]
        if before == "any" and place > 1:
            before = self.words[place - 2]
        opens = before in OPENING | DETERMINERS | OWNERS or number_of(before) is not None or _is_of_relations(before)
        return before not in NONE and opens

    def _is_content(self, place: int) -> bool:
        """Whether an unread word with content is there that says no relation."""
        if not 0 <= place < len(self.words) or place in self.read:
            return False
        return _has_content(self.words[place]) and not _is_of_relations(self.words[place])


def _has_content(word: str) -> bool:
    empty = word in EMPTY or word in ARTICLES or word in NUMBERS or word in CONDITIONS
    return not empty and number_of(word) is None


def _is_of_grammar(word: str) -> bool:
    """Whether it compares, denies, relates or says how something is, and names nothing."""
    return word in QUANTITIES | UNPLAIN | QUALITIES | UNKNOWN_LOOKS or is_negation(word) or _is_of_relations(word)


def _is_participle(word: str) -> bool:
    return len(word) > 4 and word.endswith(("ing", "ed"))


def _is_of_relations(word: str) -> bool:
    """Whether it says a relation by itself: what it relates was not found, as in `a chair beside it`."""
    try:
        return bool(normalise(word))
    except UnknownPhrase:
        return False


def _is_known(word: str) -> bool:
    """Whether it is one of the known words, which here says nothing, as in `two blue ones`."""
    return tokens(word) in names() or word in adjectives() or word in _known().values()


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
