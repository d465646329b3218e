"""Which records are in flight, and up to which offset each partition is finished without a gap.

In: records as they arrive and as they are finished.  Out: the next offsets that may be committed.
A record is identified by its delivery: after its partition was dropped, a redelivery is a different record, so finishing
the old one never finishes the new one.  Thread-safe; does not talk to a broker.
"""

import threading
from collections import deque
from collections.abc import Iterable

from streams.broker.records import Partition, Record


class _Slots:
    def __init__(self) -> None:
        self.waiting: deque[Record] = deque()
        self.open: set[int] = set()
        self.next: int | None = None


class OffsetTracker:
    """The contiguous finished prefix of each partition: only that is ever committed."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._partitions: dict[Partition, _Slots] = {}

    def add(self, record: Record) -> None:
        """A record arrived."""
        with self._lock:
            slots = self._partitions.setdefault(record.partition, _Slots())
            slots.waiting.append(record)
            slots.open.add(id(record))

    def start_at(self, partition: Partition, offset: int) -> None:
        """All records before `offset` are stored elsewhere: it may be committed though none of them was in flight here."""
        with self._lock:
            self._partitions.setdefault(partition, _Slots()).next = offset

    def finish(self, record: Record) -> None:
        """A record's result is stored. Deliveries that are no longer in flight are ignored."""
        with self._lock:
            slots = self._partitions.get(record.partition)
            if slots is None or id(record) not in slots.open:
                return
            slots.open.discard(id(record))
            while slots.waiting and id(slots.waiting[0]) not in slots.open:
                slots.next = slots.waiting.popleft().offset + 1

    def drop(self, partitions: Iterable[Partition]) -> None:
        """These partitions were revoked: their records in flight will not be committed."""
        with self._lock:
            for partition in partitions:
                self._partitions.pop(partition, None)

    def owns(self, record: Record) -> bool:
        """Whether this delivery is still ours and unfinished."""
        with self._lock:
            slots = self._partitions.get(record.partition)
            return slots is not None and id(record) in slots.open

    def committable(self) -> dict[Partition, int]:
        """The next offset of each partition, where the finished prefix has grown since it was last committed."""
        with self._lock:
            return {p: slots.next for p, slots in self._partitions.items() if slots.next is not None}

    def committed(self, offsets: dict[Partition, int]) -> None:
        """These next offsets were committed: do not return them again."""
        with self._lock:
            for partition, offset in offsets.items():
                slots = self._partitions.get(partition)
                if slots is not None and slots.next == offset:
                    slots.next = None

    def in_flight(self) -> int:
        """How many records arrived and are not finished."""
        with self._lock:
            return sum(len(slots.open) for slots in self._partitions.values())
