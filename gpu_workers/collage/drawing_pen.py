"""A pen that draws single objects in the soft, rounded look of the sprites.

In: shapes in units of the object's own picture (height 100, width 100 times its aspect).  Out: an RGBA image, cropped
to what was drawn.  Every shape gets a gradient, lit from the upper right, and a soft bevel along its edge.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

from gpu_workers.collage.shapes import box_above, ellipse, faded, rounded, steeper

RGB = tuple[int, int, int]
Point = tuple[float, float]
Area = tuple[float, float, float, float]
"""x, y, width, height."""

Draws = Callable[[ImageDraw.ImageDraw, float, float], None]
"""Draws a mask; the two numbers are the region's corner in pixels."""

LONGEST = 320
"""Pixels of the longer side: furniture fills up to two thirds of a 512 px picture."""

OVERSAMPLE = 2
"""Shapes are drawn twice as large and shrunk: smooth edges."""

MOST_COARSE, LEAST_RADIUS = 4, 1.7
"""A bevel is made of pixels up to four times as large, as long as its blur has this radius in them."""

KEPT_GRAIN = 16
"""Grains kept in memory, up to 0.4 MB each: the legs of a table have the same."""

TONES = 1024
"""Steps between the darkest and the lightest tone of a colour, finer than those of a channel."""


@dataclass(frozen=True)
class Finish:
    """How a surface takes light. `bevel` in units; `lift` from bottom to top and `tilt` from left to right in 0..1."""

    bevel: float = 2.2
    lift: float = 0.16
    tilt: float = 0.10
    depth: float = 0.30
    opacity: float = 1.0
    grain: float = 0.0


SOFT = Finish()
FLAT = Finish(bevel=0.8, lift=0.08, tilt=0.05, depth=0.15)
PLUSH = Finish(bevel=5.0, lift=0.18, tilt=0.12, depth=0.42)
WOOD = Finish(bevel=1.5, lift=0.12, tilt=0.10, depth=0.28, grain=0.05)
GLASS = Finish(bevel=1.4, lift=0.30, tilt=0.25, depth=0.12, opacity=0.62)


def mix(a: RGB, b: RGB, share: float) -> RGB:
    """The colour `share` of the way from `a` to `b`."""
    return (
        round(a[0] + (b[0] - a[0]) * share),
        round(a[1] + (b[1] - a[1]) * share),
        round(a[2] + (b[2] - a[2]) * share),
    )


def lighter(colour: RGB, share: float = 0.2) -> RGB:
    """Towards a warm white."""
    return mix(colour, (255, 252, 244), share)


def darker(colour: RGB, share: float = 0.2) -> RGB:
    """Towards a deep violet, the sprites' shadow."""
    return mix(colour, (46, 26, 70), share)


class Pen:
    """Draws onto one transparent picture of the given aspect (width over height)."""

    def __init__(self, aspect: float, longest: int = LONGEST) -> None:
        self.h = 100.0
        self.w = 100.0 * aspect
        self._scale = OVERSAMPLE * longest / max(self.w, self.h)
        size = (max(8, round(self.w * self._scale)), max(8, round(self.h * self._scale)))
        self._image = Image.new("RGBa", size)  # colours weighed by opacity: one shape over another is a plain mix

    def rect(self, area: Area, colour: RGB, radius: float = 2.0, finish: Finish = SOFT) -> None:
        """A rectangle with rounded corners."""
        x, y, w, h = (v * self._scale for v in area)
        r = min(radius * self._scale, w / 2, h / 2)

        def draw(on: ImageDraw.ImageDraw, ox: float, oy: float) -> None:
            rounded(on, (x - ox, y - oy, x + w - ox - 1, y + h - oy - 1), r, fill=255)

        self._shape(draw, area, colour, finish)

    def oval(self, area: Area, colour: RGB, finish: Finish = SOFT) -> None:
        """An ellipse within `area`."""
        x, y, w, h = (v * self._scale for v in area)

        def draw(on: ImageDraw.ImageDraw, ox: float, oy: float) -> None:
            ellipse(on, (x - ox, y - oy, x + w - ox - 1, y + h - oy - 1), fill=255)

        self._shape(draw, area, colour, finish)

    def poly(self, points: Sequence[Point], colour: RGB, radius: float = 1.0, finish: Finish = SOFT) -> None:
        """A polygon whose corners are rounded by `radius`."""
        xs, ys = [p[0] for p in points], [p[1] for p in points]
        area = (min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys))
        scaled = [(px * self._scale, py * self._scale) for px, py in points]

        def draw(on: ImageDraw.ImageDraw, ox: float, oy: float) -> None:
            on.polygon([(px - ox, py - oy) for px, py in scaled], fill=255)

        self._shape(draw, area, colour, finish, round_by=radius)

    def tube(self, points: Sequence[Point], width: float, colour: RGB, finish: Finish | None = None) -> None:
        """A round bar along `points`."""
        xs, ys = [p[0] for p in points], [p[1] for p in points]
        half = width / 2
        area = (min(xs) - half, min(ys) - half, max(xs) - min(xs) + width, max(ys) - min(ys) + width)
        thick = max(1, round(width * self._scale))

        def draw(on: ImageDraw.ImageDraw, ox: float, oy: float) -> None:
            path = [(px * self._scale - ox, py * self._scale - oy) for px, py in points]
            on.line(path, fill=255, width=thick, joint="curve")
            for px, py in path:
                ellipse(on, (px - thick / 2, py - thick / 2, px + thick / 2, py + thick / 2), fill=255)

        self._shape(draw, area, colour, finish or Finish(bevel=width / 3))

    def shade(self, area: Area, strength: float, blur: float = 2.0) -> None:
        """A soft dark spot that only darkens what is already drawn (under a table top, between cushions)."""
        region, (ox, oy) = self._region(area, blur * 3)
        x, y, w, h = (v * self._scale for v in area)
        mask = Image.new("L", region.size)
        rounded(ImageDraw.Draw(mask), (x - ox, y - oy, x + w - ox, y + h - oy), min(w, h) / 4, fill=round(255 * strength))
        mask = mask.filter(ImageFilter.GaussianBlur(blur * self._scale))
        alpha = region.getchannel("a")
        dark = Image.merge("RGBa", (*(faded(alpha, level / 255) for level in (40, 22, 62)), alpha))
        self._image.paste(Image.composite(dark, region, mask), (ox, oy))

    def cut(self, area: Area, radius: float = 1.0) -> None:
        """Make a hole."""
        x, y, w, h = (v * self._scale for v in area)
        hole = Image.new("L", (max(1, round(w)), max(1, round(h))))
        rounded(ImageDraw.Draw(hole), (0, 0, w - 1, h - 1), radius * self._scale, fill=255)
        self._image.paste((0, 0, 0, 0), (round(x), round(y)), hole)

    def done(self) -> Image.Image:
        """The picture at its final size, cropped to its visible pixels."""
        small = self._image.reduce(OVERSAMPLE).convert("RGBA")
        box = box_above(small.getchannel("A"), 24)
        return small.crop(box) if box else small

    def _region(self, area: Area, margin: float) -> tuple[Image.Image, tuple[int, int]]:
        left, top, right, bottom = self._bounds(area, margin)
        return self._image.crop((left, top, right, bottom)), (left, top)

    def _bounds(self, area: Area, margin: float) -> tuple[int, int, int, int]:
        """The part of the picture about an area, in pixels: left, top, right, bottom; the first two are even."""
        s = self._scale
        left, top = (max(0, int((v - margin) * s) // OVERSAMPLE * OVERSAMPLE) for v in area[:2])
        right = min(self._image.width, int((area[0] + area[2] + margin) * s) + 2)
        bottom = min(self._image.height, int((area[1] + area[3] + margin) * s) + 2)
        return left, top, max(left + 1, right), max(top + 1, bottom)

    def _shape(self, draw: Draws, area: Area, colour: RGB, finish: Finish, round_by: float = 0.0) -> None:
        ox, oy, right, bottom = self._bounds(area, 1.0)
        mask = Image.new("L", (right - ox, bottom - oy))
        draw(ImageDraw.Draw(mask), ox, oy)
        if round_by > 0:
            mask = _rounded_off(mask, round_by * self._scale * 0.6)
        small = np.asarray(mask.reduce(OVERSAMPLE))  # light changes slowly: only edges need the fine pixels
        lit = shaded(small, colour, finish, self._scale / OVERSAMPLE)
        paint = Image.frombuffer("RGBa", small.shape[::-1], lit, "raw", "RGBa", 0, 1)
        fine = paint.resize(mask.size, Image.Resampling.NEAREST, (0, 0, mask.width / OVERSAMPLE, mask.height / OVERSAMPLE))
        self._image.paste(fine, (ox, oy), mask if finish.opacity >= 1 else faded(mask, finish.opacity))


def _rounded_off(mask: Image.Image, radius: float) -> Image.Image:
    """The mask with corners as round as a blur of that radius leaves them, its edge as steep as before."""
    soft = mask.reduce(OVERSAMPLE).filter(ImageFilter.GaussianBlur(radius / OVERSAMPLE))
    wide, tall = mask.width / OVERSAMPLE, mask.height / OVERSAMPLE
    fine = soft.resize(mask.size, Image.Resampling.BILINEAR, (0, 0, wide, tall))
    return steeper(fine, max(3.0, radius * 1.6))  # one or two pixels wide


def shaded(mask: NDArray[np.uint8], colour: RGB, finish: Finish, scale: float) -> NDArray[np.uint8]:
    """The lit surface of a shape: an opaque RGBA array of the mask's size. `scale` is pixels a unit."""
    height, width = mask.shape
    light: NDArray[Any] = np.linspace(finish.lift, -finish.lift, height, dtype=np.float32)[:, None]
    light = light + np.linspace(-finish.tilt, finish.tilt, width, dtype=np.float32)[None, :]
    bevel = _bevel(mask, max(0.5, finish.bevel * scale))
    bevel *= finish.depth
    light += bevel
    if finish.grain:
        light += _grain(height, width, scale) * finish.grain
    light *= TONES / 2
    light += TONES / 2
    tones = _tones(colour).take(light.astype(np.intp), mode="clip")
    return tones.view(np.uint8).reshape(height, width, 4)


@lru_cache(maxsize=256)
def _tones(colour: RGB) -> NDArray[np.uint32]:
    """A colour in TONES steps of light, from -1 to 1, each as the four bytes of an opaque pixel."""
    light = (np.arange(TONES, dtype=np.float32) + 0.5) * 2 / TONES - 1
    stops = [darker(colour, 0.85), colour, lighter(colour, 0.85)]
    channels = [np.interp(light, (-1, 0, 1), [stop[k] for stop in stops]) for k in range(3)]
    pixels = np.stack([*channels, np.full(TONES, 255.0)], axis=-1)
    return np.ascontiguousarray(pixels.astype(np.uint8)).view(np.uint32)[:, 0]


def _bevel(mask: NDArray[np.uint8], radius: float) -> NDArray[np.float32]:
    """How far the blurred edge of a shape slopes towards the light, -1 to 1. `radius` of the blur, in pixels.

    A wide blur is made of coarser pixels, and what comes of it is stretched: it has no edges that would show.
    """
    shape = Image.fromarray(mask)
    coarse = min(MOST_COARSE, int(radius / LEAST_RADIUS))
    if coarse < 2:
        return _slope(shape, radius)
    small = Image.fromarray(_slope(shape.reduce(coarse), radius / coarse))
    box = (0, 0, shape.width / coarse, shape.height / coarse)
    return np.asarray(small.resize(shape.size, Image.Resampling.BILINEAR, box)).copy()


def _slope(shape: Image.Image, radius: float) -> NDArray[np.float32]:
    pad = int(radius * 2) + 2
    padded = shape.crop((-pad, -pad, shape.width + pad, shape.height + pad))  # nothing is beyond it
    near = np.asarray(padded.filter(ImageFilter.GaussianBlur(radius)))[pad - 1 : 1 - pad, pad - 1 : 1 - pad]
    blurred = near.astype(np.float32)
    blurred *= radius * 2.2 / 2 / 255
    bevel: NDArray[np.float32] = blurred[2:, 1:-1] - blurred[:-2, 1:-1]
    bevel *= 0.9
    across = blurred[1:-1, 2:] - blurred[1:-1, :-2]
    across *= 0.5
    bevel -= across
    return np.minimum(np.maximum(bevel, -1, out=bevel), 1, out=bevel)


@lru_cache(maxsize=KEPT_GRAIN)
def _grain(height: int, width: int, scale: float) -> NDArray[np.float32]:
    """Fine streaks along the longer side, from a fixed seed."""
    rng = np.random.default_rng(7)
    long, short = max(height, width), min(height, width)
    coarse = rng.normal(size=(max(2, int(short / scale / 1.6)), max(2, int(long / scale / 14)))).astype(np.float32)
    streaks = np.asarray(Image.fromarray(coarse).resize((long, short), Image.Resampling.BICUBIC))
    return streaks if width >= height else streaks.T
