"""What the worker's contract tests need of a broker, for the one in memory and for real ones."""

from collections.abc import Mapping, Sequence
from itertools import count
from typing import Protocol
from uuid import uuid4

from kafka.admin import KafkaAdminClient

from schemas.codec import Message
from streams.broker.clients import Publisher, Reader
from streams.broker.connection import KafkaConnection
from streams.broker.membership.consumer import Assignment, GroupConsumer, GroupSettings
from streams.broker.reachability import retry_until
from streams.broker.records import Partition, Record
from streams.worker.loop import Consumer
from streams.worker.pipelining import Settle, all_done
from tests.fakes.broker import MemoryBroker

SESSION_S = 6.0
"""The shortest that Apache Kafka allows by default; Tansu's joins wait for half of it."""


class Carrier(Protocol):
    """A broker as tests see it. `settles`: a group is changed only when it has settled.

    Tansu may take nobody in any more where members come and go before that.
    """

    settles: bool

    def topic(self) -> str: ...

    def publish(self, messages: Sequence[Message]) -> None: ...

    def consumer(self, group: str, topic: str, assignment: Assignment) -> Consumer: ...

    def records(self, topic: str) -> list[Record]: ...

    def committed(self, group: str, topic: str) -> dict[Partition, int]: ...


class MemoryCarrier:
    """Over the broker in memory."""

    def __init__(self) -> None:
        self.settles = False
        self._broker = MemoryBroker()
        self._names = count()
        self.publish = self._broker.publish
        self.consumer = self._broker.consumer
        self.records = self._broker.records
        self.committed = self._broker.committed

    def topic(self) -> str:
        return f"topic-{next(self._names)}"


class KafkaCarrier:
    """Over a real broker, with a topic of its own for every test."""

    def __init__(self, bootstrap: str, settles: bool = False) -> None:
        self._bootstrap, self.settles = bootstrap, settles
        self._publisher = retry_until(lambda: Publisher(KafkaConnection.plain(bootstrap)), 20)

    def topic(self) -> str:
        name = f"test-{uuid4().hex[:12]}"
        admin = KafkaAdminClient(bootstrap_servers=self._bootstrap)
        admin.create_topics({name: {"num_partitions": 4, "replication_factor": 1}})
        admin.wait_for_topics([name])
        admin.close()
        return name

    def publish(self, messages: Sequence[Message]) -> None:
        self._publisher.publish(messages)

    def consumer(self, group: str, topic: str, assignment: Assignment) -> Consumer:
        return GroupConsumer(GroupSettings(KafkaConnection.plain(self._bootstrap), group, SESSION_S), topic, assignment)

    def records(self, topic: str) -> list[Record]:
        reader = Reader(KafkaConnection.plain(self._bootstrap), [topic])
        found: list[Record] = []
        while not reader.at_end():
            found += reader.poll(0.5)
        reader.close()
        return found

    def committed(self, group: str, topic: str) -> dict[Partition, int]:
        admin = KafkaAdminClient(bootstrap_servers=self._bootstrap)
        offsets = admin.list_group_offsets({group: None})[group]
        admin.close()
        return {Partition(*tp): found.offset for tp, found in offsets.items() if tp.topic == topic and found.offset > 0}

    def close(self) -> None:
        self._publisher.close()


class Steps:
    """A step that notes what it is given and does what the test says. Where to start may be given for partitions."""

    def __init__(self, starts: Mapping[int, int | None] | None = None) -> None:
        self.seen: list[Record] = []
        self.owned: set[Partition] = set()
        self._starts = starts or {}

    def assigned(self, partitions: Sequence[Partition]) -> Mapping[Partition, int | None]:
        self.owned |= set(partitions)
        return {p: self._starts[p.number] for p in partitions if p.number in self._starts}

    def revoked(self, partitions: Sequence[Partition]) -> None:
        self.owned -= set(partitions)

    def begin(self, records: Sequence[Record]) -> Settle:
        self.process(records)
        return all_done

    def process(self, records: Sequence[Record]) -> None:
        self.seen += records


class NoGauges:
    """Listens to nothing but retries."""

    def __init__(self) -> None:
        self.retries = 0

    def set_lag(self, events: int) -> None: ...

    def set_in_flight(self, events: int) -> None: ...

    def retried(self) -> None:
        self.retries += 1

    def set_waiting(self, service: str | None) -> None: ...
