"""A result that takes long, in a thread of its own: pages show the last one and never wait for the next.

In: what computes it, and what tells that it is old.  Out: the newest result.
"""

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotYet
from time import monotonic
from typing import Generic, TypeVar

T = TypeVar("T")

WAIT_S = 1.0
"""Seconds that a first look waits: small datasets take less."""

EVERY_S = 20.0
"""Least seconds between two computations while the dataset grows."""


class BackgroundResult(Generic[T]):
    """Thread-safe. `compute` may take long; `version` is cheap, and another one means that the result is old."""

    def __init__(self, compute: Callable[[], T], version: Callable[[], object]) -> None:
        self._compute, self._version = compute, version
        self._lock = threading.Lock()
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="background")
        self._running: Future[T] | None = None
        self._found: T | None = None
        self._of: object = self  # equal to no version
        self._next_at = 0.0

    def newest(self) -> T | None:
        """The last result, None before the first one. Raises what the computation raised, once."""
        with self._lock:
            self._begin_if_old()
            running, is_first = self._running, self._found is None
        if running is not None:
            self._await(running, WAIT_S if is_first else 0)
        return self._found

    def _begin_if_old(self) -> None:
        version = self._version()
        if self._running is None and version != self._of and (self._found is None or monotonic() >= self._next_at):
            self._of, self._next_at = version, monotonic() + EVERY_S
            self._running = self._pool.submit(self._compute)

    def _await(self, running: Future[T], timeout_s: float) -> None:
        try:
            found = running.result(timeout_s)
        except NotYet:
            return
        finally:
            if running.done():
                with self._lock:
                    self._running = None if self._running is running else self._running
                    self._of = self if running.exception() is not None else self._of
        self._found = found
