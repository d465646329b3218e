"""Normalises relation phrases to predicates: "to the right of and behind" → right_of, behind.

In: a phrase, or several joined by commas, slashes, "and".  Out: predicates in the order of mention, each followed by
those that the phrase entails.
Does not guess: a whole phrase must be in the table (`phrase_table.json`), else the error names the unknown part.
Case, articles, copulas, words of posture and emphasis do not matter.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Literal

from spatial.relations.predicate_table import BORDERS, PLACES

PhraseFault = Literal["unknown", "outside", "negated", "empty"]
PredicatesByPhrase = Mapping[str, tuple[str, ...]]

_PLAIN = str.maketrans({"\u2019": "'", **dict.fromkeys("_-\u2010\u2011\u2013", " ")})
_SPLIT = re.compile(r"[,/;&+]|\b(?:and|but)\b")
_OPTION = re.compile(r"\[([^\]]*)\]|\(([^)]*)\)|(\S+)")
_OF_PICTURE = re.compile(r"\s+(?:of|in) the (?:image|picture|photo|canvas|frame|scene|view)\W*$", re.IGNORECASE)


class UnknownPhrase(ValueError):
    """A phrase that cannot be normalised: the `part` at fault, and `why`."""

    def __init__(self, part: str, phrase: str, why: PhraseFault) -> None:
        reason = {
            "unknown": f"{part!r} is not known",
            "outside": f"{part!r} is outside the ontology",
            "negated": f"{part!r} is a negation, and only what holds can be stated",
            "empty": "it says nothing",
        }[why]
        super().__init__(f"cannot read {phrase!r}: {reason}")
        self.part = part
        self.why = why


@dataclass(frozen=True)
class _Tables:
    """The data file with every pattern expanded: predicates by phrase, and the words with a special role."""

    mapped: PredicatesByPhrase
    places: PredicatesByPhrase
    outside: frozenset[str]
    articles: frozenset[str]
    skipped: frozenset[str]
    negations: frozenset[str]


@lru_cache(maxsize=4096)
def normalise(phrase: str) -> tuple[str, ...]:
    """The predicates of a phrase. Raises UnknownPhrase for a negated, unknown or partly unknown phrase."""
    return _read(phrase, phrase, _tables().mapped)


def phrases_of(predicate: str) -> tuple[str, ...]:
    """Every phrase that says this predicate and no other, as people write it, shorter ones first."""
    known = {**_tables().mapped, **_tables().places}
    return tuple(sorted((phrase for phrase, says in known.items() if says == (predicate,)), key=len))


@lru_cache(maxsize=512)
def normalise_place(phrase: str) -> str:
    """The place in a phrase about one object: "in the top left corner" → top_left.  Raises UnknownPhrase."""
    found = _read(_OF_PICTURE.sub("", phrase), phrase, _tables().places)
    if len(found) > 1:
        raise UnknownPhrase(phrase, phrase, "unknown")
    return found[0]


def _read(text: str, phrase: str, table: PredicatesByPhrase) -> tuple[str, ...]:
    segments = [words for part in _SPLIT.split(text.lower()) if (words := _words(part))]
    if not segments:
        raise UnknownPhrase(phrase, phrase, "empty")
    found: dict[str, None] = {}
    for words in segments:
        _refuse_negation(words, phrase)
        found.update(dict.fromkeys(_segment(words, table, phrase)))
    return tuple(found)


def _words(text: str) -> list[str]:
    """The significant words, in order: hyphens and underscores separate words, articles and punctuation are dropped."""
    plain = text.translate(_PLAIN)
    words = (word.strip(".:;!\"'()") for word in plain.split())
    return [word for word in words if word and word not in _tables().articles]


def _refuse_negation(words: list[str], phrase: str) -> None:
    for index, word in enumerate(words):
        if word in _tables().negations or word.endswith("n't"):
            part = " ".join(words[index : index + 2]) if word == "no" else word
            raise UnknownPhrase(part, phrase, "negated")


def _segment(words: list[str], table: PredicatesByPhrase, phrase: str) -> tuple[str, ...]:
    """The predicates of one segment: the table's entry for all its words, without leading copulas and emphasis."""
    rest = words
    while rest:
        found = table.get(" ".join(rest))
        if found is not None:
            return found
        if rest[0] not in _tables().skipped:
            break
        rest = rest[1:]
    if " ".join(rest) in _tables().outside:
        raise UnknownPhrase(" ".join(rest), phrase, "outside")
    raise UnknownPhrase(_unknown_part(rest or words, table), phrase, "unknown")


def _unknown_part(words: list[str], table: PredicatesByPhrase) -> str:
    """The rest of a segment around its longest known phrase; all of it if it contains none.

    All of it too where the rest is known by itself, as in "far behind": the parts are known, the combination is not.
    """
    for length in range(min(len(words) - 1, _LONGEST), 0, -1):
        for start in range(len(words) - length + 1):
            if " ".join(words[start : start + length]) in table:
                left = [" ".join(part) for part in (words[:start], words[start + length :]) if part]
                return " ".join(words) if all(part in table for part in left) else " … ".join(left)
    return " ".join(words)


_LONGEST = 8
"""Words in the longest phrase of the table; bounds the search for the known part of a long text."""


@lru_cache(maxsize=1)
def _tables() -> _Tables:
    data = json.loads(files("spatial.relations").joinpath("phrase_table.json").read_text(encoding="utf-8"))
    names = {place.replace("_", " "): (place,) for place in (*PLACES, *BORDERS)}
    return _Tables(
        mapped={**names, **_predicates_by_phrase(data["mapped"])},
        places={**_predicates_by_phrase(data["places"]), **names},
        outside=frozenset(text for form in data["outside"] for text in _expanded(form)),
        articles=frozenset(data["articles"].split()),
        skipped=frozenset((data["copulas"] + " " + data["emphasis"]).split()),
        negations=frozenset(data["negations"].split()),
    )


def _predicates_by_phrase(rows: list[dict[str, list[str]]]) -> dict[str, tuple[str, ...]]:
    return {text: tuple(row["says"]) for row in rows for form in row["phrases"] for text in _expanded(form)}


def _expanded(form: str) -> Iterator[str]:
    """Every phrase of a pattern: `[a|b]` is a, b or nothing, `(a|b)` is a or b."""
    phrases = [""]
    for optional, either, word in _OPTION.findall(form):
        choices = (optional or either or word).split("|") + ([""] if optional else [])
        phrases = [f"{head} {choice}".strip() for head in phrases for choice in choices]
    yield from phrases


def mapped_phrases() -> PredicatesByPhrase:
    """Every known phrase, without articles, with its predicates."""
    return _tables().mapped


def outside_phrases() -> frozenset[str]:
    """The phrases that are known to be outside this ontology."""
    return _tables().outside
