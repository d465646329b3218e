"""Preferred sizes in pixels: real-world ratios, attenuated, varied by seed, and made to fit together.

In: a problem, a random generator.  Out: a width and a height for every object, aspect ratios kept.
Does not look at positions.
"""

import math
from collections.abc import Sequence
from random import Random

from spatial.layout.constraints.constraint_rules import surface_of
from spatial.layout.placement_problem import ATTENUATIONS, SIDE_RANGE_M, Problem, ancestors, pairs_tucked_under

FILL, GROUND_FILL = 0.30, 0.45
"""Share of the canvas that all boxes cover at full size: a larger share leaves no room for directions.
On a ground plane, perspective reduces it by a third."""

WIDEST = 0.62
"""Largest extent of a box, share of the canvas's."""

SMALLEST = 0.07
"""Least side at full size for which ratios of sizes are brought nearer to the real ones, share of the canvas's."""

LARGEST = 0.46
"""Largest side (square root of area) of a box, share of the canvas's."""

JITTER, WIDE_JITTER = 0.15, 0.7
"""Spread of sizes from seed to seed: the default, and the one for relations that the usual sizes did not fit."""

INSIDE_SHARE = 0.62
"""Total extent of a container's contents, side by side, as a share of the container's."""

ROW_SHARE = 0.9
"""Share of a standing surface's width that the objects on it fill together."""

LEAST_PX = 3
"""Least preferred side of a box in pixels."""


def base_sides(problem: Problem, rng: Random, jitter: float = JITTER) -> list[float]:
    """Square roots of areas in pixels at full size, before `fit_to_carriers`."""
    width, height = problem.canvas
    low, high = SIDE_RANGE_M
    metres = [min(max(thing.side, low), high) for thing in problem.things]
    of_kind = {thing: math.exp(rng.uniform(-jitter, jitter)) for thing in dict.fromkeys(problem.things)}
    spread = [of_kind[thing] for thing in problem.things]  # one for all of a kind: only distance makes one look larger
    fill = FILL if problem.ground is None else GROUND_FILL
    area = fill * rng.uniform(0.8, 1.1) * width * height
    for exponent in ATTENUATIONS:
        raw = [m**exponent * each for m, each in zip(metres, spread, strict=True)]
        scale = math.sqrt(area / sum(r * r for r in raw))
        if min(raw) * scale >= SMALLEST * math.sqrt(width * height):
            break
    largest = LARGEST * math.sqrt(width * height)
    return [min(r * scale, largest, largest_side(problem, i)) for i, r in enumerate(raw)]


def largest_side(problem: Problem, i: int) -> float:
    """The side at which object `i` reaches the widest extent on either axis."""
    root = math.sqrt(problem.things[i].aspect)
    return WIDEST * min(problem.canvas[0] / root, problem.canvas[1] * root)


def fit_to_carriers(problem: Problem, sides: Sequence[float]) -> list[float]:
    """Sides changed so that contents fit into their containers and rows fit onto their carriers.

    Carriers grow by up to a third, then the carried objects shrink.
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
    growth = min(needed, 4 / 3, max(1.0, largest_side(problem, carrier) / sides[carrier]))
    sides[carrier] *= growth
    for i in carried:
        sides[i] *= growth / needed


def _rise_above(problem: Problem, sides: list[float], i: int, carrier: int) -> None:
    """An object on a low standing surface must still rise above the top of its carrier."""
    depth = surface_of(problem, carrier) * extent(problem, sides, carrier)[1]
    height = extent(problem, sides, i)[1]
    least = 1.25 * depth + 2
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
