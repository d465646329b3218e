"""Whole silhouettes of things as a camera sees them, as if nothing stood before them.

In: surfaces in the world, a camera, a picture's size.  Out: what bounds them, and how many pixels they cover.
"""

from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw

from schemas.picture_layers import Extent
from spatial.world.pinhole import Array, Pinhole

BEYOND = 0.5
"""How far around the frame is looked at, as a share of its size: what lies outside counts as hidden."""

FINE = 4
"""Parts of a pixel's side: the pen also draws the outline of a triangle, a whole dot thick."""

NEAREST_M = 0.05


@dataclass(frozen=True)
class Silhouette:
    """`extent`: within the frame, pixels.  `area`: square pixels in all, those outside of the frame included."""

    extent: Extent
    area: float


def silhouette(triangles: Array, camera: Pinhole, size: tuple[int, int]) -> Silhouette:
    """Of a surface (n × 3 × 3, metres, in the world). What is behind the camera is left out."""
    points, depth = camera.project(triangles.reshape(-1, 3))
    corners = points.reshape(-1, 3, 2)[(depth.reshape(-1, 3) > NEAREST_M).all(axis=1)]
    return (
        Silhouette(_extent(corners, size), _area(corners, size)) if len(corners) else Silhouette((0.0, 0.0, 0.0, 0.0), 0.0)
    )


def _area(corners: Array, size: tuple[int, int]) -> float:
    around = BEYOND * np.array(size)
    low = np.maximum(corners.min(axis=(0, 1)), -around)
    high = np.minimum(corners.max(axis=(0, 1)), size + around)
    if not (high > low).all():
        return 0.0
    width, height = (int(side) + 1 for side in np.ceil((high - low) * FINE))
    drawn = Image.new("1", (width, height))
    pen = ImageDraw.Draw(drawn)
    for a, b, c in ((corners - low) * FINE - 0.5).tolist():
        pen.polygon((*a, *b, *c), fill=1)
    return int(np.asarray(drawn).sum()) / FINE**2


def _extent(corners: Array, size: tuple[int, int]) -> Extent:
    low = np.clip(corners.min(axis=(0, 1)), 0, size)
    high = np.clip(corners.max(axis=(0, 1)), 0, size)
    x, y, right, bottom = (round(float(value), 2) for value in (*low, *high))
    return x, y, round(right - x, 2), round(bottom - y, 2)
