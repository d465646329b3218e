"""The worker loop: carries records from a topic to a step, and commits only what is safe.

In: a consumer and a step.  Out: committed offsets; an exception when the step cannot go on.
One thread owns the consumer: it polls, feeds a bounded inbox, pauses and resumes, and commits the contiguous finished
prefix about once a second.  Another thread runs the step.  Knows no events and no topics.
"""

import queue
import random
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Protocol

from schemas.failures import TryLater
from streams.kafka_door import Assignment, GroupConsumer, Partition, Record
from streams.ledger import Ledger

POLL_S = 0.2
COMMIT_EVERY_S = 1.0
DRAIN_S = 30.0
"""SIGTERM waits this long for the batch in hand; Kubernetes' grace period is longer."""

Reached = Callable[[str], None]
"""Is told of each step as it is reached; the tests kill the process there."""


def ignore(step: str) -> None:
    """The `Reached` of production."""


class Step(Protocol):
    """What is done with a batch of records."""

    def assigned(self, partitions: Sequence[Partition]) -> dict[Partition, int]:
        """Offsets to start at, where the group's own do not count. Must be short."""
        ...

    def process(self, records: Sequence[Record]) -> None:
        """Return when every result is safe. TryLater: the batch is tried again. Anything else stops the process."""
        ...


class Gauges(Protocol):
    """Where the loop reports what it holds."""

    def set_lag(self, events: int) -> None:
        """Records in the broker that were not fetched, plus those in hand."""
        ...

    def set_in_flight(self, events: int) -> None:
        """Records fetched and not finished."""
        ...

    def retried(self) -> None:
        """A batch is tried again."""
        ...


@dataclass(frozen=True)
class Limits:
    """`batch` records a call of the step, waiting at most `linger_s` for a batch to fill.

    `give_up_s`: how long a batch is tried again before the process ends without committing it.
    """

    batch: int
    linger_s: float = 0.05
    give_up_s: float = 120.0

    @property
    def inbox(self) -> int:
        """Fetching pauses above this many records in hand: two batches keep the step busy."""
        return max(2 * self.batch, 8)


class Inbox(Assignment):
    """The bounded queue between the threads, and the ledger of what is in it."""

    def __init__(self, step: Step) -> None:
        self.ledger = Ledger()
        self._step = step
        self._queue: queue.SimpleQueue[Record] = queue.SimpleQueue()

    def start(self, partitions: Sequence[Partition]) -> dict[Partition, int]:
        """New partitions start with an empty ledger."""
        self.ledger.drop(partitions)
        return self._step.assigned(partitions)

    def gone(self, partitions: Sequence[Partition]) -> None:
        """What waits for revoked partitions is skipped by `take`."""
        self.ledger.drop(partitions)

    def put(self, records: Sequence[Record]) -> None:
        """Records in the order of their arrival."""
        for record in records:
            self.ledger.add(record.partition, record.offset)
            self._queue.put(record)

    def take(self, limits: Limits) -> list[Record]:
        """A batch of records that are still ours; empty after a poll interval without any."""
        batch: list[Record] = []
        deadline = time.monotonic() + POLL_S
        while len(batch) < limits.batch:
            try:
                record = self._queue.get(timeout=max(0.0, deadline - time.monotonic()))
            except queue.Empty:
                break
            if self.ledger.owns(record.partition, record.offset):
                if not batch:
                    deadline = time.monotonic() + limits.linger_s
                batch.append(record)
        return batch


class Worker:
    """Runs a step over a consumer group's records until it is told to stop."""

    def __init__(self, step: Step, limits: Limits, gauges: Gauges, reached: Reached = ignore) -> None:
        self._step, self._limits, self._gauges, self._reached = step, limits, gauges, reached
        self.inbox = Inbox(step)
        self._stopping = threading.Event()

    def stop(self) -> None:
        """Finish the batch in hand, commit, leave. Safe to call from a signal handler."""
        self._stopping.set()

    def run(self, consumer: GroupConsumer) -> None:
        """Carry until `stop`. Raises what the step could not get over; nothing of that batch is committed."""
        pool = ThreadPoolExecutor(1, thread_name_prefix="step")
        working = pool.submit(self._work)
        try:
            self._own(consumer, working)
        finally:
            self._stopping.set()
            pool.shutdown(wait=False)
            consumer.close()
        if working.done():
            working.result()

    def _own(self, consumer: GroupConsumer, working: Future[None]) -> None:
        next_commit = 0.0
        while not self._stopping.is_set() and not working.done():
            self._balance(consumer)
            self.inbox.put(consumer.poll(POLL_S))
            if time.monotonic() >= next_commit:
                self._commit(consumer)
                next_commit = time.monotonic() + COMMIT_EVERY_S
        consumer.pause()
        self._stopping.set()
        deadline = time.monotonic() + DRAIN_S
        while not working.done() and time.monotonic() < deadline:
            consumer.poll(POLL_S)  # keeps the membership alive while the batch in hand is finished
        self._commit(consumer)

    def _balance(self, consumer: GroupConsumer) -> None:
        in_hand = self.inbox.ledger.in_hand()
        self._gauges.set_in_flight(in_hand)
        if in_hand >= self._limits.inbox:
            consumer.pause()
        else:
            consumer.resume()

    def _commit(self, consumer: GroupConsumer) -> None:
        offsets = self.inbox.ledger.committable()
        if offsets:
            self._reached("before_commit")
            if consumer.commit(offsets):
                self.inbox.ledger.committed(offsets)
        lag = consumer.lag()
        if lag is not None:
            self._gauges.set_lag(lag + self.inbox.ledger.in_hand())

    def _work(self) -> None:
        while not self._stopping.is_set():
            batch = self.inbox.take(self._limits)
            if batch:
                self._finish(batch)

    def _finish(self, batch: list[Record]) -> None:
        started, pause_s = time.monotonic(), 0.2
        while True:
            try:
                self._step.process(batch)
                break
            except TryLater:
                if time.monotonic() - started > self._limits.give_up_s:
                    raise
            self._gauges.retried()
            if self._stopping.wait(pause_s * random.uniform(0.5, 1.0)):  # noqa: S311 - jitter
                return
            pause_s = min(10.0, 2 * pause_s)
        for record in batch:
            self.inbox.ledger.finish(record.partition, record.offset)
