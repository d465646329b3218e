"""Sky, clouds, hills and trees far away: what outdoor backdrops share.

In: a brush.  Out: strokes, and the words for what was painted, kept in the brush.
"""

from collections.abc import Sequence
from functools import partial
from math import sin

from PIL import ImageDraw

from gpu_workers.collage.brush import FINE, Brush
from gpu_workers.collage.drawing_pen import RGB, Point, darker, mix

SKIES: tuple[tuple[RGB, RGB, RGB], ...] = (
    ((92, 172, 240), (158, 212, 250), (222, 242, 254)),
    ((120, 186, 244), (180, 222, 250), (246, 244, 232)),
    ((106, 160, 226), (190, 206, 240), (255, 226, 204)),
    ((150, 196, 226), (196, 222, 236), (236, 242, 244)),
    ((128, 150, 222), (226, 180, 214), (255, 214, 176)),
)
"""Zenith, middle, horizon: noon, morning, late light, haze, sunset."""

HAZE: RGB = (214, 230, 244)


def sky(brush: Brush, horizon: float, clouds: bool = True) -> int:
    """Paint the sky down to the horizon; returns the number of the palette, which the ground may suit."""
    choice = int(brush.rng.choice(len(SKIES), p=(0.34, 0.26, 0.16, 0.14, 0.10)))
    top, middle, low = SKIES[choice]
    brush.gradient(0, horizon + 2, ((0.0, top), (0.55, middle), (1.0, low)))
    brush.record("sky")
    x = brush.between(0.62, 0.95) * brush.width
    brush.glow((x, brush.between(0.0, 0.14) * brush.height), (260, 210), (255, 250, 226), 0.75)
    if clouds and brush.can_paint("cloud"):
        for _ in range(int(brush.rng.integers(2, 5))):
            cloud(brush, brush.between(0, brush.width), brush.between(0.06, 0.62) * horizon, brush.between(16, 34))
    return choice


def cloud(brush: Brush, x: float, y: float, size: float) -> None:
    """A soft heap of puffs with a flat, shaded underside."""
    count = int(brush.rng.integers(4, 7))
    circles = []
    for k in range(count):
        across = (k + 0.5) / count * 2 - 1
        r = size * (0.55 + 0.5 * (1 - across * across)) * brush.between(0.75, 1.05)
        circles.append((x + across * size * 1.9, y - r * 0.45, r))
    brush.puffs([(cx, cy + 3, r) for cx, cy, r in circles], (206, 222, 242), (176, 198, 230), 0.55, 2.5)
    brush.puffs(circles, (255, 255, 255), (226, 236, 248), 0.92, 1.0)


def ridge(brush: Brush, base: float, height: float, tones: tuple[RGB, RGB], rough: float = 0.5) -> list[Point]:
    """A range of hills whose crest swings below `base - height`, of two tones from crest to foot; returns its crest."""
    points = []
    phases = [brush.between(0, 6.28) for _ in range(3)]
    for k in range(33):
        t = k / 32
        wave = 0.5 + 0.5 * _wave(t, phases, rough)
        points.append((t * brush.width, base - height * wave))
    outline = [*points, (brush.width, base + 3), (0.0, base + 3)]
    brush.poly(outline, *tones)
    return points


def _wave(t: float, phases: Sequence[float], rough: float) -> float:
    total = sin(t * 5 + phases[0]) + rough * sin(t * 11 + phases[1]) + rough * 0.5 * sin(t * 23 + phases[2])
    return total / (1 + 1.5 * rough)


def hills(brush: Brush, horizon: float, near: RGB, layers: int = 3) -> None:
    """Hills fading into the haze."""
    if not brush.can_paint("hill"):
        return
    for k in range(layers):
        share = k / max(1, layers - 1) if layers > 1 else 1.0
        tone = mix(mix(near, (130, 170, 220), 0.55), HAZE, 0.62 * (1 - share) + 0.10)
        ridge(brush, horizon, brush.between(52, 84) * (1 - 0.62 * share), (tone, mix(tone, HAZE, 0.45)), 0.4)


def far_trees(brush: Brush, horizon: float, tone: RGB, density: float = 1.0) -> None:
    """A row of small round crowns along the horizon; nothing if the graph counts or excludes trees."""
    if not brush.can_paint("tree", "bush"):
        return
    count = int(22 * density)
    for layer in range(2):
        shade = mix(tone, HAZE, 0.42 - 0.24 * layer)
        circles = []
        for _ in range(count):
            r = brush.between(8, 17) * (0.8 + 0.25 * layer)
            circles.append((brush.between(-10, brush.width + 10), horizon - r * brush.between(0.3, 1.0) + 4, r))
        brush.puffs(circles, mix(shade, (255, 255, 220), 0.16), mix(shade, (40, 50, 90), 0.16), 1.0, 0.6)


def grass(brush: Brush, top: float, far: RGB, near: RGB, tufts: int = 130) -> None:
    """A lawn from `top` to the lower edge: light far away, deeper close by, with tufts that grow with nearness."""
    brush.gradient(top, brush.height, ((0.0, far), (0.35, mix(far, near, 0.6)), (1.0, near)))
    brush.texture(top, brush.height, 0.17, (1.0, 0.35))
    brush.record("grass")
    depth, lights = brush.height - top, list[tuple[Point, Point, RGB, float]]()
    for _ in range(5):
        close = brush.rng.random()
        spot = (brush.between(0, brush.width), top + depth * close)
        lights.append((spot, (90 + 190 * close, 10 + 44 * close), mix(far, (255, 255, 200), 0.35), 0.34))
        shade = (spot[0] + 150, spot[1] + 24), (80 + 170 * close, 10 + 40 * close)
        lights.append((*shade, darker(near, 0.25), 0.22))
    brush.glows(lights)
    blades: list[tuple[float, float, float]] = []
    for _ in range(tufts):
        close = brush.rng.random() ** 0.8
        blades.append((brush.between(0, brush.width), top + 6 + close * (depth - 8), 2.0 + 6 * close))
    for light, part in ((True, blades[::2]), (False, blades[1::2])):
        tone = mix(near, (240, 250, 150), 0.34) if light else mix(near, (20, 60, 70), 0.30)
        brush.shape(partial(_draw_tufts, part), tone, 0.5)


def _draw_tufts(blades: list[tuple[float, float, float]], on: ImageDraw.ImageDraw) -> None:
    for x, y, size in blades:
        for lean in (-0.55, 0.0, 0.5):
            foot, half = FINE * (x + lean * size * 0.4), size * 0.22
            tip = (FINE * (x + lean * size), FINE * (y - size * (1.0 if lean == 0 else 0.75)))
            on.polygon([(foot - half, FINE * y), tip, (foot + half, FINE * y)], fill=255)
