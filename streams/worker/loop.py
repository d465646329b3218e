"""The worker loop: passes records from a topic to a step, and commits only offsets whose results are stored.

In: a consumer and a step.  Out: committed offsets; an exception when the step cannot go on.
One thread owns the consumer: it polls, fills a bounded buffer, pauses and resumes, and commits the contiguous finished
prefix about once a second.  A second thread runs the step, a third one stores results.  Knows no events.
"""

import random
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from typing import Protocol

from schemas.errors import RetryableError
from streams.broker.records import Partition, Record
from streams.errors import StepHung
from streams.steps.outcome_log import log_retry
from streams.worker.pipelining import Pipeline, Step, StepCallTimer
from streams.worker.record_buffer import POLL_S, BatchLimits, RecordBuffer

__all__ = ["BatchLimits", "Consumer", "Gauges", "Step", "TestHook", "Worker", "no_hook"]

COMMIT_EVERY_S = 1.0
DRAIN_S = 30.0
"""After SIGTERM, wait this long for the batch in flight; Kubernetes' grace period is longer."""

FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.2, 10.0
"""Between attempts at a batch that failed with RetryableError; doubled each time."""

REPORT_EVERY_S = 30.0
"""How often a waiting batch is reported in the log."""

STUCK_AFTER_S = 60.0
"""An owner thread that has not polled for this long is stuck: its calls to an unreachable broker end within seconds."""

TestHook = Callable[[str], None]
"""Called with the name of each step when it is reached; the tests kill the process there."""


def no_hook(step: str) -> None:
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
        """Records of its partitions that are not fetched yet, as far as known without a request."""
        ...

    def connected(self) -> bool:
        """Whether the broker answers, as far as known without a request."""
        ...

    def close(self) -> None:
        """Leave the group."""
        ...


class Gauges(Protocol):
    """Where the loop reports its load."""

    def set_lag(self, events: int) -> None:
        """Records in the broker that were not fetched, plus those in flight."""
        ...

    def set_in_flight(self, events: int) -> None:
        """Records fetched and not finished."""
        ...

    def retried(self) -> None:
        """A batch is tried again."""
        ...

    def set_waiting(self, service: str | None) -> None:
        """A batch waits for this service of `schemas.reasons.SERVICES`; None: for none."""
        ...


class Worker:
    """Runs a step over a consumer group's records until it is stopped."""

    def __init__(self, step: Step, limits: BatchLimits, gauges: Gauges, test_hook: TestHook = no_hook) -> None:
        self._step, self._limits, self._gauges, self._test_hook = step, limits, gauges, test_hook
        self.buffer = RecordBuffer(step)
        self.drain_s = DRAIN_S
        self._stopping = threading.Event()
        self._polled_at = time.monotonic()
        self._calls = StepCallTimer()
        self._connected = False

    def stop(self) -> None:
        """Finish the batch in flight, commit, leave the group. Safe to call from a signal handler."""
        self._stopping.set()

    def is_alive(self) -> bool:
        """Whether the owner thread polls, and no call of the step takes longer than `BatchLimits.call_s`.

        A batch that waits for a store or a broker is retried: each of these calls is short.
        """
        return time.monotonic() - self._polled_at < STUCK_AFTER_S and self._calls.oldest_s() < self._limits.call_s

    def call_seconds(self) -> float:
        """Seconds since the oldest running call of the step began; 0 when there is none."""
        return self._calls.oldest_s()

    def is_connected(self) -> bool:
        """Whether the broker answers, also where a call of the step hangs."""
        return self._connected

    def is_ready(self) -> bool:
        """Whether the broker answers, so that partitions are assigned or waited for, and nothing hangs."""
        return self._connected and self.is_alive()

    def run(self, consumer: Consumer) -> None:
        """Process records until `stop`. Raises the step's permanent failure, or StepHung; that batch is not committed."""
        pool = ThreadPoolExecutor(1, thread_name_prefix="step")
        working = pool.submit(self._run_step)
        try:
            self._poll_and_commit(consumer, working)
        finally:
            self._stopping.set()
            pool.shutdown(wait=False)
            consumer.close()
        if not working.done():
            raise StepHung(f"the batch in flight did not finish within {self.drain_s:.0f} s; it will be delivered again")
        working.result()

    def _poll_and_commit(self, consumer: Consumer, working: Future[None]) -> None:
        next_commit = 0.0
        while not self._stopping.is_set() and not working.done():
            self._poll(consumer)
            if time.monotonic() >= next_commit:
                self._commit(consumer)
                next_commit = time.monotonic() + COMMIT_EVERY_S
        self._stopping.set()
        deadline = time.monotonic() + self.drain_s
        while not working.done() and time.monotonic() < deadline:
            consumer.pause()  # every time: newly assigned partitions arrive unpaused
            consumer.poll(POLL_S)  # keeps the membership alive while the batch in flight is finished
        self._commit(consumer)

    def _poll(self, consumer: Consumer) -> None:
        in_flight = self.buffer.offsets.in_flight()
        self._gauges.set_in_flight(in_flight)
        self._polled_at = time.monotonic()
        self._connected = consumer.connected()
        if in_flight >= self._limits.max_in_flight:
            consumer.pause()
            self.buffer.put(consumer.poll(0.0))
            if not self.buffer.wait_for_room(self._limits):  # a poll that does not wait takes no part in a rebalance
                self.buffer.put(consumer.poll(POLL_S))
        else:
            consumer.resume()
            self.buffer.put(consumer.poll(POLL_S))

    def _commit(self, consumer: Consumer) -> None:
        offsets = self.buffer.offsets.committable()
        if offsets:
            self._test_hook("before_commit")
            if consumer.commit(offsets):
                self.buffer.offsets.committed(offsets)
        self._gauges.set_lag(consumer.lag() + self.buffer.offsets.in_flight())

    def _run_step(self) -> None:
        with closing(Pipeline(self._step, self.buffer.finish, self._retry, self._calls)) as pipeline:
            while not self._stopping.is_set():
                batch = self.buffer.take(self._limits, self._stopping.is_set)
                if batch:
                    pipeline.process(batch)
                else:
                    pipeline.check_previous()
            pipeline.wait_for_previous()

    def _retry(self, batch: Sequence[Record], failure: RetryableError) -> None:
        """Retry a batch until it succeeds, `give_up_s` has passed, or the worker stops; only success finishes it."""
        started, reported_at, pause_s = time.monotonic(), float("-inf"), FIRST_PAUSE_S
        while True:
            waited_s = time.monotonic() - started
            if time.monotonic() - reported_at >= REPORT_EVERY_S:
                reported_at = time.monotonic()
                log_retry(batch, failure, waited_s)
            else:
                log_retry(batch, failure, waited_s, brief=True)
            if self._limits.give_up_s is not None and waited_s > self._limits.give_up_s:
                raise failure
            self._gauges.retried()
            self._gauges.set_waiting(failure.service)
            if self._stopping.wait(pause_s * random.uniform(0.5, 1.0)):
                return
            pause_s = min(LONGEST_PAUSE_S, 2 * pause_s)
            try:
                with self._calls.running():
                    self._step.begin(batch)()
                break
            except RetryableError as latest:
                self._gauges.set_waiting(None)
                failure = latest
        self._gauges.set_waiting(None)
        self.buffer.finish(batch)
