"""A table in memory that keeps its positions, and refuses a writer that was overtaken.

In and out: as `schemas.interfaces.Sink` says.
"""

from collections.abc import Sequence

from schemas.errors import Fenced, PermanentError, RetryableError
from schemas.events import QAEvent
from schemas.interfaces import Appended, Delivery, Sample


class Table:
    """What several sinks share: rows by sample id, in the order of their commits, and positions."""

    def __init__(self) -> None:
        self.rows: list[str] = []
        self.positions: dict[str, int] = {}
        self.commits = 0


class MemorySink:
    """Implements `schemas.interfaces.Sink`. `missing` are samples whose picture is not there."""

    def __init__(self, table: Table, missing: Sequence[str] = ()) -> None:
        self.table = table
        self.open_partitions: dict[str, int] = {}
        self.failures: list[Exception] = []
        self._missing = set(missing)

    def open(self, partition: str) -> int | None:
        self.open_partitions[partition] = self.table.positions.get(partition, 0)
        return self.table.positions.get(partition)

    def close(self, partition: str) -> None:
        self.open_partitions.pop(partition, None)

    def prepare(self, events: Sequence[QAEvent]) -> list[Sample | PermanentError]:
        if self.failures and isinstance(self.failures[0], RetryableError):
            raise self.failures.pop(0)
        return [self._sample(event) for event in events]

    def append(self, deliveries: Sequence[Delivery]) -> Appended:
        deliveries = [delivery for delivery in deliveries if delivery.partition in self.open_partitions]
        for delivery in deliveries:
            expected = self.open_partitions[delivery.partition]
            if self.table.positions.get(delivery.partition, 0) != expected:
                raise Fenced(delivery.partition)
            assert delivery.offset >= expected, "an offset behind the position was appended"
        new = [d.sample.event.sample_id for d in deliveries if d.sample and d.sample.event.sample_id not in self.table.rows]
        self.table.rows += dict.fromkeys(new)
        moved = {d.partition: d.offset + 1 for d in deliveries}
        self.table.positions |= moved
        self.open_partitions |= moved
        self.table.commits += 1
        return Appended(moved, len(set(new)))

    def _sample(self, event: QAEvent) -> Sample | PermanentError:
        if event.sample_id in self._missing:
            return PermanentError("missing_image", event.image.key)
        return Sample(event, b"picture")
