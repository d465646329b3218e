"""Pipelining: while a step processes one batch, the results of the previous one are stored.

In: batches of records in order, from one thread.  Out: each batch is reported as finished once its results are stored.
At most one batch is being stored, so memory is bounded and results keep their order.  A batch that fails with
RetryableError is retried as a whole, before anything newer is stored.  Commits nothing.
"""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Protocol

from schemas.errors import RetryableError
from schemas.interfaces import BatchStep
from streams.broker.records import Record
from streams.worker.record_buffer import PartitionOwner

Settle = Callable[[], None]
"""Stores a batch's results. RetryableError: the batch is retried. Any other exception stops the process."""

Batch = Sequence[Record]


class Step(BatchStep[Record, None], PartitionOwner, Protocol):
    """What a worker runs: batches of records in two halves, and the assignment of partitions.

    When the callable that `begin` returns has returned, every result is stored.  Either half may raise RetryableError: the
    batch is retried from its first half.  Any other exception stops the process.
    """


def all_done() -> None:
    """The second half of a step whose results are stored when `begin` returns."""


class StepCallTimer:
    """How long the running calls of a step have taken. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._began: dict[int, float] = {}

    @contextmanager
    def running(self) -> Iterator[None]:
        """Count a call as running for as long as the block runs."""
        with self._lock:
            self._began[threading.get_ident()] = time.monotonic()
        try:
            yield
        finally:
            with self._lock:
                self._began.pop(threading.get_ident(), None)

    def oldest_s(self) -> float:
        """Seconds since the oldest of them began; 0 when there is none."""
        with self._lock:
            return max((time.monotonic() - began for began in self._began.values()), default=0.0)


class Pipeline:
    """Runs a step; `on_finished` receives each batch whose results are stored, on either thread.

    `retry` receives what failed with RetryableError, and finishes it itself.  `calls` measures how long the step takes.
    """

    def __init__(
        self,
        step: Step,
        on_finished: Callable[[Batch], None],
        retry: Callable[[Batch, RetryableError], None],
        calls: StepCallTimer,
    ) -> None:
        self._step, self._on_finished, self._retry, self._calls = step, on_finished, retry, calls
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="settle")
        self._previous: tuple[Batch, Future[None]] | None = None

    def process(self, batch: Batch) -> None:
        """Process a batch. It is stored while the next one is processed; on return the previous one is stored."""
        try:
            with self._calls.running():
                settle = self._step.begin(batch)
        except RetryableError as failure:
            self.wait_for_previous()
            self._retry(batch, failure)
            return
        self.wait_for_previous()
        self._previous = batch, self._pool.submit(self._settle, batch, settle)

    def check_previous(self) -> None:
        """Raise the error of the previous batch, if it has failed by now; wait for nothing."""
        if self._previous is not None and self._previous[1].done():
            self.wait_for_previous()

    def wait_for_previous(self) -> None:
        """Wait until the previous batch is stored. Raises what its step raised."""
        previous, self._previous = self._previous, None
        if previous is not None:
            batch, settled = previous
            try:
                settled.result()
            except RetryableError as failure:
                self._retry(batch, failure)

    def close(self) -> None:
        """Wait for the previous batch, whether it fails or not."""
        self._pool.shutdown(wait=True)

    def _settle(self, batch: Batch, settle: Settle) -> None:
        with self._calls.running():
            settle()
        self._on_finished(batch)
