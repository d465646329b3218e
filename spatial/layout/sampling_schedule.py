"""Candidate layouts by sampling: from generous margins and full sizes down to minimal ones.

In: a problem, a random generator.  Out: boxes with the depths that they suggest, one after the other.
Does not check them and never proves that none exists.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random

from schemas.graph import Box
from spatial.layout.constraints.constraint_rules import rules_of
from spatial.layout.constraints.placement_margins import LEVELS, Margins
from spatial.layout.object_sizes import JITTER, base_sides, fit_to_carriers, pixel_size, recognisable
from spatial.layout.perspective.depth_neighbours import spread_depths
from spatial.layout.perspective.ground_plane import (
    SKY,
    Zone,
    depth_rules,
    ground_depths,
    ground_rules,
    is_afloat,
    plan_lines,
    scales,
    zones,
)
from spatial.layout.placement_problem import Problem, separated_pairs
from spatial.layout.sampler import Frame, Size, sample

SCALES = (1.0, 0.92, 0.84, 0.76, 0.68, 0.6, 0.5, 0.4, 0.3, 0.22, 0.15)
"""Factors on the preferred sizes, smaller from attempt to attempt."""

LEAST_SEEN = 0.3
"""Least factor at which everything is still as large as can be recognised."""

GROUND_LEVELS = 4
"""Levels of margins tried with the ground plane."""

EDGE = 0.01
"""Strip left free along the canvas's edges at full margins, share of the canvas."""


@dataclass(frozen=True)
class Candidate:
    """Boxes, and the depth that each suggests. `afloat`: whether anything has left the ground that it should stand on.
    `tiny`: whether things may be too small to be recognised."""

    boxes: tuple[Box, ...]
    depth: Sequence[float]
    afloat: bool = False
    tiny: bool = False


def sampled_candidates(problem: Problem, rng: Random, jitter: float = JITTER) -> Iterator[Candidate]:
    """Candidates, strictest settings first. Finite, and deterministic for a generator state."""
    if problem.ground is not None:
        for soft in (False, True):
            for margins in LEVELS[:GROUND_LEVELS]:
                yield from _on_the_ground(problem, margins, rng, soft)
        return
    for margins in LEVELS:
        yield from _in_the_plane(problem, margins, rng, jitter)


def _in_the_plane(problem: Problem, margins: Margins, rng: Random, jitter: float) -> Iterator[Candidate]:
    rules = rules_of(problem, margins)
    pairs = separated_pairs(problem)
    for scale in SCALES:
        sides = fit_to_carriers(problem, _seen(problem, [side * scale for side in base_sides(problem, rng, jitter)], scale))
        frame = Frame(_free_area(problem, margins), _pixel_sizes(problem, sides), pairs, _gap(problem, margins))
        points = sample(frame, rules, rng)
        if points is not None:
            order = rng.sample(range(len(points)), len(points))
            yield Candidate(_boxes(points, frame.sizes), spread_depths(problem, order))


def _on_the_ground(problem: Problem, margins: Margins, rng: Random, soft: bool) -> Iterator[Candidate]:
    """Every object in its usual place; with `soft`, objects leave it where the relations require it.

    A size is that of the planned bottom edge, so bottom edges stay there, but in every other attempt of the soft ones.
    """
    rules = rules_of(problem, margins)
    pairs = separated_pairs(problem)
    for k, scale in enumerate(SCALES):
        where = zones(problem, rng, strict=k < 3)
        lines = plan_lines(problem, where, rng)
        if lines is None:
            if not soft:
                continue
            lines = {}
        sides = base_sides(problem, rng)
        sides = [side * scale * factor for side, factor in zip(sides, scales(problem, where, lines), strict=True)]
        sides = _seen(problem, _limited_by_horizon(problem, where, sides), scale)
        sizes = _pixel_sizes(problem, fit_to_carriers(problem, sides))
        frame = Frame(_free_area(problem, margins), sizes, pairs, _gap(problem, margins))
        rest = [*depth_rules(problem, where), *ground_rules(problem, where, {} if soft and k % 2 else lines)]
        points = sample(frame, rules, rng, rest) if soft else sample(frame, [*rules, *rest], rng)
        if points is not None:
            boxes = _boxes(points, sizes)
            yield Candidate(
                boxes, ground_depths(problem, where, boxes), is_afloat(problem, where, boxes), scale < LEAST_SEEN
            )


def _seen(problem: Problem, sides: list[float], scale: float) -> list[float]:
    """The sides, none too small to be recognised, unless so much is in the picture that everything has to be small."""
    return recognisable(problem, sides) if scale >= LEAST_SEEN else sides


def _limited_by_horizon(problem: Problem, where: Sequence[Zone], sides: Sequence[float]) -> list[float]:
    """Shrink what hangs or flies until it fits between the top of the canvas and the horizon."""
    room = 0.8 * max(problem.horizon, SKY * problem.canvas[1])
    found = []
    for thing, zone, side in zip(problem.things, where, sides, strict=True):
        fits = room * thing.aspect**0.5
        found.append(min(side, fits) if zone in ("wall", "ceiling", "air") else side)
    return found


def _free_area(problem: Problem, margins: Margins) -> tuple[int, int, int, int]:
    width, height = problem.canvas
    edge = round(EDGE * min(width, height)) if margins is LEVELS[0] else 0
    return edge, 0 if problem.ground else edge, width - edge, height - edge


def _gap(problem: Problem, margins: Margins) -> int:
    return round(margins.gap * min(problem.canvas))


def _pixel_sizes(problem: Problem, sides: Sequence[float]) -> list[Size]:
    return [pixel_size(thing.aspect, side) for thing, side in zip(problem.things, sides, strict=True)]


def _boxes(points: Sequence[tuple[int, int]], sizes: Sequence[Size]) -> tuple[Box, ...]:
    return tuple((*point, *size) for point, size in zip(points, sizes, strict=True))
