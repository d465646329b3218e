"""Rectangles on the floor, turned by any angle: do they meet, and where are their corners.

In: centres, sizes and headings.  Out: corners and yes or no, for one against many.
"""

import numpy as np
from numpy.typing import NDArray

from schemas.world import Body

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]


def box_corners(position: Array, size: Array, heading: Array) -> Array:
    """The eight corners of boxes (n × 8 × 3): `position` n × 3, `size` width, depth, height (3 or n × 3), `heading` n."""
    signs = np.array([[x, y, z] for x in (-0.5, 0.5) for y in (-0.5, 0.5) for z in (-0.5, 0.5)])
    width, depth, height = np.moveaxis(np.broadcast_to(size, position.shape), -1, 0)
    local = signs[None] * np.stack([depth, width, height], axis=-1)[:, None]
    turn = np.radians(heading)[:, None]
    x = local[..., 0] * np.cos(turn) - local[..., 1] * np.sin(turn)
    y = local[..., 0] * np.sin(turn) + local[..., 1] * np.cos(turn)
    return np.stack([x, y, local[..., 2]], axis=-1) + position[:, None]


def body_corners(body: Body) -> Array:
    """The corners of one body's box, as `meet` takes them of many (1 × 8 × 3)."""
    return box_corners(np.array([body.position]), np.array(body.size), np.array([body.heading]))


def meet(many: Array, one: Array, gap: float) -> Flags:
    """Which boxes (n × 8 × 3 corners) come nearer than `gap` metres to one (8 × 3), by separating axes; all are upright."""
    apart = (many[..., 2].min(axis=1) >= one[:, 2].max() - 1e-9) | (many[..., 2].max(axis=1) <= one[:, 2].min() + 1e-9)
    for axis in range(2):
        apart |= _apart_along(many, one, _side(one[None], axis)[0], gap)
        sides = _side(many, axis)
        shadow = np.einsum("nki,ni->nk", many[..., :2], sides)
        own = one[:, :2] @ sides.T
        apart |= (shadow.min(axis=1) >= own.max(axis=0) + gap) | (shadow.max(axis=1) + gap <= own.min(axis=0))
    found: Flags = ~apart
    return found


def _side(corners: Array, axis: int) -> Array:
    """Unit vectors along a side of each footprint (n × 2)."""
    edge = corners[:, (4, 2)[axis], :2] - corners[:, 0, :2]
    found: Array = edge / np.linalg.norm(edge, axis=-1, keepdims=True)
    return found


def _apart_along(many: Array, one: Array, side: Array, gap: float) -> Flags:
    shadow, own = many[..., :2] @ side, one[:, :2] @ side
    found: Flags = (shadow.min(axis=1) >= own.max() + gap) | (shadow.max(axis=1) + gap <= own.min())
    return found
