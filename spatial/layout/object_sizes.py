"""Preferred sizes in pixels: real-world ratios, attenuated, varied by seed, and made to fit together.

In: a problem, a random generator.  Out: a width and a height for every object, aspect ratios kept.
Does not look at positions.
"""

import math
from collections.abc import Sequence
from random import Random

from spatial.layout.constraints.constraint_rules import surface_of
from spatial.layout.placement_problem import Problem, ancestors, pairs_tucked_under
from spatial.layout.size_ratios import LARGEST, RISE, attenuation, scale_of, seen_side, view_of

WIDEST = 0.62
"""Largest extent of a box, share of the canvas's."""

SPREAD_OF_FILL = (1.0, 1.25)
"""How much more than the least share of the canvas boxes cover, from seed to seed."""

LARGEST_IN_AIR = 0.24
"""Largest side of what is in the air, the sun among it, share of the canvas's: nothing tells how far away it is."""

JITTER, WIDE_JITTER = 0.08, 0.7
"""Spread of sizes from seed to seed: the default, and the one for relations that the usual sizes did not fit."""

INSIDE_SHARE = 0.74
"""Total extent of a container's contents, side by side, as a share of the container's."""

ROW_SHARE = 0.9
"""Share of a standing surface's width that the objects on it fill together."""

SEEN_SIDE, SEEN_EDGE = 0.047, 0.028
"""Least side (square root of area) and shorter edge of what can be recognised, shares of the canvas's side: 24 and 14 px
of 512, since a bollard of 6 by 24 is a stroke."""

MOST_RAISED = 1.5
"""How many times the least side a thing may have for the sake of its edge."""

USUAL_GROWTH, MOST_GROWTH = 4 / 3, 2.5
"""How many times its side a carrier may have for what it carries, and what cannot be recognised otherwise."""

LEAST_PX = 3
"""Least preferred side of a box in pixels."""


def base_sides(problem: Problem, rng: Random, jitter: float = JITTER) -> list[float]:
    """Square roots of areas in pixels at full size, before `fit_to_carriers`."""
    of_kind = {thing: math.exp(rng.uniform(-jitter, jitter)) for thing in dict.fromkeys(problem.things)}
    spread = [of_kind[thing] for thing in problem.things]  # one for all of a kind: only distance makes one look larger
    metres = [seen_side(thing.side) for thing in problem.things]
    view = view_of(problem.ground.backdrop if problem.ground else None)
    exponent = attenuation(metres, view)
    canvas = math.sqrt(problem.canvas[0] * problem.canvas[1])
    scale = scale_of(metres, exponent, view) * canvas * math.sqrt(rng.uniform(*SPREAD_OF_FILL))
    raw = [m**exponent * each * scale for m, each in zip(metres, spread, strict=True)]
    flying = {i for i, thing in enumerate(problem.things) if problem.ground is not None and thing.rests_on[0] == "air"}
    most = [min(LARGEST * canvas, largest_side(problem, i)) for i in range(len(raw))]
    fits = min([1.0, *(limit / r for i, (limit, r) in enumerate(zip(most, raw, strict=True)) if i not in flying)])
    return [min(r, LARGEST_IN_AIR * canvas) if i in flying else r * fits for i, r in enumerate(raw)]


def largest_side(problem: Problem, i: int) -> float:
    """The side at which object `i` reaches the widest extent on either axis."""
    root = math.sqrt(problem.things[i].aspect)
    return WIDEST * min(problem.canvas[0] / root, problem.canvas[1] * root)


def recognisable(problem: Problem, sides: Sequence[float]) -> list[float]:
    """The sides, none smaller than can be recognised: the smallest lose their true ratio to the others first."""
    canvas = math.sqrt(problem.canvas[0] * problem.canvas[1])
    return [max(side, least_side(problem, i) * canvas) for i, side in enumerate(sides)]


def least_side(problem: Problem, i: int) -> float:
    """The side from which object `i` can be recognised, share of the canvas's."""
    root = math.sqrt(problem.things[i].aspect)
    return min(max(SEEN_SIDE, SEEN_EDGE * max(root, 1 / root)), MOST_RAISED * SEEN_SIDE)


def fit_to_carriers(problem: Problem, sides: Sequence[float]) -> list[float]:
    """Sides changed so that contents fit into their containers and rows fit onto their carriers.

    Carriers grow by up to a third, or more where the carried objects could not be recognised; then those shrink.
    """
    result = list(sides)
    order = sorted(range(len(result)), key=lambda i: len(ancestors(problem.carriers, i)))
    inside = {f.pair for f in problem.facts if f.predicate == "inside"} | pairs_tucked_under(problem)
    on = {f.pair for f in problem.facts if f.predicate == "on"}
    for carrier in order:
        contents = [a for a, b in sorted(inside) if b == carrier]
        row = [a for a, b in sorted(on) if b == carrier]
        _fit(problem, result, carrier, contents, INSIDE_SHARE)
        _fit(problem, result, carrier, row, ROW_SHARE)
        for i in row:
            _rise_above(problem, result, i, carrier)
    return result


def _fit(problem: Problem, sides: list[float], carrier: int, carried: list[int], share: float) -> None:
    """Make the carried objects, side by side, no wider than a share of the carrier (contents: no higher either)."""
    if not carried:
        return
    width, height = extent(problem, sides, carrier)
    needed = sum(extent(problem, sides, i)[0] for i in carried) / (share * width)
    if share == INSIDE_SHARE:
        needed = max(needed, max(extent(problem, sides, i)[1] for i in carried) / (share * height))
    if needed <= 1:
        return
    growth = min(
        needed, _most_growth(problem, sides, carried, needed), max(1.0, largest_side(problem, carrier) / sides[carrier])
    )
    for i, thing in enumerate(problem.things):  # all of a kind grow: only distance makes one look larger
        if thing == problem.things[carrier]:
            sides[i] *= growth
    for i in carried:
        sides[i] *= growth / needed


def _most_growth(problem: Problem, sides: Sequence[float], carried: Sequence[int], needed: float) -> float:
    """How much a carrier grows at most: by a third, or until what it carries can be recognised although it shrinks."""
    canvas = math.sqrt(problem.canvas[0] * problem.canvas[1])
    least = {i: least_side(problem, i) * canvas for i in carried}
    kept = [least[i] * needed / sides[i] for i in carried if sides[i] >= least[i]]
    return max(USUAL_GROWTH, min(MOST_GROWTH, max(kept, default=0.0)))


def _rise_above(problem: Problem, sides: list[float], i: int, carrier: int) -> None:
    """An object on a low standing surface must still rise above the top of its carrier."""
    depth = surface_of(problem, carrier) * extent(problem, sides, carrier)[1]
    height = extent(problem, sides, i)[1]
    least = RISE * depth + 2
    if height < least:
        sides[i] = min(sides[i] * least / height, largest_side(problem, i))


def extent(problem: Problem, sides: Sequence[float], i: int) -> tuple[float, float]:
    """Width and height of object `i` at its side."""
    root = math.sqrt(problem.things[i].aspect)
    return sides[i] * root, sides[i] / root


def pixel_size(aspect: float, side: float) -> tuple[int, int]:
    """Whole pixels nearest to a side that keep the aspect ratio: the shorter side is rounded, the longer follows."""
    root = math.sqrt(aspect)
    if aspect >= 1:
        height = max(LEAST_PX, round(side / root))
        return max(1, round(height * aspect)), height
    width = max(LEAST_PX, round(side * root))
    return width, max(1, round(width / aspect))
