"""How old the oldest call under way is: what tells a process that works from one that hangs.

In: calls that begin and end.  Out: seconds.  Bounds nothing itself.  Thread-safe: begun in one thread, asked in another.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic


class Calls:
    """The calls under way."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._began: dict[object, float] = {}

    @contextmanager
    def one(self) -> Iterator[None]:
        """A call, for as long as the block runs."""
        mark = object()
        self._began[mark] = self._clock()
        try:
            yield
        finally:
            del self._began[mark]

    def oldest_s(self) -> float:
        """The age of the oldest call, 0 with none under way."""
        return max(0.0, self._clock() - min(list(self._began.values()), default=self._clock()))
