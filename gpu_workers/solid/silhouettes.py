"""Whole silhouettes of things as a camera sees them, as if nothing stood before them.

In: surfaces in the world, a camera, a picture's size.  Out: what bounds them, how many pixels they cover, and which.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from schemas.picture_layers import Covers, Extent
from spatial.world.footprints import Flags
from spatial.world.pinhole import Array, Pinhole

BEYOND = 0.5
"""How far around the frame is looked at, as a share of its size: what lies outside counts as hidden."""

FINE = 4
"""Parts of a pixel's side: the pen also draws the outline of a triangle, a whole dot thick."""

NEAREST_M = 0.05

ROUNDED_M = 0.005
"""What a traced depth may be off."""


@dataclass(frozen=True, eq=False)
class Silhouette:
    """`extent`: within the frame, pixels.  `area`: square pixels in all, those outside of the frame included.
    `far`: metres along the camera's axis to its farthest point.
    `inside`: height × width, whether the middle of a pixel of the picture is in it."""

    extent: Extent
    area: float
    inside: Flags
    far: float = np.inf


def silhouette(triangles: Array, camera: Pinhole, size: tuple[int, int]) -> Silhouette:
    """Of a surface (n × 3 × 3, metres, in the world). What is behind the camera is left out."""
    points, depth = camera.project(triangles.reshape(-1, 3))
    corners = points.reshape(-1, 3, 2)[(depth.reshape(-1, 3) > NEAREST_M).all(axis=1)]
    inside = np.zeros((size[1], size[0]), bool)
    if not len(corners):
        return Silhouette((0.0, 0.0, 0.0, 0.0), 0.0, inside)
    around = BEYOND * np.array(size)
    low = np.maximum(corners.min(axis=(0, 1)), -around)
    high = np.minimum(corners.max(axis=(0, 1)), size + around)
    if not (high > low).all():
        return Silhouette(_extent(corners, size), 0.0, inside)
    drawn = _drawn(corners, low, high)
    rows, columns = (_parts(low[axis], drawn.shape[1 - axis], size[axis]) for axis in (1, 0))
    inside[np.ix_(rows >= 0, columns >= 0)] = drawn[np.ix_(rows[rows >= 0], columns[columns >= 0])]
    return Silhouette(_extent(corners, size), int(drawn.sum()) / FINE**2, inside, float(depth.max()) + ROUNDED_M)


def covers(
    index: NDArray[np.integer], silhouettes: Sequence[Silhouette], depth: NDArray[np.floating] | None = None
) -> tuple[Covers, ...]:
    """Of each object what hides how much of its whole silhouette, from which object is seen at each pixel (its number and
    one; 0 for none): what is seen within an object's silhouette and is another one stands before it.

    At a rim what is behind may be seen in the middle of a pixel: what is seen at rims alone hides nothing, and all
    together hide at most what is not visible.  `depth`: metres along the camera's axis at each pixel; what is seen there
    beyond all of the object, as through the back of a chair, hides nothing.
    """
    near = np.zeros(index.shape) if depth is None else depth
    shapes = enumerate(silhouettes)
    return tuple(_covers_of(i, np.where(near <= one.far, index, 0), one, len(silhouettes)) for i, one in shapes)


def _covers_of(number: int, index: NDArray[np.integer], shape: Silhouette, many: int) -> Covers:
    if not shape.area:
        return ()
    within = _without_rim(shape.inside)
    pixels = _counts(index, shape.inside, many)
    if within.any():
        pixels[_counts(index, within, many) == 0] = 0
    pixels[number] = 0
    shares = pixels / shape.area
    unseen = max(0.0, 1 - float((index == number + 1).sum()) / shape.area)
    shares *= min(1.0, unseen / shares.sum()) if shares.any() else 1.0
    return tuple((int(k), round(float(shares[k]), 4)) for k in np.flatnonzero(shares.round(4)))


def _counts(index: NDArray[np.integer], where: Flags, many: int) -> Array:
    """How many pixels there show each object."""
    found: Array = np.bincount(index[where], minlength=many + 1)[1:].astype(float)
    return found


def _without_rim(inside: Flags) -> Flags:
    """The pixels of which all four neighbours are inside too; the frame is no rim."""
    padded = np.pad(inside, 1, mode="edge")
    found: Flags = inside & padded[:-2, 1:-1] & padded[2:, 1:-1] & padded[1:-1, :-2] & padded[1:-1, 2:]
    return found


def _parts(low: float, count: int, side: int) -> NDArray[np.int64]:
    """The part of a drawn silhouette in which the middle of each pixel along a side is; -1 where it is beside it."""
    parts = np.floor((np.arange(side) + 0.5 - low) * FINE).astype(np.int64)
    return np.where((parts >= 0) & (parts < count), parts, -1)


def _drawn(corners: Array, low: Array, high: Array) -> Flags:
    width, height = (int(side) + 1 for side in np.ceil((high - low) * FINE))
    drawn = Image.new("1", (width, height))
    pen = ImageDraw.Draw(drawn)
    for a, b, c in ((corners - low) * FINE - 0.5).tolist():
        pen.polygon((*a, *b, *c), fill=1)
    return np.asarray(drawn)


def _extent(corners: Array, size: tuple[int, int]) -> Extent:
    low = np.clip(corners.min(axis=(0, 1)), 0, size)
    high = np.clip(corners.max(axis=(0, 1)), 0, size)
    x, y, right, bottom = (round(float(value), 2) for value in (*low, *high))
    return x, y, round(right - x, 2), round(bottom - y, 2)
