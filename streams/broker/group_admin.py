"""What a broker knows of consumer groups: members, committed offsets, and unread records.

In: groups, topics.  Out: plain values, RetryableError or Refused.
With `streams.broker.clients`, `streams.broker.membership.consumer` and `streams.broker.topic_admin` the only files that
import kafka-python.  Joins no group and commits nothing.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from time import monotonic, sleep
from types import TracebackType
from typing import Any, Self, TypeVar

from kafka import KafkaConsumer
from kafka.admin import KafkaAdminClient
from kafka.errors import (
    CoordinatorLoadInProgressError,
    CoordinatorNotAvailableError,
    KafkaError,
    NotCoordinatorError,
    OffsetOutOfRangeError,
)
from kafka.protocol.admin import DescribeGroupsRequest
from kafka.structs import TopicPartition

from schemas.errors import RetryableError
from streams.broker.access_probe import refusal
from streams.broker.client_factory import close_on_error, make_client
from streams.broker.connection import KafkaConnection
from streams.broker.group_state import Member, Unread
from streams.broker.reachability import probe
from streams.broker.records import Partition

FETCH_BYTES = 65_536
"""Per partition and fetch: most events are smaller, and a larger one is returned when its partition is the first."""

POLL_MS = 100

FETCH_WAIT_MS = 20
"""Where nothing is unread there is nothing to wait for."""


_COORDINATOR_ERRORS = (CoordinatorLoadInProgressError, CoordinatorNotAvailableError, NotCoordinatorError)

_MEMBER_ID = re.compile(r"(.*)-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
"""The member id that brokers make of a client id: Tansu returns only the member id."""

T = TypeVar("T")


class _Admin(KafkaAdminClient):  # type: ignore[misc] # kafka-python ships no types
    """Does not query the client's permissions: Tansu answers with numbers that kafka-python does not know.

    Nor does it parse members' join metadata: only kafka-python's own members use its format.
    """

    def _describe_groups_request(self, group_ids: Iterable[str]) -> DescribeGroupsRequest:
        return DescribeGroupsRequest(groups=list(group_ids), include_authorized_operations=False)

    def _describe_groups_process_response(self, response: Any) -> Any:
        for member in (member for group in response.groups for member in group.members):
            member.member_metadata = b""  # unused, and Faust's would be logged in full each time
        return super()._describe_groups_process_response(response)

    def _process_acl_operations(self, described: Any) -> Any:
        return described


class GroupAdmin:
    """Queries the broker; implements `streams.broker.group_state.Groups`. Owned by one thread.

    Raises RetryableError when it does not answer, Refused for a permanent error.
    """

    def __init__(self, connection: KafkaConnection, client_id: str, timeout_s: float) -> None:
        self._connection, self._timeout_s = connection, timeout_s
        timeout_ms = max(1, int(timeout_s * 1000))
        self._common = _arguments(connection, client_id, timeout_s)
        probe(self._connection)
        with _asking(connection):
            self._admin = make_client(_Admin, **self._common, request_timeout_ms=timeout_ms)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._admin.close()

    def members(self, groups: Iterable[str]) -> dict[str, tuple[Member, ...]]:
        """The members of each group; none for a group that the broker does not know."""
        names = list(groups)
        described = self._retry_coordinator(lambda: self._admin.describe_groups(names))
        return {name: tuple(sorted(map(_member, described[name]["members"]), key=str)) for name in names}

    def partitions(self, topics: Iterable[str]) -> list[Partition]:
        """The existing partitions of these topics."""
        with _asking(self._connection):
            described = self._admin.describe_topics(list(topics))
        return sorted(
            Partition(topic["name"], partition["partition_index"])
            for topic in described
            if topic["error_code"] == 0
            for partition in topic["partitions"]
        )

    def committed(self, group: str) -> dict[Partition, int]:
        """The next offset of each partition, where the group has committed one."""
        offsets = self._retry_coordinator(lambda: self._admin.list_group_offsets(group)[group])
        return {Partition(*tp): found.offset for tp, found in offsets.items() if found.offset >= 0}

    def unread(self, offsets: Mapping[Partition, int | None]) -> dict[Partition, Unread]:
        """The records after these next offsets (None: all), read from the partitions themselves.

        The ends are those of a fetch, as `ends_of` says.
        """
        return unread_records(self._connection, self._common, offsets, self._timeout_s)

    def _retry_coordinator(self, ask: Callable[[], T]) -> T:
        """Retry while the group has no coordinator: a new broker first creates the topic of the offsets."""
        deadline = monotonic() + self._timeout_s
        while True:
            with _asking(self._connection):
                try:
                    return ask()
                except _COORDINATOR_ERRORS:
                    if monotonic() > deadline:
                        raise
            sleep(POLL_MS / 1000)


def ends_of(
    connection: KafkaConnection, client_id: str, positions: Mapping[Partition, int], timeout_s: float
) -> dict[Partition, int]:
    """Where these partitions end, from a fetch at each position. Raises RetryableError, Refused.

    Not asked with a query for offsets: Tansu answers it with the last batch's first record, so with less than what groups
    have committed.
    """
    arguments = _arguments(connection, client_id, timeout_s)
    found = unread_records(connection, arguments, dict(positions), timeout_s)
    return {partition: unread.end for partition, unread in found.items()}


def unread_records(
    connection: KafkaConnection, arguments: Mapping[str, Any], offsets: Mapping[Partition, int | None], timeout_s: float
) -> dict[Partition, Unread]:
    """The records after these next offsets (None: all), by clients with these arguments. Raises RetryableError, Refused."""
    if not offsets:
        return {}
    deadline = monotonic() + timeout_s
    with _asking(connection), closing(_UnreadReader(arguments, offsets)) as looker:
        while not looker.done():
            if monotonic() > deadline:
                raise RetryableError(f"Kafka at {connection} did not tell of every partition in {timeout_s:g} s", "broker")
            looker.look()
    return looker.found


def _arguments(connection: KafkaConnection, client_id: str, timeout_s: float) -> dict[str, Any]:
    patience = {"bootstrap_timeout_ms": max(1, int(timeout_s * 1000))}
    return {**connection.client_arguments(), "client_id": client_id, **patience}


@contextmanager
def _asking(connection: KafkaConnection) -> Iterator[None]:
    try:
        yield
    except KafkaError as error:
        if error.retriable:
            raise RetryableError(f"cannot reach Kafka at {connection}: {type(error).__name__}", "broker") from error
        raise refusal(connection, f"Kafka at {connection}", error) from error


class _UnreadReader:
    """Reads the first unread record of each partition, and its end. Made for one query, so it holds no old state."""

    def __init__(self, common: Mapping[str, Any], offsets: Mapping[Partition, int | None]) -> None:
        self.found: dict[Partition, Unread] = {}
        self._reader = make_client(
            KafkaConsumer,
            **common,
            enable_auto_commit=False,
            auto_offset_reset="none",
            allow_auto_create_topics=False,
            max_poll_records=1,
            max_partition_fetch_bytes=FETCH_BYTES,
            fetch_max_wait_ms=FETCH_WAIT_MS,
            enable_incremental_fetch_sessions=False,  # a session omits the ends of unchanged partitions
        )
        with close_on_error(self):
            self._begin({TopicPartition(*partition): offset for partition, offset in offsets.items()})

    def _begin(self, offsets: Mapping[TopicPartition, int | None]) -> None:
        self._reader.assign(list(offsets))
        begins = self._reader.beginning_offsets(list(offsets))
        for tp, offset in offsets.items():
            self._reader.seek(tp, max(offset or 0, begins[tp]))

    def done(self) -> bool:
        """Whether every partition has answered."""
        return len(self.found) == len(self._reader.assignment())

    def look(self) -> None:
        """Process one more answer; partitions that are done are left out of the next fetch."""
        try:
            batches = self._reader.poll(timeout_ms=POLL_MS)
        except OffsetOutOfRangeError as error:  # the topic was re-created: its records are all unread
            self._reader.seek_to_beginning(*error.args[0])
            return
        for tp, records in batches.items():
            self._tell(tp, records[0].offset, _put_at(records[0]))
        for tp in self._reader.assignment() - self._reader.paused():
            end = self._reader.highwater(tp)
            if end is not None and (position := self._reader.position(tp)) is not None and position >= end:
                self._tell(tp, position, None)

    def close(self) -> None:
        """Close the connections."""
        self._reader.close(autocommit=False)

    def _tell(self, tp: TopicPartition, next_offset: int, oldest: float | None) -> None:
        end = self._reader.highwater(tp) or 0
        events = max(0, end - next_offset)
        self.found[Partition(*tp)] = Unread(events, end, oldest if events else None)
        self._reader.pause(tp)


def _member(raw: Mapping[str, Any]) -> Member:
    assignment, found = raw["member_assignment"], _MEMBER_ID.fullmatch(raw["member_id"])
    given = None
    if isinstance(assignment, Mapping):
        given = sum(len(topic["partitions"]) for topic in assignment["assigned_partitions"])
    return Member(raw["client_id"] or (found[1] if found else ""), raw["client_host"].lstrip("/"), given)


def _put_at(record: Any) -> float | None:
    return record.timestamp / 1000 if record.timestamp is not None and record.timestamp > 0 else None
