"""The partitions that a consumer group assigns and revokes, as an ordered list of changes.

In: a rebalance listener's notifications, on the client library's thread.  Out: changes for the thread that owns the
consumer.  Knows no client library.

Under the eager protocol a member is notified that everything is revoked, then what is assigned; the client library keeps
the position of a partition that is in both.  So only the difference counts: a partition that is kept continues at its
position, with its records in flight; only partitions that are gone are given up, and only new ones start at the
committed offset.
"""

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from streams.broker.records import Partition

Named = TypeVar("Named")
"""A partition, as a client library names it."""


@dataclass(frozen=True)
class Change:
    """Partitions that were revoked or are new."""

    gone: tuple[Partition, ...] = ()
    new: tuple[Partition, ...] = ()


class AssignmentChanges:
    """Computes the difference of notifications. `cooperative`: notifications are differences already. Thread-safe."""

    def __init__(self, *, cooperative: bool = False) -> None:
        self._cooperative = cooperative
        self._lock = threading.Lock()
        self._held: set[Partition] = set()
        self._changes: list[Change] = []

    def revoked(self, partitions: Iterable[Partition]) -> None:
        """Eager: only a notice that a rebalance begins; its result is known when it ends."""
        if self._cooperative:
            self.lost(partitions)

    def lost(self, partitions: Iterable[Partition]) -> None:
        """The membership ended: another member may own these by now, and may have committed offsets."""
        with self._lock:
            gone = self._held & set(partitions)
            self._held -= gone
            self._note(Change(gone=tuple(sorted(gone))))

    def assigned(self, partitions: Iterable[Partition]) -> tuple[Partition, ...]:
        """A rebalance ended. Returns the new partitions; nothing may be fetched from them until they are started."""
        with self._lock:
            now = set(partitions) | (self._held if self._cooperative else set())
            new, gone = tuple(sorted(now - self._held)), tuple(sorted(self._held - now))
            self._held = now
            self._note(Change(gone, new))
            return new

    def take(self) -> list[Change]:
        """The changes since the last call, in order."""
        with self._lock:
            changes, self._changes = self._changes, []
            return changes

    def _note(self, change: Change) -> None:
        if change.gone or change.new:
            self._changes.append(change)


def lost_end(
    read: Mapping[Partition, int],
    fetched_end: Callable[[Partition], int | None],
    ends: Callable[[Sequence[Partition]], Mapping[Partition, int]],
) -> str | None:
    """Which partition ends before its position in `read`, None if none does: nothing would ever be fetched from it.

    `fetched_end` is the end from the last fetch, if any; it may be old, and a new leader of a partition may not know its
    end yet.  So `ends` is called where it is too small, after the reading: it then includes what was read.
    """
    suspects = [p for p, position in read.items() if (end := fetched_end(p)) is not None and end < position]
    found = ends(suspects) if suspects else {}
    for partition in suspects:
        if (end := found.get(partition)) is not None and end < read[partition]:
            what = f"{partition.topic}/{partition.number} ends at {end}, before what was read of it ({read[partition]})"
            return f"{what}: it was created anew; start again"
    return None


def emptied(begins: Mapping[Named, int], ends: Mapping[Named, int]) -> dict[Named, int]:
    """Partitions that had records and hold none any more, with their end, from the offsets where partitions begin and end.

    A group that has not committed this end has a lag for whoever subtracts offsets, though nothing is left to read. To
    commit it loses nothing, whatever is in flight: what lies before it cannot be delivered again.
    """
    return {partition: end for partition, end in ends.items() if 0 < end == begins.get(partition)}
