"""Batches that shrink when the device's memory does not hold them.

In: items, and a function over a batch.  Out: its results in order.  A batch of one that still does not fit is a failure
that may pass: another process may have taken the memory.  A lost device is DeviceLost, never a smaller batch.
"""

from collections.abc import Callable, Sequence
from typing import TypeVar

from gpu_workers.diffusion.device_errors import device_watched, for_want_of_memory
from schemas.errors import RetryableError

Item = TypeVar("Item")
Result = TypeVar("Result")


class OomBackoff:
    """`most` items a call at first; half of it after each failure for want of memory, for good."""

    def __init__(self, most: int, out_of_memory: type[Exception], release: Callable[[], None]) -> None:
        self.most = most
        self._out_of_memory, self._release = out_of_memory, release

    def map(self, items: Sequence[Item], work: Callable[[Sequence[Item]], list[Result]]) -> list[Result]:
        """The results of all items. Raises RetryableError when not even one fits, DeviceLost where no call would work."""
        results: list[Result] = []
        with device_watched():
            while len(results) < len(items):
                results += self._tried(items[len(results) : len(results) + self.most], work)
        return results

    def _tried(self, batch: Sequence[Item], work: Callable[[Sequence[Item]], list[Result]]) -> list[Result]:
        """The results of a batch; none where it was too large, and the next one will be smaller."""
        try:
            return work(batch)
        except self._out_of_memory as error:
            self._halve(len(batch), error)
        except RuntimeError as error:
            if not for_want_of_memory(error):
                raise
            self._halve(len(batch), error)
        return []

    def _halve(self, tried: int, error: Exception) -> None:
        self._release()
        if tried == 1:
            raise RetryableError(f"one picture does not fit into the device's memory: {str(error)[:200]}") from error
        self.most = max(1, tried // 2)
