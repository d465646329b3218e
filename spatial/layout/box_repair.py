"""Repairs given boxes that violate relations: finds the nearest boxes for which every relation holds.

In: a problem, usable boxes, margins.  Out: boxes for all objects, or None if the effort did not suffice.
Does not decide what was wrong: a box whose relations hold already may stay exactly as it is.
"""

from collections.abc import Sequence
from random import Random

from schemas.graph import Box
from schemas.predicate_names import ends
from spatial.layout.constraint_search import shape_rule
from spatial.layout.constraints.constraint_rules import rules_of_fact
from spatial.layout.constraints.encoding_context import EncodingContext
from spatial.layout.constraints.linear import Kind, Linear, Option, Rule
from spatial.layout.constraints.placement_margins import Margins
from spatial.layout.layout_check import Body
from spatial.layout.layout_faults import OVERLAP_SHARE, share_of_smaller
from spatial.layout.lazy_cp_sat import find
from spatial.layout.object_sizes import base_sides, fit_to_carriers, pixel_size
from spatial.layout.placement_problem import Fact, Problem, separated_pairs
from spatial.layout.sampler import Size
from spatial.layout.solver_model import Formulation, Key, Pull, separations
from spatial.relations.relation_truth import relation_holds

EFFORT = 0.15
"""Deterministic seconds for one repair: enough to prove the nearest one for a handful of objects."""

SIZE_WEIGHT = 3
"""Cost of a pixel of lost size, in pixels of displacement."""

SMALLEST_SHARE = 0.2
"""Least share of its extent to which a hinted box may shrink."""

KINDS: tuple[Kind, ...] = ("x", "y", "w", "h")


def repair(problem: Problem, boxes: dict[int, Box], margins: Margins, seed: int) -> tuple[Box, ...] | None:
    """Boxes for which every relation holds at these margins: fewest boxes moved, then shortest displacement."""
    sizes = _start_sizes(problem, boxes, seed)
    context = EncodingContext(problem, margins)
    rules: list[Rule] = []
    for i, size in enumerate(sizes):
        aspect = size[0] / size[1] if i in boxes else problem.things[i].aspect
        rules.append(shape_rule(i, aspect, problem.canvas))
    for fact in problem.facts:
        stay = _unchanged_option(problem, fact, boxes)
        rules += [(*rule, *stay) for rule in rules_of_fact(fact, context)]
    for i, j in sorted(separated_pairs(problem)):
        rules.append((*separations(i, j), *_tolerated_overlap(i, j, boxes)))
    reach = max(problem.canvas)
    preferences = tuple(
        Pull((kind, i), box[k], SIZE_WEIGHT if kind in ("w", "h") else 1)
        for i, box in sorted(boxes.items())
        for k, kind in enumerate(KINDS)
    )
    found = find(Formulation(_ranges(problem, sizes), rules, frozenset(), preferences, 2 * reach), seed, EFFORT)
    if isinstance(found, str):
        return None
    return tuple((found["x", i], found["y", i], found["w", i], found["h", i]) for i in range(len(sizes)))


def _unchanged_option(problem: Problem, fact: Fact, boxes: dict[int, Box]) -> tuple[Option, ...]:
    """An extra option for a fact that holds already: leave its boxes where they are."""
    things = list(ends(fact))
    if any(i not in boxes for i in things) or fact.predicate == "in_front_of":
        return ()
    if not relation_holds(fact, {i: Body(boxes[i], 0.0) for i in things}, problem.canvas):
        return ()
    return (tuple(linear for i in things for linear in fixed_to(i, boxes[i], KINDS)),)


def _tolerated_overlap(i: int, j: int, boxes: dict[int, Box]) -> tuple[Option, ...]:
    """An extra option for a slight overlap in the given boxes: leave both where they are."""
    if i not in boxes or j not in boxes or boxes[i] == boxes[j]:
        return ()
    if share_of_smaller(boxes[i], boxes[j]) > OVERLAP_SHARE:
        return ()
    return ((*fixed_to(i, boxes[i], KINDS), *fixed_to(j, boxes[j], KINDS)),)


def fixed_to(i: int, box: Box, kinds: Sequence[Kind]) -> Option:
    """Inequalities that fix a box to exactly these values."""
    found: list[Linear] = []
    for kind in kinds:
        value = box[KINDS.index(kind)]
        found += [Linear(((1.0, kind, i),), value), Linear(((-1.0, kind, i),), -value)]
    return tuple(found)


def _start_sizes(problem: Problem, boxes: dict[int, Box], seed: int) -> list[Size]:
    """The hinted sizes; 0.6 of the usual side for objects without a hint."""
    sides = fit_to_carriers(problem, [side * 0.6 for side in base_sides(problem, Random(seed))])
    return [
        (boxes[i][2], boxes[i][3]) if i in boxes else pixel_size(thing.aspect, sides[i])
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
