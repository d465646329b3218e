"""Topics to look back over, in memory: implements `streams.broker.topic_reader.TopicSource` over the broker in memory."""

from collections.abc import Iterator, Sequence

from schemas.events import Origin
from streams.broker.records import Partition, Record
from tests.fakes.broker import MemoryBroker


class MemoryTopics:
    """What the broker holds."""

    def __init__(self, broker: MemoryBroker) -> None:
        self._broker = broker

    def read(self, topic: str, first: int = 0) -> Iterator[Sequence[Record]]:
        for record in self._broker.records(topic):
            if record.offset >= first:
                yield [record]

    def record_at(self, origin: Origin) -> Record | None:
        place = Partition(origin.topic, origin.partition)
        return next(
            (r for r in self._broker.records(origin.topic) if (r.partition, r.offset) == (place, origin.offset)), None
        )
