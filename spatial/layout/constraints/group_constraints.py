"""Constraints for the facts of groups.

In: facts and an encoding context.  Out: rules.
Sufficient, not necessary, like all of `spatial.layout.constraints.constraint_rules`.
"""

from collections.abc import Callable, Sequence
from itertools import combinations, permutations, product

from spatial.layout.constraints.distance_rules import reaches, units
from spatial.layout.constraints.encoding_context import EncodingContext, shares
from spatial.layout.constraints.linear import (
    AXES,
    OTHER,
    Axis,
    Linear,
    Option,
    Rule,
    at_most,
    ends_before,
    high,
    low,
    middle2,
)
from spatial.layout.placement_problem import Fact, group_of
from spatial.relations.group_geometry import APART_UNITS, REACH_UNITS, ROW_SHARE

CLEAR_OF_BOTH = 0.055
"""Least distance of the centre from both ends of the gap, share of the width, at generous margins: questions are asked from
5 % on."""


def between(fact: Fact, context: EncodingContext) -> list[Rule]:
    """Side by side: the one that is between after either and before the other, at a common height; at small margins also
    one above the other."""
    a, (b, c) = fact.subject, group_of(fact)
    axes: tuple[Axis, ...] = ("x",) if context.margins.clear else AXES
    return [tuple(_in_the_gap(axis, a, pair, context) for axis in axes for pair in ((b, c), (c, b)))]


def _in_the_gap(axis: Axis, a: int, pair: tuple[int, int], context: EncodingContext) -> Option:
    (first, last), margins, across = pair, context.margins, OTHER[axis]
    share = CLEAR_OF_BOTH if margins.clear else margins.direction
    least = max(1.0, 2 * share * context.problem.canvas[AXES.index(axis)])
    apart = (*ends_before(axis, first, a), *ends_before(axis, a, last)) if margins.clear else ()
    return (
        *apart,
        at_most(high(axis, first, 2), middle2(axis, a), least),
        at_most(middle2(axis, a), low(axis, last, 2), least),
        *shares(across, a, first, context),
        *shares(across, a, last, context),
    )


def among(fact: Fact, context: EncodingContext) -> list[Rule]:
    """One to the left, another to the right, all within reach."""
    return _enclosed(fact.subject, group_of(fact), context)


def surrounding(fact: Fact, context: EncodingContext) -> list[Rule]:
    """The others and the subject around the object: among them, and one of them plainly higher or lower."""
    middle, *others = group_of(fact)
    around = (fact.subject, *others)
    least = APART_UNITS * (1 + context.margins.reserve)
    upright = tuple(
        (at_most((*middle2("y", i), *units(2 * least, i, j)), middle2("y", j), 1),)
        for each in around
        for i, j in ((each, middle), (middle, each))
    )
    return [*_enclosed(middle, around, context), upright]


def _enclosed(middle: int, around: Sequence[int], context: EncodingContext) -> list[Rule]:
    least = max(1.0, 2 * context.margins.direction * context.problem.canvas[0])
    sides = tuple(
        tuple(at_most(middle2("x", i), middle2("x", j), least) for i, j in ((left, middle), (middle, right)))
        for left, right in permutations(around, 2)
    )
    return [sides, *((_close(each, middle, context),) for each in around)]


def _close(a: int, b: int, context: EncodingContext) -> Option:
    """Within reach along both axes."""
    x, y = (share * REACH_UNITS * (1 - context.margins.reserve) for share in (0.8, 0.6))
    return (reaches("x", a, b, x), reaches("x", b, a, x), reaches("y", a, b, y), reaches("y", b, a, y))


def in_row_with(fact: Fact, context: EncodingContext) -> list[Rule]:
    """Every two side by side, with their lower edges on one line."""
    row, share = (fact.subject, *group_of(fact)), ROW_SHARE * (1 - context.margins.reserve)
    apart: list[Rule] = [(ends_before("x", i, j), ends_before("x", j, i)) for i, j in combinations(row, 2)]
    level = tuple(at_most(high("y", i), (*high("y", j), (share, "h", k))) for i, j in permutations(row, 2) for k in row)
    return [*apart, (level,)]


def beside(first: int, a: int, b: int, least: float) -> Option:
    """The centre of `b` lies beyond an edge of `a`, on the side where `first` of the two comes first."""
    if first == a:
        return (at_most(high("x", a, 2), middle2("x", b), least),)
    return (at_most(middle2("x", b), low("x", a, 2), least),)


def border_rule(fact: Fact, canvas: tuple[int, int], share: float) -> Rule:
    """The box is at most this share of the canvas away from one of its sides, or from two adjoining ones."""
    sides = [
        (Linear(low(axis, fact.subject), share * size), at_most((), high(axis, fact.subject), (1 - share) * size))
        for axis, size in zip(AXES, canvas, strict=True)
    ]
    if fact.predicate == "in_corner":
        return tuple(product(*sides))
    return tuple((side,) for axis in sides for side in axis)


GROUP_ENCODERS: dict[str, Callable[[Fact, EncodingContext], list[Rule]]] = {
    "between": between,
    "among": among,
    "surrounding": surrounding,
    "in_row_with": in_row_with,
}
"""The encoder of each predicate of a group."""
