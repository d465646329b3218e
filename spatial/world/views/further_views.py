"""Further cameras of a solved scene: from where a person would take a second photograph of the same things.

In: a world, its picture's side in pixels, random numbers.  Out: cameras that differ from the first one by a step that can
be seen: aside around the things, nearer, or farther; now and then turned so that one thing is left out.
All other things are whole and large enough, and none hides much of another.  The lens stays.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from random import Random

import numpy as np

from schemas.world import Camera, World
from spatial.world.candidate_sampling import EDGE_PX
from spatial.world.footprints import body_corners
from spatial.world.pinhole import Array, Pinhole, as_camera, as_pinhole
from spatial.world.views.viewpoints import LEAST_PX, to_boxes

THIRD = 0.25
"""Share of the scenes with further cameras that have two of them."""

ASIDE_DEGREES = (14.0, 34.0)
"""How far a camera goes around the middle of the things."""

ASIDE_SHARE = (1.0, 1.35)
"""Of the first camera's distance: what is turned may need more room in the frame."""

NEARER, FARTHER = (0.62, 0.8), (1.3, 1.6)
"""Distances from the middle of the things, as a share of the first camera's."""

ROOMIER = (1.0, 1.5)
"""What distances are multiplied by where one thing is to be left out: the others move across the frame."""

LEFT_OUT = 0.9
"""Share of further cameras for which one is tried that leaves a thing out."""

TRIES = 150

BEYOND_PX = 6
"""How far outside of the frame is all of what is left out."""

HIDDEN = 0.5
"""Largest share of a thing's box that the box of another one covers."""

CLEAR_M = 0.25
"""Between the camera and any body."""

LOWEST_M = 0.15
"""Of the camera above the ground."""

ROOM_M, TABLE_M, WALL_M = 5.5, 5.5, 1.2
"""Before the things the room is that deep; to both sides of a table its wall reaches that far, and is so far behind it."""

SIGHT = 1.2
"""Most that is seen to a side in the open, per metre ahead: surroundings are built that wide."""


@dataclass(frozen=True)
class _Stage:
    """A world as arrays: `corners` n × 8 × 3 metres, `centres` n × 3, `middle` of the things, and who carries whom."""

    world: World
    side: int
    camera: Pinhole
    corners: Array
    centres: Array

    @property
    def middle(self) -> Array:
        found: Array = (self.corners.min(axis=(0, 1)) + self.corners.max(axis=(0, 1))) / 2
        return found


def further_cameras(world: World, side: int, rng: Random) -> tuple[Camera, ...]:
    """One or two further cameras, none where no place for one is found. `side`: of the planned picture, pixels."""
    first = as_pinhole(world.camera)
    corners = np.concatenate([body_corners(body) for body in world.bodies])
    stage = _Stage(world, side, first, corners, np.array([body.position for body in world.bodies]))
    found: list[Pinhole] = []
    for _ in range(2 if rng.random() < THIRD else 1):
        chosen = next((one for one in _candidates(stage, rng) if _differs(stage, one, found)), None)
        if chosen is not None:
            found.append(chosen)
    return tuple(as_camera(one) for one in found)


def _candidates(stage: _Stage, rng: Random) -> Iterator[Pinhole]:
    """Cameras that see the scene well, those that leave one thing out first where that is wanted."""
    wanted = (1, 0) if rng.random() < LEFT_OUT and len(stage.corners) > 2 else (0,)
    for left_out in wanted:
        for _ in range(TRIES):
            camera = _moved(stage, rng)
            if left_out:
                camera = _turned_past(stage, _farther(stage, camera, rng.uniform(*ROOMIER)), rng.choice((-1, 1)))
            if _left_out(stage, camera) == left_out and _is_inside(stage, camera) and _is_open(stage, camera):
                yield camera


def _moved(stage: _Stage, rng: Random) -> Pinhole:
    """The first camera a step aside, around the middle of the things, or nearer or farther along its way to it."""
    way = rng.choice(("aside", "aside", "aside", "nearer", "farther"))
    if way == "aside":
        return _around(stage, rng.choice((-1, 1)) * rng.uniform(*ASIDE_DEGREES), rng.uniform(*ASIDE_SHARE))
    return _farther(stage, stage.camera, rng.uniform(*(NEARER if way == "nearer" else FARTHER)))


def _around(stage: _Stage, degrees: float, share: float) -> Pinhole:
    """The first camera after it went around the middle of the things, which stays where it is in the picture, at a share of
    its distance."""
    turn, middle = _about_z(degrees), stage.middle
    rotation = stage.camera.world_to_camera[:3, :3] @ turn.T
    place = middle + share * turn @ (stage.camera.position - middle)
    return _posed(stage.camera, rotation, place)


def _turned_past(stage: _Stage, camera: Pinhole, side: int) -> Pinhole:
    """The camera turned about the vertical until what is outermost to its left (-1) or right (1) is out of sight."""
    boxes, _ = to_boxes(camera, stage.corners)
    past = float(boxes[:, 2].min()) + 2 * BEYOND_PX if side < 0 else float(boxes[:, 0].max()) - 2 * BEYOND_PX
    edge, (fx, _, cx, _) = 0 if side < 0 else stage.side, camera.intrinsics
    to_right = float(np.degrees(np.arctan((past - cx) / fx) - np.arctan((edge - cx) / fx)))
    return _posed(camera, camera.world_to_camera[:3, :3] @ _about_z(-to_right).T, camera.position)


def _farther(stage: _Stage, camera: Pinhole, share: float) -> Pinhole:
    """The camera at a share of its distance from the middle of the things."""
    return _posed(camera, camera.world_to_camera[:3, :3], stage.middle + share * (camera.position - stage.middle))


def _posed(camera: Pinhole, rotation: Array, place: Array) -> Pinhole:
    matrix = np.eye(4)
    matrix[:3, :3], matrix[:3, 3] = rotation, -rotation @ place
    return Pinhole(camera.intrinsics, matrix)


def _about_z(degrees: float) -> Array:
    turn = np.radians(degrees)
    return np.array([[np.cos(turn), -np.sin(turn), 0.0], [np.sin(turn), np.cos(turn), 0.0], [0.0, 0.0, 1.0]])


def _left_out(stage: _Stage, camera: Pinhole) -> int | None:
    """How many things are wholly outside of the frame; None where one is cut by it, too small or covered too much."""
    boxes, nearest = to_boxes(camera, stage.corners)
    if nearest.min() < CLEAR_M:
        return None
    low, high = boxes[:, :2], boxes[:, 2:]
    inside = (low.min(axis=1) >= EDGE_PX) & (high.max(axis=1) <= stage.side - EDGE_PX)
    outside = (high.min(axis=1) <= -BEYOND_PX) | (low.max(axis=1) >= stage.side + BEYOND_PX)
    large = (high - low).max(axis=1) >= LEAST_PX
    if not (outside | (inside & large)).all():
        return None
    depth = camera.to_camera(stage.centres)[:, 2]
    seen = [int(k) for k in np.flatnonzero(inside)]
    if any(_is_covered(stage, boxes, depth, pair) for pair in combinations(seen, 2)):
        return None
    return int(outside.sum())


def _is_covered(stage: _Stage, boxes: Array, depth: Array, pair: tuple[int, int]) -> bool:
    """Whether the nearer of two things may hide much of the other. What carries or holds a thing does not count."""
    near, far = sorted(pair, key=lambda k: float(depth[k]))
    if _carries(stage.world, near, far) or _carries(stage.world, far, near):
        return False
    common = np.minimum(boxes[near, 2:], boxes[far, 2:]) - np.maximum(boxes[near, :2], boxes[far, :2])
    area = float(np.prod(boxes[far, 2:] - boxes[far, :2]))
    return bool(common.min() > 0 and float(common.prod()) > HIDDEN * area)


def _carries(world: World, base: int, thing: int) -> bool:
    below = world.bodies[thing].support
    steps = len(world.bodies)
    while below is not None and below != base and steps:
        below, steps = world.bodies[below].support, steps - 1
    return below == base


def _is_inside(stage: _Stage, camera: Pinhole) -> bool:
    """Whether a camera could stand there: above the ground, clear of all bodies, within the walls of a room."""
    place, space = camera.position, stage.world.space
    beside = np.maximum(stage.corners.min(axis=1) - place, place - stage.corners.max(axis=1))
    away = np.linalg.norm(np.maximum(beside, 0), axis=1)
    if place[2] < space.ground + LOWEST_M or away.min() < CLEAR_M:
        return False
    if space.kind != "room":
        return True
    is_between = bool(space.left < place[0] < space.right and place[2] < space.height - LOWEST_M)
    return is_between and space.front - ROOM_M < place[1] < space.back - 1


def _is_open(stage: _Stage, camera: Pinhole) -> bool:
    """Whether the frame shows no place that surroundings are not built for."""
    fx, fy, cx, cy = camera.intrinsics
    edges = np.array([[(u - cx) / fx, (v - cy) / fy, 1.0] for u in (0, stage.side) for v in (0, stage.side)])
    rays = edges @ camera.world_to_camera[:3, :3]
    if (rays[:, 1] <= 0.05).any():
        return False
    space = stage.world.space
    if space.kind == "open":
        return bool((np.abs(rays[:, 0] / rays[:, 1]) < SIGHT).all())
    if space.kind == "room":
        return True
    steps = (space.back + WALL_M - camera.position[1]) / rays[:, 1]
    at_wall = camera.position + steps[:, None] * rays
    return bool((np.abs(at_wall[:, 0]) < TABLE_M).all())


def _differs(stage: _Stage, camera: Pinhole, found: list[Pinhole]) -> bool:
    """Whether a camera is a step away from all others: a tenth of the way to the things, at least."""
    way = float(np.linalg.norm(stage.camera.position - stage.middle))
    others = [stage.camera, *found]
    return all(float(np.linalg.norm(one.position - camera.position)) > 0.1 * way for one in others)
