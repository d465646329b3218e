"""The history of a replayed message, in headers beside its own.

In: headers of a record.  Out: its original headers, and how often and from where it was replayed.
The headers: `skg_letter` (key of the dead letter), `skg_first` (topic, partition and offset where it failed first),
`skg_attempts` and `skg_replays` (totals over its history).  Invalid values count as absent.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from schemas.codec import Headers, header
from schemas.events import Origin

LETTER, FIRST, ATTEMPTS, REPLAYS = "skg_letter", "skg_first", "skg_attempts", "skg_replays"
NAMES = frozenset({LETTER, FIRST, ATTEMPTS, REPLAYS})

MAX_COUNT = 2**31 - 1
"""A larger number is invalid."""

_FIRST = re.compile(r"(\S{1,249}) (\d{1,10}) (\d{1,19})", re.ASCII)


@dataclass(frozen=True)
class ReplayHistory:
    """Where a message failed first, how often it was tried, and how often it was replayed."""

    letter: str
    first: Origin | None
    attempts: int = 0
    replays: int = 0

    @classmethod
    def from_headers(cls, headers: Sequence[tuple[str, bytes]]) -> Self:
        """The history in the headers of a record."""
        return cls(
            letter=header(headers, LETTER) or "",
            first=_origin(header(headers, FIRST) or ""),
            attempts=_count(header(headers, ATTEMPTS) or ""),
            replays=_count(header(headers, REPLAYS) or ""),
        )

    def headers(self) -> Headers:
        """The headers that express it."""
        texts = {LETTER: self.letter, ATTEMPTS: str(self.attempts), REPLAYS: str(self.replays)}
        if self.first is not None:
            texts[FIRST] = f"{self.first.topic} {self.first.partition} {self.first.offset}"
        return tuple((name, text.encode()) for name, text in texts.items())


def is_replay(headers: Sequence[tuple[str, bytes]]) -> bool:
    """Whether the message failed before and was replayed."""
    return any(name == LETTER for name, _ in headers)


def original_headers(headers: Sequence[tuple[str, bytes]]) -> Headers:
    """A message's headers without those of replays."""
    return tuple((name, value) for name, value in headers if name not in NAMES)


def _count(text: str) -> int:
    return min(int(text), MAX_COUNT) if text.isascii() and text.isdigit() and len(text) <= len(str(MAX_COUNT)) else 0


def _origin(text: str) -> Origin | None:
    found = _FIRST.fullmatch(text)
    if found is None or int(found[2]) > MAX_COUNT or int(found[3]) >= 2**63:
        return None
    return Origin(topic=found[1], partition=int(found[2]), offset=int(found[3]))
