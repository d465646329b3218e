"""Times work in seconds of a quiet reference core, so that a bound is about the code and not about the machine.

In: work to time.  Out: the least processor time of several runs, divided by how much slower than the reference core this
one is at that moment.
A core that is shared with other machines runs at half its speed for minutes, and no repetition evens that out: each run
stands between two runs of a fixed yardstick, which slow down as the work does.
"""

import time
from collections.abc import Callable
from typing import Any

YARDSTICK_S = 0.027
"""What `_yardstick` takes on the reference core (3 GHz, quiet) under Python 3.11."""

_STEPS = 30_000


def reference_cpu_s(work: Callable[[], Any], tries: int = 3) -> float:
    """Processor seconds of `work` on the reference core: the best of several tries, each beside the yardstick.

    A core faster than the reference counts as the reference, so that a bound is never stricter than it says.
    """
    return min(_reference_cpu_s(work) for _ in range(tries))


def _reference_cpu_s(work: Callable[[], Any]) -> float:
    before, took, after = _cpu_s(_yardstick), _cpu_s(work), _cpu_s(_yardstick)
    return took / max(1.0, (before + after) / (2 * YARDSTICK_S))


def _cpu_s(work: Callable[[], Any]) -> float:
    started = time.process_time()
    work()
    return time.process_time() - started


def _yardstick() -> dict[tuple[str, int], float]:
    """What most of our code does: builds tuples, looks them up, compares and multiplies numbers, calls functions."""
    found: dict[tuple[str, int], float] = {}
    for i in range(_STEPS):
        key = ("left_of", i % 997)
        found[key] = max(found.get(key, 0.0), round(i * 0.37, 3))
    return found
