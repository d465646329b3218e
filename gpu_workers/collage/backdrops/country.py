"""Tended country: park, field, forest, yard.

In: a brush.  Out: strokes, and the words for what was painted, kept in the brush.
"""

from collections.abc import Callable
from math import sin

from PIL import ImageDraw

from gpu_workers.collage.backdrops.air import far_trees, grass, hills, ridge, sky
from gpu_workers.collage.brush import FINE, Brush
from gpu_workers.collage.drawing_pen import RGB, Point, darker, lighter, mix

LAWNS: tuple[tuple[RGB, RGB], ...] = (
    ((186, 222, 124), (104, 176, 84)),
    ((168, 214, 130), (84, 160, 92)),
    ((206, 222, 118), (126, 178, 76)),
)


def park(brush: Brush) -> None:
    """Sky, distant trees, a lawn with a winding path."""
    line = float(brush.context.horizon)
    sky(brush, line)
    far, near = LAWNS[int(brush.rng.integers(len(LAWNS)))]
    hills(brush, line, near, 2)
    far_trees(brush, line, near)
    grass(brush, line - 1, far, near)
    if brush.rng.random() < 0.8 and brush.wants("path") and brush.can_paint("path"):
        path(brush, line, (236, 214, 172))
    brush.vignette(0.12)


def path(brush: Brush, line: float, tone: RGB) -> None:
    """A path that winds from the lower edge to the horizon."""
    bend, start, side = brush.between(0.10, 0.24), brush.between(0.25, 0.75), brush.rng.choice((-1.0, 1.0))
    left: list[Point] = []
    right: list[Point] = []
    for k in range(25):
        far = k / 24
        y = line + (brush.height + 8 - line) * (1 - far) ** 1.5
        x = brush.width * (start + side * bend * sin(far * 4.2))
        half = 3 + 68 * (1 - far) ** 1.5
        left.append((x - half, y))
        right.append((x + half, y))
    edge = [*left, *reversed(right)]
    brush.poly([(x, y + 2) for x, y in edge], darker(tone, 0.25), darker(tone, 0.35), 0.5, 1.5)
    brush.poly(edge, lighter(tone, 0.25), tone)


def field(brush: Brush) -> None:
    """Rolling farmland with rows of crops and a meadow in front; a dry plain where acacias grow."""
    line = float(brush.context.horizon)
    sky(brush, line)
    if "acacia" in brush.context.wanted:
        dry_plain(brush, line)
        return
    near = brush.pick((150, 188, 84), (196, 184, 92), (120, 176, 92))
    hills(brush, line, near, 3)
    far_trees(brush, line, near, 0.45)
    tones = ((222, 200, 112), (166, 198, 104), (198, 210, 120), (140, 184, 96))
    band = line - 1
    brush.gradient(line - 1, line + 80, ((0.0, (226, 214, 140)), (1.0, lighter(near, 0.2))))
    for k in range(3):
        tone = brush.pick(*tones)
        outline = ridge(brush, band + 26, brush.between(18, 30), (lighter(tone, 0.16), tone), 0.2)
        if k != 1:
            rows(brush, outline, band + 30, darker(tone, 0.22))
        band += 12 + k * 4
    brush.record("field")
    grass(brush, band + 10, lighter(near, 0.3), darker(near, 0.10))
    brush.vignette(0.12)


def dry_plain(brush: Brush, line: float) -> None:
    """Yellow grass to a line of bluish hills."""
    near = brush.pick((214, 176, 96), (222, 188, 112), (206, 166, 92))
    hills(brush, line, mix(near, (150, 150, 170), 0.4), 2)
    brush.record("field")
    grass(brush, line - 1, lighter(near, 0.35), near)
    brush.glow((brush.width / 2, line), (brush.width, 26), (255, 236, 180), 0.5)
    brush.vignette(0.12)


def rows(brush: Brush, outline: list[Point], foot: float, tone: RGB) -> None:
    """Furrows that run over a hill towards one point."""
    x0 = brush.between(0.2, 0.8) * brush.width

    def draw(on: ImageDraw.ImageDraw) -> None:
        for k in range(-16, 17):
            top = outline[min(32, max(0, round((x0 + k * 12) / brush.width * 32)))]
            on.line([(FINE * (x0 + k * 12), FINE * (top[1] + 2)), (FINE * (x0 + k * 34), FINE * foot)], fill=255, width=2)

    brush.shape(draw, tone, 0.4)


def forest(brush: Brush) -> None:
    """Rows of trunks in the mist, a canopy of light, a mossy ground."""
    line = float(brush.context.horizon)
    light = brush.pick((214, 236, 190), (230, 236, 190), (196, 230, 214))
    brush.gradient(
        0, line + 4, ((0.0, darker(mix(light, (90, 160, 110), 0.6), 0.1)), (0.6, light), (1.0, lighter(light, 0.4)))
    )
    brush.glow((brush.between(0.4, 0.8) * brush.width, line * 0.35), (300, 240), (255, 252, 220), 0.7)
    brush.record("tree", "grass")
    for layer in range(3):
        tone = mix((86, 78, 72), mix(light, (120, 170, 140), 0.4), 0.74 - 0.27 * layer)
        trunks(brush, line + 2 + 5 * layer, tone, 5 + layer, 7 + 7 * layer)
    canopy(brush, line, mix((70, 140, 80), light, 0.15))
    near = brush.pick((96, 148, 82), (112, 150, 78), (86, 140, 98))
    grass(brush, line, lighter(near, 0.35), darker(near, 0.15), 90)
    light_beams(brush, line)
    brush.vignette(0.3)


def trunks(brush: Brush, foot: float, tone: RGB, count: int, width: float) -> None:
    """Straight trunks that leave the picture at its top."""
    for _ in range(count):
        x, w = brush.between(0, brush.width), width * brush.between(0.7, 1.3)
        lean = brush.between(-8, 8)
        points = [(x - w * 0.4 + lean, -2.0), (x + w * 0.4 + lean, -2.0), (x + w * 0.5, foot - 6), (x + w * 0.8, foot + 3),
                  (x - w * 0.8, foot + 3), (x - w * 0.5, foot - 6)]  # fmt: skip
        brush.poly(points, lighter(tone, 0.06), darker(tone, 0.10))


def canopy(brush: Brush, line: float, tone: RGB) -> None:
    """Leaves hanging in from the top."""
    for layer in range(2):
        circles = [
            (brush.between(-20, brush.width + 20), brush.between(-30, line * (0.26 - 0.10 * layer)), brush.between(14, 38))
            for _ in range(26)
        ]
        brush.puffs(circles, darker(tone, 0.30 - 0.1 * layer), mix(tone, (220, 250, 140), 0.22), 0.9, 1.2)


def light_beams(brush: Brush, line: float) -> None:
    """Slanted beams of sunlight."""
    for _ in range(3):
        x, w = brush.between(0.15, 0.95) * brush.width, brush.between(22, 54)
        low = line + brush.between(20, 90)
        points = [(x, -5.0), (x + w, -5.0), (x + w - low * 0.42, low), (x - w * 0.6 - low * 0.42, low)]
        brush.poly(points, (255, 252, 214), opacity=0.15, soft=7)


def yard(brush: Brush) -> None:
    """A lawn before a wooden fence or a hedge."""
    line = float(brush.context.horizon)
    sky(brush, line)
    far, near = LAWNS[int(brush.rng.integers(len(LAWNS)))]
    far_trees(brush, line - 0.7 * brush.context.border, near, 0.8)
    if brush.rng.random() < 0.65 and brush.can_paint("fence"):
        pickets(brush, line)
    else:
        hedge(brush, line, near)
    grass(brush, line - 1, far, near)
    brush.glow((brush.width / 2, line), (brush.width, 16), (40, 70, 50), 0.28)
    brush.vignette(0.12)


def pickets(brush: Brush, line: float) -> None:
    """A fence of boards along the horizon."""
    tone = brush.pick((214, 174, 128), (240, 236, 228), (186, 142, 104), (170, 196, 200))
    tall = brush.context.border * brush.between(0.95, 1.1)
    each = tall * brush.between(0.3, 0.36)
    x = -each * brush.rng.random()
    while x < brush.width:
        top = line - tall * brush.between(0.98, 1.02)
        shade = mix(tone, (120, 80, 70), brush.between(0, 0.12))
        points = [(x + 1, top + 7), (x + each / 2, top), (x + each - 1, top + 7), (x + each - 1, line), (x + 1, line)]
        brush.poly(points, lighter(shade, 0.2), darker(shade, 0.12))
        x += each
    for y in (line - tall * 0.72, line - tall * 0.28):
        brush.rect((0, y, brush.width, tall * 0.07), lighter(tone, 0.05), darker(tone, 0.22))


def hedge(brush: Brush, line: float, tone: RGB) -> None:
    """A clipped hedge along the horizon."""
    brush.record("hedge")
    deep = darker(tone, 0.25)
    tall, count = brush.context.border, 44
    for k in range(3):
        top = line - tall + tall * 0.29 * k
        circles = [
            (brush.width * (j + brush.between(0, 1)) / count, top + brush.between(8, 22), brush.between(11, 19))
            for j in range(count)
        ]
        shade = mix(deep, tone, 0.2 + 0.2 * k)
        brush.puffs(circles, mix(shade, (220, 240, 140), 0.22), shade)
        brush.rect((0, top + 18, brush.width, line - top), shade)


PAINTERS: dict[str, Callable[[Brush], None]] = {
    "park": park,
    "field": field,
    "forest": forest,
    "yard": yard,
}
