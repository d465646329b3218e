"""Constraints for the facts of distance: touching, next_to, near, far.

In: facts and an encoding context.  Out: rules with one option for every side on which the two may lie.
Sufficient, not necessary, like all of `spatial.layout.constraints.constraint_rules`: a Euclidean gap is replaced by
gaps along the axes.
"""

from dataclasses import dataclass

from spatial.layout.constraints.encoding_context import EncodingContext, shares
from spatial.layout.constraints.linear import (
    AXES,
    OTHER,
    Axis,
    Linear,
    Option,
    Rule,
    Term,
    at_most,
    ends_before,
    high,
    low,
    middle2,
)
from spatial.layout.placement_problem import Fact, corner_overlap_pairs
from spatial.relations.predicate_geometry import ALIGNED_UNITS, FAR_UNITS, NEAR_UNITS, OPPOSITE_UNITS

CORNER = 0.17
"""Overlap of objects that are next to and above each other, as a share of either's extent: below what is a fault."""


def touching(fact: Fact, context: EncodingContext) -> list[Rule]:
    """Edge to edge, with part of an edge in common (or overlapping, where a relation permits it)."""
    a, b = fact.pair
    if context.carried(a, b):
        return []
    sides = [_beside(axis, i, j, Gap(0.0, context.margins.slack), context) for axis in AXES for i, j in ((a, b), (b, a))]
    if context.may_overlap(a, b):
        sides.append((*shares("x", a, b, context), *shares("y", a, b, context)))
    return [tuple(sides)]


def next_to(fact: Fact, context: EncodingContext) -> list[Rule]:
    """Left or right of each other at about the same height."""
    a, b = fact.pair
    reach = NEAR_UNITS * (1 - context.margins.reserve)
    ways = ((a, b), (b, a))
    sides = [_beside("x", i, j, Gap(reach), context) for i, j in ways]
    corner = (min(a, b), max(a, b)) in corner_overlap_pairs(context.problem.facts)
    slack = CORNER if corner else context.margins.slack
    if slack:
        not_on = tuple(at_most(middle2("y", j), high("y", i, 2), 1) for i, j in ways)
        overlapping = [(*_beside("x", i, j, Gap(reach, slack), context), *not_on) for i, j in ways]
        sides = overlapping if corner else sides + overlapping
    return [tuple(sides)]


@dataclass(frozen=True)
class Gap:
    """Between two boxes along an axis: at most `reach` units, and an overlap of at most `slack` of either's extent."""

    reach: float
    slack: float = 0.0


def _beside(axis: Axis, a: int, b: int, gap: Gap, context: EncodingContext) -> Option:
    """`a` before `b` with a gap, sharing extent on the other axis."""
    return (
        *ends_before(axis, a, b, gap.slack),
        reaches(axis, a, b, gap.reach),
        *shares(OTHER[axis], a, b, context),
    )


def near(fact: Fact, context: EncodingContext) -> list[Rule]:
    """On any side, with a small gap."""
    a, b = fact.pair
    if context.carried(a, b):
        return []
    reach = NEAR_UNITS * (1 - context.margins.reserve)
    sides = [_diagonally_near(axis, i, j, reach, context) for axis in AXES for i, j in ((a, b), (b, a))]
    if context.may_overlap(a, b):
        sides.append(tuple(reaches(axis, i, j, 0.0) for axis in AXES for i, j in ((a, b), (b, a))))
    return [tuple(sides)]


def _diagonally_near(axis: Axis, a: int, b: int, reach: float, context: EncodingContext) -> Option:
    """`a` before `b`, at a Euclidean distance of at most `reach`: 0.8 of it along the axis, 0.6 across it."""
    across = OTHER[axis]
    return (
        *ends_before(axis, a, b, context.margins.slack),
        reaches(axis, a, b, 0.8 * reach),
        reaches(across, a, b, 0.6 * reach),
        reaches(across, b, a, 0.6 * reach),
    )


def reaches(axis: Axis, a: int, b: int, most: float) -> Linear:
    """`b` begins at most `units` after the end of `a`."""
    return at_most(low(axis, b), (*high(axis, a), *units(most, a, b)))


def far(fact: Fact, context: EncodingContext) -> list[Rule]:
    """On any side, with a large gap."""
    a, b = fact.pair
    away = FAR_UNITS * (1 + context.margins.reserve)
    return [
        tuple((at_most((*high(axis, i), *units(away, a, b)), low(axis, j)),) for axis in AXES for i, j in ((a, b), (b, a)))
    ]


def units(number: float, a: int, b: int) -> tuple[Term, Term]:
    """A number of distance units: means of the square roots of the two areas."""
    return ((number / 2, "s", a), (number / 2, "s", b))


def aligned_with(fact: Fact, context: EncodingContext) -> list[Rule]:
    """Centres on one line, upright or level."""
    a, b = fact.pair
    return [tuple(_centres_close(axis, a, b, ALIGNED_UNITS * (1 - context.margins.reserve)) for axis in AXES)]


def _centres_close(axis: Axis, a: int, b: int, most: float) -> Option:
    """Centres differ by at most so many units along an axis."""
    return tuple(at_most(middle2(axis, i), (*middle2(axis, j), *units(2 * most, a, b))) for i, j in ((a, b), (b, a)))


def opposite(fact: Fact, context: EncodingContext) -> list[Rule]:
    """A large gap along an axis, and centres on about one line across it."""
    a, b = fact.pair
    away, most = FAR_UNITS * (1 + context.margins.reserve), OPPOSITE_UNITS * (1 - context.margins.reserve)
    return [
        tuple(
            (at_most((*high(axis, i), *units(away, a, b)), low(axis, j)), *_centres_close(OTHER[axis], a, b, most))
            for axis in AXES
            for i, j in ((a, b), (b, a))
        )
    ]
