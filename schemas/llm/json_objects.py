"""Finds the JSON objects in a text: strict JSON by the standard parser, JSON5 (comments, single quotes) by json5.

In: text with anything around its objects.  Out: the outermost objects, in order, each with where it ends.
Never completes what is cut off, nor guesses: json5 knows a grammar, unlike parsers that repair.
"""

import json
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

import json5

MAX_CHARS = 200_000
"""Longer texts are not parsed: the longest valid answer has a tenth of it."""

MAX_STARTS = 5000
"""Openings tried in one text; formulas full of braces are none."""

MAX_WORK = 2_000_000
"""Characters that failed attempts may read in all: bounds the time that a hostile text can take."""

NESTED_WORK = 20_000
"""What an attempt counts that ends in too deep a nesting."""

TOLERANT_CHARS = 10_000
"""Characters that json5 may read of one text: it needs about 50 µs for each."""

_SPACE = r"(?:\s++|//[^\n]{0,400}\n|/\*[^*]{0,400}\*/){0,20}+"
"""White space and comments; bounded and without backtracking, since braces may be many."""

_OPENING = re.compile(rf"\{{{_SPACE}(?:[\"'}}]|\w+\s*:)")


@dataclass(frozen=True)
class Found:
    """An object, and the positions of its braces' ends in the text."""

    value: dict[str, object]
    start: int
    end: int


def find_objects(text: str, fields: Collection[str]) -> Iterator[Found]:
    """The outermost objects of a text. One that is no strict JSON is read as JSON5 if it begins with one of `fields`."""
    if len(text) > MAX_CHARS:
        return
    reader, position = _Reader(text, opening_of(fields)), 0
    for _ in range(MAX_STARTS):
        opening = _OPENING.search(text, position)
        if opening is None or reader.work > MAX_WORK:
            return
        found = reader.read(opening.start())
        if found is not None:
            yield found
        position = opening.start() + 1 if found is None else found.end


def opening_of(fields: Collection[str]) -> re.Pattern[str]:
    """The beginning of an object whose first field is one of these, quoted in any way or not at all."""
    names = "|".join(map(re.escape, sorted(fields)))
    return re.compile(rf"\{{{_SPACE}(?P<quote>[\"']?)(?:{names})(?P=quote)\s*:")


class _Reader:
    """Reads objects at given positions of one text and counts what that costs."""

    def __init__(self, text: str, opening: re.Pattern[str]) -> None:
        self._text, self._opening, self._strict = text, opening, json.JSONDecoder()
        self._tolerant_left = TOLERANT_CHARS
        self.work = 0

    def read(self, start: int) -> Found | None:
        """The object that begins here, None where there is none."""
        try:
            value, end = self._strict.raw_decode(self._text, start)
            return Found(value, start, end)
        except json.JSONDecodeError as error:
            self.work += 100 + error.pos - start
        except RecursionError:
            self.work += NESTED_WORK
        return self._read_tolerantly(start) if self._opening.match(self._text, start) else None

    def _read_tolerantly(self, start: int) -> Found | None:
        part = self._text[start : start + self._tolerant_left]
        try:
            value, fault, length = json5.parse(part, consume_trailing=False)
        except (RecursionError, ValueError):
            self._tolerant_left -= min(len(part), 1000)
            return None
        self._tolerant_left -= length
        return Found(value, start, start + length) if fault is None and isinstance(value, dict) else None
