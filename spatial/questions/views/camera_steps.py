"""How a camera moved between two pictures, and whether a person sees it.

In: a view of the second picture, whose scene has the first.  Out: judgements with margins.
A step is measured in the axes of both cameras, which must agree, as a share of the distance of the farther one from what
the question names.  It is seen where near things move against far ones or the thing is seen from another side, or where all
things become larger or smaller.
"""

import numpy as np
from numpy.typing import NDArray

from schemas.world import Camera
from spatial.questions.certain_facts import DOUBTFUL, Judgement, View
from spatial.questions.rules.metric_facts import body_of
from spatial.questions.views.shown_scenes import first_picture, in_both
from spatial.questions.wording.referring_expressions import Unanswerable
from spatial.world.pinhole import as_pinhole

ASIDE_SHARE, AHEAD_SHARE = 0.2, 0.18
"""Least step to a side, and forward or backward, as a share of the distance from the thing."""

STRAIGHT = 0.5
"""Most of a step forward or backward that goes to a side, as a share of it."""

PARALLAX_SHARE = 0.04
"""By how much a nearer thing must move against a farther one, as a share of the picture's width."""

BEARING_DEGREES = 15.0
"""By how much the direction from which the thing is seen must turn otherwise: its sides and what is around it show that."""

DEEPER_SHARE = 0.1
"""How much farther the farther one of the two is at least, in both pictures."""

GROWTH = 1.1
"""By what factor things look larger or smaller at least after a step forward or backward."""

Array = NDArray[np.float64]


def moved_right(view: View, index: int) -> Judgement:
    """Whether the camera moved to its right, rather than to its left, between the two pictures."""
    first_step, second_step = steps(view, index)
    share = min(abs(first_step[0]), abs(second_step[0]))
    if first_step[0] * second_step[0] <= 0 or share < ASIDE_SHARE * view.strictness:
        return DOUBTFUL
    to_right = bool(first_step[0] > 0)
    shifts = [shift if to_right else -shift for shift in _parallaxes(view)]
    least = PARALLAX_SHARE * view.strictness
    seen = min(shifts, default=0.0) <= -least or bearing_change(view, index) >= BEARING_DEGREES * view.strictness
    return Judgement(to_right, min(1.0, share)) if seen and max(shifts, default=0.0) < least else DOUBTFUL


def moved_forward(view: View, index: int) -> Judgement:
    """Whether the camera moved forward, rather than backward, between the two pictures."""
    first_step, second_step = steps(view, index)
    share = min(abs(first_step[2]), abs(second_step[2]))
    aside = max(abs(first_step[0]), abs(second_step[0]))
    if first_step[2] * second_step[2] <= 0 or share < AHEAD_SHARE * view.strictness or aside > STRAIGHT * share:
        return DOUBTFUL
    forward = bool(first_step[2] > 0)
    growths = [_growth(before.box, after.box) for before, after in in_both(view, first_picture(view))]
    least = 1 + (GROWTH - 1) * view.strictness
    seen = growths and all(growth >= least if forward else growth * least <= 1 for growth in growths)
    return Judgement(forward, min(1.0, share)) if seen else DOUBTFUL


def steps(view: View, index: int) -> tuple[Array, Array]:
    """The way from the first camera to the second in the axes of the first and of the second (x right, y down, z forward),
    as shares of the farther one's distance from an object.

    Raises Unanswerable without two pictures or without a distance.
    """
    first_picture(view)
    assert view.scene.world is not None
    (turn, place), (second_turn, second_place) = (
        pose(camera) for camera in (view.scene.views[0].camera, view.scene.world.camera)
    )
    there = np.array(body_of(view, index).position)
    way = max(float(np.linalg.norm(there - each)) for each in (place, second_place))
    if not 0.01 < way < 1e5:
        raise Unanswerable("the thing is where the camera is")
    step = (second_place - place) / way
    return turn @ step, second_turn @ step


def bearing_change(view: View, index: int) -> float:
    """Degrees, over the ground, between the directions from which the two cameras see an object."""
    assert view.scene.world is not None
    there = np.array(body_of(view, index).position)[:2]
    ways = [there - pose(camera)[1][:2] for camera in (view.scene.views[0].camera, view.scene.world.camera)]
    angles = [float(np.degrees(np.arctan2(way[1], way[0]))) for way in ways]
    return abs((angles[0] - angles[1] + 180) % 360 - 180)


def pose(camera: Camera) -> tuple[Array, Array]:
    """The rotation from the world's axes to a camera's (3 × 3), and its centre in metres."""
    found = as_pinhole(camera)
    return found.world_to_camera[:3, :3], found.position


def _parallaxes(view: View) -> list[float]:
    """By how much the nearer of any two things moves to the right of the farther, as a share of the picture's width."""
    pairs = in_both(view, first_picture(view))
    found = []
    for before, after in pairs:
        for far_before, far_after in pairs:
            both = (before, far_before), (after, far_after)
            if all(0 < near.depth * (1 + DEEPER_SHARE) < far.depth for near, far in both):
                shift = _across(after.box, view) - _across(far_after.box, view)
                found.append(shift - (_across(before.box, view, 0) - _across(far_before.box, view, 0)))
    return found


def _across(box: tuple[int, int, int, int], view: View, picture: int | None = None) -> float:
    """The middle of a box as a share of the width of the second picture, or of the first (0)."""
    width = view.scene.canvas[0] if picture is None else view.scene.views[picture].canvas[0]
    return (box[0] + box[2] / 2) / width


def _growth(before: tuple[int, int, int, int], after: tuple[int, int, int, int]) -> float:
    """How many times larger a box became, by its side."""
    return float((after[2] * after[3] / (before[2] * before[3])) ** 0.5)
