"""Views of whole rooms: both corners at the far wall are seen, so that the room's floor can be judged.

In: a view, the places of its things, random numbers.  Out: views with walls and intrinsics of their own.
Walls may stand farther away than the things need: how large a room is does not follow from what is in it.
"""

from collections.abc import Iterator
from dataclasses import replace
from math import log, sqrt
from random import Random

import numpy as np

from spatial.world.pinhole import Array
from spatial.world.views.framing import cropped
from spatial.world.views.viewpoints import LEAST_PX, View, to_boxes

IN_ROOMS = 0.25
"""Share of rooms that are shown whole, if they can be."""

MARGIN_M = 0.25
"""Between the region where things stand and the side walls."""

NARROWEST_M = 4.4

FLOORS_M2 = (12.0, 120.0)
"""Square metres between camera and far wall that a room shown whole has."""

STEP = 1.6
"""Ratio of a floor to the next smaller one that may be asked for."""

CHOICES = 4

RIM = 0.05
"""Between the far corners' feet and the frame's sides, a share of it."""

MIDDLE = 0.58
"""Where the middle of the things is from the frame's upper edge."""

WIDEST = 1.36
"""Largest width of a frame, as a share of its focal length: a lens of 26.5 mm."""

LONGEST = 1.6
"""Largest ratio of the way to the far wall to the room's width."""

TRIES = 12

Walls = tuple[float, float, float]
"""x of the left and of the right wall, y of the far one: metres of the world."""


def side_walls(left: float, right: float) -> tuple[float, float]:
    """Where (x, metres) the walls of a room are in which things stand from `left` to `right`."""
    return min(left - MARGIN_M, -NARROWEST_M / 2), max(right + MARGIN_M, NARROWEST_M / 2)


def far_corners(walls: Walls) -> Array:
    """The feet of both corners at the far wall (2 × 3, metres)."""
    left, right, back = walls
    return np.array([(left, back, 0.0), (right, back, 0.0)])


def floor_area(walls: Walls, camera: Array) -> float:
    """Square metres between the camera (3, metres) and the far wall, from one side wall to the other."""
    left, right, back = walls
    return float((right - left) * (back - camera[1]))


def room_views(view: View, corners: Array, is_far_wall_used: bool, rng: Random) -> Iterator[View]:
    """Views of a room that show both far corners; of most rooms none.

    `corners` are those of the things (n × 8 × 3, metres).  The far wall stays where things hang on it.
    """
    if view.space_kind != "room" or rng.random() >= IN_ROOMS:
        return
    for _ in range(TRIES):
        walls = _drawn_walls(view, is_far_wall_used, rng)
        shown = None if walls is None else _showing(view, corners, walls)
        if shown is not None:
            yield shown


def _drawn_walls(view: View, is_far_wall_used: bool, rng: Random) -> Walls | None:
    """Walls around a floor of a drawn size; None where things have no room, or it would be too wide or too long."""
    smallest, largest = FLOORS_M2
    spread = log(largest / smallest) - (CHOICES - 1) * log(STEP)
    area = smallest * STEP ** rng.randrange(CHOICES) * float(np.exp(rng.uniform(0, spread)))
    (left, right), eye = side_walls(view.left, view.right), float(view.camera.position[1])
    shallowest = view.back - eye
    widest = min(area / shallowest, sqrt(WIDEST * area))
    narrowest = max(right - left, widest if is_far_wall_used else sqrt(area / LONGEST))
    if widest < narrowest or (is_far_wall_used and widest < area / shallowest):
        return None
    width = rng.uniform(narrowest, widest)
    free = rng.random() * (width - (right - left))
    return left - free, left - free + width, eye + area / width


def _showing(view: View, corners: Array, walls: Walls) -> View | None:
    """The view with these walls and a frame around both far corners and all things; None where that takes too wide a lens
    or makes a thing too small."""
    (feet, depth), (boxes, _) = view.camera.project(far_corners(walls)), to_boxes(view.camera, corners)
    if depth.min() <= 0:
        return None
    low, high = min(feet[:, 0].min(), boxes[:, 0].min()), max(feet[:, 0].max(), boxes[:, 2].max())
    top, bottom = min(feet[:, 1].min(), boxes[:, 1].min()), max(feet[:, 1].max(), boxes[:, 3].max())
    side = float(max(high - low, bottom - top)) / (1 - 2 * RIM)
    scale = view.side / side
    sides = (boxes[:, 2:] - boxes[:, :2]).max(axis=1)
    if side > WIDEST * view.camera.intrinsics[0] or scale * sides.min() < LEAST_PX:
        return None
    upper = float(np.clip((top + bottom) / 2 - MIDDLE * side, bottom - (1 - RIM) * side, top - RIM * side))
    camera = cropped(view.camera, ((low + high) / 2 - side / 2, upper), scale)
    left, right, back = walls
    return replace(view, left=left + MARGIN_M, right=right - MARGIN_M, back=back, camera=camera)
