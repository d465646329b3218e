"""Which offsets are in hand, and up to where each partition is finished without a gap.

In: offsets as they arrive and as they are done.  Out: the next offsets that may be committed.
Thread-safe; does not talk to a broker.
"""

import threading
from collections import deque
from collections.abc import Iterable

from streams.records import Partition


class _Slots:
    def __init__(self) -> None:
        self.waiting: deque[int] = deque()
        self.done: set[int] = set()
        self.next: int | None = None


class Ledger:
    """The contiguous finished prefix of each partition: only that is ever committed."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._partitions: dict[Partition, _Slots] = {}

    def add(self, partition: Partition, offset: int) -> None:
        """An offset arrived."""
        with self._lock:
            self._partitions.setdefault(partition, _Slots()).waiting.append(offset)

    def finish(self, partition: Partition, offset: int) -> None:
        """An offset's result is safe. Unknown offsets (of a revoked partition) are ignored."""
        with self._lock:
            slots = self._partitions.get(partition)
            if slots is None or offset not in slots.waiting:
                return
            slots.done.add(offset)
            while slots.waiting and slots.waiting[0] in slots.done:
                slots.done.discard(first := slots.waiting.popleft())
                slots.next = first + 1

    def drop(self, partitions: Iterable[Partition]) -> None:
        """These partitions belong to somebody else: what is in hand for them will not be committed."""
        with self._lock:
            for partition in partitions:
                self._partitions.pop(partition, None)

    def owns(self, partition: Partition, offset: int) -> bool:
        """Whether the offset is still ours and unfinished."""
        with self._lock:
            slots = self._partitions.get(partition)
            return slots is not None and offset in slots.waiting and offset not in slots.done

    def committable(self) -> dict[Partition, int]:
        """The next offset of each partition, where the finished prefix has grown since it was last committed."""
        with self._lock:
            return {p: slots.next for p, slots in self._partitions.items() if slots.next is not None}

    def committed(self, offsets: dict[Partition, int]) -> None:
        """These next offsets are in the broker: no need to say them again."""
        with self._lock:
            for partition, offset in offsets.items():
                slots = self._partitions.get(partition)
                if slots is not None and slots.next == offset:
                    slots.next = None

    def in_hand(self) -> int:
        """How many offsets arrived and are not finished."""
        with self._lock:
            return sum(len(s.waiting) - len(s.done) for s in self._partitions.values())
