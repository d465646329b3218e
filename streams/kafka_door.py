"""The door to Kafka for everything that is not Faust: consumer, producer, readers.

In: addresses and messages.  Out: records, or the two failure words.
With `streams.topic_admin` the only files that import kafka-python.  Decodes nothing.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import NamedTuple

from kafka import KafkaConsumer, KafkaProducer
from kafka.errors import (
    CommitFailedError,
    KafkaError,
    MessageSizeTooLargeError,
    RebalanceInProgressError,
    RecordListTooLargeError,
)
from kafka.structs import OffsetAndMetadata, TopicPartition

from schemas.codec import Message
from schemas.failures import Never, TryLater

MAX_MESSAGE_BYTES = 1_040_000
"""Just below the broker's default limit of 1 MiB; images never travel on Kafka, so few messages come near it."""

MAX_VALUE_BYTES = 1_000_000
"""The largest value that is sent: the rest is for key, headers, and what a dead letter adds to its original."""

DELIVERY_TIMEOUT_MS = 30_000
"""How long an acknowledgement may take before the batch is tried again."""

POLL_INTERVAL_MS = 300_000
"""Also the rebalance timeout. The owner thread polls five times a second, so it is never near."""


class Partition(NamedTuple):
    """A partition of a topic."""

    topic: str
    number: int


@dataclass(frozen=True)
class Record:
    """A record as it lies in the topic, undecoded."""

    partition: Partition
    offset: int
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes], ...]


class Assignment:
    """What a consumer group hands out. `start` may name offsets to begin at; `gone` hears of what was taken away.

    Both run on kafka-python's IO thread and must be short; neither may call the consumer.
    """

    def start(self, partitions: Sequence[Partition]) -> dict[Partition, int]:
        """The offsets to begin at, for those partitions where the group's own offset does not count."""
        return {}

    def gone(self, partitions: Sequence[Partition]) -> None:
        """These partitions belong to somebody else now."""


@dataclass(frozen=True)
class GroupSettings:
    """A consumer group's member: addresses, group, session timeout, and what to do without an offset."""

    bootstrap: str
    group: str
    session_s: float
    offset_reset: str = "earliest"


class GroupConsumer:
    """A member of a consumer group. Owned by one thread: kafka-python's consumer is not thread-safe."""

    def __init__(self, settings: GroupSettings, topic: str, assignment: Assignment) -> None:
        session_ms = int(settings.session_s * 1000)
        with _reaching(settings.bootstrap):
            self._consumer = KafkaConsumer(
                bootstrap_servers=settings.bootstrap.split(","),
                group_id=settings.group,
                enable_auto_commit=False,
                auto_offset_reset=settings.offset_reset,
                session_timeout_ms=session_ms,
                heartbeat_interval_ms=max(500, session_ms // 4),
                max_poll_interval_ms=max(POLL_INTERVAL_MS, session_ms),
                max_poll_records=64,
                allow_auto_create_topics=False,
                bootstrap_timeout_ms=5000,
            )
            self._consumer.subscribe([topic], listener=_Listener(self._consumer, assignment))

    def poll(self, timeout_s: float) -> list[Record]:
        """Records of partitions that are not paused; at most 64."""
        batches = self._consumer.poll(timeout_ms=int(timeout_s * 1000))
        return [_record(raw) for batch in batches.values() for raw in batch]

    def pause(self) -> None:
        """Fetch nothing until `resume`; the group membership stays alive."""
        self._consumer.pause(*self._consumer.assignment())

    def resume(self) -> None:
        """Fetch again from every paused partition."""
        self._consumer.resume(*self._consumer.paused())

    def commit(self, offsets: dict[Partition, int]) -> bool:
        """Commit next offsets. False: not now (a rebalance is under way) or no longer ours; the caller goes on."""
        wanted = {TopicPartition(*p): OffsetAndMetadata(o, "", -1) for p, o in offsets.items()}
        owned = {tp: offset for tp, offset in wanted.items() if tp in self._consumer.assignment()}
        if not owned:
            return False
        try:
            self._consumer.commit(owned)
        except (CommitFailedError, RebalanceInProgressError):
            return False
        return True

    def lag(self) -> int | None:
        """Records that the broker holds and this member has not fetched; None before the first fetch."""
        known = [
            (self._consumer.highwater(tp), self._consumer.position(tp, timeout_ms=1000))
            for tp in self._consumer.assignment()
            if self._consumer.highwater(tp) is not None
        ]
        return sum(max(0, high - (position or 0)) for high, position in known) if known else None

    def close(self) -> None:
        """Leave the group at once, so that others need not wait for the session to time out."""
        self._consumer.close(autocommit=False)


class _Listener:
    """Carries assignment changes from the IO thread; seeking here makes the first record the right one."""

    def __init__(self, consumer: KafkaConsumer, assignment: Assignment) -> None:
        self._consumer = consumer
        self._assignment = assignment

    def on_partitions_revoked(self, revoked: Iterable[TopicPartition]) -> None:
        self._assignment.gone([Partition(*tp) for tp in revoked])

    def on_partitions_lost(self, lost: Iterable[TopicPartition]) -> None:
        self.on_partitions_revoked(lost)

    def on_partitions_assigned(self, assigned: Iterable[TopicPartition]) -> None:
        starts = self._assignment.start([Partition(*tp) for tp in assigned])
        for partition, offset in starts.items():
            self._consumer.seek(TopicPartition(*partition), offset)


class Publisher:
    """A producer that returns only when every message is acknowledged by all in-sync replicas. Thread-safe."""

    def __init__(self, bootstrap: str) -> None:
        with _reaching(bootstrap):
            self._producer = KafkaProducer(
                bootstrap_servers=bootstrap.split(","),
                acks="all",
                enable_idempotence=True,
                linger_ms=2,
                max_request_size=MAX_MESSAGE_BYTES,
                delivery_timeout_ms=DELIVERY_TIMEOUT_MS,
                request_timeout_ms=DELIVERY_TIMEOUT_MS // 2,
                max_block_ms=DELIVERY_TIMEOUT_MS,
                allow_auto_create_topics=False,
                bootstrap_timeout_ms=5000,
            )

    def publish(self, messages: Sequence[Message]) -> None:
        """Send and wait. Raises Never for an oversize message, TryLater when the broker does not answer."""
        try:
            futures = [
                self._producer.send(m.topic, value=m.value, key=m.key, headers=list(m.headers)) for m in messages
            ]
            for future in futures:
                future.get(timeout=DELIVERY_TIMEOUT_MS / 1000 + 5)
        except (MessageSizeTooLargeError, RecordListTooLargeError) as error:
            raise Never("oversize", str(error)) from error
        except KafkaError as error:
            raise TryLater(f"the broker did not acknowledge: {type(error).__name__}: {error}") from error

    def close(self) -> None:
        """Close the connections; everything published was acknowledged before."""
        self._producer.close(timeout=5)


def _record(raw: object) -> Record:
    get = raw.__getattribute__
    partition = Partition(get("topic"), get("partition"))
    return Record(partition, get("offset"), get("key"), get("value"), tuple(get("headers") or ()))


@contextmanager
def _reaching(bootstrap: str) -> Iterator[None]:
    try:
        yield
    except KafkaError as error:
        raise TryLater(f"cannot reach Kafka at {bootstrap}: {type(error).__name__}") from error


class Reader:
    """Reads topics from their beginning, outside of any group: for people, progress and tests."""

    def __init__(self, bootstrap: str, topics: Sequence[str]) -> None:
        with _reaching(bootstrap):
            self._consumer = KafkaConsumer(
                bootstrap_servers=bootstrap.split(","),
                enable_auto_commit=False,
                auto_offset_reset="earliest",
                allow_auto_create_topics=False,
                bootstrap_timeout_ms=5000,
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
        return [_record(raw) for batch in batches.values() for raw in batch]

    def seek(self, offset_of: Callable[[Partition], int]) -> None:
        """Go on from the given offsets."""
        for tp in self._partitions:
            self._consumer.seek(tp, offset_of(Partition(*tp)))

    def highwaters(self) -> dict[Partition, int | None]:
        """The end of each partition as the last fetch saw it (Tansu's own answer about ends is wrong for batches)."""
        return {Partition(*tp): self._consumer.highwater(tp) for tp in self._partitions}

    def close(self) -> None:
        """Close the connections."""
        self._consumer.close(autocommit=False)
