"""The ground plane: where objects belong in a scene, and how large they look there.

In: a problem with a scene, zones, a random generator.  Out: rules for boxes, scales by perspective, depths by the ground.
Does not place anything.  Ground rules are preferences, never reasons to call relations impossible.
"""

from collections.abc import Mapping, Sequence
from random import Random
from typing import Literal

from schemas.graph import Box
from spatial.layout.constraints.difference_constraints import Differences
from spatial.layout.constraints.linear import Linear, Rule, at_most, high, low
from spatial.layout.perspective.depth_neighbours import (
    BAND,
    WALL_DEPTH,
    at_the_wall,
    back_line,
    foot,
    near_gaps,
    near_rules,
    pulled_together,
)
from spatial.layout.perspective.ground_bands import (
    CLEAR_OF_RAILS,
    RAIL,
    band_limits,
    clear_of_rails,
    ground_line,
    has_rails,
)
from spatial.layout.placement_problem import Problem
from spatial.layout.size_ratios import FAR_M

Zone = Literal["ground", "wall", "ceiling", "air", "free", "carried"]

FAR_SCALE = 0.6
"""Scale of an object at the horizon relative to the bottom edge (attenuated: true perspective would give 0)."""

FEET = 0.07
"""Least distance of a bottom edge to the horizon, share of the ground: closer, an object seems to hang on the wall."""

FLAT = 0.4
"""Least distance of the near edge of what lies flat to the horizon, share of the ground: its far edge
is on the ground too."""

FOOT_ROOM = 0.015
"""Space below the nearest object, share of the canvas height."""

DEPTH_GAP = 0.05
"""Least difference of bottom edges that shows which object is in front, share of the canvas height."""

FAR_SHARE = 0.4
"""What is seen from afar (a house, a ship) stands in this far share of the ground, where its relations let it."""

SKY = 0.35
"""The sky (or wall) is at least this share of the height, even where the horizon is higher: a tabletop's is."""

HUNG = 0.5
"""What hangs on a wall ends below this share of its height: within reach, not under the ceiling."""

HIGH = 0.66
"""The sun, the moon and clouds end in this upper share of the sky, clear of what stands before it."""

ROOMS = ("room", "shop")
"""Backdrops with a wall that things have at their back."""

BACK_DEPTH = {"wall": WALL_DEPTH, "ceiling": 0.9, "air": 0.93, "free": 0.5}
"""Depth of what does not stand on the ground: at the far end, or in the middle where it may be anywhere."""

MOVABLE = ("ceiling", "air", "free")
"""Zones in which no bottom edge shows a depth, so that it may be that of a thing near by."""

SWIMS_CLEAR_M = 1.5
"""What swims under water and is larger (side in metres) keeps clear of the bottom."""

OPEN_WATER = ("underwater", "sky")
"""Backdrops in which what swims or flies may be at any height."""


def zones(problem: Problem, rng: Random, strict: bool) -> tuple[Zone, ...]:
    """The zone of each object: by its likeliest `rests_on` if `strict`, else sometimes by another of them."""
    found: list[Zone] = []
    for i, thing in enumerate(problem.things):
        usual_rest = thing.rests_on[0] if strict or rng.random() < 0.6 else rng.choice(thing.rests_on)
        found.append("carried" if problem.carriers[i] else _zone(problem, usual_rest))
    return tuple(found)


def _zone(problem: Problem, usual_rest: str) -> Zone:
    assert problem.ground is not None
    if problem.ground.backdrop in OPEN_WATER and usual_rest in ("water", "air"):
        return "free"
    if problem.horizon > 0.92 * problem.canvas[1]:
        return "free"
    if usual_rest in ("wall", "ceiling", "air"):
        return usual_rest  # type: ignore[return-value]
    return "ground"


def ground_rules(problem: Problem, where: Sequence[Zone], lines: Mapping[int, int]) -> list[Rule]:
    """One rule for each object with a fixed zone. `lines`: planned bottom edges, where there are any."""
    height = problem.canvas[1]
    sky = max(problem.horizon - 0.02 * height, SKY * height)
    found: list[Rule] = []
    for i, zone in enumerate(where):
        bottom = high("y", i)
        if zone == "ground":
            least, most = ground_range(problem)
            if clear_of_rails(problem, i):
                least = ground_line(problem, CLEAR_OF_RAILS)
            elif has_rails(problem):
                most = ground_line(problem, RAIL) + round(BAND * height)
            if i in lines:
                least = max(least, lines[i] - round(BAND * height))
                most = min(most, lines[i] + round(BAND * height))
            lying = (at_most((), low("y", i), problem.horizon),) if i in lines and problem.things[i].place == "flat" else ()
            found.append(((at_most((), bottom, least), Linear(bottom, most), *lying),))
        elif zone == "free" and problem.things[i].rests_on[0] == "water" and problem.things[i].side > SWIMS_CLEAR_M:
            found.append(((Linear(bottom, problem.horizon),),))
        elif zone == "ceiling":
            found.append(((Linear(((1.0, "y", i),), 0.02 * height),),))
        elif zone in ("wall", "air"):
            found.append(((*_overhead(problem, i, zone, sky),),))
    return found


def _overhead(problem: Problem, i: int, zone: Zone, sky: float) -> list[Linear]:
    """What hangs on the wall hangs within reach; the sun, clouds and clocks are high up."""
    if problem.things[i].place == "high":
        return [Linear(high("y", i), HIGH * sky)]
    reach = [at_most((), high("y", i), HUNG * sky)] if zone == "wall" else []
    return [*reach, Linear(high("y", i), sky)]


def ground_range(problem: Problem) -> tuple[int, int]:
    """Least and greatest bottom edge of what stands on the ground, in pixels."""
    height = problem.canvas[1]
    least = problem.horizon + FEET * (height - problem.horizon)
    return round(least), round(height * (1 - FOOT_ROOM))


def is_afloat(problem: Problem, where: Sequence[Zone], boxes: Sequence[Box]) -> bool:
    """Whether anything that should stand on the ground ends above it, or what should lie there reaches above it."""
    least, _ = ground_range(problem)
    return any(
        zone == "ground" and (y + h < least or (thing.place == "flat" and y < problem.horizon))
        for zone, thing, (_, y, _, h) in zip(where, problem.things, boxes, strict=True)
    )


def depth_rules(problem: Problem, where: Sequence[Zone]) -> list[Rule]:
    """Bottom edges on the ground, directly or through carriers: lower in front, and much the same for what is near."""
    gap = DEPTH_GAP * problem.canvas[1]
    found: list[Rule] = near_rules(problem, where)
    for near, far in depth_pairs(problem):
        if where[near] == where[far] == "ground":
            found.append(((at_most(high("y", far), high("y", near), gap),),))
    return found


def depth_pairs(problem: Problem) -> list[tuple[int, int]]:
    """Pairs (nearer, farther) from the stated depth relations, each object replaced by its `foot`."""
    pairs = [tuple(foot(problem, i) for i in f.pair) for f in problem.facts if f.predicate == "in_front_of"]
    return [(a, b) for a, b in pairs if a != b]


def plan_lines(problem: Problem, where: Sequence[Zone], rng: Random) -> dict[int, int] | None:
    """Random bottom edges for all objects on the ground, in the stated order of depth; None when that is impossible."""
    standing = [i for i, zone in enumerate(where) if zone == "ground"]
    place = {i: k for k, i in enumerate(standing)}
    least, most = ground_range(problem)
    lines = Differences([least] * len(standing), [most] * len(standing))
    gap = round(DEPTH_GAP * problem.canvas[1])
    for near, far in depth_pairs(problem):
        if near in place and far in place and not lines.add(place[far], place[near], gap):
            return None
    for a, b, least_gap in _preferred_depth_gaps(problem):
        if a in place and b in place:
            saved = lines.save()
            if not lines.add(place[a], place[b], least_gap):
                lines.restore(saved)
    for i, least_line, limit in [*band_limits(problem, standing), *_preferred_limits(problem, where)]:
        saved = lines.save()
        if not lines.limit(place[i], least_line, limit):
            lines.restore(saved)
    for k in rng.sample(range(len(standing)), len(standing)):
        line = rng.randint(lines.low[k], lines.high[k])
        lines.limit(k, line, line)
    return {i: lines.low[k] for i, k in place.items()}


def _preferred_limits(problem: Problem, where: Sequence[Zone]) -> list[tuple[int, int | None, int]]:
    """Least and greatest bottom edges in pixels: what lies flat leaves room for its far edge; what is near a thing on the
    wall, seen from afar or has a wall at its back stands far back."""
    least, most = ground_range(problem)
    wall = max(least, back_line(problem) - round(BAND * problem.canvas[1]))
    far = round(least + FAR_SHARE * (most - least))
    large = [i for i, zone in enumerate(where) if zone == "ground" and problem.things[i].side > FAR_M]
    found: list[tuple[int, int | None, int]] = [(i, None, wall) for i in at_the_wall(problem, where)]
    found += [(i, None, far) for i in large]
    if problem.ground is not None and problem.ground.backdrop in ROOMS:
        back = [i for i, zone in enumerate(where) if zone == "ground" and problem.things[i].place == "back"]
        found += [(i, None, least + round(BAND * problem.canvas[1])) for i in back]
    flat = [i for i, zone in enumerate(where) if zone == "ground" and problem.things[i].place == "flat"]
    return found + [(i, ground_line(problem, FLAT), most) for i in flat]


def _preferred_depth_gaps(problem: Problem) -> list[tuple[int, int, int]]:
    """Near each other: at about the same depth. Above another on the ground: farther away."""
    gap = round(DEPTH_GAP * problem.canvas[1])
    return near_gaps(problem) + [(*fact.pair, gap) for fact in problem.facts if fact.predicate == "above"]


def scale_at(problem: Problem, line: float) -> float:
    """The scale of an object whose bottom edge lies at `line`, relative to one at the bottom of the canvas."""
    return FAR_SCALE + (1 - FAR_SCALE) * nearness(problem, line)


def nearness(problem: Problem, line: float) -> float:
    """0 at the horizon, 1 at the bottom of the canvas."""
    ground = max(1, problem.canvas[1] - problem.horizon)
    return min(1.0, max(0.0, (line - problem.horizon) / ground))


def scales(problem: Problem, where: Sequence[Zone], lines: Mapping[int, int]) -> list[float]:
    """The scale of every object by where it stands; a carried one has the scale at its `foot`."""
    found = []
    for i in range(len(problem.things)):
        low = foot(problem, i)
        found.append(scale_at(problem, lines[low]) if low in lines else (1.0 if where[low] == "free" else 0.7))
    return found


def ground_depths(problem: Problem, where: Sequence[Zone], boxes: Sequence[Box]) -> list[float]:
    """The depth that each box suggests: by its bottom edge on the ground, else by its zone, or by what is near by."""
    found = []
    for zone, (_, y, _, h) in zip(where, boxes, strict=True):
        found.append(BACK_DEPTH[zone] if zone in BACK_DEPTH else round(1 - nearness(problem, y + h), 4))
    return pulled_together(problem, found, {i for i, zone in enumerate(where) if zone in MOVABLE})
