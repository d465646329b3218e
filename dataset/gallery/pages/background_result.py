"""A result that takes long, in a thread of its own: pages show the last one and never wait for the next.

In: what computes it, and what tells that it is old.  Out: the newest result.
"""

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from time import monotonic
from typing import Generic, TypeVar

T = TypeVar("T")

WAIT_S = 1.0
"""Seconds that a first look waits, or one after a while: small datasets take less."""

EVERY_S = 20.0
"""Least seconds between two computations while the dataset grows."""


class BackgroundResult(Generic[T]):
    """Thread-safe. `compute` may take long; `version` is cheap, and another one means that the result is old: it must
    change with all that the result is made of. It is computed at most every `every_s` seconds, by default EVERY_S."""

    def __init__(self, compute: Callable[[], T], version: Callable[[], object], every_s: float | None = None) -> None:
        self._compute, self._version = compute, version
        self._every_s = EVERY_S if every_s is None else every_s
        self._lock = threading.Lock()
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="background")
        self._running: Future[T] | None = None
        self._found: T | None = None
        self._of: object = self  # equal to no version
        self._next_at = 0.0
        self._found_at = 0.0

    def newest(self) -> T | None:
        """The last result, None before the first one. Raises what the computation raised, once.

        Whoever looks again and again is shown the last result at once; a first look, or one after a while in which nobody
        looked, waits up to WAIT_S for a result of now.
        """
        with self._lock:
            self._begin_if_old()
            running, is_long_ago = self._running, monotonic() - self._found_at > self._every_s + WAIT_S
            wait_s = WAIT_S if self._found is None or is_long_ago else 0
        if running is not None:
            wait([running], wait_s)
            with self._lock:
                self._collect(running)
        return self._found

    def _begin_if_old(self) -> None:
        version = self._version()
        if self._running is None and version != self._of and (self._found is None or monotonic() >= self._next_at):
            self._of, self._next_at = version, monotonic() + self._every_s
            self._running = self._pool.submit(self._compute)

    def _collect(self, running: Future[T]) -> None:
        """Take a result that is there, unless another look took it."""
        if not running.done() or self._running is not running:
            return
        self._running = None
        if running.exception() is not None:
            self._of = self
        self._found, self._found_at = running.result(), monotonic()
