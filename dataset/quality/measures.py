"""A measure: a value with its interval, the number of cases behind it, and the goal that it is held to.

In: counts, or values with the cluster of each.  Out: `Measure`.
"""

from collections.abc import Collection, Hashable, Sequence
from dataclasses import dataclass
from typing import TypedDict

import numpy as np

from dataset.evaluation.scores import Z, wilson


class MeasureJson(TypedDict):
    """The form of a measure in `quality.json`; `low` and `high` are the ends of a 95 % interval."""

    value: float
    n: int
    low: float
    high: float
    goal: float
    ok: bool


@dataclass(frozen=True)
class Measure:
    """`name` is a path: the first part says what is measured, the others of which kind or split."""

    name: str
    value: float
    n: int
    low: float
    high: float
    goal: float
    ok: bool

    def as_json(self) -> MeasureJson:
        """Everything but the name, rounded to a millionth."""
        value, low, high = (round(number, 6) for number in (self.value, self.low, self.high))
        return MeasureJson(value=value, n=self.n, low=low, high=high, goal=self.goal, ok=self.ok)


def share_never(name: str, faults: int, cases: int) -> Measure:
    """The share of cases that are faults: the goal is that there are none."""
    found = wilson(faults, cases)
    return Measure(name, found["accuracy"], cases, found["low"], found["high"], 0.0, faults == 0)


def share_at_least(name: str, hits: int, cases: int, goal: float) -> Measure:
    """A share that should not be below the goal."""
    found = wilson(hits, cases)
    return Measure(name, found["accuracy"], cases, found["low"], found["high"], goal, found["accuracy"] >= goal)


def share_at_most(name: str, hits: int, cases: int, goal: float) -> Measure:
    """A share that should not be above the goal."""
    found = wilson(hits, cases)
    return Measure(name, found["accuracy"], cases, found["low"], found["high"], goal, found["accuracy"] <= goal)


def count_at_least(name: str, number: int, cases: int, goal: float) -> Measure:
    """A count that should not be below the goal. A count of everything has no interval: both ends are the count."""
    return Measure(name, float(number), cases, float(number), float(number), goal, number >= goal)


def count_none(name: str, found: Collection[object], cases: int) -> Measure:
    """A count that should be 0."""
    number = float(len(found))
    return Measure(name, number, cases, number, number, 0.0, not found)


def mean_not_above(name: str, values: Sequence[float], clusters: Sequence[Hashable], goal: float) -> Measure:
    """A mean whose interval must not lie above the goal. Values of one cluster depend on each other: the interval is by
    cluster-robust standard error. With one cluster nothing is known of the spread: the interval is -1 to 1."""
    mean = float(np.mean(values))
    numbers: dict[Hashable, int] = {}
    of = np.array([numbers.setdefault(each, len(numbers)) for each in clusters])
    if len(numbers) < 2:
        return Measure(name, mean, len(values), -1.0, 1.0, goal, True)
    sums = np.bincount(of, weights=np.asarray(values) - mean)
    reach = Z * float(np.sqrt((sums**2).sum() * len(sums) / (len(sums) - 1))) / len(values)
    return Measure(name, mean, len(values), mean - reach, mean + reach, goal, mean - reach <= goal)
