"""Rectangles and ellipses of any size: one without an area paints nothing, where Pillow would raise. Masks by share.

In: a drawing and the corners (left, top, right, bottom) in its pixels.  Out: strokes on it.
In: a mask, a share.  Out: the mask with that share of each of its values, or with a steeper edge; the box of its values.
A collage scales with boxes and canvases of any size, so a rim, a window or a board may shrink to nothing.
"""

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

LEVELS = np.arange(256)

Corners = tuple[float, float, float, float]
Ink = int | tuple[int, int, int]

THIN = 2
"""Pixels up to which a rounded rectangle is another one than a plain one even without a radius."""


def rectangle(on: ImageDraw.ImageDraw, corners: Corners, fill: int) -> None:
    """A filled rectangle."""
    if _has_area(corners):
        on.rectangle(corners, fill=fill)


def rounded(on: ImageDraw.ImageDraw, corners: Corners, radius: float, fill: Ink) -> None:
    """A filled rectangle with rounded corners."""
    left, top, right, bottom = corners
    if radius <= 0 and right - left > THIN and bottom - top > THIN:
        on.rectangle(corners, fill=fill)  # the same, without looking for corners
    elif _has_area(corners):
        on.rounded_rectangle(corners, max(0.0, radius), fill=fill)


def ellipse(on: ImageDraw.ImageDraw, corners: Corners, fill: int) -> None:
    """A filled ellipse."""
    if _has_area(corners):
        on.ellipse(corners, fill=fill)


def _has_area(corners: Corners) -> bool:
    left, top, right, bottom = corners
    return right >= left and bottom >= top


def faded(mask: Image.Image, share: float) -> Image.Image:
    """A mask with that share of its opacity: each value times the share, rounded to even."""
    return _mapped(mask, _faded(share))


def centred(mask: Image.Image, share: float) -> Image.Image:
    """Values nearer to the middle: their distance from 128 times the share, rounded to even."""
    return _mapped(mask, _levels(128 + (LEVELS - 128) * share))


def steeper(mask: Image.Image, gain: float) -> Image.Image:
    """A mask whose edge is so many times as steep, about half of its opacity."""
    return _mapped(mask, _levels((LEVELS - 127) * gain + 127))


def box_above(mask: Image.Image, level: int) -> tuple[int, int, int, int] | None:
    """The box (left, top, right, bottom) of the values above a level, None where there are none."""
    return _mapped(mask, _step(level)).getbbox()


@lru_cache(maxsize=256)
def _step(level: int) -> bytes:
    return bytes(level + 1) + b"\xff" * (255 - level)


@lru_cache(maxsize=256)
def _faded(share: float) -> bytes:
    return _levels(LEVELS * share)


def _levels(values: NDArray[np.floating[Any]]) -> bytes:
    """What each level is replaced by."""
    return bytes(np.clip(np.rint(values), 0, 255).astype(np.uint8))


def _mapped(mask: Image.Image, levels: bytes) -> Image.Image:
    """Each level replaced by another. Pillow's `point` rounds all 256 of them in Python, longer than the rest takes."""
    return Image.frombytes("L", mask.size, mask.tobytes().translate(levels))
