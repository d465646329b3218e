"""A member of a group that reads and commits what a test says.

In: a broker, a topic, a group, a client id.  Out: a real member, gone at the end.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from kafka import KafkaConsumer
from kafka.structs import OffsetAndMetadata, TopicPartition

from streams.broker.records import Partition


class Reading:
    """A member. `ends` are the next offsets of what it has read."""

    def __init__(self, consumer: Any) -> None:
        self._consumer, self.ends, self._count = consumer, dict[Partition, int](), 0

    def read(self, events: int) -> bool:
        """Read on; whether so many have come in all."""
        for tp, records in self._consumer.poll(200).items():
            self.ends[Partition(*tp)] = records[-1].offset + 1
            self._count += len(records)
        return self._count >= events

    def commit(self, offsets: Mapping[Partition, int]) -> None:
        """Commit next offsets."""
        self._consumer.commit({TopicPartition(*p): OffsetAndMetadata(n, "", -1) for p, n in offsets.items()})


@contextmanager
def reading(bootstrap: str, topic: str, group: str, client_id: str) -> Iterator[Reading]:
    """A member of the group while the block runs."""
    consumer = KafkaConsumer(
        topic, bootstrap_servers=bootstrap, group_id=group, client_id=client_id, session_timeout_ms=6000,
        heartbeat_interval_ms=1000, enable_auto_commit=False, auto_offset_reset="earliest",
    )  # fmt: skip
    try:
        yield Reading(consumer)
    finally:
        consumer.close(autocommit=False)
