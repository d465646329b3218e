"""A brush for backdrops: gradients, soft shapes, light and texture on one picture.

In: coordinates in pixels and colours.  Out: an RGB picture, and the words for what was painted (`painted`).
All randomness comes from the seed in the context.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import lru_cache

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageFilter

from gpu_workers.collage.backdrop_context import BackdropContext
from gpu_workers.collage.drawing_pen import RGB, Point
from gpu_workers.collage.shapes import centred, ellipse, faded, rounded

FINE = 2
"""Shapes are masked at twice the size and shrunk: smooth edges."""

TEXTURE_SEED = 11
LIGHT_SHARE = 0.22
"""How far from each edge, a share of the side, the middle begins that is not darkened: 0.56 * 0.56 * 2 is below 0.7."""

SPOT, COARSE = 128, 4
"""The side of a light before it is stretched, and of a coarse pixel of many lights."""
Fine = tuple[int, int, int, int]
"""A part of a mask: left, top, right, bottom in its pixels."""

Stops = Sequence[tuple[float, RGB]]


class Brush:
    """Paints one backdrop."""

    def __init__(self, context: BackdropContext) -> None:
        self.context = context
        self.rng = np.random.default_rng(context.seed)
        self.width, self.height = context.size
        self.image = Image.new("RGB", context.size)
        self._fine = (self.width * FINE, self.height * FINE)
        self._mask = take_sheet("L", self._fine)
        self._on_mask = ImageDraw.Draw(self._mask)
        self.painted: set[str] = set()
        self.refused: set[str] = set()

    def sheet(self) -> Image.Image:
        """An empty transparent sheet of the size of the masks, its colours weighed by opacity."""
        return take_sheet("RGBa", self._fine)

    def done(self) -> None:
        """Give the mask back: nothing is painted afterwards."""
        give_back(self._mask)
        del self._mask, self._on_mask

    def record(self, *words: str) -> None:
        """Record the words for what has been painted."""
        self.painted.update(words)

    def can_paint(self, *words: str) -> bool:
        """Whether something with these names may be painted; the names are recorded as painted, or else as refused."""
        if self.context.avoid.intersection(words):
            self.refused.update(words)
            return False
        self.painted.update(words)
        return True

    def wants(self, word: str) -> bool:
        """Whether the scene names this element, or none at all."""
        return not self.context.wanted or word in self.context.wanted

    def pick(self, *options: RGB) -> RGB:
        """One of the options, with a little random jitter so that pictures differ."""
        base = options[int(self.rng.integers(len(options)))]
        shifts: list[int] = self.rng.integers(-7, 8, 3).tolist()
        r, g, b = (min(max(v + shift, 0), 255) for v, shift in zip(base, shifts, strict=True))
        return r, g, b

    def between(self, low: float, high: float) -> float:
        """A number in the range; `low` where a small picture leaves no range."""
        return low + (max(low, high) - low) * self.rng.random()  # what `uniform` does, in a fifth of the time

    def gradient(self, top: float, bottom: float, stops: Stops) -> None:
        """Fill a band over the whole width."""
        first, last = max(0, round(top)), min(self.height, round(bottom))
        if last > first:
            self.image.paste(stretched(column(last - first, tuple(stops)), (self.width, last - first)), (0, first))

    def shape(self, draw: Callable[[ImageDraw.ImageDraw], None], fill: Image.Image | RGB, opacity: float = 1.0,
              soft: float = 0.0) -> None:  # fmt: skip
        """Paint what `draw` draws in white on a mask twice the picture's size.

        A `fill` of the whole picture's size is used at its own position; any other is stretched over the shape.
        """
        draw(self._on_mask)
        found = self._mask.getbbox()
        if found is not None:
            self._fill(found, fill, opacity, max(0.0, soft))

    def _fill(self, found: Fine, fill: Image.Image | RGB, opacity: float, soft: float) -> None:
        """Paint the mask, of which all is in `found`, and clean it: a new one would be a megabyte to fill."""
        box = _aligned(found, int(soft * 3 * FINE) + FINE, self._mask.size)
        part = self._mask.reduce(FINE, box)
        self._mask.paste(0, found)
        if soft > 0:
            part = part.filter(ImageFilter.GaussianBlur(soft))
        if opacity < 1:
            part = faded(part, opacity)
        corner = (box[0] // FINE, box[1] // FINE)
        if isinstance(fill, Image.Image) and fill.size == self.image.size:
            self.image.paste(fill.crop((*corner, corner[0] + part.width, corner[1] + part.height)), corner, part)
        elif isinstance(fill, Image.Image):
            self.image.paste(stretched(fill, part.size), corner, part)
        else:
            self.image.paste(fill, (*corner, corner[0] + part.width, corner[1] + part.height), part)

    def _seen(self, left: float, top: float, right: float, low: float) -> Fine | None:
        """The pixels of the mask that a shape between these, in its pixels, may take; None if it is beside the picture."""
        wide, tall = self._mask.size
        box = max(0, int(left) - 1), max(0, int(top) - 1), min(wide, int(right) + 2), min(tall, int(low) + 2)
        return box if box[0] < box[2] and box[1] < box[3] else None

    def poly(self, points: Sequence[Point], top: RGB, bottom: RGB | None = None, opacity: float = 1.0,
             soft: float = 0.0) -> None:  # fmt: skip
        """A polygon with a vertical gradient."""
        fine = [(x * FINE, y * FINE) for x, y in points]
        fill = top if bottom is None else column(64, ((0.0, top), (1.0, bottom)))
        xs, ys = [x for x, _ in fine], [y for _, y in fine]
        seen = self._seen(min(xs), min(ys), max(xs), max(ys))
        if seen is not None:
            self._on_mask.polygon(fine, fill=255)
            self._fill(seen, fill, opacity, max(0.0, soft))

    def rect(self, area: tuple[float, float, float, float], top: RGB, bottom: RGB | None = None,
             radius: float = 0.0) -> None:  # fmt: skip
        """A rectangle (x, y, width, height) with rounded corners and a vertical gradient."""
        x, y, w, h = (v * FINE for v in area)
        fill = top if bottom is None else column(64, ((0.0, top), (1.0, bottom)))
        seen = self._seen(x, y, x + w - 1, y + h - 1)
        if seen is not None:
            rounded(self._on_mask, (x, y, x + w - 1, y + h - 1), radius * FINE, fill=255)
            self._fill(seen, fill, 1.0, 0.0)

    def puffs(self, circles: Sequence[tuple[float, float, float]], top: RGB, bottom: RGB, opacity: float = 1.0,
              soft: float = 0.0) -> None:  # fmt: skip
        """One shape of many circles (x, y, radius): a cloud, a bush, a crown."""

        def draw(on: ImageDraw.ImageDraw) -> None:
            for x, y, r in circles:
                ellipse(on, ((x - r) * FINE, (y - r) * FINE, (x + r) * FINE, (y + r) * FINE), fill=255)

        self.shape(draw, column(64, ((0.0, top), (1.0, bottom))), opacity, soft)

    def glow(self, centre: Point, radius: Point, colour: RGB, strength: float) -> None:
        """Light (or shade, with a dark colour) that fades from the centre."""
        box, light = _light(self.image.size, centre, radius, strength)
        if light is not None:
            self.image.paste(colour, box, light)

    def glows(self, lights: Sequence[tuple[Point, Point, RGB, float]]) -> None:
        """Many lights (as `glow` takes them) over each other: in coarse pixels, since none has an edge."""
        size = (-(-self.width // COARSE), -(-self.height // COARSE))
        layer = Image.new("RGBa", size)
        for centre, radius, colour, strength in lights:
            small = (centre[0] / COARSE, centre[1] / COARSE), (radius[0] / COARSE, radius[1] / COARSE)
            part, light = _light(size, *small, strength)
            if light is not None:  # a plain colour would be pasted without weighing it by opacity
                layer.paste(Image.new("RGBa", light.size, (*colour, 255)), part, light)
        box = layer.getbbox()
        if box is not None:
            left, top = box[0] * COARSE, box[1] * COARSE
            right, low = min(self.width, box[2] * COARSE), min(self.height, box[3] * COARSE)
            seen = (box[0], box[1], right / COARSE, low / COARSE)
            lit = layer.resize((right - left, low - top), Image.Resampling.BILINEAR, seen)
            self.image.paste(lit, (left, top), lit)

    def texture(self, top: float, bottom: float, strength: float, stretch: Point = (1.0, 1.0)) -> None:
        """Roughen a band; `stretch` scales the grain in x and y."""
        first, last = max(0, round(top)), min(self.height, round(bottom))
        if last <= first:
            return
        x, y = (int(v) for v in self.rng.integers(0, 128, 2))
        size = (max(8, round(self.width / stretch[0])), max(8, round((last - first) / stretch[1])))
        noise = _noise().crop((x, y, x + min(size[0], 512), y + min(size[1], 512)))
        noise = noise.resize((self.width, last - first), Image.Resampling.BILINEAR)
        noise = centred(noise, strength)
        band = self.image.crop((0, first, self.width, last))
        self.image.paste(ImageChops.overlay(band, Image.merge("RGB", (noise,) * 3)), (0, first))

    def vignette(self, strength: float = 0.16) -> None:
        """Darken the corners a little."""
        for box, dark in _dark_edges(self.image.size, strength):
            self.image.paste((40, 26, 60), box, dark)


def _light(size: tuple[int, int], centre: Point, radius: Point, strength: float) -> tuple[Fine, Image.Image | None]:
    """The part of a picture of this size that light falls on, and how strongly; None where it falls beside it."""
    wide, tall = max(1, round(radius[0] * 2)), max(1, round(radius[1] * 2))
    x, y = round(centre[0] - radius[0]), round(centre[1] - radius[1])
    left, top, right, low = box = max(0, x), max(0, y), min(size[0], x + wide), min(size[1], y + tall)
    if left >= right or top >= low:
        return box, None
    each = SPOT / wide, SPOT / tall
    seen = ((left - x) * each[0], (top - y) * each[1], (right - x) * each[0], (low - y) * each[1])
    return box, _spot(strength).resize((right - left, low - top), Image.Resampling.BILINEAR, seen)


_SPARE: list[Image.Image] = []
"""Empty sheets for the next pictures, the latest last: a new one is up to four megabytes to fill."""

MOST_SPARE = 6


def take_sheet(mode: str, size: tuple[int, int]) -> Image.Image:
    """An empty sheet, if possible one that was given back."""
    for sheet in list(_SPARE):
        if sheet.mode == mode and sheet.size == size:
            with suppress(ValueError):  # another thread took it
                _SPARE.remove(sheet)
                return sheet
    return Image.new(mode, size)


def give_back(sheet: Image.Image) -> None:
    """Keep an empty sheet for later."""
    _SPARE.append(sheet)
    del _SPARE[:-MOST_SPARE]


def _aligned(box: tuple[int, int, int, int], margin: int, size: tuple[int, int]) -> tuple[int, int, int, int]:
    left, top = max(0, box[0] - margin) // FINE * FINE, max(0, box[1] - margin) // FINE * FINE
    right, bottom = min(size[0], box[2] + margin), min(size[1], box[3] + margin)
    return left, top, -(-right // FINE) * FINE, -(-bottom // FINE) * FINE


def stretched(fill: Image.Image, size: tuple[int, int]) -> Image.Image:
    """A picture stretched to a size; a column is stretched downwards alone and then repeated, which gives the same."""
    if fill.width > 1:
        return fill.resize(size)
    return fill.resize((1, size[1])).resize(size, Image.Resampling.NEAREST)


@lru_cache(maxsize=512)
def column(height: int, stops: tuple[tuple[float, RGB], ...]) -> Image.Image:
    """A gradient one pixel wide."""
    at = np.linspace(0, 1, max(2, height))
    where = [s for s, _ in stops]
    channels = [np.interp(at, where, [c[k] for _, c in stops]) for k in range(3)]
    return Image.fromarray(np.round(np.stack(channels, axis=-1)).astype(np.uint8)[:, None, :])


@lru_cache(maxsize=64)
def _spot(strength: float) -> Image.Image:
    """Light that fades from the middle of a square of SPOT pixels."""
    y, x = np.mgrid[-1 : 1 : SPOT * 1j, -1 : 1 : SPOT * 1j]
    fall = np.clip(1 - np.sqrt(x * x + y * y), 0, 1)
    return faded(Image.fromarray((255 * fall * fall * (3 - 2 * fall)).astype(np.uint8)), strength)


@lru_cache(maxsize=1)
def _corners() -> Image.Image:
    y, x = np.mgrid[-1:1:128j, -1:1:128j]
    return Image.fromarray((255 * np.clip((x * x + y * y - 0.7) / 1.3, 0, 1)).astype(np.uint8))


@lru_cache(maxsize=8)
def _dark_edges(size: tuple[int, int], strength: float) -> tuple[tuple[Fine, Image.Image], ...]:
    """The parts of a picture of this size that are darker, with how dark each pixel is: all but its middle."""
    dark = faded(_corners().resize(size), strength)
    width, height = size
    left, top = int(width * LIGHT_SHARE), int(height * LIGHT_SHARE)
    right, low = width - left, height - top
    boxes = ((0, 0, width, top), (0, low, width, height), (0, top, left, low), (right, top, width, low))
    return tuple((box, dark.crop(box)) for box in boxes if box[0] < box[2] and box[1] < box[3])


@lru_cache(maxsize=1)
def _noise() -> Image.Image:
    """Soft noise of several scales, 640 pixels square."""
    rng = np.random.default_rng(TEXTURE_SEED)
    total = np.zeros((640, 640), dtype=np.float32)
    for cells, weight in ((20, 0.9), (80, 0.9), (320, 1.0), (640, 0.7)):
        grid = Image.fromarray(rng.normal(size=(cells, cells)).astype(np.float32))
        total += np.asarray(grid.resize((640, 640), Image.Resampling.BICUBIC)) * weight
    return Image.fromarray(np.clip(128 + total * 26, 0, 255).astype(np.uint8))
