"""Proofs that relations cannot all hold: for any boxes, of any size and shape, on a canvas of these proportions.

In: a draft.  Out: an irreducible set of relation indices that cannot hold together, or None.
Does not place anything.  The encoding is necessary, not sufficient: all boxes that satisfy the truth rules satisfy it
too (distances are relaxed: the square root of an area lies between the shorter side and the mean of both), so what it
refutes is refuted.  Space is no constraint: the grid is fine enough for any number of objects.
"""

from collections.abc import Callable, Sequence
from itertools import combinations, pairwise, permutations
from typing import Final, Literal

from schemas.predicate_names import ends
from spatial.layout.constraints.group_constraints import beside, border_rule
from spatial.layout.constraints.linear import (
    AXES,
    OTHER,
    Axis,
    Kind,
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
from spatial.layout.lazy_cp_sat import find
from spatial.layout.placement_problem import Fact, facts_of, group_of
from spatial.layout.solver_model import IMPOSSIBLE, Formulation, Key
from spatial.reasoning.conflicts import contradictions
from spatial.reasoning.draft import Draft
from spatial.relations.group_geometry import REACH_UNITS, ROW_SHARE
from spatial.relations.predicate_geometry import ALIGNED_UNITS, FAR_UNITS, NEAR_UNITS, OPPOSITE_UNITS
from spatial.relations.predicate_table import BANDS, BORDERS, ORIENTED
from spatial.relations.relation_truth import BORDER

GRID = 6 * 4096
"""Steps along the longer side of the canvas; divisible by six, so that thirds and halves fall on steps."""

Status = Literal["impossible", "undecided", "possible"]
Refutation = tuple[int, ...] | Status

POSSIBLE: Final = "possible"

QUICK, THOROUGH = 0.2, 1.0
"""Deterministic seconds for one proof: most take a hundredth, a few need the longer limit."""

ROOT_HALF = 0.70710678
"""At least this share of a Euclidean gap lies along one axis."""

SEED = 0
"""Proofs do not depend on the seed of a layout."""


def refutation(draft: Draft, canvas: tuple[int, int], effort: float) -> Refutation:
    """An irreducible set of relations (indices, ascending) that cannot hold together.

    `POSSIBLE`: the necessary conditions can all be met, so more effort cannot help.  `UNDECIDED`: it might.
    """

    def refuted(indices: Sequence[int]) -> bool:
        part = Draft(draft.objects, tuple(draft.relations[k] for k in indices))
        return contradictions(part) is not None or check_necessary_conditions(part, canvas, QUICK) == IMPOSSIBLE

    known = contradictions(draft)
    if known is not None:
        return _irreducible(sorted(known.indices), refuted)
    status = check_necessary_conditions(draft, canvas, effort)
    if status == IMPOSSIBLE:
        return _irreducible(list(range(len(draft.relations))), refuted)
    return status


def _irreducible(indices: list[int], refuted: Callable[[Sequence[int]], bool]) -> tuple[int, ...]:
    """Drop relations that the refutation does not need: in halves while that works, then one by one."""
    size = len(indices) // 2
    while size > 1:
        for start in range(0, len(indices), size):
            rest = indices[:start] + indices[start + size :]
            if rest and refuted(rest):
                indices = rest
                break
        else:
            size //= 2
        size = min(size, len(indices) // 2)
    for k in list(indices):
        rest = [i for i in indices if i != k]
        if rest and refuted(rest):
            indices = rest
    return tuple(indices)


def check_necessary_conditions(draft: Draft, canvas: tuple[int, int], effort: float) -> Status:
    """Whether any boxes and depths meet the necessary conditions of the relations of `draft`; its indices must be valid."""
    facts = facts_of(draft)
    scale = GRID / max(canvas)
    width, height = (6 * max(1, round(side * scale / 6)) for side in canvas)
    used = sorted({i for f in facts for i in ends(f)})
    ranges: dict[Key, tuple[int, int]] = {}
    rules: list[Rule] = []
    distant = {i for f in facts if f.predicate in ("far", "opposite") for i in f.pair}
    for i in used:
        ranges |= {("x", i): (0, width), ("w", i): (1, width), ("y", i): (0, height), ("h", i): (1, height)}
        ranges |= {("s", i): (1, max(width, height)), ("d", i): (0, len(draft.objects))}
        rules += _box_rules(i, width, height, i in distant)
    for fact in facts:
        rules += _necessary(fact, (width, height))
    outcome = find(Formulation(ranges, rules), SEED, effort)
    return outcome if isinstance(outcome, str) else POSSIBLE


def _box_rules(i: int, width: int, height: int, distant: bool) -> list[Rule]:
    """The box is on the canvas, with bounds on the square root of its area (the lower one only where it matters)."""
    on_canvas = (Linear(high("x", i), width), Linear(high("y", i), height))
    mean = Linear(((2.0, "s", i), (-1.0, "w", i), (-1.0, "h", i)), 0)
    shorter = tuple((Linear(((1.0, kind, i), (-1.0, "s", i)), 0),) for kind in _EXTENTS)
    return [((*on_canvas, mean),), shorter] if distant else [((*on_canvas, mean),)]


_EXTENTS: tuple[Kind, Kind] = ("w", "h")


def _necessary(fact: Fact, canvas: tuple[int, int]) -> list[Rule]:
    if fact.object is None:
        return [border_rule(fact, canvas, BORDER)] if fact.predicate in BORDERS else [_place(fact, canvas)]
    if fact.predicate in ORIENTED:
        return [tuple(beside(i, *fact.pair, 1) for i in fact.pair)]
    if fact.predicate in NECESSARY_OF_GROUPS:
        return NECESSARY_OF_GROUPS[fact.predicate](fact)
    return NECESSARY_RULES[fact.predicate](*fact.pair)


def _order(axis: Axis) -> Callable[[int, int], list[Rule]]:
    return lambda a, b: [((at_most(middle2(axis, a), middle2(axis, b), 1),),)]


def _in_front_of(a: int, b: int) -> list[Rule]:
    return [((at_most(((1.0, "d", a),), ((1.0, "d", b),), 1),),)]


def _share(axis: Axis, a: int, b: int, least: int) -> Option:
    return at_most(low(axis, a), high(axis, b), least), at_most(low(axis, b), high(axis, a), least)


def _on(a: int, b: int) -> list[Rule]:
    bottom = (at_most(low("y", b), high("y", a)), at_most(high("y", a, 2), middle2("y", b)))
    return [((*bottom, at_most(low("y", a), low("y", b), 1), *_share("x", a, b, 1)),)]


def _under(a: int, b: int) -> list[Rule]:
    return [((at_most(middle2("y", b), middle2("y", a), 1), *_share("x", a, b, 1)),)]


def _inside(a: int, b: int) -> list[Rule]:
    edges = [at_most(low(axis, b), low(axis, a)) for axis in AXES]
    edges += [at_most(high(axis, a), high(axis, b)) for axis in AXES]
    smaller = at_most(((1.0, "w", a), (1.0, "h", a)), ((1.0, "w", b), (1.0, "h", b)), 1)
    return [((*edges, smaller, at_most(((1.0, "s", a),), ((1.0, "s", b),))),)]


def _touching(a: int, b: int) -> list[Rule]:
    return [((*_share("x", a, b, 0), *_share("y", a, b, 0)),)]


def _near(a: int, b: int) -> list[Rule]:
    reach = _units(NEAR_UNITS, a, b)
    return [(tuple(at_most(low(axis, j), (*high(axis, i), *reach), -1) for axis in AXES for i, j in ((a, b), (b, a))),)]


def _leaning_on(a: int, b: int) -> list[Rule]:
    """The truth rule itself."""
    beside = tuple(at_most(middle2("y", j), high("y", i, 2), 1) for i, j in ((a, b), (b, a)))
    tall: Rule = tuple(
        (
            at_most((*low("y", b), (0.5, "h", each)), high("y", a)),
            at_most((*low("y", a), (0.5, "h", each)), high("y", b)),
            *_share("x", a, b, 0),
        )
        for each in (a, b)
    )
    return [(beside,), tall]


def _next_to(a: int, b: int) -> list[Rule]:
    return [*_near(a, b), (_share("y", a, b, 1),)]


def _far(a: int, b: int) -> list[Rule]:
    away = _units(FAR_UNITS * ROOT_HALF, a, b)
    return [tuple((at_most((*high(axis, i), *away), low(axis, j), -1),) for axis in AXES for i, j in ((a, b), (b, a)))]


def _centres_close(axis: Axis, a: int, b: int, most: float) -> Option:
    return tuple(at_most(middle2(axis, i), (*middle2(axis, j), *_units(2 * most, a, b)), -1) for i, j in ((a, b), (b, a)))


def _aligned_with(a: int, b: int) -> list[Rule]:
    return [tuple(_centres_close(axis, a, b, ALIGNED_UNITS) for axis in AXES)]


def _opposite(a: int, b: int) -> list[Rule]:
    away = _units(FAR_UNITS, a, b)
    return [
        tuple(
            (at_most((*high(axis, i), *away), low(axis, j), -1), *_centres_close(OTHER[axis], a, b, OPPOSITE_UNITS))
            for axis in AXES
            for i, j in ((a, b), (b, a))
        )
    ]


def _units(units: float, a: int, b: int) -> tuple[Term, Term]:
    return ((units / 2, "s", a), (units / 2, "s", b))


def _place(fact: Fact, canvas: tuple[int, int]) -> Rule:
    found: list[Linear] = []
    for axis, band, size in zip(AXES, BANDS[fact.predicate], canvas, strict=True):
        if band is None:
            continue
        lines = list(pairwise(2 * size * k for k in range(4)))[band]
        centre6 = tuple((3 * c, kind, i) for c, kind, i in middle2(axis, fact.subject))
        if band > 0:
            found.append(at_most((), centre6, lines[0] + 1))
        if band < 2:
            found.append(Linear(centre6, lines[1] - 1))
    return (tuple(found),)


NECESSARY_RULES: dict[str, Callable[[int, int], list[Rule]]] = {
    "left_of": _order("x"),
    "above": _order("y"),
    "in_front_of": _in_front_of,
    "on": _on,
    "under": _under,
    "inside": _inside,
    "touching": _touching,
    "next_to": _next_to,
    "near": _near,
    "far": _far,
    "aligned_with": _aligned_with,
    "opposite": _opposite,
    "leaning_on": _leaning_on,
}
"""The necessary conditions of each canonical predicate of two objects."""


def _between(fact: Fact) -> list[Rule]:
    """The truth rule itself: the centre in the gap along an axis, and extent in common across it."""
    a, (b, c) = fact.subject, group_of(fact)
    return [
        tuple(
            (
                at_most(high(axis, first, 2), middle2(axis, a)),
                at_most(middle2(axis, a), low(axis, last, 2)),
                *_share(OTHER[axis], a, first, 1),
                *_share(OTHER[axis], a, last, 1),
            )
            for axis in AXES
            for first, last in ((b, c), (c, b))
        )
    ]


def _among(fact: Fact) -> list[Rule]:
    return _enclosed(fact.subject, group_of(fact))


def _surrounding(fact: Fact) -> list[Rule]:
    middle, *others = group_of(fact)
    return _enclosed(middle, (fact.subject, *others))


def _enclosed(middle: int, around: Sequence[int]) -> list[Rule]:
    """One to the left and another to the right; each within reach along both axes."""
    sides = tuple(
        (at_most(middle2("x", left), middle2("x", middle), 1), at_most(middle2("x", middle), middle2("x", right), 1))
        for left, right in permutations(around, 2)
    )
    near = [
        (
            tuple(
                at_most(low(axis, j), (*high(axis, i), *_units(REACH_UNITS, each, middle)), -1)
                for axis in AXES
                for i, j in ((each, middle), (middle, each))
            ),
        )
        for each in around
    ]
    return [sides, *near]


def _in_row_with(fact: Fact) -> list[Rule]:
    """The truth rule itself."""
    row = (fact.subject, *group_of(fact))
    apart: list[Rule] = [(ends_before("x", i, j), ends_before("x", j, i)) for i, j in combinations(row, 2)]
    level = tuple(at_most(high("y", i), (*high("y", j), (ROW_SHARE, "h", k))) for i, j in permutations(row, 2) for k in row)
    return [*apart, (level,)]


NECESSARY_OF_GROUPS: dict[str, Callable[[Fact], list[Rule]]] = {
    "between": _between,
    "among": _among,
    "surrounding": _surrounding,
    "in_row_with": _in_row_with,
}
"""The necessary conditions of each predicate of a group."""
