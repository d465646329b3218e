"""Runs batches, and halves them when the device runs out of memory.

In: items, and a function over a batch.  Out: its results in order.  A batch of one that does not fit is a RetryableError:
another process may have taken the memory.  A lost device is DeviceLost, never a smaller batch.
"""

from collections.abc import Callable, Sequence
from typing import TypeVar

from gpu_workers.diffusion.device_errors import is_out_of_memory, raising_device_lost
from schemas.errors import RetryableError

Item = TypeVar("Item")
Result = TypeVar("Result")


class OomBackoff:
    """`most` items per call at first; halved, permanently, each time the device runs out of memory."""

    def __init__(self, most: int, out_of_memory: type[Exception], release: Callable[[], None]) -> None:
        self.most = most
        self._out_of_memory, self._release = out_of_memory, release

    def map(self, items: Sequence[Item], work: Callable[[Sequence[Item]], list[Result]]) -> list[Result]:
        """The results of all items. Raises RetryableError when not even one fits, DeviceLost when the device is lost."""
        results: list[Result] = []
        with raising_device_lost():
            while len(results) < len(items):
                results += self._run_batch(items[len(results) : len(results) + self.most], work)
        return results

    def _run_batch(self, batch: Sequence[Item], work: Callable[[Sequence[Item]], list[Result]]) -> list[Result]:
        """The results of a batch; empty where it was too large, and `most` is halved."""
        try:
            return work(batch)
        except self._out_of_memory as error:
            self._halve(len(batch), error)
        except RuntimeError as error:
            if not is_out_of_memory(error):
                raise
            self._halve(len(batch), error)
        return []

    def _halve(self, tried: int, error: Exception) -> None:
        self._release()
        if tried == 1:
            raise RetryableError(f"one picture does not fit into the device's memory: {str(error)[:200]}") from error
        self.most = max(1, tried // 2)
