"""A member of a consumer group: the source of the worker loop.

In: a connection and a topic.  Out: records that are not paused, committed offsets, notifications of assignments.
With `streams.broker.clients` and `streams.broker.topic_admin` the only files that import kafka-python.  Decodes nothing.
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

from monitoring.logs import log
from schemas.errors import RetryableError
from streams.broker.access_probe import refusal
from streams.broker.client_factory import close_on_error, make_client
from streams.broker.clients import BOOTSTRAP_TIMEOUT_MS, CALL_TIMEOUT_MS, METADATA_AGE_MS, as_record, connecting
from streams.broker.connection import KafkaConnection
from streams.broker.group_admin import ends_of
from streams.broker.membership.assignment import AssignmentChanges, emptied, lost_end
from streams.broker.membership.joins import GroupJoins
from streams.broker.records import Partition, Record
from streams.errors import Refused

POLL_INTERVAL_MS = 300_000
"""Also the rebalance timeout. The owner thread polls five times a second, so it is never reached."""

MAX_POLL_RECORDS = 64

START_AGAIN_S = 1.0
"""Between two attempts to learn where partitions start, while the table with the positions is unavailable."""

REPORT_EVERY_S = 30.0

ENDS_EVERY_S = 5.0
"""Between two checks that partitions still reach their position: topics are seldom re-created."""

_NOT_OURS = (CommitFailedError, IllegalGenerationError, RebalanceInProgressError, UnknownMemberIdError)
"""The group moved on without this member: it rejoins with the next poll."""


class Assignment(Protocol):
    """Is notified of assigned and revoked partitions, on the thread that owns the consumer."""

    def assign(self, partitions: Sequence[Partition]) -> Mapping[Partition, int | None]:
        """Where to begin (None: at the earliest record) in those partitions where the group's offset does not count.

        Raises RetryableError: nothing is read from them, and the call is repeated.
        """
        ...

    def revoke(self, partitions: Sequence[Partition]) -> None:
        """These partitions are no longer assigned."""
        ...


@dataclass(frozen=True)
class GroupSettings:
    """A consumer group's member: connection, group, session timeout in seconds, and what to do without a valid offset.

    With "none" the assignment knows every position, and the consumer raises Refused instead of reading from an arbitrary
    position.  `client` is the client id.  `instance` makes the member static: its name survives a restart, and its
    partitions wait for it until the session times out.
    """

    connection: KafkaConnection
    group: str
    session_s: float
    offset_reset: Literal["earliest", "none"] = "earliest"
    client: str = "skg"
    instance: str | None = None


class GroupConsumer:
    """A member of a consumer group. Owned by one thread: kafka-python's consumer is not thread-safe."""

    def __init__(self, settings: GroupSettings, topic: str | Sequence[str], assignment: Assignment) -> None:
        session_ms = int(settings.session_s * 1000)
        topics = [topic] if isinstance(topic, str) else list(topic)
        self._assignment, self._connection, self._client = assignment, settings.connection, settings.client
        self._changes = AssignmentChanges(cooperative=False)
        self._started: set[Partition] = set()
        self._waiting: list[Partition] = []
        self._looked_at: set[Partition] = set()
        self._next: dict[Partition, int] = {}
        self._topic_ids: dict[str, object] = {}
        self._held_back, self._placed = False, settings.offset_reset == "none"
        self._start_at = self._complain_at = self._ends_at = 0.0
        self._what = f"{' and '.join(topics)} as {settings.group} from {settings.connection}"
        with connecting(settings.connection):
            self._consumer = make_client(
                KafkaConsumer,
                **settings.connection.client_arguments(),
                client_id=settings.client,
                group_id=settings.group,
                group_instance_id=settings.instance,
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
            with close_on_error(self):
                self._joins = GroupJoins(self._consumer._coordinator)
                listener = _Listener(self._consumer, self._changes, self._placed)
                self._consumer.subscribe(topics, listener=listener)
                # The client may forget to ask for a topic while another answer is under way, and would then join with
                # no partitions until its metadata is old. Asking here makes sure that it knows them.
                unknown = [name for name in topics if not self._consumer.partitions_for_topic(name)]
        if unknown:
            self.close()
            raise RetryableError(f"Kafka at {settings.connection} has no topic {', '.join(unknown)}", "broker")

    def poll(self, timeout_s: float) -> list[Record]:
        """Records of partitions that are not paused; at most 64. Raises Refused when the group cannot continue."""
        self._joins.remember()
        try:
            batches = self._consumer.poll(timeout_ms=int(timeout_s * 1000))
        except KafkaError as error:
            if not error.retriable and not isinstance(error, _NOT_OURS):
                raise refusal(self._connection, f"cannot go on reading {self._what}", error) from error
            time.sleep(timeout_s)  # the broker is electing or restarting: do not spin
            batches = {}
        self._apply_changes()
        records = [as_record(raw) for batch in batches.values() for raw in batch]
        self._next |= {record.partition: record.offset + 1 for record in records}
        if time.monotonic() >= self._ends_at:
            self._ends_at = time.monotonic() + ENDS_EVERY_S
            self._check_ends()
            self._skip_expired()
        return records

    def pause(self) -> None:
        """Fetch nothing until `resume`; the group membership stays alive."""
        self._held_back = True
        self._consumer.pause(*self._consumer.assignment())

    def resume(self) -> None:
        """Fetch again from every paused partition that has been started."""
        self._held_back = False
        self._consumer.resume(*(tp for tp in self._consumer.paused() if Partition(*tp) in self._started))

    def commit(self, offsets: Mapping[Partition, int]) -> bool:
        """Commit next offsets. False: not now (a rebalance, a broker that is unavailable) or no longer ours; continue."""
        owned = {TopicPartition(*p): OffsetAndMetadata(o, "", -1) for p, o in offsets.items() if p in self._started}
        if not owned:
            return False
        try:
            self._consumer.commit(owned, timeout_ms=CALL_TIMEOUT_MS)
        except KafkaError as error:
            if not error.retriable and not isinstance(error, _NOT_OURS):
                raise refusal(self._connection, f"cannot commit {self._what}", error) from error
            return False
        return True

    def lag(self) -> int:
        """Records that the broker holds and this member has not fetched, as of its own fetches; sends no request."""
        ends = {p: self._consumer.highwater(TopicPartition(*p)) for p in self._started if p in self._next}
        return sum(max(0, (end or 0) - self._next[p]) for p, end in ends.items())

    def connected(self) -> bool:
        """Whether a broker has let any connection in.

        The library's own count holds those that are still being made too: where each login is refused, that is never zero.
        """
        connections = list(self._consumer._manager._conns.values())
        return any(connection.connected and not connection.initializing for connection in connections)

    def close(self) -> None:
        """Leave the group at once, so that others need not wait for the session to time out."""
        self._consumer.close(autocommit=False, timeout_ms=CALL_TIMEOUT_MS)

    def _apply_changes(self) -> None:
        """Notify of revoked partitions, and start new ones: they are fetched with the next poll."""
        for change in self._changes.take():
            gone = set(change.gone)
            self._started -= gone
            self._looked_at -= gone
            self._waiting = [p for p in self._waiting if p not in gone]
            self._next = {p: offset for p, offset in self._next.items() if p not in gone}
            if gone:
                self._assignment.revoke(change.gone)
            self._waiting += change.new
        if self._waiting and time.monotonic() >= self._start_at:
            self._start(tuple(self._waiting))

    def _check_ends(self) -> None:
        """Raise Refused where a topic was re-created, or ends before the position of this member.

        Some brokers answer a fetch from beyond the end with nothing, others with an error that `poll` raises.
        """
        self._check_ids()
        read = {p: offset for p, offset in self._next.items() if p in self._started}
        lost = lost_end(read, lambda p: self._consumer.highwater(TopicPartition(*p)), self._ends)
        if lost is not None:
            raise Refused(lost)

    def _skip_expired(self) -> None:
        """Commit the end of new partitions that hold no record any more: what nobody read of them would be lag for ever."""
        new = self._started - self._looked_at
        if not new or self._placed:
            return
        names = [TopicPartition(*partition) for partition in new]
        try:
            begins = self._consumer.beginning_offsets(names, timeout_ms=CALL_TIMEOUT_MS)
            empty = emptied(begins, self._consumer.end_offsets(names, timeout_ms=CALL_TIMEOUT_MS))
        except KafkaError:
            return  # it is unavailable, or elects a leader: asked again with the next check
        if not empty or self.commit({Partition(*tp): end for tp, end in empty.items()}):
            self._looked_at |= new

    def _check_ids(self) -> None:
        for topic in {partition.topic for partition in self._started}:
            now = self._consumer._cluster.topic_id(topic)  # from its metadata; the library has no public way
            if now is not None and self._topic_ids.setdefault(topic, now) != now:
                raise Refused(f"{topic} was created anew: its old positions do not count; start again")

    def _ends(self, partitions: Sequence[Partition]) -> Mapping[Partition, int]:
        try:
            return ends_of(self._connection, self._client, {p: self._next[p] for p in partitions}, CALL_TIMEOUT_MS / 1000)
        except RetryableError:
            return {}  # it is unavailable, or elects a leader: asked again with the next check

    def _start(self, partitions: Sequence[Partition]) -> None:
        try:
            starts = self._not_expired(self._assignment.assign(partitions))
        except RetryableError as failure:
            self._start_at = time.monotonic() + START_AGAIN_S
            self._report(failure)
            return
        for partition, offset in starts.items():
            if offset is None:
                self._consumer.seek_to_beginning(TopicPartition(*partition))
            else:
                self._consumer.seek(TopicPartition(*partition), offset)
                self._next[partition] = offset
        self._started |= set(partitions)
        self._check_ids()
        self._waiting = []
        if not self._held_back:
            self.resume()

    def _not_expired(self, starts: Mapping[Partition, int | None]) -> Mapping[Partition, int | None]:
        """The same starts, none before its partition begins: what the topic has deleted meanwhile is lost, and said."""
        placed = {TopicPartition(*partition): offset for partition, offset in starts.items() if offset is not None}
        if not placed:
            return starts
        try:
            begins = self._consumer.beginning_offsets(list(placed), timeout_ms=CALL_TIMEOUT_MS)
        except KafkaError as error:
            if not error.retriable:
                raise refusal(self._connection, f"cannot read {self._what}", error) from error
            raise RetryableError(f"cannot reach Kafka at {self._connection}: {type(error).__name__}", "broker") from error
        lost = {Partition(*tp): (offset, begins[tp]) for tp, offset in placed.items() if begins[tp] > offset}
        for partition, (offset, begin) in sorted(lost.items()):
            log("consumer").error(
                "records expired before they were read",
                **{"topic": partition.topic, "partition": partition.number, "offset": offset, "records": begin - offset},
            )
        return {**starts, **{partition: begin for partition, (_, begin) in lost.items()}}

    def _report(self, failure: RetryableError) -> None:
        if time.monotonic() >= self._complain_at:
            log("consumer").warning("partitions wait for their start", why=str(failure))
            self._complain_at = time.monotonic() + REPORT_EVERY_S


class _Listener(ConsumerRebalanceListener):  # type: ignore[misc] # kafka-python ships no types
    """Records assignment changes on the client's own thread, and keeps new partitions from being fetched until started."""

    def __init__(self, consumer: KafkaConsumer, changes: AssignmentChanges, placed: bool) -> None:
        self._consumer, self._changes, self._placed = consumer, changes, placed

    def on_partitions_revoked(self, revoked: Iterable[TopicPartition]) -> None:
        self._changes.revoked(Partition(*tp) for tp in revoked)

    def on_partitions_lost(self, lost: Iterable[TopicPartition]) -> None:
        self._changes.lost(Partition(*tp) for tp in lost)

    def on_partitions_assigned(self, assigned: Iterable[TopicPartition]) -> None:
        for partition in self._changes.assigned(Partition(*tp) for tp in assigned):
            self._consumer.pause(TopicPartition(*partition))
            if self._placed:  # any position, or the client would look for one that the group does not have
                self._consumer.seek(TopicPartition(*partition), 0)
