"""Boxes of bodies, turned by any angle: do they meet, and where are their corners.

In: centres, sizes, and headings or whole rotations.  Out: corners and yes or no, for one against many.
Corners are in the order of depth (back, front), width (right, left) and height (foot, top), the last of which alternates.
"""

from itertools import product

import numpy as np
from numpy.typing import NDArray

from schemas.pictures import SeenBody
from schemas.world import Body

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]

UPRIGHT_M = 1e-6
"""How far the top of an upright edge may be beside its foot, metres."""

PARALLEL = 1e-6
"""Edges whose cross product is shorter have no direction of their own."""

STEEP = 0.95
"""Directions whose vertical part is larger are up and down: there boxes may touch."""


def box_corners(position: Array, size: Array, heading: Array) -> Array:
    """The eight corners of boxes (n × 8 × 3): `position` n × 3, `size` width, depth, height (3 or n × 3), `heading` n."""
    signs = np.array([[x, y, z] for x in (-0.5, 0.5) for y in (-0.5, 0.5) for z in (-0.5, 0.5)])
    width, depth, height = np.moveaxis(np.broadcast_to(size, position.shape), -1, 0)
    local = signs[None] * np.stack([depth, width, height], axis=-1)[:, None]
    turn = np.radians(heading)[:, None]
    x = local[..., 0] * np.cos(turn) - local[..., 1] * np.sin(turn)
    y = local[..., 0] * np.sin(turn) + local[..., 1] * np.cos(turn)
    return np.stack([x, y, local[..., 2]], axis=-1) + position[:, None]


def turned_corners(position: Array, size: Array, rotation: Array) -> Array:
    """The same of boxes that are turned in space: `rotation` n × 3 × 3, whose columns are the axes of width (to the right),
    depth and height in the world."""
    width, depth, height = size
    signs = np.array(list(product((-0.5, 0.5), repeat=3)))
    local = np.stack([-signs[:, 1] * width, signs[:, 0] * depth, signs[:, 2] * height], axis=-1)
    return np.asarray(np.einsum("nij,kj->nki", rotation, local) + position[:, None])


def body_corners(body: Body | SeenBody) -> Array:
    """The corners of one body's box, as `meet` takes them of many (1 × 8 × 3)."""
    if body.rotation is not None:
        turned = np.array(body.rotation).reshape(1, 3, 3)
        return turned_corners(np.array([body.position]), np.array(body.size), turned)
    return box_corners(np.array([body.position]), np.array(body.size), np.array([body.heading]))


def meet(many: Array, one: Array, gap: float) -> Flags:
    """Which boxes (n × 8 × 3 corners) come nearer than `gap` metres to one (8 × 3), by separating axes.

    The gap counts between upright boxes beside each other; one above another, and one that leans, need not keep it upwards.
    """
    if not (_is_upright(many) and _is_upright(one[None])):
        return _meet_in_space(many, one, gap)
    apart = (many[..., 2].min(axis=1) >= one[:, 2].max() - 1e-9) | (many[..., 2].max(axis=1) <= one[:, 2].min() + 1e-9)
    for axis in range(2):
        apart |= _apart_along(many, one, _side(one[None], axis)[0], gap)
        sides = _side(many, axis)
        shadow = np.einsum("nki,ni->nk", many[..., :2], sides)
        own = one[:, :2] @ sides.T
        apart |= (shadow.min(axis=1) >= own.max(axis=0) + gap) | (shadow.max(axis=1) + gap <= own.min(axis=0))
    found: Flags = ~apart
    return found


def _is_upright(corners: Array) -> bool:
    """Whether boxes (n × 8 × 3) have upright edges: those of the first one tell, for many are of one kind."""
    return not len(corners) or bool(np.abs(corners[0, 1, :2] - corners[0, 0, :2]).max() < UPRIGHT_M)


def _meet_in_space(many: Array, one: Array, gap: float) -> Flags:
    """The same of boxes that may lean: by the sides of both and by what is at right angles to two of them."""
    own = _edges(one[None])[0]
    apart = np.zeros(len(many), bool)
    others = _edges(many)
    crosses = np.cross(others[:, :, None], own[None, None]).reshape(len(many), 9, 3)
    for axes in (
        *np.broadcast_to(own[:, None], (3, len(many), 3)),
        *np.moveaxis(others, 1, 0),
        *np.moveaxis(crosses, 1, 0),
    ):
        length = np.linalg.norm(axes, axis=-1, keepdims=True)
        axis = axes / np.maximum(length, PARALLEL)
        shadow, other = np.einsum("nki,ni->nk", many, axis), axis @ one.T
        room = np.maximum(shadow.min(axis=1) - other.max(axis=1), other.min(axis=1) - shadow.max(axis=1))
        apart |= (length[:, 0] > PARALLEL) & (room >= np.where(np.abs(axis[:, 2]) > STEEP, -1e-9, gap))
    found: Flags = ~apart
    return found


def _edges(corners: Array) -> Array:
    """Unit vectors along the three edges of each box (n × 3 × 3)."""
    edges = corners[:, (4, 2, 1)] - corners[:, :1]
    found: Array = edges / np.linalg.norm(edges, axis=-1, keepdims=True)
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
