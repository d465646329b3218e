"""The nearest boxes that keep every relation, for boxes that do not.

In: a problem, somebody's usable boxes, margins.  Out: boxes for all things, or None within the effort.
Does not decide what was wrong: whatever is true and harmless already may stay exactly as it is.
"""

from collections.abc import Sequence
from random import Random

from schemas.graph import Box
from spatial.layout.constraint_search import shape
from spatial.layout.constraints.constraint_rules import rules_of_fact
from spatial.layout.constraints.encoding_context import Setting
from spatial.layout.constraints.linear import Kind, Linear, Option, Rule
from spatial.layout.constraints.placement_margins import Margins
from spatial.layout.layout_faults import OVERLAP_SHARE, share_of_smaller
from spatial.layout.lazy_cp_sat import find
from spatial.layout.object_sizes import base_sides, fitted, whole
from spatial.layout.placement_problem import Fact, Problem, apart
from spatial.layout.sampler import Size
from spatial.layout.solver_model import Formulation, Key, Pull, separations
from spatial.relations.relation_truth import holds

EFFORT = 0.15
"""Deterministic seconds for one repair: enough to prove the nearest one for a handful of objects."""

SIZE_WEIGHT = 3
"""A pixel of size lost weighs as much as so many pixels of way."""

SMALLEST_SHARE = 0.2
"""A hinted box is shrunk to no less than this share of its extent."""

KINDS: tuple[Kind, ...] = ("x", "y", "w", "h")


def repair(problem: Problem, boxes: dict[int, Box], margins: Margins, seed: int) -> tuple[Box, ...] | None:
    """Boxes for which every relation holds at these margins: fewest moved first, then the shortest ways."""
    sizes = _start_sizes(problem, boxes, seed)
    setting = Setting(problem, margins)
    rules: list[Rule] = []
    for i, size in enumerate(sizes):
        aspect = size[0] / size[1] if i in boxes else problem.things[i].aspect
        rules.append(shape(i, aspect, problem.canvas))
    for fact in problem.facts:
        stay = _settled(problem, fact, boxes)
        rules += [(*rule, *stay) for rule in rules_of_fact(fact, setting)]
    for i, j in sorted(apart(problem)):
        rules.append((*separations(i, j), *_harmless(i, j, boxes)))
    reach = max(problem.canvas)
    wishes = tuple(
        Pull((kind, i), box[k], SIZE_WEIGHT if kind in ("w", "h") else 1)
        for i, box in sorted(boxes.items())
        for k, kind in enumerate(KINDS)
    )
    found = find(Formulation(_ranges(problem, sizes), rules, frozenset(), wishes, 2 * reach), seed, EFFORT)
    if isinstance(found, str):
        return None
    return tuple((found["x", i], found["y", i], found["w", i], found["h", i]) for i in range(len(sizes)))


def _settled(problem: Problem, fact: Fact, boxes: dict[int, Box]) -> tuple[Option, ...]:
    """A further way to keep a fact that is true as it is: leave its boxes where they are."""
    ends = [fact.subject] if fact.object is None else [*fact.pair]
    if any(i not in boxes for i in ends) or fact.predicate == "in_front_of":
        return ()
    other = None if fact.object is None else boxes[fact.object]
    if not holds(fact.predicate, boxes[fact.subject], other, problem.canvas):
        return ()
    return (tuple(linear for i in ends for linear in exactly(i, boxes[i], KINDS)),)


def _harmless(i: int, j: int, boxes: dict[int, Box]) -> tuple[Option, ...]:
    """A slight overlap that was there before may stay."""
    if i not in boxes or j not in boxes or boxes[i] == boxes[j]:
        return ()
    if share_of_smaller(boxes[i], boxes[j]) > OVERLAP_SHARE:
        return ()
    return ((*exactly(i, boxes[i], KINDS), *exactly(j, boxes[j], KINDS)),)


def exactly(i: int, box: Box, kinds: Sequence[Kind]) -> Option:
    """Exactly these values of a box."""
    found: list[Linear] = []
    for kind in kinds:
        value = box[KINDS.index(kind)]
        found += [Linear(((1.0, kind, i),), value), Linear(((-1.0, kind, i),), -value)]
    return tuple(found)


def _start_sizes(problem: Problem, boxes: dict[int, Box], seed: int) -> list[Size]:
    """The hinted sizes; usual ones, half as large, for things without a hint."""
    sides = fitted(problem, [side * 0.6 for side in base_sides(problem, Random(seed))])
    return [
        (boxes[i][2], boxes[i][3]) if i in boxes else whole(thing.aspect, sides[i])
        for i, thing in enumerate(problem.things)
    ]


def _ranges(problem: Problem, sizes: Sequence[Size]) -> dict[Key, tuple[int, int]]:
    ranges: dict[Key, tuple[int, int]] = {}
    for i, (w, h) in enumerate(sizes):
        ranges["x", i], ranges["y", i] = (0, problem.canvas[0] - 1), (0, problem.canvas[1] - 1)
        ranges["w", i] = (max(1, round(SMALLEST_SHARE * w)), w)
        ranges["h", i] = (max(1, round(SMALLEST_SHARE * h)), h)
        ranges["s", i] = (1, max(problem.canvas))
    return ranges
