"""The age of the oldest running call: tells a busy process from one that hangs.

In: calls that begin and end.  Out: seconds.  Sets no limit.  Thread-safe: calls and readers may be in different threads.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic


class CallTimer:
    """The calls that are running."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._began: dict[object, float] = {}

    @contextmanager
    def running(self) -> Iterator[None]:
        """Count a call as running for as long as the block runs."""
        mark = object()
        self._began[mark] = self._clock()
        try:
            yield
        finally:
            del self._began[mark]

    def oldest_s(self) -> float:
        """The age of the oldest running call; 0 if there is none."""
        return max(0.0, self._clock() - min(list(self._began.values()), default=self._clock()))
