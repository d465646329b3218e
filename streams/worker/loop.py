"""The worker loop: carries records from a topic to a step, and commits only what is safe.

In: a consumer and a step.  Out: committed offsets; an exception when the step cannot go on.
One thread owns the consumer: it polls, feeds a bounded inbox, pauses and resumes, and commits the contiguous finished
prefix about once a second.  Another thread runs the step, and one behind it makes results safe.  Knows no events.
"""

import random
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from typing import Protocol

from monitoring.logs import log
from schemas.errors import RetryableError
from streams.broker.records import Partition, Record
from streams.errors import StepHung
from streams.worker.pipelining import Calls, Pipeline, Step
from streams.worker.record_buffer import POLL_S, BatchLimits, RecordBuffer

__all__ = ["BatchLimits", "Consumer", "Gauges", "Step", "TestHook", "Worker", "ignore"]

COMMIT_EVERY_S = 1.0
DRAIN_S = 30.0
"""SIGTERM waits this long for the batch in hand; Kubernetes' grace period is longer."""

FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.2, 10.0
"""Between attempts at a batch that may pass later; doubled each time."""

SAY_EVERY_S = 30.0
"""How often it is said that a batch still waits."""

SILENT_S = 60.0
"""An owner thread that has not polled for this long is stuck: its calls to a broker that is away end within seconds."""

TestHook = Callable[[str], None]
"""Is told of each step as it is reached; the tests kill the process there."""


def ignore(step: str) -> None:
    """The `TestHook` of production."""


class Consumer(Protocol):
    """A member of a consumer group, owned by one thread."""

    def poll(self, timeout_s: float) -> list[Record]:
        """Records of partitions that are not paused."""
        ...

    def pause(self) -> None:
        """Fetch nothing until `resume`."""
        ...

    def resume(self) -> None:
        """Fetch again."""
        ...

    def commit(self, offsets: Mapping[Partition, int]) -> bool:
        """Commit next offsets. False: not now."""
        ...

    def lag(self) -> int:
        """Records of its partitions that are not fetched yet, as far as that is known without asking."""
        ...

    def connected(self) -> bool:
        """Whether the broker answers, as far as that is known without asking."""
        ...

    def close(self) -> None:
        """Leave the group."""
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


class Worker:
    """Runs a step over a consumer group's records until it is told to stop."""

    def __init__(self, step: Step, limits: BatchLimits, gauges: Gauges, reached: TestHook = ignore) -> None:
        self._step, self._limits, self._gauges, self._reached = step, limits, gauges, reached
        self.inbox = RecordBuffer(step)
        self.drain_s = DRAIN_S
        self._stopping = threading.Event()
        self._polled_at = time.monotonic()
        self._calls = Calls()
        self._connected = False

    def stop(self) -> None:
        """Finish the batch in hand, commit, leave. Safe to call from a signal handler."""
        self._stopping.set()

    def alive(self) -> bool:
        """Whether the owner thread polls, and no call of the step takes longer than `BatchLimits.call_s`.

        A batch that waits for a store or a broker is tried again and again: each of these calls is a short one.
        """
        return time.monotonic() - self._polled_at < SILENT_S and self._calls.oldest_s() < self._limits.call_s

    def ready(self) -> bool:
        """Whether the broker answers: partitions are assigned, or waited for."""
        return self._connected and self.alive()

    def run(self, consumer: Consumer) -> None:
        """Carry until `stop`. Raises what the step could not get over, or StepHung; that batch is not committed."""
        pool = ThreadPoolExecutor(1, thread_name_prefix="step")
        working = pool.submit(self._work)
        try:
            self._own(consumer, working)
        finally:
            self._stopping.set()
            pool.shutdown(wait=False)
            consumer.close()
        if not working.done():
            raise StepHung(f"the batch in hand did not finish within {self.drain_s:.0f} s; it will be delivered again")
        working.result()

    def _own(self, consumer: Consumer, working: Future[None]) -> None:
        next_commit = 0.0
        while not self._stopping.is_set() and not working.done():
            self._feed(consumer)
            if time.monotonic() >= next_commit:
                self._commit(consumer)
                next_commit = time.monotonic() + COMMIT_EVERY_S
        self._stopping.set()
        deadline = time.monotonic() + self.drain_s
        while not working.done() and time.monotonic() < deadline:
            consumer.pause()  # again each time: newly assigned partitions arrive unpaused
            consumer.poll(POLL_S)  # keeps the membership alive while the batch in hand is finished
        self._commit(consumer)

    def _feed(self, consumer: Consumer) -> None:
        in_hand = self.inbox.ledger.in_hand()
        self._gauges.set_in_flight(in_hand)
        self._polled_at = time.monotonic()
        self._connected = consumer.connected()
        if in_hand >= self._limits.inbox:
            consumer.pause()
            self.inbox.put(consumer.poll(0.0))
            if not self.inbox.wait_for_room(self._limits):  # a poll that does not wait takes no part in a rebalance
                self.inbox.put(consumer.poll(POLL_S))
        else:
            consumer.resume()
            self.inbox.put(consumer.poll(POLL_S))

    def _commit(self, consumer: Consumer) -> None:
        offsets = self.inbox.ledger.committable()
        if offsets:
            self._reached("before_commit")
            if consumer.commit(offsets):
                self.inbox.ledger.committed(offsets)
        self._gauges.set_lag(consumer.lag() + self.inbox.ledger.in_hand())

    def _work(self) -> None:
        with closing(Pipeline(self._step, self.inbox.finish, self._again, self._calls)) as overlap:
            while not self._stopping.is_set():
                batch = self.inbox.take(self._limits, self._stopping.is_set)
                if batch:
                    overlap.carry(batch)
                else:
                    overlap.check_previous()
            overlap.catch_up()

    def _again(self, batch: Sequence[Record], failure: RetryableError) -> None:
        """Work on a batch until it passes, is given up, or the worker is to stop; only then is it finished."""
        started, said_at, pause_s = time.monotonic(), float("-inf"), FIRST_PAUSE_S
        while True:
            waited_s = time.monotonic() - started
            if time.monotonic() - said_at >= SAY_EVERY_S:
                said_at = time.monotonic()
                log("worker").warning("waiting", records=len(batch), waited_s=round(waited_s), why=str(failure))
            if self._limits.give_up_s is not None and waited_s > self._limits.give_up_s:
                raise failure
            self._gauges.retried()
            if self._stopping.wait(pause_s * random.uniform(0.5, 1.0)):
                return
            pause_s = min(LONGEST_PAUSE_S, 2 * pause_s)
            try:
                with self._calls.under_way():
                    self._step.begin(batch)()
                break
            except RetryableError as latest:
                failure = latest
        self.inbox.finish(batch)
