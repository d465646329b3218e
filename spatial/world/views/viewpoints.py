"""From where a scene is photographed: a camera and the space before it, fitted to the sizes of what must be seen.

In: the kind of place, sizes in metres, random numbers.  Out: a `View`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Literal

import numpy as np

from spatial.knowledge.categories import Backdrop
from spatial.world.pinhole import Array, Pinhole, intrinsics, look_at

SpaceKind = Literal["room", "table", "open"]

SPACE_KINDS: dict[Backdrop, SpaceKind] = {"room": "room", "shop": "room", "stage": "room", "tabletop": "table"}
"""What surrounds a scene; all others are open."""

AFLOAT: frozenset[Backdrop] = frozenset({"sea"})
"""Backdrops before which things float: the ground on which they are placed is water."""

LEAST_PX = 24
"""Pixels of the longer side of the smallest thing."""

LENSES_MM = (28.0, 32.0, 35.0, 40.0, 45.0, 50.0)

TABLE_M = 0.75
"""Height of a table's top."""

ROOM_M = 2.6
"""Height of a room."""

MOST_OF_FRAME = 0.8
"""Largest share of the picture's width or height that one thing takes."""


@dataclass(frozen=True)
class View:
    """A camera, and the region (metres) in which things may stand: `left` to `right`, `front` (near) to `back` (far)."""

    space_kind: SpaceKind
    ground: float
    left: float
    right: float
    front: float
    back: float
    height: float
    camera: Pinhole
    side: int


def space_kind(backdrop: Backdrop) -> SpaceKind:
    """What surrounds a scene with a backdrop."""
    return SPACE_KINDS.get(backdrop, "open")


Sizes = Sequence[tuple[float, float, float]]


def choose_view(space_kind: SpaceKind, sizes: Sizes, side: int, rng: Random) -> View:
    """A view in which the largest thing fits and the smallest can be seen, if both are possible. `sizes`: all objects'."""
    lens = rng.choice(LENSES_MM)
    focal = intrinsics(side, lens)[0]
    largest = max(max(size) for size in sizes)
    smallest = min(max(size) for size in sizes)
    area = 2.6 * sum(max(0.02, w) * max(0.02, d) for w, d, _ in sizes)
    nearest = max(focal * largest / (MOST_OF_FRAME * side), (area * focal / side) ** 0.5, 0.45)
    farthest = focal * smallest / LEAST_PX
    distance = nearest if farthest <= nearest else rng.uniform(nearest, min(farthest, 1.3 * nearest))
    return _view(space_kind, side, lens, distance, (largest, rng))


def _view(space_kind: SpaceKind, side: int, lens: float, distance: float, scene: tuple[float, Random]) -> View:
    largest, rng = scene
    ground = TABLE_M if space_kind == "table" else 0.0
    angle = np.radians(rng.uniform(24, 40) if space_kind == "table" else rng.uniform(13, 26))
    highest = {"table": 1.2, "room": 1.8, "open": 2.2}[space_kind]
    rise = float(np.clip(distance * np.tan(angle), 0.25, max(highest, 0.45 * largest)))
    reach = distance * side / intrinsics(side, lens)[0]
    yaw = np.radians(rng.uniform(-12, 12))
    eye = np.array([-np.sin(yaw) * distance, -np.cos(yaw) * distance, ground + rise])
    target = np.array([0.0, 0.0, ground + 0.16 * reach])
    camera = Pinhole(intrinsics(side, lens), look_at(eye, target))
    deep = max(0.55 * reach, 0.3)
    return View(
        space_kind=space_kind, ground=ground, left=-0.75 * reach, right=0.75 * reach, front=-deep, back=1.15 * deep,
        height=max(ROOM_M, ground + 1.25 * largest), camera=camera, side=side,
    )  # fmt: skip


def to_boxes(camera: Pinhole, corners: Array) -> tuple[Array, Array]:
    """What bounds boxes in the picture (n × 4: left, top, right, bottom in pixels), and each one's least depth (n, metres).

    `corners` is n × 8 × 3.  What is behind the camera has a depth below zero and a box without meaning.
    """
    count = len(corners)
    pixels, depth = camera.project(corners.reshape(-1, 3))
    pixels, depth = pixels.reshape(count, 8, 2), depth.reshape(count, 8)
    return np.concatenate([pixels.min(axis=1), pixels.max(axis=1)], axis=1), depth.min(axis=1)
