"""What a message that was sent back says of its past: headers beside its own.

In: headers of a record.  Out: its own headers, and how often and from where it was sent back.
The headers: `skg_letter` (key of the dead letter), `skg_first` (topic, partition and offset where it failed first),
`skg_attempts` and `skg_replays` (numbers over all of its past).  Values that make no sense count as absent.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from schemas.codec import Headers, header
from schemas.events import Origin

LETTER, FIRST, ATTEMPTS, REPLAYS = "skg_letter", "skg_first", "skg_attempts", "skg_replays"
NAMES = frozenset({LETTER, FIRST, ATTEMPTS, REPLAYS})

MOST = 2**31 - 1
"""Above this a number is no count."""

_FIRST = re.compile(r"(\S{1,249}) (\d{1,10}) (\d{1,19})", re.ASCII)


@dataclass(frozen=True)
class Past:
    """Where a message failed first, how often it was tried, and how often it was sent back."""

    letter: str
    first: Origin | None
    attempts: int = 0
    replays: int = 0

    @classmethod
    def of(cls, headers: Sequence[tuple[str, bytes]]) -> Self:
        """What the headers of a record say."""
        return cls(
            letter=header(headers, LETTER) or "",
            first=_origin(header(headers, FIRST) or ""),
            attempts=_count(header(headers, ATTEMPTS) or ""),
            replays=_count(header(headers, REPLAYS) or ""),
        )

    def headers(self) -> Headers:
        """The headers that say so."""
        texts = {LETTER: self.letter, ATTEMPTS: str(self.attempts), REPLAYS: str(self.replays)}
        if self.first is not None:
            texts[FIRST] = f"{self.first.topic} {self.first.partition} {self.first.offset}"
        return tuple((name, text.encode()) for name, text in texts.items())


def was_sent_back(headers: Sequence[tuple[str, bytes]]) -> bool:
    """Whether a message is one that failed before."""
    return any(name == LETTER for name, _ in headers)


def own_headers(headers: Sequence[tuple[str, bytes]]) -> Headers:
    """A message's headers as they were before it was ever sent back."""
    return tuple((name, value) for name, value in headers if name not in NAMES)


def _count(text: str) -> int:
    return min(int(text), MOST) if text.isascii() and text.isdigit() and len(text) <= len(str(MOST)) else 0


def _origin(text: str) -> Origin | None:
    found = _FIRST.fullmatch(text)
    if found is None or int(found[2]) > MOST or int(found[3]) >= 2**63:
        return None
    return Origin(topic=found[1], partition=int(found[2]), offset=int(found[3]))
