"""Difference constraints on one axis: `p[j] >= p[i] + c` over whole numbers with bounds.

In: bounds and differences.  Out: for every position the exact interval in which it can still lie.
Does not know boxes.  Such systems need no backtracking: after any value is taken from an interval, the rest stays
solvable (the solutions form a convex lattice, so bounds propagation is complete).
"""

from collections import deque

State = tuple[list[int], list[int], list[list[tuple[int, int]]], list[list[tuple[int, int]]]]


class Differences:
    """A growing system of differences whose bounds are kept tight."""

    def __init__(self, lows: list[int], highs: list[int]) -> None:
        self.low = lows
        self.high = highs
        self._after: list[list[tuple[int, int]]] = [[] for _ in lows]
        self._before: list[list[tuple[int, int]]] = [[] for _ in lows]
        self._steps_allowed = 60 * len(lows) + 200
        """Bounds that contradict each other move round a cycle until they cross: stop early and report failure."""

    def save(self) -> State:
        """A copy of the state, for `restore`."""
        return (list(self.low), list(self.high), [list(e) for e in self._after], [list(e) for e in self._before])

    def restore(self, state: State) -> None:
        """Return to a state from `save`. A state can be restored once."""
        self.low, self.high, self._after, self._before = state

    def add(self, i: int, j: int, least: int) -> bool:
        """Require `p[j] - p[i] >= least`. False when that cannot be met."""
        self._after[i].append((j, least))
        self._before[j].append((i, least))
        return self._tighten([i, j])

    def limit(self, i: int, least: int | None, most: int | None) -> bool:
        """Narrow the interval of `p[i]`. False when it becomes empty."""
        if least is not None and least > self.low[i]:
            self.low[i] = least
        if most is not None and most < self.high[i]:
            self.high[i] = most
        return self._tighten([i])

    def _tighten(self, changed: list[int]) -> bool:
        low, high, waiting, steps = self.low, self.high, deque(changed), 0
        while waiting:
            steps += 1
            i = waiting.popleft()
            if low[i] > high[i] or steps > self._steps_allowed:
                return False
            for j, least in self._after[i]:
                if low[i] + least > low[j]:
                    low[j] = low[i] + least
                    waiting.append(j)
            for j, least in self._before[i]:
                if high[i] - least < high[j]:
                    high[j] = high[i] - least
                    waiting.append(j)
        return True
