"""A broker in memory: topics, consumer groups that rebalance, offsets.

In and out: as `streams.worker.loop.Consumer` and `streams.steps.dead_letter_publisher.EventPublisher` say.  Passes the
same contract tests as Kafka. Has no clock and no network: a rebalance happens when a member polls.
"""

import threading
import zlib
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import count
from time import monotonic

from schemas.codec import Message
from schemas.errors import RetryableError
from streams.broker.membership.assignment import AssignmentChanges
from streams.broker.membership.consumer import START_AGAIN_S, Assignment
from streams.broker.records import Partition, Record


class MemoryBroker:
    """Topics with a fixed number of partitions each."""

    def __init__(self, partitions: int = 4) -> None:
        self.lock = threading.Condition()
        self.partitions = partitions
        self.logs: dict[Partition, list[Record]] = {}
        self.offsets: dict[tuple[str, Partition], int] = {}
        self.members: dict[tuple[str, str], list[MemoryConsumer]] = {}
        self._turn = count()

    def publish(self, messages: Sequence[Message]) -> None:
        with self.lock:
            for m in messages:
                number = (zlib.crc32(m.key) if m.key else next(self._turn)) % self.partitions
                log = self.logs.setdefault(Partition(m.topic, number), [])
                log.append(Record(Partition(m.topic, number), len(log), m.key, m.value, m.headers))
            self.lock.notify_all()

    def consumer(self, group: str, topic: str, assignment: Assignment) -> "MemoryConsumer":
        consumer = MemoryConsumer(self, group, topic, assignment)
        with self.lock:
            self.members.setdefault((group, topic), []).append(consumer)
        return consumer

    def records(self, topic: str) -> list[Record]:
        with self.lock:
            return [record for partition, log in sorted(self.logs.items()) if partition.topic == topic for record in log]

    def committed(self, group: str, topic: str) -> dict[Partition, int]:
        with self.lock:
            return {p: offset for (name, p), offset in self.offsets.items() if name == group and p.topic == topic}


class MemoryConsumer:
    """A member: it owns the partitions whose number falls to it, and learns of changes when it polls.

    Like kafka-python under the eager protocol: it is told that everything is revoked and then all that it is assigned, and
    keeps the position of what it keeps.
    """

    def __init__(self, broker: MemoryBroker, group: str, topic: str, assignment: Assignment) -> None:
        self._broker, self._group, self._topic, self._assignment = broker, group, topic, assignment
        self._changes = AssignmentChanges()
        self._waiting: list[Partition] = []
        self._positions: dict[Partition, int] = {}
        self._paused: set[Partition] = set()
        self._seen: list[MemoryConsumer] = []

    def poll(self, timeout_s: float) -> list[Record]:
        deadline = monotonic() + timeout_s
        with self._broker.lock:
            while True:
                self._rebalance()
                self._settle_changes()
                records = self._fetch()
                remaining = deadline - monotonic()
                if records or remaining <= 0:
                    return records
                self._broker.lock.wait(min(remaining, START_AGAIN_S) if self._waiting else remaining)

    def pause(self) -> None:
        self._paused = set(self._positions)

    def resume(self) -> None:
        self._paused.clear()

    def commit(self, offsets: Mapping[Partition, int]) -> bool:
        with self._broker.lock:
            if self._seen != self._broker.members[self._group, self._topic]:
                return False  # a rebalance is under way
            for partition, offset in offsets.items():
                self._broker.offsets[self._group, partition] = offset
        return True

    def lag(self) -> int:
        with self._broker.lock:
            return sum(len(self._broker.logs.get(p, ())) - at for p, at in self._positions.items())

    def connected(self) -> bool:
        return True

    def close(self) -> None:
        with self._broker.lock:
            self._broker.members[self._group, self._topic].remove(self)
            self._broker.lock.notify_all()

    def lose_membership(self) -> None:
        """As when the session timed out: at the next poll it is told so, and joins again."""
        with self._broker.lock:
            self._changes.lost(self._positions)
            self._positions = {}
            self._seen = []

    def _rebalance(self) -> None:
        members = self._broker.members[self._group, self._topic]
        if self._seen == members:
            return
        self._seen = list(members)
        self._changes.revoked(self._positions)
        mine = members.index(self)
        owned = [Partition(self._topic, n) for n in range(self._broker.partitions) if n % len(members) == mine]
        self._positions = {p: at for p, at in self._positions.items() if p in owned}
        self._changes.assigned(owned)

    def _settle_changes(self) -> None:
        for change in self._changes.take():
            self._waiting = [p for p in self._waiting if p not in change.gone] + list(change.new)
            if change.gone:
                self._assignment.revoke(change.gone)
        if self._waiting:
            with suppress(RetryableError):
                starts = self._assignment.assign(self._waiting)
                for partition in self._waiting:
                    committed = self._broker.offsets.get((self._group, partition), 0)
                    self._positions[partition] = (starts[partition] or 0) if partition in starts else committed
                self._waiting = []

    def _fetch(self) -> list[Record]:
        records: list[Record] = []
        for partition, at in self._positions.items():
            if partition not in self._paused:
                found = self._broker.logs.get(partition, [])[at : at + 64 - len(records)]
                self._positions[partition] = at + len(found)
                records.extend(replace(record) for record in found)  # each delivery is another one
        return records
