"""What a broker holds, asked of kafka-python itself: the accounting shares no code with what it judges.

In: an address.  Out: records, end offsets, lag by group and partition; raw messages onto topics.
"""

from collections.abc import Callable, Sequence
from contextlib import closing
from time import monotonic
from typing import Any, TypeVar

from kafka import KafkaConsumer, KafkaProducer
from kafka.admin import KafkaAdminClient
from kafka.errors import KafkaError, KafkaTimeoutError
from kafka.structs import TopicPartition

from schemas.topics import GRAPHS, IMAGES, QA, REJECTIONS, SEEDS

GROUPS = {
    "skg-agents": (SEEDS,),
    "skg-render": (GRAPHS,),
    "skg-examine": (IMAGES,),
    "skg-write": (QA, REJECTIONS),
}

MAX_BYTES = 2_097_152

PATIENCE_S = 20.0
"""For the answers to one question."""

T = TypeVar("T")


class BrokerView:
    """Connects anew for every question: between two of them the broker may have gone and come back."""

    def __init__(self, bootstrap: str) -> None:
        self.bootstrap = bootstrap

    def records(self, *topics: str) -> list[Any]:
        """Everything that the topics hold now, as the client library gives it."""
        with closing(self._consumer()) as consumer:
            partitions = self._partitions(consumer, topics)
            ends = self._ends(consumer, partitions)
            consumer.seek_to_beginning()
            found: list[Any] = []
            while any(consumer.position(tp) < end for tp, end in ends.items()):
                for batch in consumer.poll(timeout_ms=500, max_records=2000).values():
                    found += batch
            return found

    def ends(self, *topics: str) -> int:
        """How many records were ever written to the topics."""
        with closing(self._consumer()) as consumer:
            return sum(self._ends(consumer, self._partitions(consumer, topics)).values())

    def lags(self) -> dict[str, int]:
        """What each group has not committed of each partition of its topics, where there is something."""
        with closing(self._consumer()) as consumer, closing(KafkaAdminClient(bootstrap_servers=self.bootstrap)) as admin:
            lags = {}
            for group, topics in GROUPS.items():
                committed = admin.list_group_offsets({group: None})[group]
                for tp, end in self._ends(consumer, self._partitions(consumer, topics)).items():
                    offset = committed.get(tp)
                    lag = end - max(0, offset.offset if offset is not None else 0)
                    if lag:
                        lags[f"{group} {tp.topic}/{tp.partition}"] = lag
            return lags

    def put(self, messages: Sequence[tuple[str, bytes | None, bytes]]) -> None:
        """Raw (topic, key, value), acknowledged."""
        producer = KafkaProducer(bootstrap_servers=self.bootstrap, acks="all", max_request_size=MAX_BYTES)
        try:
            for future in [producer.send(topic, value, key) for topic, key, value in messages]:
                future.get(timeout=20)
        finally:
            producer.close(timeout=5)

    def answering(self, ask: Callable[[], T]) -> T | None:
        """The answer, None while the broker is away."""
        try:
            return ask()
        except (KafkaError, OSError, ValueError):  # ValueError: it knows no partition yet
            return None

    def _consumer(self) -> KafkaConsumer:
        return KafkaConsumer(
            bootstrap_servers=self.bootstrap, enable_auto_commit=False, auto_offset_reset="earliest",
            bootstrap_timeout_ms=5000, allow_auto_create_topics=False, max_partition_fetch_bytes=MAX_BYTES,
        )  # fmt: skip

    @staticmethod
    def _ends(consumer: KafkaConsumer, partitions: Sequence[TopicPartition]) -> dict[TopicPartition, int]:
        """The high watermarks of a fetch: Tansu answers a query for ends with the last batch's first record."""
        consumer.assign(partitions)
        for tp, end in consumer.end_offsets(partitions).items():
            consumer.seek(tp, end)
        deadline = monotonic() + PATIENCE_S
        while any(consumer.highwater(tp) is None for tp in partitions):
            if monotonic() > deadline:
                raise KafkaTimeoutError("no fetch told where the partitions end")
            consumer.poll(timeout_ms=100)
        return {tp: consumer.highwater(tp) for tp in partitions}

    @staticmethod
    def _partitions(consumer: KafkaConsumer, topics: Sequence[str]) -> list[TopicPartition]:
        numbers = {topic: consumer.partitions_for_topic(topic) or () for topic in topics}
        return [TopicPartition(topic, number) for topic in topics for number in sorted(numbers[topic])]
