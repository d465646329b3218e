"""Frames what was placed: a part of the picture that its things fill, by the intrinsics alone, as a longer lens would.

In: a view, bodies' corners, random numbers.  Out: views with other intrinsics, the closest one first.
The pose stays: what hides what, distances in metres and directions of fronts do not change.
"""

from collections.abc import Iterator
from dataclasses import replace
from random import Random

import numpy as np

from spatial.world.pinhole import Array, Pinhole
from spatial.world.views.viewpoints import View, to_boxes

SHARES = ((0.74, 0.88), (0.56, 0.68))
"""How much of the frame's side the things take together: drawn from the first pair, then from the second."""

LONGEST = 3.0
"""How many times longer a lens may become: a tighter frame would show one thing's details and nothing of the place."""

MIDDLE = 0.64
"""Where the middle of all things is from the frame's upper edge, a share of its side: what stands needs more room above."""

AWRY = 0.2
"""How far from there it may be, as a share of the room that is left on one side."""


RIM = 0.03
"""What stays free on every side at least, a share of the frame's."""


def framed_views(view: View, corners: Array, rng: Random) -> Iterator[View]:
    """Views of the same things (`corners`: n × 8 × 3) that fill the frame; at last the view as it is."""
    boxes, _ = to_boxes(view.camera, corners)
    low, high = boxes[:, :2].min(axis=0), boxes[:, 2:].max(axis=0)
    for share in SHARES:
        side = min(view.side, max(float((high - low).max()) / rng.uniform(*share), view.side / LONGEST))
        yield replace(view, camera=cropped(view.camera, _corner(view, (low, high), side, rng), view.side / side))
    yield view


def _corner(view: View, bounds: tuple[Array, Array], side: float, rng: Random) -> tuple[float, float]:
    """The upper left corner of a frame. It may reach above and below what was seen, not beside it: walls end there."""
    (low, high), corner = bounds, []
    for axis, middle in enumerate((0.5, MIDDLE)):
        free = float(side - (high[axis] - low[axis])) / 2
        at = float(low[axis] + high[axis]) / 2 - side * middle + AWRY * free * rng.uniform(-1, 1)
        corner.append(float(np.clip(at, high[axis] - (1 - RIM) * side, low[axis] - RIM * side)))
    return min(max(corner[0], 0.0), view.side - side), corner[1]


def cropped(camera: Pinhole, corner: tuple[float, float], scale: float) -> Pinhole:
    """The camera of a part of its picture that begins at `corner` (pixels) and is so many times as large then."""
    fx, fy, cx, cy = camera.intrinsics
    values = (scale * fx, scale * fy, scale * (cx - corner[0]), scale * (cy - corner[1]))
    first, second, third, fourth = (round(float(value), 4) for value in values)
    return replace(camera, intrinsics=(first, second, third, fourth))
