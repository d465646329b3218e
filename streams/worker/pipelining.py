"""Batches through a step: while one is worked on, the results of the one before are made safe.

In: batches of records, one after the other, from one thread.  Out: each batch is called finished once its results are safe.
One batch at most is behind the one in hand, so memory is bounded and results keep their order.  A batch that may pass later
is worked on again as a whole, before anything newer is made safe.  Commits nothing.
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
"""Makes a batch's results safe. RetryableError: the batch is tried again. Anything else stops the process."""

Batch = Sequence[Record]


class Step(BatchStep[Record, None], PartitionOwner, Protocol):
    """What a worker runs: batches of records in two halves, of partitions that come and go.

    Every result is safe when the call that `begin` returns has returned.  Either half may raise RetryableError: the batch
    is tried again from its first half.  Anything else stops the process.
    """


def all_done() -> None:
    """The second half of a step whose results are safe when `begin` returns."""


class Calls:
    """How long the calls of a step that are under way have taken. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._began: dict[int, float] = {}

    @contextmanager
    def under_way(self) -> Iterator[None]:
        """A call takes as long as the block."""
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
    """Implements the overlap over a step; `finished` hears of each batch whose results are safe, on either thread.

    `again` is given what may pass later, and calls it finished itself.  `calls` measures how long the step takes.
    """

    def __init__(
        self, step: Step, finished: Callable[[Batch], None], again: Callable[[Batch, RetryableError], None], calls: Calls
    ) -> None:
        self._step, self._finished, self._again, self._calls = step, finished, again, calls
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="settle")
        self._behind: tuple[Batch, Future[None]] | None = None

    def carry(self, batch: Batch) -> None:
        """Work on a batch. Its results become safe behind it; those of the batch before are safe on return."""
        try:
            with self._calls.under_way():
                settle = self._step.begin(batch)
        except RetryableError as failure:
            self.catch_up()
            self._again(batch, failure)
            return
        self.catch_up()
        self._behind = batch, self._pool.submit(self._settled, batch, settle)

    def check_previous(self) -> None:
        """Raise what went wrong behind, if anything did by now; wait for nothing."""
        if self._behind is not None and self._behind[1].done():
            self.catch_up()

    def catch_up(self) -> None:
        """Wait until the batch behind is safe. Raises what its step raised."""
        behind, self._behind = self._behind, None
        if behind is not None:
            batch, settled = behind
            try:
                settled.result()
            except RetryableError as failure:
                self._again(batch, failure)

    def close(self) -> None:
        """Wait for the batch behind, whatever becomes of it."""
        self._pool.shutdown(wait=True)

    def _settled(self, batch: Batch, settle: Settle) -> None:
        with self._calls.under_way():
            settle()
        self._finished(batch)
