"""Whether a process's memory stays flat: pure judgement over what was measured.

In: resident memory by progress.  Out: figures after the warm-up, and how far they rise.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

WARM_UP = 0.2
"""Share of the work that fills caches, pools and the interpreter's arenas."""

WINDOWS = 4
"""Into so many equal parts the rest is cut; each is judged by its median."""

MOST_GROWTH = 0.10


@dataclass(frozen=True)
class Measured:
    """One look at a process: the share of the work that is done, resident megabytes."""

    share: float
    megabytes: float


@dataclass(frozen=True)
class Memory:
    """Medians of the windows after the warm-up, and the growth from the first to the highest."""

    windows: tuple[float, ...]

    @property
    def growth(self) -> float:
        return max(self.windows) / self.windows[0] - 1

    @property
    def flat(self) -> bool:
        return self.growth <= MOST_GROWTH


def judged(looks: Sequence[Measured]) -> Memory:
    """Raises ValueError where a window has no look in it: too little was measured to say anything."""
    width = (1 - WARM_UP) / WINDOWS
    windows = []
    for number in range(WINDOWS):
        first = WARM_UP + number * width
        inside = [look.megabytes for look in looks if first <= look.share <= first + width]
        if not inside:
            raise ValueError(f"no measurement between {first:.0%} and {first + width:.0%} of the work")
        windows.append(median(inside))
    return Memory(tuple(windows))
