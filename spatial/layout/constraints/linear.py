"""Linear inequalities over boxes: the common form that the sampler, the solver and the proof use.

In: variables named by kind and object.  Out: frozen inequalities.
Does not solve anything and knows no predicate.

Kinds of variables: `x`, `y` (top left corner), `w`, `h` (extent), `s` (square root of the area), all in pixels, and `d`
(depth, no unit, smaller is nearer).
"""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["x", "y", "w", "h", "s", "d"]
Term = tuple[float, Kind, int]
Sum = tuple[Term, ...]
Axis = Literal["x", "y"]

EXTENT: dict[Axis, Kind] = {"x": "w", "y": "h"}
OTHER: dict[Axis, Axis] = {"x": "y", "y": "x"}
AXES: tuple[Axis, ...] = ("x", "y")


@dataclass(frozen=True)
class Linear:
    """The sum of coefficient times variable is at most `bound`."""

    terms: Sum
    bound: float


Option = tuple[Linear, ...]
"""All of these hold."""

Rule = tuple[Option, ...]
"""At least one of these options holds."""


def low(axis: Axis, i: int, factor: float = 1.0) -> Sum:
    """The edge of object `i` where the axis begins: left or top."""
    return ((factor, axis, i),)


def high(axis: Axis, i: int, factor: float = 1.0) -> Sum:
    """The edge of object `i` where the axis ends: right or bottom."""
    return ((factor, axis, i), (factor, EXTENT[axis], i))


def middle2(axis: Axis, i: int, factor: float = 1.0) -> Sum:
    """Twice the centre of object `i`, so that whole pixels suffice."""
    return ((2 * factor, axis, i), (factor, EXTENT[axis], i))


def minus(terms: Sum) -> Sum:
    """The negated sum."""
    return tuple((-c, kind, i) for c, kind, i in terms)


def at_most(left: Sum, right: Sum, slack: float = 0.0) -> Linear:
    """`left + slack <= right`."""
    return Linear(left + minus(right), -slack)


def ends_before(axis: Axis, a: int, b: int, slack: float = 0.0) -> Option:
    """`a` ends where `b` begins or before, or overlaps it by at most a share of either's extent."""
    ends = (a, b) if slack else (a,)
    return tuple(at_most((*high(axis, a), (-slack, EXTENT[axis], k)), low(axis, b)) for k in ends)
