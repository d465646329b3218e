"""Runs batches as large as fit into the device's memory, and halves them when it runs out.

In: items, and a function over a batch.  Out: its results in order; how many fit, from what one and two of them take.
A batch of one that does not fit is a RetryableError: another process may have taken the memory.  A lost device is
DeviceLost, never a smaller batch.
"""

from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar

from gpu_workers.diffusion.device_errors import is_out_of_memory, raising_device_lost
from schemas.errors import RetryableError

Item = TypeVar("Item")
Result = TypeVar("Result")


USUAL_BATCH = 4
"""Where a device does not say what memory it has, as a CPU."""

MOST_BATCH = 16
"""Beyond it a GPU is busy with any published model, and a batch only waits longer to fill."""

USED_SHARE = 0.8
"""Of the memory that there is: real pictures have more objects than those that are measured."""


class Memory(Protocol):
    """A device's memory, in bytes."""

    def peak(self, work: Callable[[], object]) -> int:
        """The most that is allocated while `work` runs, what was allocated before included."""
        ...

    def room(self) -> int:
        """All that this process may allocate, what it has allocated included."""
        ...


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

    def fit(self, draw: Callable[[int], object], memory: Memory | None) -> None:
        """Set `most` to how many pictures fit, from the peaks of drawing one and two. Raises what drawing one raises."""
        self.most = USUAL_BATCH if memory is None else self._fitting(draw, memory)

    def _fitting(self, draw: Callable[[int], object], memory: Memory) -> int:
        one = memory.peak(lambda: draw(1))
        try:
            each = max(1, memory.peak(lambda: draw(2)) - one)
        except self._out_of_memory:
            self._release()
            return 1
        return max(1, min(MOST_BATCH, 1 + int((USED_SHARE * memory.room() - one) / each)))

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
