"""The bounded queue between the polling thread and the step's thread.

In: polled records, and changes of the assignment.  Out: batches of records of partitions that are still assigned.
Thread-safe; does not talk to a broker and runs no step.
"""

import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from streams.broker.records import Partition, Record
from streams.worker.offset_tracker import OffsetTracker

POLL_S = 0.2
"""How long a thread waits before it checks whether it should stop."""


@dataclass(frozen=True)
class BatchLimits:
    """`batch` records per call of the step, waiting at most `linger_s` for a batch to fill; the first one `first_linger_s`
    where that is set: what a process does is seen soon after its start.

    `give_up_s`: how long a batch is retried before the process ends without committing it; None: forever.
    `max_batches`: batches in flight: one processed, one waiting, and one more where the results of another are stored
    meanwhile.  `call_s`: a call of the step that takes longer hangs, and the process is no longer alive.
    """

    batch: int
    linger_s: float = 0.05
    give_up_s: float | None = None
    max_batches: int = 2
    call_s: float = 600.0
    first_linger_s: float | None = None

    def linger_of(self, is_first: bool) -> float:
        """Seconds that a batch, or the first one, waits to fill."""
        return self.linger_s if self.first_linger_s is None or not is_first else min(self.first_linger_s, self.linger_s)

    @property
    def max_in_flight(self) -> int:
        """Fetching pauses at this many records in flight."""
        return max(self.max_batches * self.batch, 8)


class PartitionOwner(Protocol):
    """Is notified of assigned and revoked partitions."""

    def assigned(self, partitions: Sequence[Partition]) -> Mapping[Partition, int | None]:
        """Where to start (None: at the earliest record), where the group's own offsets do not count.

        Raises RetryableError when that is not known yet: nothing is read from these partitions until it is.
        """
        ...

    def revoked(self, partitions: Sequence[Partition]) -> None:
        """These partitions are no longer assigned."""
        ...


class RecordBuffer:
    """Records in the order of their arrival, and the offsets of those in flight."""

    def __init__(self, owner: PartitionOwner) -> None:
        self.offsets = OffsetTracker()
        self._owner = owner
        self._queue: deque[Record] = deque()
        self._changed = threading.Condition()
        self._has_given = False

    def assign(self, partitions: Sequence[Partition]) -> Mapping[Partition, int | None]:
        """New partitions start with nothing in flight. Raises RetryableError, as the owner does."""
        self._forget(partitions)
        starts = self._owner.assigned(partitions)
        for partition, offset in starts.items():
            if offset:
                self.offsets.start_at(partition, offset)  # else the group would lag behind what its owner has stored
        return starts

    def revoke(self, partitions: Sequence[Partition]) -> None:
        """Records that wait are dropped; those being processed are finished but not committed."""
        self._forget(partitions)
        self._owner.revoked(partitions)

    def put(self, records: Sequence[Record]) -> None:
        """Add polled records."""
        with self._changed:
            for record in records:
                self.offsets.add(record)
                self._queue.append(record)
            self._changed.notify_all()

    def take(self, limits: BatchLimits, stopping: Callable[[], bool]) -> list[Record]:
        """A batch of records that are still ours; empty if none comes within `POLL_S`. Does not linger when stopping."""
        batch: list[Record] = []
        deadline = time.monotonic() + POLL_S
        with self._changed:
            while len(batch) < limits.batch:
                while self._queue and len(batch) < limits.batch:
                    record = self._queue.popleft()
                    if self.offsets.owns(record):
                        deadline = deadline if batch else time.monotonic() + limits.linger_of(not self._has_given)
                        batch.append(record)
                remaining = deadline - time.monotonic()
                if len(batch) == limits.batch or remaining <= 0 or stopping():
                    break
                self._changed.wait(min(remaining, POLL_S))
        self._has_given = self._has_given or bool(batch)
        return [record for record in batch if self.offsets.owns(record)]

    def finish(self, batch: Sequence[Record]) -> None:
        """The results of a batch are stored."""
        for record in batch:
            self.offsets.finish(record)
        with self._changed:
            self._changed.notify_all()

    def wait_for_room(self, limits: BatchLimits) -> bool:
        """Whether fewer than the limit are in flight now, or within `POLL_S`."""
        with self._changed:
            return self._changed.wait_for(lambda: self.offsets.in_flight() < limits.max_in_flight, timeout=POLL_S)

    def _forget(self, partitions: Sequence[Partition]) -> None:
        with self._changed:
            self.offsets.drop(partitions)
            kept = [record for record in self._queue if record.partition not in partitions]
            self._queue.clear()
            self._queue.extend(kept)
