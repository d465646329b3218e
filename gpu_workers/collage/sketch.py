"""A sheet over a backdrop on which many small shapes are drawn at once.

In: a brush, coordinates in the picture's pixels, colours.  Out: one layer, laid over the brush's picture by `lay`.
The colours are flat; the layer darkens a little towards its foot, as everything else that the brush paints.
"""

import unicodedata
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont

from gpu_workers.collage.backdrop_context import BESIDE
from gpu_workers.collage.backdrops.floors import floor_point
from gpu_workers.collage.brush import FINE, Brush, column, give_back, stretched
from gpu_workers.collage.drawing_pen import RGB, Area, Point
from gpu_workers.collage.shapes import rounded

LIT: RGB = (255, 255, 255)
UNLIT: RGB = (226, 222, 230)
"""What the colours are multiplied with at the layer's top and foot."""

LEAST_STRETCH = 0.25
"""Share of the picture's width below which a piece of wall is too narrow for a counter or a rail."""

ROOM_HEIGHT = 2.4
"""Least height of a room in metres."""


class Sketch:
    """One layer over a backdrop. `line`: where the ground begins.  `taken`: areas of the wall that are not free.

    Under `view` a unit is `zoom` pixels: the picture counts fewer of them, and what has a fixed size is larger.
    """

    def __init__(self, brush: Brush, zoom: float = 1.0) -> None:
        self.brush = brush
        self._see(zoom, 0.0)
        self.taken: list[Area] = []
        self._layer = brush.sheet()  # all strokes leave colours weighed by opacity: edges of words too
        self._draw = ImageDraw.Draw(self._layer)

    def _see(self, zoom: float, rise: float) -> None:
        self.zoom = zoom
        self.width, self.height = round(self.brush.width / zoom), round(self.brush.height / zoom)
        self.line = (self.brush.context.horizon - rise) / zoom

    @contextmanager
    def view(self, zoom: float, rise: float = 0.0) -> Iterator[None]:
        """Everything `zoom` times as large about the line, and the line `rise` pixels higher."""
        before, line = self.zoom, self.line
        self._see(zoom, rise)
        yield
        self._see(before, self.brush.context.horizon - line * before)

    @property
    def deep(self) -> float:
        """The height of the ground in the picture."""
        return self.height - self.line

    @property
    def metre(self) -> float:
        """A metre at the back wall in pixels, at most such that a room is as high as its furnishings."""
        return min(self.brush.context.metre, self.brush.context.horizon / ROOM_HEIGHT)

    def ground(self, across: float, near: float) -> Point:
        """A point on the ground: `across` runs -1..1 at the lower edge, `near` 0 at its far end to 1 in front."""
        x, y = floor_point(self.brush, self.line * self.zoom, across, near)
        return x / self.zoom, y / self.zoom

    @property
    def _unit(self) -> float:
        return FINE * self.zoom

    def bare(self, area: Area) -> bool:
        """Whether nothing hangs on this area of the wall: what is built into the wall is left out there."""
        x, y, w, h = (v * self.zoom for v in area)
        return self.brush.context.is_bare(x, y, x + w, y + h)

    def stretch(self, span: tuple[float, float], top: float, low: float) -> tuple[float, float] | None:
        """The widest part (left, width) of a span of the wall on which nothing hangs between two heights, if it is wide."""
        left, right = self.brush.context.uncovered(span, top, low, BESIDE)
        return (left, right - left) if right - left >= LEAST_STRETCH * self.width else None

    def slab(self, span: tuple[float, float, float, float], tone: RGB) -> None:
        """A piece of the ground: left, right, start, end as `ground` counts them."""
        left, right, start, end = span
        corners = ((left, start), (right, start), (right, end), (left, end))
        self.poly([self.ground(across, near) for across, near in corners], tone)

    def rect(self, area: Area, tone: RGB, radius: float = 0.0) -> None:
        """A rectangle (x, y, width, height)."""
        x, y, w, h = (v * self._unit for v in area)
        if w >= 1 and h >= 1:
            rounded(self._draw, (x, y, x + w - 1, y + h - 1), radius * self._unit, tone)

    def oval(self, centre: Point, radii: Point, tone: RGB) -> None:
        """An ellipse."""
        (x, y), (a, b) = centre, radii
        if min(a, b) < 0:
            return
        self._draw.ellipse(
            ((x - a) * self._unit, (y - b) * self._unit, (x + a) * self._unit, (y + b) * self._unit), fill=tone
        )

    def poly(self, points: Sequence[Point], tone: RGB) -> None:
        """A polygon."""
        self._draw.polygon([(x * self._unit, y * self._unit) for x, y in points], fill=tone)

    def stroke(self, points: Sequence[Point], tone: RGB, width: float = 1.0) -> None:
        """A line through the points."""
        fine = [(x * self._unit, y * self._unit) for x, y in points]
        self._draw.line(fine, fill=tone, width=max(1, round(width * self._unit)), joint="curve")

    def write(self, centre: Point, words: str, size: float, tone: RGB) -> None:
        """Words around a point, without accents."""
        font, words = _font(round(size * self._unit)), _plain(words)
        box = font.getbbox(words, anchor="mm")
        left, top = int(centre[0] * self._unit + box[0]) - 1, int(centre[1] * self._unit + box[1]) - 1
        mask = Image.new("L", (int(box[2] - box[0]) + 3, int(box[3] - box[1]) + 3))
        ImageDraw.Draw(mask).text((centre[0] * self._unit - left, centre[1] * self._unit - top), words, 255, font, "mm")
        self._layer.paste(Image.new("RGBa", mask.size, (*tone, 255)), (left, top), mask)  # edges weighed by opacity

    def paste(self, area: Area, picture: Image.Image) -> None:
        """A picture with transparency, scaled into an area."""
        left, top, wide, tall = (round(v * self._unit) for v in area)
        if wide >= 1 and tall >= 1:
            scaled = picture.convert("RGBa").resize((wide, tall), Image.Resampling.BILINEAR)
            self._layer.paste(scaled, (left, top), scaled)

    def show(self, area: Area, paint: "Callable[[Sketch, Area], None]") -> None:
        """Let `paint` fill an area, and cut off what it draws beyond."""
        seen = Sketch(self.brush, self.zoom)
        paint(seen, area)
        left, top = max(0, round(area[0] * self._unit)), max(0, round(area[1] * self._unit))
        right, low = round((area[0] + area[2]) * self._unit), round((area[1] + area[3]) * self._unit)
        right, low = min(right, self._layer.width), min(low, self._layer.height)
        if right > left and low > top:
            part = seen._layer.crop((left, top, right, low))
            self._layer.paste(part, (left, top), part)
        seen._give_back(seen._layer.getbbox())

    def lay(self, soft: float = 0.0) -> None:
        """Lay the sheet over the brush's picture, blurred by `soft` pixels. Nothing is drawn on it afterwards."""
        box = self._layer.getbbox()
        if box is not None:
            self._lay(box, soft)
        self._give_back(box)

    def _give_back(self, box: tuple[int, int, int, int] | None) -> None:
        """Leave the sheet, clean, for the next sketch: a new one is four megabytes to fill."""
        if box is not None:
            self._layer.paste((0, 0, 0, 0), box)
        give_back(self._layer)
        del self._draw, self._layer

    def _lay(self, box: tuple[int, int, int, int], soft: float) -> None:
        left, top = (v // FINE for v in box[:2])
        right, bottom = (min(most, -(-v // FINE)) for v, most in zip(box[2:], (self.width, self.height), strict=True))
        part = self._layer.reduce(FINE, (left * FINE, top * FINE, right * FINE, bottom * FINE))
        if soft > 0:
            part = part.filter(ImageFilter.GaussianBlur(soft))
        part = ImageChops.multiply(part, stretched(_shade(), part.size))
        self.brush.image.paste(part, (left, top), part)


@lru_cache(maxsize=1)
def _shade() -> Image.Image:
    """What the layer's colours, which are weighed by opacity, are multiplied with from its top to its foot."""
    light = column(64, ((0.0, LIT), (1.0, UNLIT)))
    return Image.merge("RGBa", (*light.split(), Image.new("L", light.size, 255)))


def _plain(words: str) -> str:
    """The words in letters that the font has: CAFE for CAFÉ, which it would write with a box."""
    return unicodedata.normalize("NFKD", words).encode("ascii", "ignore").decode()


def steps(low: float, high: float, each: float) -> list[float]:
    """Where things of about this width begin that fill a range."""
    count = max(1, round((high - low) / each))
    return [float(v) for v in np.linspace(low, high, count + 1)[:-1]]


@lru_cache(maxsize=64)
def _font(size: int) -> ImageFont.FreeTypeFont:
    """The font that comes with Pillow."""
    font = ImageFont.load_default(size)
    assert isinstance(font, ImageFont.FreeTypeFont), "Pillow was built without FreeType"
    return font
