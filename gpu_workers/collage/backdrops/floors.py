"""Floors in perspective: boards, tiles, carpet, and the planks of a tabletop.

In: a brush, the floor line and a tone.  Out: strokes, and the words for what was painted, kept in the brush.
"""

from collections.abc import Callable
from itertools import pairwise

from PIL import Image, ImageDraw

from gpu_workers.collage.brush import FINE, Brush
from gpu_workers.collage.drawing_pen import RGB, Point, darker, lighter, mix

BOARDS: tuple[RGB, ...] = ((196, 146, 98), (168, 116, 76), (214, 174, 126), (150, 104, 74))
TILES: tuple[RGB, ...] = ((222, 220, 216), (200, 210, 218), (226, 208, 188), (206, 216, 204))
SECOND_TILES: tuple[RGB, ...] = (
    (240, 208, 164), (166, 206, 192), (176, 192, 230), (242, 182, 160), (226, 178, 190), (120, 140, 150), (170, 130, 110),
)  # fmt: skip
CARPETS: tuple[RGB, ...] = ((196, 178, 168), (164, 176, 192), (190, 172, 190), (176, 186, 166))


def floor_point(brush: Brush, line: float, across: float, near: float) -> Point:
    """A point on the floor: `across` runs -1..1 at the lower edge, `near` 0 at the wall to 1 at the lower edge."""
    y = line + (brush.height - line) * near
    spread = 0.52 + 0.62 * near
    return brush.width / 2 + across * brush.width * spread, y


def _rows(count: int) -> list[float]:
    """Nearness of `count` + 1 cross lines, closer together towards the wall."""
    return [(k / count) ** 1.55 for k in range(count + 1)]


def _floor(brush: Brush, line: float, paint: Callable[[ImageDraw.ImageDraw], None], base: RGB) -> None:
    """Draw a patterned floor finely, then shrink it into place."""
    top = int(line)
    tall = brush.height - top
    fine = Image.new("RGB", (brush.width * FINE, tall * FINE), base)
    paint(ImageDraw.Draw(fine))
    brush.image.paste(fine.reduce(FINE), (0, top))


def boards(brush: Brush, line: float, tone: RGB) -> None:
    """Floorboards running towards the wall."""
    brush.record("floorboards")
    count = int(brush.rng.integers(11, 16))
    rows = _rows(7)
    shift = brush.rng.integers(0, 7, count)

    def paint(on: ImageDraw.ImageDraw) -> None:
        for k in range(count):
            left, right = -1 + 2 * k / count, -1 + 2 * (k + 1) / count
            cuts = [0.0, rows[1 + int(shift[k]) % 3], rows[4 + int(shift[k]) % 3], 1.0]
            for start, end in pairwise(cuts):
                shade = mix(tone, (96, 58, 40) if brush.rng.random() < 0.5 else (255, 232, 190), brush.between(0.02, 0.20))
                on.polygon(_cell(brush, line, (left, right, start, end)), fill=shade, outline=darker(tone, 0.42))

    _floor(brush, line, paint, tone)
    brush.texture(line, brush.height, 0.10, (0.6, 2.5))
    _floor_light(brush, line)


def tiles(brush: Brush, line: float, tone: RGB) -> None:
    """A chequered tile floor."""
    brush.record("tiles")
    cols, rows = int(brush.rng.integers(9, 14)), _rows(int(brush.rng.integers(6, 9)))
    other = mix(tone, brush.pick(*SECOND_TILES), 0.55)

    def paint(on: ImageDraw.ImageDraw) -> None:
        for row, (start, end) in enumerate(pairwise(rows)):
            for col in range(cols):
                left, right = -1 + 2 * col / cols, -1 + 2 * (col + 1) / cols
                shade = mix(tone if (row + col) % 2 else other, (255, 255, 255), brush.between(0, 0.08))
                on.polygon(_cell(brush, line, (left, right, start, end)), fill=shade, outline=darker(tone, 0.18))

    _floor(brush, line, paint, tone)
    _floor_light(brush, line)


def _cell(brush: Brush, line: float, cell: tuple[float, float, float, float]) -> list[Point]:
    """The corners of a piece of floor (left, right, start, end), in the fine picture's pixels."""
    left, right, start, end = cell
    corners = ((left, start), (right, start), (right, end), (left, end))
    points = [floor_point(brush, line, across, near) for across, near in corners]
    return [(x * FINE, (y - int(line)) * FINE) for x, y in points]


def carpet(brush: Brush, line: float, tone: RGB) -> None:
    """A soft carpet."""
    brush.record("carpet")
    brush.gradient(line, brush.height, ((0.0, darker(tone, 0.10)), (0.5, tone), (1.0, lighter(tone, 0.12))))
    brush.texture(line, brush.height, 0.24, (0.9, 0.6))
    _floor_light(brush, line)


def _floor_light(brush: Brush, line: float) -> None:
    brush.glow((brush.width * 0.62, brush.height * 0.92), (380, 150), (255, 246, 222), 0.30)
    brush.glow((0, line), (190, 150), (60, 36, 60), 0.22)


def planks(brush: Brush, line: float, tone: RGB) -> None:
    """Broad planks across, as of a tabletop."""
    rows = [0.0, *[r + brush.between(-0.012, 0.012) for r in _rows(5)[1:-1]], 1.0]

    def paint(on: ImageDraw.ImageDraw) -> None:
        for start, end in pairwise(rows):
            shade = mix(tone, (90, 54, 40) if brush.rng.random() < 0.5 else (255, 228, 186), brush.between(0.02, 0.14))
            on.polygon(_cell(brush, line, (-1, 1, start, end)), fill=shade, outline=darker(tone, 0.45))

    _floor(brush, line, paint, tone)
    brush.texture(line, brush.height, 0.22, (3.5, 0.6))
