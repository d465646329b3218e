"""What facts of distance demand of boxes: touching, next_to, near, far.

In: facts and a setting.  Out: rules with one alternative for every side on which the two may lie.
Sufficient, not necessary, as all of `spatial.layout.constraints.constraint_rules`: a gap as the crow flies is replaced
by gaps along the axes.
"""

from dataclasses import dataclass

from spatial.layout.constraints.encoding_context import Setting, shares
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
from spatial.layout.placement_problem import Fact, staggered
from spatial.relations.predicate_geometry import FAR_UNITS, NEAR_UNITS

CORNER = 0.17
"""Share of either's extent by which things overlap that are beside and over each other: less than would be a fault."""


def touching(fact: Fact, setting: Setting) -> list[Rule]:
    """Edge to edge, with a stretch of edge in common (overlapping, where a relation lets them)."""
    a, b = fact.pair
    if setting.carried(a, b):
        return []
    sides = [_beside(axis, i, j, Gap(0.0, setting.margins.slack), setting) for axis in AXES for i, j in ((a, b), (b, a))]
    if setting.linked(a, b):
        sides.append((*shares("x", a, b, setting), *shares("y", a, b, setting)))
    return [tuple(sides)]


def next_to(fact: Fact, setting: Setting) -> list[Rule]:
    """Left or right of each other at about the same height."""
    a, b = fact.pair
    reach = NEAR_UNITS * (1 - setting.margins.reserve)
    ways = ((a, b), (b, a))
    sides = [_beside("x", i, j, Gap(reach), setting) for i, j in ways]
    corner = (min(a, b), max(a, b)) in staggered(setting.problem.facts)
    slack = CORNER if corner else setting.margins.slack
    if slack:
        not_on = tuple(at_most(middle2("y", j), high("y", i, 2), 1) for i, j in ways)
        overlapping = [(*_beside("x", i, j, Gap(reach, slack), setting), *not_on) for i, j in ways]
        sides = overlapping if corner else sides + overlapping
    return [tuple(sides)]


@dataclass(frozen=True)
class Gap:
    """Between two boxes along an axis: at most `reach` units, and an overlap of at most `slack` of either's extent."""

    reach: float
    slack: float = 0.0


def _beside(axis: Axis, a: int, b: int, gap: Gap, setting: Setting) -> Option:
    """`a` before `b` with a gap, sharing extent on the other axis."""
    return (
        *ends_before(axis, a, b, gap.slack),
        _reaches(axis, a, b, gap.reach),
        *shares(OTHER[axis], a, b, setting),
    )


def near(fact: Fact, setting: Setting) -> list[Rule]:
    """On any side, a small gap away."""
    a, b = fact.pair
    if setting.carried(a, b):
        return []
    reach = NEAR_UNITS * (1 - setting.margins.reserve)
    sides = [_off(axis, i, j, reach, setting) for axis in AXES for i, j in ((a, b), (b, a))]
    if setting.linked(a, b):
        sides.append(tuple(_reaches(axis, i, j, 0.0) for axis in AXES for i, j in ((a, b), (b, a))))
    return [tuple(sides)]


def _off(axis: Axis, a: int, b: int, reach: float, setting: Setting) -> Option:
    """`a` before `b`, no further than `reach` as the crow flies: 0.8 of it along the axis, 0.6 across it."""
    across = OTHER[axis]
    return (
        *ends_before(axis, a, b, setting.margins.slack),
        _reaches(axis, a, b, 0.8 * reach),
        _reaches(across, a, b, 0.6 * reach),
        _reaches(across, b, a, 0.6 * reach),
    )


def _reaches(axis: Axis, a: int, b: int, units: float) -> Linear:
    """`b` begins at most `units` after the end of `a`."""
    return at_most(low(axis, b), (*high(axis, a), *_units(units, a, b)))


def far(fact: Fact, setting: Setting) -> list[Rule]:
    """On any side, a large gap away."""
    a, b = fact.pair
    away = FAR_UNITS * (1 + setting.margins.reserve)
    return [
        tuple((at_most((*high(axis, i), *_units(away, a, b)), low(axis, j)),) for axis in AXES for i, j in ((a, b), (b, a)))
    ]


def _units(units: float, a: int, b: int) -> tuple[Term, Term]:
    """A number of distance units: means of the square roots of the two areas."""
    return ((units / 2, "s", a), (units / 2, "s", b))
