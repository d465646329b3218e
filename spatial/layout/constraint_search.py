"""Layouts by constraint search, where sampling found none: the solver finds sizes and sides, the sampler spreads them.

In: a problem, margins, a seed.  Out: boxes, or None if the effort did not suffice.
Proves nothing: its rules are stricter than the truth rules.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from schemas.graph import Box
from spatial.layout.constraints.constraint_rules import rules_of
from spatial.layout.constraints.linear import Linear, Rule
from spatial.layout.constraints.placement_margins import LAST, LEVELS, Margins
from spatial.layout.lazy_cp_sat import find
from spatial.layout.object_sizes import base_sides, extent, fit_to_carriers
from spatial.layout.placement_problem import Problem, separated_pairs
from spatial.layout.sampler import Frame, measure, sample
from spatial.layout.solver_model import Formulation, Key, Pull, Values, separations

EFFORT = 0.15
"""Deterministic seconds for one search."""


@dataclass(frozen=True)
class Search:
    """How to search: extents from `least` to `most` of the preferred ones (None: of the canvas), at some margins.

    `prefer_sizes`: aim for sizes near the preferred ones, which makes any layout harder to find.
    """

    margins: Margins
    least: float
    most: float | None = 1.0
    prefer_sizes: bool = True


SEARCHES = (
    Search(LEVELS[1], 0.3),
    Search(LEVELS[-1], 0.04),
    Search(LAST, 0.02, None),
    Search(LAST, 0.02, None, prefer_sizes=False),
)
"""Tried in order; the last two let boxes grow and overlap a little."""


def search_layout(problem: Problem, search: Search, seed: int) -> tuple[Box, ...] | None:
    """Boxes that satisfy every rule at these margins, or None when none were found."""
    rng = Random(seed)
    sides = fit_to_carriers(problem, base_sides(problem, rng))
    rules = rules_of(problem, search.margins)
    body = [shape_rule(i, thing.aspect, problem.canvas) for i, thing in enumerate(problem.things)]
    pairs, slack = separated_pairs(problem), search.margins.slack
    if slack:
        rules += [separations(i, j, slack) for i, j in sorted(pairs)]
        pairs = frozenset()
    preferences = tuple(
        Pull(("h", i), round(extent(problem, sides, i)[1])) for i in range(len(sides)) if search.prefer_sizes
    )
    found = find(Formulation(_ranges(problem, sides, search), [*rules, *body], pairs, preferences), seed, EFFORT)
    return None if isinstance(found, str) else spread_boxes(problem, found, (rules, pairs), rng)


def _ranges(problem: Problem, sides: Sequence[float], search: Search) -> dict[Key, tuple[int, int]]:
    width, height = problem.canvas
    ranges: dict[Key, tuple[int, int]] = {}
    for i in range(len(problem.things)):
        w, h = extent(problem, sides, i)
        most = search.most
        ranges["x", i], ranges["y", i] = (0, width - 1), (0, height - 1)
        ranges["w", i] = (max(2, round(search.least * w)), width if most is None else max(2, round(most * w)))
        ranges["h", i] = (max(2, round(search.least * h)), height if most is None else max(2, round(most * h)))
        ranges["s", i] = (1, max(width, height))
    return ranges


def shape_rule(i: int, aspect: float, canvas: tuple[int, int]) -> Rule:
    """The box is on the canvas, of this aspect ratio (to half a pixel of the longer side); `s` is the root of its area."""
    root = math.sqrt(aspect)
    long, short, ratio = ("w", "h", aspect) if aspect >= 1 else ("h", "w", 1 / aspect)
    return (
        (
            Linear(((1.0, "x", i), (1.0, "w", i)), canvas[0]),
            Linear(((1.0, "y", i), (1.0, "h", i)), canvas[1]),
            Linear(((1.0, long, i), (-ratio, short, i)), 0.51),  # type: ignore[arg-type]
            Linear(((-1.0, long, i), (ratio, short, i)), 0.51),  # type: ignore[arg-type]
            Linear(((1.0, "s", i), (-root, "h", i)), 0.6),
            Linear(((-1.0, "s", i), (root, "h", i)), 0.6),
        ),
    )


def spread_boxes(
    problem: Problem, values: Values, demands: tuple[Sequence[Rule], frozenset[tuple[int, int]]], rng: Random
) -> tuple[Box, ...]:
    """The same sizes and relative sides, but spread at random: a solver's solution packs boxes into corners."""
    count = len(problem.things)
    sizes = [(values["w", i], values["h", i]) for i in range(count)]
    boxes = [(values["x", i], values["y", i], *sizes[i]) for i in range(count)]
    rules, pairs = demands
    kept = [_first_kept(rule, boxes) for rule in (*rules, *(separations(i, j) for i, j in sorted(pairs)))]
    frame = Frame((0, 0, *problem.canvas), sizes, frozenset())
    points = None if None in kept else sample(frame, [rule for rule in kept if rule], rng)
    if points is None:
        return tuple(boxes)
    return tuple((*point, *size) for point, size in zip(points, sizes, strict=True))


def _first_kept(rule: Rule, boxes: Sequence[Box]) -> Rule | None:
    """The rule reduced to the first option that the boxes satisfy."""
    for option in rule:
        if all(_value(linear, boxes) <= linear.bound + 1e-9 for linear in option):
            return (option,)
    return None


def _value(linear: Linear, boxes: Sequence[Box]) -> float:
    total = 0.0
    for factor, kind, i in linear.terms:
        x, y, w, h = boxes[i]
        total += factor * (x if kind == "x" else y if kind == "y" else measure(kind, (w, h)))
    return total
