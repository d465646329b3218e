"""What a consumer group gives to a member and takes away, as changes in the order in which they happened.

In: a rebalance listener's notifications, on the client library's thread.  Out: changes for the one thread that owns the
consumer.  Knows no client library.

Under the eager protocol a member is told that everything is revoked and then what it is assigned; the client library keeps
the position of a partition that is in both.  So what counts is the difference: a partition that is kept goes on where it
was, with all that is in hand of it; only what is really gone is given up, and only what is really new starts at the
committed offset.
"""

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from streams.broker.records import Partition


@dataclass(frozen=True)
class Change:
    """Partitions that went to somebody else, or that are new here."""

    gone: tuple[Partition, ...] = ()
    new: tuple[Partition, ...] = ()


class AssignmentChanges:
    """Implements the difference over notifications. `cooperative`: those name differences already. Thread-safe."""

    def __init__(self, *, cooperative: bool = False) -> None:
        self._cooperative = cooperative
        self._lock = threading.Lock()
        self._held: set[Partition] = set()
        self._changes: list[Change] = []

    def revoked(self, partitions: Iterable[Partition]) -> None:
        """Eager: only a notice that a rebalance begins; what comes of it is known when it ends."""
        if self._cooperative:
            self.lost(partitions)

    def lost(self, partitions: Iterable[Partition]) -> None:
        """The membership ended: somebody else may own these by now, and may have moved their offsets."""
        with self._lock:
            gone = self._held & set(partitions)
            self._held -= gone
            self._note(Change(gone=tuple(sorted(gone))))

    def assigned(self, partitions: Iterable[Partition]) -> tuple[Partition, ...]:
        """A rebalance ended. Returns the partitions that are new; nothing may be fetched of them until they are started."""
        with self._lock:
            now = set(partitions) | (self._held if self._cooperative else set())
            new, gone = tuple(sorted(now - self._held)), tuple(sorted(self._held - now))
            self._held = now
            self._note(Change(gone, new))
            return new

    def take(self) -> list[Change]:
        """What happened since the last call, in order."""
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
    """Which partition ends before what was `read` of it, None if none does: nothing would ever be fetched there.

    `fetched_end` is what the last fetch told, if there was one; it may be old, and a new leader of a partition may not know
    its end yet.  So `ends` are asked for where it is too small, after the reading: what was read then lies before them.
    """
    suspects = [p for p, position in read.items() if (end := fetched_end(p)) is not None and end < position]
    found = ends(suspects) if suspects else {}
    for partition in suspects:
        if (end := found.get(partition)) is not None and end < read[partition]:
            what = f"{partition.topic}/{partition.number} ends at {end}, before what was read of it ({read[partition]})"
            return f"{what}: it was created anew; start again"
    return None
