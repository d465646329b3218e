"""Kafka clients for everything that is not Faust: the producer, and readers outside of any group.

In: a connection and messages.  Out: records, RetryableError or PermanentError.
With `streams.broker.membership.consumer` and `streams.broker.topic_admin` the only files that import kafka-python.
Decodes nothing.
"""

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

from kafka import KafkaConsumer, KafkaProducer
from kafka.errors import (
    AuthorizationError,
    KafkaError,
    MessageSizeTooLargeError,
    RecordListTooLargeError,
    SaslAuthenticationFailedError,
    UnsupportedSaslMechanismError,
)
from kafka.structs import TopicPartition

from schemas.codec import Message
from schemas.errors import Oversize, RetryableError
from streams.broker.access_probe import refusal
from streams.broker.client_factory import close_on_error, make_client
from streams.broker.connection import KafkaConnection, connection_of
from streams.broker.reachability import ServiceAway, kafka_at, probe, retry_until
from streams.broker.records import MAX_MESSAGE_BYTES, Partition, Record
from streams.settings import KafkaSettings

__all__ = [
    "BOOTSTRAP_TIMEOUT_MS",
    "CALL_TIMEOUT_MS",
    "Publisher",
    "Reader",
    "Record",
    "as_record",
    "connecting",
    "open_publisher",
]

DELIVERY_TIMEOUT_MS = 15_000
"""How long an acknowledgement may take before the batch is retried: half of SIGTERM's drain time."""

CALL_TIMEOUT_MS = 5_000
"""How long the owner thread waits for a commit, a position or leaving the group."""

METADATA_AGE_MS = 30_000
"""New partitions of a topic are noticed after this long."""

BOOTSTRAP_TIMEOUT_MS = 3_000
"""One attempt to reach the broker; callers retry."""

TOO_LARGE = (MessageSizeTooLargeError, RecordListTooLargeError)
NO_RIGHTS = (AuthorizationError, SaslAuthenticationFailedError, UnsupportedSaslMechanismError)
"""Errors that waiting does not fix."""


class Publisher:
    """A producer that returns only when every message is acknowledged by all in-sync replicas. Thread-safe.

    `wait_ms` bounds the wait.  A producer that failed is discarded: after a long outage it may never recover.
    The next call makes another one, as soon as the broker answers.
    """

    def __init__(self, connection: KafkaConnection, wait_ms: int = DELIVERY_TIMEOUT_MS) -> None:
        self._connection, self._wait_ms = connection, wait_ms
        self._making = threading.Lock()
        self._producer: KafkaProducer | None = self._connected()

    def publish(self, messages: Sequence[Message]) -> None:
        """Send and wait. Raises RetryableError when the broker does not answer, Refused for a permanent error.

        Raises Oversize for messages above the broker's limit, once all others are acknowledged.
        """
        suspects = self._find_oversize(messages)
        too_large: set[int] = set()
        topics: set[str] = set()
        for index in sorted(suspects, key=lambda one: _size(messages[one])):
            if messages[index].topic in topics or self._find_oversize([messages[index]]):
                topics.add(messages[index].topic)
                too_large.add(index)
        if too_large:
            least = min(_size(messages[index]) for index in too_large)
            raise Oversize(sorted(too_large), f"the broker takes no {least} bytes in {', '.join(sorted(topics))}")

    def _find_oversize(self, messages: Sequence[Message]) -> list[int]:
        """Which messages failed for size. One oversize message may fail all that its producer holds with the same error."""
        producer = self._current() if messages else None
        if producer is None:
            return []
        try:
            refused = _send_all(producer, messages, self._wait_ms / 1000 + 5)
        except KafkaError as error:
            self._discard(producer)
            what = f"{kafka_at(self._connection)} did not acknowledge"
            if isinstance(error, NO_RIGHTS):
                raise refusal(self._connection, what, error) from error
            raise RetryableError(f"{what}: {type(error).__name__}: {error}", "broker") from error
        if refused:
            self._discard(producer)
        return refused

    def close(self) -> None:
        """Close the connections; everything published was acknowledged before."""
        with self._making:
            producer, self._producer = self._producer, None
        if producer is not None:
            _close_later(producer, CALL_TIMEOUT_MS / 1000)

    def _current(self) -> KafkaProducer:
        with self._making:
            if self._producer is None:
                self._producer = self._connected()
            return self._producer

    def _discard(self, producer: KafkaProducer) -> None:
        with self._making:
            if self._producer is producer:
                self._producer = None
        patience_s = self._wait_ms / 1000 + 5  # until then its batches have expired; before, it refuses to close
        threading.Thread(target=_close_later, args=(producer, patience_s), name="old-producer", daemon=True).start()

    def _connected(self) -> KafkaProducer:
        with connecting(self._connection):
            return make_client(
                KafkaProducer,
                **self._connection.client_arguments(),
                acks="all",
                enable_idempotence=True,
                linger_ms=2,
                max_request_size=MAX_MESSAGE_BYTES,
                delivery_timeout_ms=self._wait_ms,
                request_timeout_ms=self._wait_ms // 2,
                max_block_ms=self._wait_ms,
                allow_auto_create_topics=False,
                bootstrap_timeout_ms=BOOTSTRAP_TIMEOUT_MS,
            )


def open_publisher(settings: KafkaSettings) -> Publisher:
    """A publisher for a command: tries for `connect_timeout_s`. Raises Unreachable, Misconfigured, Refused."""
    return retry_until(lambda: Publisher(connection_of(settings)), settings.connect_timeout_s)


def _close_later(producer: KafkaProducer, patience_s: float) -> None:
    """Close it. What is not acknowledged by now was reported already, or is retried by another producer."""
    with suppress(KafkaError):
        producer.close(timeout=patience_s)


def _send_all(producer: KafkaProducer, messages: Sequence[Message], wait_s: float) -> list[int]:
    """Which messages failed for size; all others are acknowledged. Raises any other KafkaError."""
    refused: list[int] = []
    futures: dict[int, Any] = {}
    for index, message in enumerate(messages):
        try:
            futures[index] = producer.send(message.topic, message.value, _key(message), list(message.headers))
        except TOO_LARGE:  # for the client itself
            refused.append(index)
    deadline = time.monotonic() + wait_s
    for index, future in futures.items():
        try:
            future.get(timeout=max(0.0, deadline - time.monotonic()))
        except TOO_LARGE:
            refused.append(index)
    return refused


def _size(message: Message) -> int:
    named = sum(len(name) + len(value) for name, value in message.headers)
    return len(message.key or b"") + len(message.value or b"") + named


def _key(message: Message) -> bytes | None:
    return b"" if message.key is None and message.value is None else message.key  # the client requires one of them


def as_record(raw: Any) -> Record:
    """A record of the client library as our `Record`."""
    headers = tuple((name, value or b"") for name, value in raw.headers or ())
    return Record(Partition(raw.topic, raw.partition), raw.offset, raw.key, raw.value, headers)


@contextmanager
def connecting(connection: KafkaConnection) -> Iterator[None]:
    """Connect in this block: errors become RetryableError with the address."""
    probe(connection)
    try:
        yield
    except NO_RIGHTS as error:
        raise refusal(connection, f"{kafka_at(connection)} refused", error) from error
    except KafkaError as error:
        raise ServiceAway(kafka_at(connection), f"{type(error).__name__}: {error}") from error


class Reader:
    """Reads topics from their beginning, outside of any group: for commands, progress and tests.

    Partitions that appear later are read too, from their beginning.
    """

    def __init__(self, connection: KafkaConnection, topics: Sequence[str]) -> None:
        self._connection = connection
        with connecting(connection):
            self._consumer = make_client(
                KafkaConsumer,
                **connection.client_arguments(),
                enable_auto_commit=False,
                auto_offset_reset="earliest",
                allow_auto_create_topics=False,
                metadata_max_age_ms=METADATA_AGE_MS,
                bootstrap_timeout_ms=BOOTSTRAP_TIMEOUT_MS,
            )
            with close_on_error(self):
                self._partitions = self._known(topics)
                if not self._partitions:
                    raise RetryableError(
                        f"{kafka_at(connection)} has no topic {', '.join(topics)}; `skg topics apply` creates it",
                        "broker",
                    )
                self._consumer.assign(self._partitions)
                self._consumer.seek_to_beginning()

    def poll(self, timeout_s: float) -> list[Record]:
        """New records, waiting at most `timeout_s` for the first. Raises Refused."""
        try:
            batches = self._consumer.poll(timeout_ms=int(timeout_s * 1000), max_records=2000)
        except KafkaError as error:
            if not error.retriable:
                what = f"cannot read from {kafka_at(self._connection)}"
                raise refusal(self._connection, what, error) from error
            time.sleep(timeout_s)  # the broker is electing or restarting: do not spin
            return []
        self._take_new()
        return [as_record(raw) for batch in batches.values() for raw in batch]

    def _known(self, topics: Iterable[str]) -> list[TopicPartition]:
        """The partitions that the client knows; it asks the broker only about topics without any."""
        return [
            TopicPartition(topic, number)
            for topic in topics
            for number in sorted(self._consumer.partitions_for_topic(topic) or ())
        ]

    def _take_new(self) -> None:
        """Read partitions that have appeared; the others keep their positions."""
        new = sorted(set(self._known({tp.topic for tp in self._partitions})) - set(self._partitions))
        if new:
            self._partitions += new
            self._consumer.assign(self._partitions)
            self._consumer.seek_to_beginning(*new)

    def seek(self, offset_of: Callable[[Partition], int]) -> None:
        """Continue from the given offsets."""
        for tp in self._partitions:
            self._consumer.seek(tp, offset_of(Partition(*tp)))

    def highwaters(self) -> dict[Partition, int | None]:
        """The end of each partition from the last fetch (Tansu's own answer about ends is wrong for batches)."""
        return {Partition(*tp): self._consumer.highwater(tp) for tp in self._partitions}

    def at_end(self) -> bool:
        """Whether every partition was read up to the end from its last fetch; False before a first fetch."""
        try:
            return all(
                high is not None and (self._consumer.position(tp, timeout_ms=CALL_TIMEOUT_MS) or 0) >= high
                for tp in self._partitions
                for high in (self._consumer.highwater(tp),)
            )
        except KafkaError:
            return False  # unknown while the broker is unavailable

    def connected(self) -> bool:
        """Whether any connection to a broker is open."""
        return bool(self._consumer.metrics().get("consumer-metrics", {}).get("connection-count"))

    def record_at(self, partition: Partition, offset: int, wait_s: float) -> Record | None:
        """The record at the offset, None if it no longer exists. The reader reads nothing else afterwards."""
        place = TopicPartition(*partition)
        if place not in self._partitions:
            return None
        self._partitions = [place]
        self._consumer.assign(self._partitions)
        self._consumer.seek(place, offset)
        deadline = time.monotonic() + wait_s
        while time.monotonic() < deadline:
            found = self._consumer.poll(timeout_ms=500, max_records=1).get(place)
            if found:  # another one, where the topic begins later by now
                return as_record(found[0]) if found[0].offset == offset else None
            if self.at_end():
                return None
        raise RetryableError(f"{partition.topic} was not read within {wait_s:.0f} s", "broker")

    def close(self) -> None:
        """Close the connections."""
        self._consumer.close(autocommit=False)
