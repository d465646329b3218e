"""Batches that shrink when the device's memory does not hold them.

In: items, and a function over a batch.  Out: its results in order.  A batch of one that still does not fit is a failure
that may pass: another process may have taken the memory.
"""

from collections.abc import Callable, Sequence
from typing import TypeVar

from schemas.failures import TryLater

Item = TypeVar("Item")
Result = TypeVar("Result")


class Halving:
    """`most` items a call at first; half of it after each failure for want of memory, for good."""

    def __init__(self, most: int, out_of_memory: type[Exception], release: Callable[[], None]) -> None:
        self.most = most
        self._out_of_memory, self._release = out_of_memory, release

    def over(self, items: Sequence[Item], work: Callable[[Sequence[Item]], list[Result]]) -> list[Result]:
        """The results of all items. Raises TryLater when not even one fits."""
        results: list[Result] = []
        while len(results) < len(items):
            batch = items[len(results) : len(results) + self.most]
            try:
                results += work(batch)
            except self._out_of_memory as error:
                self._halve(len(batch), error)
        return results

    def _halve(self, tried: int, error: Exception) -> None:
        self._release()
        if tried == 1:
            raise TryLater(f"one picture does not fit into the device's memory: {str(error)[:200]}") from error
        self.most = max(1, tried // 2)
