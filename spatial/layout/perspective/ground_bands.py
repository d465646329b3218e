"""Bands of the ground for what belongs there: rails, a road, the shore, the foot of a room's wall.

In: a problem with a scene, the objects that stand on its ground.  Out: least and greatest bottom edges in pixels.
Bands are preferences: relations come first.
"""

from collections.abc import Sequence

from spatial.layout.perspective.depth_neighbours import BAND
from spatial.layout.placement_problem import Problem

Limits = tuple[int, int | None, int | None]
"""An object, its least and its greatest bottom edge in pixels from the top."""

RAIL, CLEAR_OF_RAILS = 0.15, 0.28
"""Where rails run trains end at the first share of the ground, and what stands before the track at the second or nearer."""

ROADS = ("sidewalk", "racetrack", "motorway")
"""Elements of scenes that have a road along the picture, with room for what is no vehicle behind it."""

ROADSIDE, ON_ROAD = 0.34, 0.46
"""What is no vehicle ends at the first share of the ground, vehicles at the second or nearer."""

SHORES = {"harbour": (0.44, 0.56), "beach": (0.2, 0.3)}
"""By backdrop: where what floats ends, and where what stands on land begins, in shares of the ground."""


def band_limits(problem: Problem, standing: Sequence[int]) -> list[Limits]:
    """The limits of all that stands where the scene has bands."""
    found = [_limits(problem, i) for i in standing]
    return [limits for limits in found if limits is not None]


def _limits(problem: Problem, i: int) -> Limits | None:
    scene = problem.ground
    assert scene is not None
    if has_rails(problem):
        low = ground_line(problem, RAIL)
        clear = ground_line(problem, CLEAR_OF_RAILS)
        return (i, clear, None) if clear_of_rails(problem, i) else (i, low - round(BAND * problem.canvas[1]), low)
    if scene.backdrop in SHORES:
        afloat, ashore = (ground_line(problem, share) for share in SHORES[scene.backdrop])
        return (i, None, afloat) if problem.things[i].rests_on[0] == "water" else (i, ashore, None)
    if not any(word in scene.elements for word in ROADS):
        return None
    if problem.things[i].place == "road":
        return i, ground_line(problem, ON_ROAD), None
    return i, None, ground_line(problem, ROADSIDE)


def has_rails(problem: Problem) -> bool:
    """Whether rails run across the scene."""
    return problem.ground is not None and "rails" in problem.ground.elements


def clear_of_rails(problem: Problem, i: int) -> bool:
    """Whether an object must keep clear of the scene's rails."""
    return has_rails(problem) and problem.things[i].place != "track"


def ground_line(problem: Problem, share: float) -> int:
    """The height in the picture of a share of the ground from its far end, in pixels."""
    return round(problem.horizon + share * (problem.canvas[1] - problem.horizon))
