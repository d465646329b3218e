"""The door to Kafka for everything that is not Faust: the producer, and readers outside of any group.

In: addresses and messages.  Out: records, or the two failure words.
With `streams.kafka_group` and `streams.topic_admin` the only files that import kafka-python.  Decodes nothing.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from kafka import KafkaConsumer, KafkaProducer
from kafka.errors import KafkaError, MessageSizeTooLargeError, RecordListTooLargeError
from kafka.structs import TopicPartition

from schemas.codec import Message
from schemas.failures import Never, TryLater
from streams.reach import probe
from streams.records import MAX_MESSAGE_BYTES, Partition, Record

__all__ = ["BOOTSTRAP_TIMEOUT_MS", "CALL_TIMEOUT_MS", "Publisher", "Reader", "Record", "as_record", "reaching"]

DELIVERY_TIMEOUT_MS = 30_000
"""How long an acknowledgement may take before the batch is tried again."""

CALL_TIMEOUT_MS = 5_000
"""How long the owner thread waits for a commit, a position or a goodbye before it goes on."""

BOOTSTRAP_TIMEOUT_MS = 5_000
"""One attempt to reach the broker; whoever connects tries again."""


class Publisher:
    """A producer that returns only when every message is acknowledged by all in-sync replicas. Thread-safe.

    `wait_ms` bounds how long that may take.
    """

    def __init__(self, bootstrap: str, wait_ms: int = DELIVERY_TIMEOUT_MS) -> None:
        self._wait_s = wait_ms / 1000
        with reaching(bootstrap):
            self._producer = KafkaProducer(
                bootstrap_servers=bootstrap.split(","),
                acks="all",
                enable_idempotence=True,
                linger_ms=2,
                max_request_size=MAX_MESSAGE_BYTES,
                delivery_timeout_ms=wait_ms,
                request_timeout_ms=wait_ms // 2,
                max_block_ms=wait_ms,
                allow_auto_create_topics=False,
                bootstrap_timeout_ms=BOOTSTRAP_TIMEOUT_MS,
            )

    def publish(self, messages: Sequence[Message]) -> None:
        """Send and wait. Raises Never for an oversize message, TryLater when the broker does not answer."""
        try:
            futures = [self._producer.send(m.topic, m.value, _key(m), list(m.headers)) for m in messages]
            for future in futures:
                future.get(timeout=self._wait_s + 5)
        except (MessageSizeTooLargeError, RecordListTooLargeError) as error:
            raise Never("oversize", str(error)) from error
        except KafkaError as error:
            raise TryLater(f"the broker did not acknowledge: {type(error).__name__}: {error}") from error

    def close(self) -> None:
        """Close the connections; everything published was acknowledged before."""
        self._producer.close(timeout=5)


def _key(message: Message) -> bytes | None:
    return b"" if message.key is None and message.value is None else message.key  # the client wants one of them


def as_record(raw: Any) -> Record:
    """A record of the client library as the carriers know it."""
    headers = tuple((name, value or b"") for name, value in raw.headers or ())
    return Record(Partition(raw.topic, raw.partition), raw.offset, raw.key, raw.value, headers)


@contextmanager
def reaching(bootstrap: str) -> Iterator[None]:
    """Connect inside of this: what goes wrong is TryLater and names the address."""
    probe(bootstrap)
    try:
        yield
    except KafkaError as error:
        raise TryLater(f"cannot reach Kafka at {bootstrap}: {type(error).__name__}") from error


class Reader:
    """Reads topics from their beginning, outside of any group: for people, progress and tests."""

    def __init__(self, bootstrap: str, topics: Sequence[str]) -> None:
        with reaching(bootstrap):
            self._consumer = KafkaConsumer(
                bootstrap_servers=bootstrap.split(","),
                enable_auto_commit=False,
                auto_offset_reset="earliest",
                allow_auto_create_topics=False,
                bootstrap_timeout_ms=BOOTSTRAP_TIMEOUT_MS,
            )
            self._partitions = [
                TopicPartition(topic, number)
                for topic in topics
                for number in sorted(self._consumer.partitions_for_topic(topic) or ())
            ]
        self._consumer.assign(self._partitions)
        self._consumer.seek_to_beginning()

    def poll(self, timeout_s: float) -> list[Record]:
        """New records, waiting at most `timeout_s` for the first."""
        batches = self._consumer.poll(timeout_ms=int(timeout_s * 1000), max_records=2000)
        return [as_record(raw) for batch in batches.values() for raw in batch]

    def seek(self, offset_of: Callable[[Partition], int]) -> None:
        """Go on from the given offsets."""
        for tp in self._partitions:
            self._consumer.seek(tp, offset_of(Partition(*tp)))

    def highwaters(self) -> dict[Partition, int | None]:
        """The end of each partition as the last fetch saw it (Tansu's own answer about ends is wrong for batches)."""
        return {Partition(*tp): self._consumer.highwater(tp) for tp in self._partitions}

    def at_end(self) -> bool:
        """Whether every partition was read up to the end that its last fetch saw; False before a first fetch."""
        return all(
            high is not None and (self._consumer.position(tp, timeout_ms=CALL_TIMEOUT_MS) or 0) >= high
            for tp in self._partitions
            for high in (self._consumer.highwater(tp),)
        )

    def close(self) -> None:
        """Close the connections."""
        self._consumer.close(autocommit=False)
