"""A street of a town.

In: a brush.  Out: strokes, and the words for what was painted, kept in the brush.
"""

from collections.abc import Callable, Sequence
from functools import partial

from PIL import ImageDraw

from gpu_workers.collage.backdrop_context import Foot
from gpu_workers.collage.backdrops.air import far_trees, hills, sky
from gpu_workers.collage.backdrops.country import hedge
from gpu_workers.collage.brush import FINE, Brush
from gpu_workers.collage.drawing_pen import RGB, darker, lighter
from gpu_workers.collage.shapes import rectangle

FACADES: tuple[RGB, ...] = (
    (232, 176, 140), (240, 214, 160), (176, 200, 206), (214, 160, 150), (196, 204, 172), (222, 200, 216), (206, 186, 170),
)  # fmt: skip

FAR_KERBS, NEAR_KERBS = (0.40, 0.06, 0.12, 0.20, 0.30, 0.50, 0.60, 0.68), (1.0, 0.90, 0.82, 0.72, 0.62, 0.52, 0.42)
"""Where a road may begin and end, in shares of the ground's height; of equally good ones the first is taken."""

LEAST_ROAD = 0.3
"""The same, of its width."""

BEHIND_SHELTER = 0.2
"""The same, of the pavement that a shelter stands on."""

KERB = 6
"""A wheel so far beyond the road, in pixels, is at the kerb."""

ANYWHERE = frozenset(
    ("person", "runner", "dog", "guide dog", "service dog", "cat", "crow", "bicycle", "traffic cone", "traffic barrier",
     "skateboard")
)  # fmt: skip
"""What may be on the road and beside it."""


def street(brush: Brush) -> None:
    """A row of houses, a pavement, and a road in front."""
    line = float(brush.context.horizon)
    sky(brush, line)
    if brush.can_paint("building", "house", "office building", "window", "door", "shop"):
        hills_or_towers(brush, line)
        facades(brush, line)
    else:
        hills(brush, line, (120, 170, 110), 2)
        far_trees(brush, line - 40, (96, 160, 90), 1.0)
        hedge(brush, line, (110, 170, 96))
    if brush.wants("road"):
        pavement_and_road(brush, line)
    brush.vignette(0.16)


def hills_or_towers(brush: Brush, line: float) -> None:
    """A hazy skyline behind the row of houses."""
    x = -10.0
    while x < brush.width:
        w, h = brush.between(30, 60), line * brush.between(0.55, 0.85)
        brush.rect((x, line - h, w, h), (196, 214, 236), (220, 228, 238), 1)
        x += w + brush.between(-6, 20)


def facades(brush: Brush, line: float) -> None:
    """House fronts side by side."""
    x = -brush.between(0, 60)
    previous: RGB = (0, 0, 0)
    while x < brush.width:
        w, h = brush.between(84, 128), line * brush.between(0.50, 0.76)
        tone = brush.pick(*FACADES)
        if sum(abs(a - b) for a, b in zip(tone, previous, strict=True)) < 50:
            tone = darker(tone, 0.2)
        previous = tone
        facade(brush, (x, line - h, w, h), tone)
        x += w


def facade(brush: Brush, area: tuple[float, float, float, float], tone: RGB) -> None:
    """One house front: roof line, windows in rows, a shop window or a door below."""
    x, y, w, h = area
    line = y + h
    if brush.rng.random() < 0.4:
        roof = brush.pick((176, 92, 78), (120, 104, 120), (150, 110, 90))
        brush.poly([(x + 3, y + 1), (x + 14, y - 20), (x + w - 14, y - 20), (x + w - 3, y + 1)], lighter(roof, 0.14), roof)
    brush.rect((x, y, w, h), lighter(tone, 0.16), darker(tone, 0.04))
    brush.rect((x - 2, y - 4, w + 4, 7), lighter(tone, 0.5), darker(tone, 0.08), 2)
    cols, ground = int(brush.rng.integers(2, 4)), min(62.0, h * 0.36)
    _panes(brush, (x, y + 14, w, h - ground - 22), cols)
    band = line - ground
    brush.rect((x, band - 3, w, 4), lighter(tone, 0.45), darker(tone, 0.15))
    if brush.rng.random() < 0.55:
        brush.rect((x + 9, band + 17, w - 18, ground - 24), (120, 176, 206), (206, 232, 240), 2)
        _valance(brush, (x + 5, band + 3, w - 10, 15))
    else:
        wood = brush.pick((126, 84, 66), (70, 110, 120), (150, 70, 70))
        brush.rect((x + w * 0.2, line - ground * 0.8, w * 0.24, ground * 0.8), lighter(wood, 0.12), darker(wood, 0.1), 2)
        brush.rect((x + w * 0.58, band + 14, w * 0.26, ground * 0.42), (140, 190, 216), (210, 234, 242), 1.5)
    brush.rect((x + w - 1, y, 1.4, h), darker(tone, 0.35))


def _panes(brush: Brush, area: tuple[float, float, float, float], cols: int) -> None:
    x, y, w, h = area
    rows = max(1, int(h // 36))
    for part, grow in (((252, 250, 244), 2.0), ((128, 176, 208), 0.0)):
        brush.shape(partial(_draw_panes, (x, y, w, h), (cols, rows), grow), part)


def _draw_panes(
    area: tuple[float, float, float, float], grid: tuple[int, int], grow: float, on: ImageDraw.ImageDraw
) -> None:
    x, y, w, h = area
    step_x, step_y = w / grid[0], h / grid[1]
    wide, tall = min(20.0, step_x * 0.5), min(26.0, step_y * 0.66)
    for col in range(grid[0]):
        for row in range(grid[1]):
            left, top = x + (col + 0.5) * step_x - wide / 2, y + row * step_y + 2
            corners = (left - grow) * FINE, (top - grow) * FINE, (left + wide + grow) * FINE, (top + tall + grow) * FINE
            rectangle(on, corners, fill=255)


def _valance(brush: Brush, area: tuple[float, float, float, float]) -> None:
    x, y, w, h = area
    stripe = brush.pick((206, 92, 88), (82, 146, 168), (226, 160, 88), (110, 156, 110))
    count = max(5, int(w / 9))
    for k in range(count):
        brush.rect((x + k * w / count, y, w / count + 0.4, h), lighter(stripe, 0.1) if k % 2 else (250, 244, 234), None, 1)


def pavement_and_road(brush: Brush, line: float) -> None:
    """Slabs along the houses, asphalt with dashes between kerbs, and slabs in front where something stands on them."""
    far, near = road_between(brush, line)
    tone = brush.pick((206, 200, 198), (214, 204, 190), (196, 198, 206))
    for top, low in ((line, far), (near, float(brush.height))):
        if low > top:
            brush.gradient(top, low, ((0.0, darker(tone, 0.14)), (1.0, lighter(tone, 0.12))))
            brush.shape(partial(_slabs, brush, top, low), darker(tone, 0.22), 0.6)
    road = brush.pick((112, 112, 124), (124, 120, 126), (104, 110, 122))
    brush.gradient(far, near, ((0.0, lighter(road, 0.14)), (1.0, road)))
    brush.texture(far, near, 0.12)
    brush.rect((0, far - 2, brush.width, 5), (238, 234, 230), (204, 200, 202))
    brush.rect((0, far + 3, brush.width, 5), (150, 146, 156), (90, 88, 102))
    brush.rect((0, near - 3, brush.width, 6), (238, 234, 230), (204, 200, 202))
    _dashes(brush, far + (near - far) * 0.52)
    brush.glow((brush.width / 2, line), (brush.width, 18), (60, 50, 80), 0.30)
    brush.record("pavement", "sidewalk", "road", "street")


def _dashes(brush: Brush, y: float) -> None:
    dash = 66
    x = -brush.between(0, dash * 1.8)
    while x < brush.width:
        brush.poly([(x + 5, y), (x + dash + 5, y), (x + dash, y + 8), (x, y + 8)], (250, 246, 236), (232, 228, 222))
        x += dash * 1.8


def road_between(brush: Brush, line: float) -> tuple[float, float]:
    """Where the road begins and ends down the picture: with most of the vehicles on it, most other things beside it."""
    deep, least = brush.height - line, BEHIND_SHELTER if "bus shelter" in brush.context.wanted else 0.0
    shares = [(a, b) for a in FAR_KERBS for b in NEAR_KERBS if a >= least and b - a >= LEAST_ROAD]
    bands = [(line + deep * a, line + deep * b) for a, b in shares]
    return max(bands, key=lambda band: _in_place(brush.context.feet, band))


def _in_place(feet: Sequence[Foot], band: tuple[float, float]) -> int:
    standing = [foot for foot in feet if foot.ground == "floor" and foot.name not in ANYWHERE]
    return sum((band[0] < foot.y <= band[1] + KERB) == (foot.place == "road") for foot in standing)


def _slabs(brush: Brush, line: float, kerb: float, on: ImageDraw.ImageDraw) -> None:
    middle = brush.width / 2
    for k in range(-12, 13):
        on.line(((middle + k * 46) * FINE, line * FINE, (middle + k * 58) * FINE, kerb * FINE), fill=255, width=2)
    for share in (0.24, 0.56):
        y = line + (kerb - line) * share
        on.line((0, y * FINE, brush.width * FINE, y * FINE), fill=255, width=2)


PAINTERS: dict[str, Callable[[Brush], None]] = {"street": street}
