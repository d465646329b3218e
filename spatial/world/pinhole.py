"""A pinhole camera: from metres in the world to pixels of a picture.

In: a pose and a lens.  Out: pixels, and metres along the camera's axis.
World: right-handed, z up, metres.  Camera: x right, y down, z forward.
Pixel (0, 0) has its upper left corner at (0.0, 0.0).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from schemas.world import Camera

Array = NDArray[np.float64]

SENSOR_MM = 36.0
"""Width of the film that focal lengths in millimetres refer to."""


@dataclass(frozen=True)
class Pinhole:
    """`intrinsics`: fx, fy, cx, cy in pixels.  `world_to_camera`: 4 × 4, row-major."""

    intrinsics: tuple[float, float, float, float]
    world_to_camera: Array

    def to_camera(self, points: Array) -> Array:
        """World points (n × 3, metres) as the camera sees them (n × 3, metres)."""
        return points @ self.world_to_camera[:3, :3].T + self.world_to_camera[:3, 3]

    def project(self, points: Array) -> tuple[Array, Array]:
        """Pixels (n × 2) and depths (n, metres along the camera's axis) of world points in front of the camera (n × 3)."""
        seen = self.to_camera(points)
        fx, fy, cx, cy = self.intrinsics
        depth = seen[:, 2]
        return np.stack([fx * seen[:, 0] / depth + cx, fy * seen[:, 1] / depth + cy], axis=1), depth

    @property
    def position(self) -> Array:
        """The camera's centre in the world, metres."""
        found: Array = -self.world_to_camera[:3, :3].T @ self.world_to_camera[:3, 3]
        return found


def as_pinhole(camera: Camera) -> Pinhole:
    """A camera of an event or a world."""
    return Pinhole(camera.intrinsics, np.array(camera.world_to_camera).reshape(4, 4))


def as_camera(pinhole: Pinhole) -> Camera:
    """The camera of a world, its pose rounded as worlds state it."""
    matrix = tuple(float(value) for value in np.round(pinhole.world_to_camera, 9).reshape(-1))
    return Camera(intrinsics=pinhole.intrinsics, world_to_camera=matrix)


def look_at(position: Array, target: Array) -> Array:
    """`world_to_camera` of a camera at `position` that looks at `target` without tilting its head (both 3, metres)."""
    forward = (target - position) / np.linalg.norm(target - position)
    right = np.cross(forward, (0.0, 0.0, 1.0))
    right /= np.linalg.norm(right)
    down = np.cross(forward, right)
    found = np.eye(4)
    found[:3, :3] = np.stack([right, down, forward])
    found[:3, 3] = -found[:3, :3] @ position
    return found


def intrinsics(side: int, focal_mm: float) -> tuple[float, float, float, float]:
    """fx, fy, cx, cy in pixels of a square picture of `side` pixels."""
    focal = side * focal_mm / SENSOR_MM
    return focal, focal, side / 2, side / 2
