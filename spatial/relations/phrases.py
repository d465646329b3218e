"""From what people write to predicates: "to the right of and behind" → right_of, behind.

In: a phrase, or several joined by commas, slashes, "and".  Out: predicates in the order of mention, each followed by
what the phrase plainly entails.
Does not guess: a phrase must be in the table (`phrase_table.json`) as a whole, else the error names the part that
is not.  Case, articles, "is" and its like, words of posture and mere emphasis do not matter.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Literal

from spatial.relations.predicate_table import PLACES

Why = Literal["unknown", "outside", "negated", "empty"]
Says = Mapping[str, tuple[str, ...]]

_PLAIN = str.maketrans({"\u2019": "'", **dict.fromkeys("_-\u2010\u2011\u2013", " ")})
_SPLIT = re.compile(r"[,/;&+]|\b(?:and|but)\b")
_OPTION = re.compile(r"\[([^\]]*)\]|\(([^)]*)\)|(\S+)")
_OF_PICTURE = re.compile(r"\s+(?:of|in) the (?:image|picture|photo|canvas|frame|scene|view)\W*$", re.IGNORECASE)


class UnknownPhrase(ValueError):
    """A phrase, or the `part` of it that says no predicate, and `why`."""

    def __init__(self, part: str, phrase: str, why: Why) -> None:
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
    """The data file, every form written out: phrases by what they say, and the words that matter otherwise."""

    mapped: Says
    places: Says
    outside: frozenset[str]
    articles: frozenset[str]
    skipped: frozenset[str]
    negations: frozenset[str]


@lru_cache(maxsize=4096)
def normalise(phrase: str) -> tuple[str, ...]:
    """The predicates that a phrase says. Raises UnknownPhrase for a negated, unknown or partly unknown phrase."""
    return _read(phrase, phrase, _tables().mapped)


def phrases_of(predicate: str) -> tuple[str, ...]:
    """Every phrase that says this predicate and no other, as people write it, shorter ones first."""
    known = {**_tables().mapped, **_tables().places}
    return tuple(sorted((phrase for phrase, says in known.items() if says == (predicate,)), key=len))


@lru_cache(maxsize=512)
def normalise_place(phrase: str) -> str:
    """The place that a phrase says of one object: "in the top left corner" → top_left.  Raises UnknownPhrase."""
    found = _read(_OF_PICTURE.sub("", phrase), phrase, _tables().places)
    if len(found) > 1:
        raise UnknownPhrase(phrase, phrase, "unknown")
    return found[0]


def _read(text: str, phrase: str, table: Says) -> tuple[str, ...]:
    segments = [words for part in _SPLIT.split(text.lower()) if (words := _words(part))]
    if not segments:
        raise UnknownPhrase(phrase, phrase, "empty")
    found: dict[str, None] = {}
    for words in segments:
        _refuse_negation(words, phrase)
        found.update(dict.fromkeys(_segment(words, table, phrase)))
    return tuple(found)


def _words(text: str) -> list[str]:
    """The words that count, in order: hyphens and underscores part words, articles and full stops are dropped."""
    plain = text.translate(_PLAIN)
    words = (word.strip(".:;!\"'()") for word in plain.split())
    return [word for word in words if word and word not in _tables().articles]


def _refuse_negation(words: list[str], phrase: str) -> None:
    for index, word in enumerate(words):
        if word in _tables().negations or word.endswith("n't"):
            part = " ".join(words[index : index + 2]) if word == "no" else word
            raise UnknownPhrase(part, phrase, "negated")


def _segment(words: list[str], table: Says, phrase: str) -> tuple[str, ...]:
    """What one segment says: the table's entry for all its words, leading copulas and emphasis set aside."""
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


def _unknown_part(words: list[str], table: Says) -> str:
    """What is left of a segment beside the longest phrase in it that is known; all of it if none is.

    All of it too where what is left is known by itself, as in "far behind": not the parts are unknown but the whole.
    """
    for length in range(min(len(words) - 1, _LONGEST), 0, -1):
        for start in range(len(words) - length + 1):
            if " ".join(words[start : start + length]) in table:
                left = [" ".join(part) for part in (words[:start], words[start + length :]) if part]
                return " ".join(words) if all(part in table for part in left) else " … ".join(left)
    return " ".join(words)


_LONGEST = 8
"""Words in the longest phrase of the table; bounds the search for the known part of an endless text."""


@lru_cache(maxsize=1)
def _tables() -> _Tables:
    data = json.loads(files("spatial.relations").joinpath("phrase_table.json").read_text(encoding="utf-8"))
    names = {place.replace("_", " "): (place,) for place in PLACES}
    return _Tables(
        mapped={**names, **_says(data["mapped"])},
        places={**_says(data["places"]), **names},
        outside=frozenset(text for form in data["outside"] for text in _written(form)),
        articles=frozenset(data["articles"].split()),
        skipped=frozenset((data["copulas"] + " " + data["emphasis"]).split()),
        negations=frozenset(data["negations"].split()),
    )


def _says(rows: list[dict[str, list[str]]]) -> dict[str, tuple[str, ...]]:
    return {text: tuple(row["says"]) for row in rows for form in row["phrases"] for text in _written(form)}


def _written(form: str) -> Iterator[str]:
    """Every phrase that a form stands for: `[a|b]` is a, b or nothing, `(a|b)` is a or b."""
    phrases = [""]
    for optional, either, word in _OPTION.findall(form):
        choices = (optional or either or word).split("|") + ([""] if optional else [])
        phrases = [f"{head} {choice}".strip() for head in phrases for choice in choices]
    yield from phrases


def mapped_phrases() -> Says:
    """Every phrase that is understood, written without articles, with what it says."""
    return _tables().mapped


def outside_phrases() -> frozenset[str]:
    """The phrases that are known and say nothing that this ontology can state."""
    return _tables().outside
