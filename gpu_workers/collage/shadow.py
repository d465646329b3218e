"""Shadows, reflections and waterlines of objects.

In: the picture so far and an object's layer.  Out: strokes on the picture.  Never part of a mask.
"""

from functools import lru_cache

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageFilter

from gpu_workers.collage.drawing_pen import RGB
from gpu_workers.collage.shapes import box_above, faded
from gpu_workers.collage.shapes import ellipse as ellipse_on

SHADE: RGB = (46, 30, 66)
"""Deep violet: black looks dirty."""

FOOT_SHARE = 0.08
"""The lowest share of a silhouette, which touches the ground."""

SUNK_SHARE = 0.13
"""The lower share of a floating object that the water covers thinly."""

COARSE = 4
"""Soft shadows are blurred at a quarter of the size."""


@lru_cache(maxsize=16)
def _blob(strength: float) -> Image.Image:
    y, x = np.mgrid[-1:1:96j, -1:1:96j]
    fall = np.clip(1.0 - np.sqrt(x * x + y * y), 0, 1)
    return faded(Image.fromarray((255 * np.minimum(1.0, fall * 1.9) ** 1.3).astype(np.uint8)), strength)


def footprint(alpha: Image.Image) -> tuple[int, int]:
    """First and last column (exclusive) of the part that touches the ground."""
    width, height = alpha.size
    top = height - max(2, round(height * FOOT_SHARE))
    box = box_above(alpha.crop((0, top, width, height)), 100)
    return (box[0], box[2]) if box else (0, width)


def ellipse(picture: Image.Image, area: tuple[float, float, float, float], strength: float,
            within: tuple[Image.Image, int, int] | None = None) -> None:  # fmt: skip
    """A soft elliptic shadow in `area` (x, y, width, height); `within` limits it to another object's mask."""
    x, y, w, h = (round(v) for v in area)
    if w < 1 or h < 1:
        return
    mask = _blob(strength).resize((w, h), Image.Resampling.BILINEAR)
    if within is not None:
        limit, left, top = within
        mask = ImageChops.multiply(mask, limit.crop((x - left, y - top, x - left + w, y - top + h)))
    picture.paste(SHADE, (x, y, x + w, y + h), mask)


def on_ground(picture: Image.Image, alpha: Image.Image, corner: tuple[int, int],
              within: tuple[Image.Image, int, int] | None = None) -> None:  # fmt: skip
    """The shadow of a standing object: a dark line at the contact, a wide soft spot around it, away from the light."""
    left, right = footprint(alpha)
    x, bottom = corner[0] + left, corner[1] + alpha.height
    width = max(6, right - left)
    tall = max(6.0, min(width * 0.26, 34.0)) if within is None else max(5.0, min(width * 0.2, 16.0))
    wide = max(width * 1.34, alpha.width * 0.86)
    middle = x + width / 2 - wide * 0.04
    ellipse(picture, (middle - wide / 2, bottom - tall * 0.62, wide, tall * 1.15), 0.34, within)
    ellipse(picture, (x - width * 0.06, bottom - tall * 0.36, width * 1.12, tall * 0.62), 0.62, within)


def on_wall(picture: Image.Image, alpha: Image.Image, corner: tuple[int, int], reach: float = 1.0) -> None:
    """The shadow of an object on a wall: its silhouette, a little lower and to the left."""
    margin = 16
    size = ((alpha.width + 2 * margin) // COARSE + 1, (alpha.height + 2 * margin) // COARSE + 1)
    mask = Image.new("L", size)
    mask.paste(alpha.resize((max(1, alpha.width // COARSE), max(1, alpha.height // COARSE))), (margin // COARSE,) * 2)
    mask = faded(mask.filter(ImageFilter.GaussianBlur(1.6)).resize((size[0] * COARSE, size[1] * COARSE)), 0.38)
    x, y = corner[0] - margin - round(5 * reach), corner[1] - margin + round(7 * reach)
    picture.paste(SHADE, (x, y, x + mask.width, y + mask.height), mask)


def on_water(picture: Image.Image, layer: Image.Image, corner: tuple[int, int]) -> None:
    """An object's reflection, and a dark line at the water's surface."""
    tall = max(4, min(layer.height // 3, 60))
    lower = layer.crop((0, layer.height - tall, layer.width, layer.height)).transpose(Image.Transpose.FLIP_TOP_BOTTOM)
    gradient = Image.linear_gradient("L").transpose(Image.Transpose.FLIP_TOP_BOTTOM)
    fade = faded(gradient.resize(lower.size), 0.42)
    mask = ImageChops.multiply(lower.getchannel("A"), fade)
    picture.paste(lower.convert("RGB"), (corner[0], corner[1] + layer.height - 2), mask)
    left, right = footprint(layer.getchannel("A"))
    width = max(8, right - left)
    ellipse(picture, (corner[0] + left - width * 0.1, corner[1] + layer.height - 6, width * 1.2, 12), 0.4)


def waterline(picture: Image.Image, alpha: Image.Image, corner: tuple[int, int], water: Image.Image) -> None:
    """Sink a floating object a little: the water shines through its lower edge. `water` is the bare backdrop."""
    tall = max(3, round(alpha.height * SUNK_SHARE))
    top = alpha.height - tall
    fade = faded(Image.linear_gradient("L").resize((alpha.width, tall)), 0.8)
    mask = ImageChops.multiply(alpha.crop((0, top, alpha.width, alpha.height)), fade)
    x, y = corner[0], corner[1] + top
    picture.paste(water.crop((x, y, x + alpha.width, y + tall)), (x, y), mask)
    left, right = footprint(alpha)
    foam = Image.new("L", (max(8, round((right - left) * 1.16)) * 2, 12))
    ellipse_on(ImageDraw.Draw(foam), (1, 1, foam.width - 2, 9), fill=150)
    foam = foam.resize((foam.width // 2, 5))
    start, line = x + left - round((right - left) * 0.08), corner[1] + alpha.height - 3
    picture.paste((240, 252, 255), (start, line, start + foam.width, line + foam.height), foam)


def pond(picture: Image.Image, width: int, corner: tuple[int, int], bottom: int) -> None:
    """A small pool under a floating object in a scene without water."""
    w, h = round(width * 1.9), max(14, round(width * 0.42))
    x, y = round(corner[0] - width * 0.45), bottom - round(h * 0.55)
    for grow, tone in ((8, (120, 150, 110)), (4, (214, 206, 166)), (0, (96, 182, 224))):
        size = ((w + 2 * grow) * 2, (h + grow) * 2)
        mask = Image.new("L", size)
        ellipse_on(ImageDraw.Draw(mask), (0, 0, size[0] - 1, size[1] - 1), fill=255)
        mask = mask.reduce(2)
        left, top = x - grow, y - grow // 2
        picture.paste(tone, (left, top, left + mask.width, top + mask.height), mask)
    ellipse(picture, (x + w * 0.1, y + h * 0.05, w * 0.8, h * 0.4), 0.18)
