"""A member of a group that reads and commits what a test says.

In: a broker, a topic, a group, a client id.  Out: the member that workers are, gone at the end.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager

from streams.broker.connection import KafkaConnection
from streams.broker.membership.consumer import GroupConsumer, GroupSettings
from streams.broker.records import Partition


class _FromTheFirst:
    """Begins every partition at its earliest record."""

    def assign(self, partitions: Sequence[Partition]) -> Mapping[Partition, int | None]:
        return {partition: None for partition in partitions}

    def revoke(self, partitions: Sequence[Partition]) -> None:
        """A test's one member loses none."""


class Reading:
    """A member. `ends` are the next offsets of what it has read."""

    def __init__(self, consumer: GroupConsumer) -> None:
        self._consumer, self.ends, self._count = consumer, dict[Partition, int](), 0

    def read(self, events: int) -> bool:
        """Read on; whether so many have come in all."""
        for record in self._consumer.poll(0.2):
            self.ends[record.partition] = record.offset + 1
            self._count += 1
        return self._count >= events

    def commit(self, offsets: Mapping[Partition, int]) -> None:
        """Commit next offsets."""
        assert self._consumer.commit(offsets), "the broker takes the commit"


@contextmanager
def reading(bootstrap: str, topic: str, group: str, client_id: str) -> Iterator[Reading]:
    """A member of the group while the block runs."""
    settings = GroupSettings(KafkaConnection.plain(bootstrap), group, 6.0, client=client_id)
    with closing(GroupConsumer(settings, topic, _FromTheFirst())) as consumer:
        yield Reading(consumer)
