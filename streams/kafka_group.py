"""A member of a consumer group: what the worker loop reads from.

In: addresses and a topic.  Out: records that are not paused, committed offsets, news of assignments.
With `streams.kafka_door` and `streams.topic_admin` the only files that import kafka-python.  Decodes nothing.
"""

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from kafka import ConsumerRebalanceListener, KafkaConsumer
from kafka.errors import (
    CommitFailedError,
    IllegalGenerationError,
    KafkaError,
    RebalanceInProgressError,
    UnknownMemberIdError,
)
from kafka.structs import OffsetAndMetadata, TopicPartition

from schemas.failures import TryLater
from streams.kafka_door import BOOTSTRAP_TIMEOUT_MS, CALL_TIMEOUT_MS, as_record, reaching
from streams.problems import Refused
from streams.records import Partition, Record

POLL_INTERVAL_MS = 300_000
"""Also the rebalance timeout. The owner thread polls five times a second, so it is never near."""

METADATA_AGE_MS = 30_000
"""New partitions of a topic are noticed after this long."""

MAX_POLL_RECORDS = 64

_NOT_OURS = (CommitFailedError, IllegalGenerationError, RebalanceInProgressError, UnknownMemberIdError)
"""The group moved on without this member: it joins again with the next poll."""


class Assignment(Protocol):
    """What a consumer group hands out. `start` may say where to begin; `gone` hears of what was taken away.

    Both run on kafka-python's IO thread and must be short; neither may call the consumer.
    """

    def start(self, partitions: Sequence[Partition]) -> Mapping[Partition, int | None]:
        """Where to begin (None: at the earliest record) in those partitions where the group's offset does not count."""
        ...

    def gone(self, partitions: Sequence[Partition]) -> None:
        """These partitions belong to somebody else now."""
        ...


@dataclass(frozen=True)
class GroupSettings:
    """A consumer group's member: addresses, group, session timeout in seconds, and what to do without a valid offset.

    With "none" the reader ends in Refused instead of reading from a place that nobody chose.
    """

    bootstrap: str
    group: str
    session_s: float
    offset_reset: Literal["earliest", "none"] = "earliest"


class GroupConsumer:
    """A member of a consumer group. Owned by one thread: kafka-python's consumer is not thread-safe."""

    def __init__(self, settings: GroupSettings, topic: str | Sequence[str], assignment: Assignment) -> None:
        session_ms = int(settings.session_s * 1000)
        topics = [topic] if isinstance(topic, str) else list(topic)
        self._what = f"{' and '.join(topics)} as {settings.group} from {settings.bootstrap}"
        with reaching(settings.bootstrap):
            self._consumer = KafkaConsumer(
                bootstrap_servers=settings.bootstrap.split(","),
                group_id=settings.group,
                enable_auto_commit=False,
                auto_offset_reset=settings.offset_reset,
                session_timeout_ms=session_ms,
                heartbeat_interval_ms=max(500, session_ms // 4),
                max_poll_interval_ms=max(POLL_INTERVAL_MS, session_ms),
                max_poll_records=MAX_POLL_RECORDS,
                metadata_max_age_ms=METADATA_AGE_MS,
                allow_auto_create_topics=False,
                bootstrap_timeout_ms=BOOTSTRAP_TIMEOUT_MS,
            )
            self._consumer.subscribe(topics, listener=_Listener(self._consumer, assignment))
            # The client may forget to ask for a topic while another answer is under way, and would then join with no
            # partitions until its metadata is old. Asking here makes sure that it knows them.
            unknown = [name for name in topics if not self._consumer.partitions_for_topic(name)]
        if unknown:
            self.close()
            raise TryLater(f"Kafka at {settings.bootstrap} has no topic {', '.join(unknown)}")

    def poll(self, timeout_s: float) -> list[Record]:
        """Records of partitions that are not paused; at most 64. Raises Refused when the group cannot go on."""
        try:
            batches = self._consumer.poll(timeout_ms=int(timeout_s * 1000))
        except KafkaError as error:
            if not error.retriable and not isinstance(error, _NOT_OURS):
                raise Refused(f"cannot go on reading {self._what}: {type(error).__name__}: {error}") from error
            time.sleep(timeout_s)  # the broker is electing or restarting: do not spin
            return []
        return [as_record(raw) for batch in batches.values() for raw in batch]

    def pause(self) -> None:
        """Fetch nothing until `resume`; the group membership stays alive."""
        self._consumer.pause(*self._consumer.assignment())

    def resume(self) -> None:
        """Fetch again from every paused partition."""
        self._consumer.resume(*self._consumer.paused())

    def commit(self, offsets: Mapping[Partition, int]) -> bool:
        """Commit next offsets. False: not now (a rebalance, a broker that is away) or no longer ours; go on."""
        assigned = self._consumer.assignment()
        wanted = {TopicPartition(*p): OffsetAndMetadata(offset, "", -1) for p, offset in offsets.items()}
        owned = {tp: offset for tp, offset in wanted.items() if tp in assigned}
        if not owned:
            return False
        try:
            self._consumer.commit(owned, timeout_ms=CALL_TIMEOUT_MS)
        except KafkaError as error:
            if not error.retriable and not isinstance(error, _NOT_OURS):
                raise Refused(f"cannot commit {self._what}: {type(error).__name__}: {error}") from error
            return False
        return True

    def lag(self) -> int | None:
        """Records that the broker holds and this member has not fetched; None before the first fetch."""
        try:
            known = [
                (high, self._consumer.position(tp, timeout_ms=CALL_TIMEOUT_MS))
                for tp in self._consumer.assignment()
                if (high := self._consumer.highwater(tp)) is not None
            ]
        except KafkaError:
            return None
        return sum(max(0, high - position) for high, position in known if position is not None) if known else None

    def close(self) -> None:
        """Leave the group at once, so that others need not wait for the session to time out."""
        self._consumer.close(autocommit=False, timeout_ms=CALL_TIMEOUT_MS)


class _Listener(ConsumerRebalanceListener):  # type: ignore[misc] # kafka-python ships no types
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
            if offset is None:
                self._consumer.seek_to_beginning(TopicPartition(*partition))
            else:
                self._consumer.seek(TopicPartition(*partition), offset)
