"""Waiting for a condition with a deadline, so that no test sleeps and hopes; work beside a test.

In: a condition.  Out: its first true value, or a failure that says what did not happen.
"""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

T = TypeVar("T")

LOOK_S = 0.02
"""Between two looks: short beside everything that is waited for."""


def until(condition: Callable[[], T], timeout_s: float = 20.0, what: str = "the condition") -> T:
    """The condition's first true value. Raises AssertionError naming `what` after `timeout_s` seconds."""
    deadline = time.monotonic() + timeout_s
    while not (value := condition()):
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {timeout_s:g} s: {what}")
        threading.Event().wait(LOOK_S)
    return value


@contextmanager
def in_thread(work: Callable[[], None], stop: Callable[[], None]) -> Iterator[Future[None]]:
    """Run `work` beside the test. The end of the block stops it, also when the test fails, and waits for it."""
    with ThreadPoolExecutor(1) as pool:
        try:
            yield pool.submit(work)
        finally:
            stop()
