"""Records and partitions, undecoded: the form used by all clients.

Plain values.  Knows no client library.
"""

from dataclasses import dataclass
from typing import NamedTuple

MAX_VALUE_BYTES = 1_000_000
"""The largest result that is published: below the broker's default of 1 MiB with room for key and headers."""

MAX_MESSAGE_BYTES = 2_097_152
"""The largest message a producer sends. Only a dead letter comes near: it holds a whole message and its origin."""


class Partition(NamedTuple):
    """A partition of a topic."""

    topic: str
    number: int


@dataclass(frozen=True)
class Record:
    """A record of a topic, undecoded."""

    partition: Partition
    offset: int
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes], ...]
