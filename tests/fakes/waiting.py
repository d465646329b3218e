"""Waiting for what should happen, with a deadline instead of a fixed sleep."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from time import monotonic

_TICK = threading.Event()
"""Never set: waiting for it yields the processor."""


def eventually(holds: Callable[[], object], within_s: float = 20.0, what: str = "the condition") -> None:
    """Return as soon as `holds()`; fail after `within_s`."""
    deadline = monotonic() + within_s
    while not holds():
        assert monotonic() < deadline, f"{what} did not come true within {within_s} s"
        _TICK.wait(0.02)


@contextmanager
def in_thread(work: Callable[[], None]) -> Iterator[Future[None]]:
    """Run `work` beside the test; the block must make it end."""
    with ThreadPoolExecutor(1) as pool:
        yield pool.submit(work)
