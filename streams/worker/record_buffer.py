"""The bounded queue between the thread that polls and the thread that works.

In: records as they arrive, and partitions as they come and go.  Out: batches of records that are still ours.
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
"""How long a thread waits before it looks up whether it should stop."""


@dataclass(frozen=True)
class BatchLimits:
    """`batch` records a call of the step, waiting at most `linger_s` for a batch to fill.

    `give_up_s`: how long a batch is tried again before the process ends without committing it; None: for ever.
    `held`: batches in hand at most: one worked on, one that waits, and one more where another's results are made safe
    meanwhile.  `call_s`: a call of the step that takes longer hangs, and the process is no longer alive.
    """

    batch: int
    linger_s: float = 0.05
    give_up_s: float | None = None
    held: int = 2
    call_s: float = 600.0

    @property
    def inbox(self) -> int:
        """Fetching pauses above this many records in hand."""
        return max(self.held * self.batch, 8)


class PartitionOwner(Protocol):
    """Who must know of partitions besides the ledger."""

    def assigned(self, partitions: Sequence[Partition]) -> Mapping[Partition, int | None]:
        """Where to start (None: at the earliest record), where the group's own offsets do not count.

        Raises RetryableError when that cannot be told now: nothing is read of these partitions until it can.
        """
        ...

    def revoked(self, partitions: Sequence[Partition]) -> None:
        """These partitions belong to somebody else now."""
        ...


class RecordBuffer:
    """Records in the order of their arrival, and the ledger of what is in hand."""

    def __init__(self, owner: PartitionOwner) -> None:
        self.ledger = OffsetTracker()
        self._owner = owner
        self._queue: deque[Record] = deque()
        self._changed = threading.Condition()

    def start(self, partitions: Sequence[Partition]) -> Mapping[Partition, int | None]:
        """New partitions start with nothing in hand. Raises RetryableError, as the owner does."""
        self._forget(partitions)
        starts = self._owner.assigned(partitions)
        for partition, offset in starts.items():
            if offset:
                self.ledger.start(partition, offset)  # else the group would lag behind what its owner has long done
        return starts

    def gone(self, partitions: Sequence[Partition]) -> None:
        """What waits for revoked partitions is dropped; what is being worked on is finished but not committed."""
        self._forget(partitions)
        self._owner.revoked(partitions)

    def put(self, records: Sequence[Record]) -> None:
        """Records as they were polled."""
        with self._changed:
            for record in records:
                self.ledger.add(record)
                self._queue.append(record)
            self._changed.notify_all()

    def take(self, limits: BatchLimits, stopping: Callable[[], bool]) -> list[Record]:
        """A batch of records that are still ours; empty after a while without any. Does not linger when stopping."""
        batch: list[Record] = []
        deadline = time.monotonic() + POLL_S
        with self._changed:
            while len(batch) < limits.batch:
                while self._queue and len(batch) < limits.batch:
                    record = self._queue.popleft()
                    if self.ledger.owns(record):
                        deadline = deadline if batch else time.monotonic() + limits.linger_s
                        batch.append(record)
                remaining = deadline - time.monotonic()
                if len(batch) == limits.batch or remaining <= 0 or stopping():
                    break
                self._changed.wait(min(remaining, POLL_S))
        return [record for record in batch if self.ledger.owns(record)]

    def finish(self, batch: Sequence[Record]) -> None:
        """The results of a batch are safe."""
        for record in batch:
            self.ledger.finish(record)
        with self._changed:
            self._changed.notify_all()

    def wait_for_room(self, limits: BatchLimits) -> bool:
        """Whether fewer than the limit are in hand now, or within a while."""
        with self._changed:
            return self._changed.wait_for(lambda: self.ledger.in_hand() < limits.inbox, timeout=POLL_S)

    def _forget(self, partitions: Sequence[Partition]) -> None:
        with self._changed:
            self.ledger.drop(partitions)
            kept = [record for record in self._queue if record.partition not in partitions]
            self._queue.clear()
            self._queue.extend(kept)
