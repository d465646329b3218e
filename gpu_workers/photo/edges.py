"""Edges of a picture, as networks that read them were trained on them.

In: a picture.  Out: a mask.  After Canny, "A Computational Approach to Edge Detection" (1986), in the form of OpenCV's
`Canny` with thresholds 100 and 200: Sobel's gradient over 3 × 3 pixels, its length as a sum, no smoothing.
"""

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage

LOW, HIGH = 100, 200
"""A pixel is an edge from HIGH on, and from LOW on where it is connected to one."""

EIGHTH = np.tan(np.pi / 8)
"""Gradients are compared along the nearest of four directions, 45 degrees apart."""


def canny(picture: Image.Image) -> NDArray[np.bool_]:
    """Where a picture has edges (height × width)."""
    grey = np.asarray(picture.convert("L")).astype(np.int32)
    across, down = (ndimage.sobel(grey, axis=axis, mode="nearest") for axis in (1, 0))
    length = np.abs(across) + np.abs(down)
    ridges = _is_ridge(across, down, length)
    weak, strong = ridges & (length > LOW), ridges & (length > HIGH)
    parts, count = ndimage.label(weak, structure=np.ones((3, 3)))
    kept = np.zeros(count + 1, bool)
    kept[np.unique(parts[strong])] = True
    kept[0] = False
    found: NDArray[np.bool_] = kept[parts]
    return found


def _is_ridge(across: NDArray[np.int32], down: NDArray[np.int32], length: NDArray[np.int32]) -> NDArray[np.bool_]:
    """Whether a pixel's gradient is the longest of three along its direction."""
    around = np.pad(length, 1)

    def beside(x: int, y: int) -> NDArray[np.int32]:
        rows, columns = length.shape
        part: NDArray[np.int32] = around[1 + y : 1 + y + rows, 1 + x : 1 + x + columns]
        return part

    wide, high = np.abs(across), np.abs(down)
    level, upright, falling = high < EIGHTH * wide, wide < EIGHTH * high, (across >= 0) == (down >= 0)
    before = np.select([level, upright, falling], [beside(-1, 0), beside(0, -1), beside(-1, -1)], beside(1, -1))
    after = np.select([level, upright, falling], [beside(1, 0), beside(0, 1), beside(1, 1)], beside(-1, 1))
    found: NDArray[np.bool_] = (length > before) & (length >= after)
    return found
