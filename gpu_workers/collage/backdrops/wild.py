"""Wide country: mountain, desert, snow, the open sky, and a plain without anything.

In: a brush.  Out: strokes, and the words for what was painted, kept in the brush.
"""

from collections.abc import Callable
from functools import partial
from math import sin

from PIL import ImageDraw

from gpu_workers.collage.backdrops.air import HAZE, cloud, far_trees, grass, ridge, sky
from gpu_workers.collage.brush import FINE, Brush
from gpu_workers.collage.drawing_pen import RGB, darker, lighter, mix


def mountain(brush: Brush) -> None:
    """Snowy peaks over an alpine meadow."""
    line = float(brush.context.horizon)
    sky(brush, line)
    brush.record("mountain")
    base = brush.pick((112, 132, 176), (122, 124, 160), (104, 142, 168))
    for k in range(3):
        tone = mix(base, HAZE, 0.52 - 0.24 * k)
        for _ in range(2 + k):
            peak(brush, line, brush.between(0, brush.width), line * brush.between(0.46, 0.78) * (1 - 0.24 * k), tone)
    near = brush.pick((126, 176, 92), (140, 182, 100), (110, 168, 104))
    ridge(brush, line + 10, 30, (lighter(near, 0.18), near), 0.3)
    far_trees(brush, line + 4, darker(near, 0.2), 0.6)
    grass(brush, line + 4, lighter(near, 0.28), darker(near, 0.08))
    brush.vignette(0.12)


def peak(brush: Brush, foot: float, x: float, height: float, tone: RGB) -> None:
    """One peak: a lit and a shaded face, and snow on top."""
    top, half = foot - height, height * brush.between(0.85, 1.2)
    spine = [(x, top), (x - half * 0.05, top + height * 0.35), (x + half * 0.07, top + height * 0.62), (x, foot + 2)]
    brush.poly([(x, top), (x + half, foot + 2), (x - half, foot + 2)], lighter(tone, 0.12), mix(tone, HAZE, 0.35))
    brush.poly([*spine, (x - half, foot + 2)], darker(tone, 0.14), mix(tone, HAZE, 0.22), 0.85)
    if height > 80 and brush.can_paint("snow"):
        cut = 0.30
        jag = [(x + half * cut * t, top + height * cut * (1.0 + (0.22 if k % 2 else -0.16)))
               for k, t in enumerate((1.0, 0.55, 0.2, -0.2, -0.6, -1.0))]  # fmt: skip
        jag[0], jag[-1] = (x + half * cut, top + height * cut), (x - half * cut, top + height * cut)
        brush.poly([(x, top), *jag], (255, 255, 255), (224, 234, 248))


def desert(brush: Brush) -> None:
    """Dunes under a wide sky."""
    line = float(brush.context.horizon)
    sky(brush, line, clouds=brush.rng.random() < 0.4)
    sand = brush.pick((236, 196, 132), (232, 178, 116), (240, 210, 156))
    brush.glow((brush.width / 2, line), (420, 120), lighter(sand, 0.7), 0.6)
    brush.record("sand", "dune")
    for k in range(3):
        tone = mix(sand, (238, 206, 196), 0.5 - 0.2 * k)
        ridge(brush, line + 4 + 4 * k, 62 - 14 * k, (lighter(tone, 0.25), darker(tone, 0.06 + 0.03 * k)), 0.3)
    sand_ground(brush, line + 6, sand)
    brush.vignette(0.14)


def sand_ground(brush: Brush, top: float, tone: RGB) -> None:
    """Sand with soft ripples that widen with nearness."""
    brush.gradient(top, brush.height, ((0.0, lighter(tone, 0.30)), (0.4, lighter(tone, 0.08)), (1.0, darker(tone, 0.10))))
    brush.texture(top, brush.height, 0.16, (1.2, 0.5))
    phase = brush.between(0, 6)
    for dark in (True, False):
        brush.shape(
            partial(ripples, brush, top, phase, 0 if dark else 3),
            darker(tone, 0.22) if dark else lighter(tone, 0.55),
            0.42,
            0.7,
        )


def ripples(brush: Brush, top: float, phase: float, shift: float, on: ImageDraw.ImageDraw) -> None:
    """Wavy lines across the ground."""
    for k in range(1, 9):
        near = (k / 9) ** 1.6
        y = top + (brush.height - top) * near
        points = [
            (x * FINE, (y + shift * near + (2 + 7 * near) * sin(x * (0.034 - 0.016 * near) + phase + k * 2.1)) * FINE)
            for x in range(-4, brush.width + 12, 8)
        ]
        on.line(points, fill=255, width=max(1, round(4 * near)), joint="curve")


def snow(brush: Brush) -> None:
    """A white plain with drifts, far firs and falling flakes."""
    line = float(brush.context.horizon)
    top = brush.pick((150, 186, 226), (170, 184, 222), (132, 178, 220))
    brush.gradient(0, line + 4, ((0.0, top), (0.7, (212, 228, 246)), (1.0, (240, 240, 248))))
    brush.record("sky", "snow")
    for k in range(2):
        tone = mix((168, 190, 224), (236, 242, 252), 0.45 + 0.2 * k)
        ridge(brush, line + 2, 66 - 26 * k, (lighter(tone, 0.4), tone), 0.4)
    if "iceberg" not in brush.context.wanted and brush.can_paint("tree", "evergreen tree", "pine tree"):
        for _ in range(int(brush.rng.integers(10, 18))):
            fir(brush, brush.between(0, brush.width), line + brush.between(0, 7), brush.between(18, 46))
    brush.gradient(line + 4, brush.height, ((0.0, (246, 249, 254)), (0.5, (232, 240, 250)), (1.0, (206, 222, 242))))
    for k in range(4):
        y = line + 14 + (brush.height - line) * (0.06 + 0.24 * k)
        x, r = brush.between(0, brush.width), brush.between(140, 260)
        brush.glow((x, y), (r, 16 + 12 * k), (164, 190, 226), 0.42)
        brush.glow((x + 30, y - 8 - 3 * k), (r, 14 + 10 * k), (255, 255, 255), 0.8)
    if brush.can_paint("snowflake"):
        flakes = [
            (brush.between(0, brush.width), brush.between(0, brush.height), brush.between(0.8, 2.4)) for _ in range(60)
        ]
        brush.puffs(flakes, (255, 255, 255), (255, 255, 255), 0.85, 0.4)
    brush.vignette(0.10)


def fir(brush: Brush, x: float, foot: float, height: float) -> None:
    """A far fir with snow on it."""
    tone = mix((92, 136, 140), (214, 230, 246), 0.42 - 0.006 * height)
    for k in range(3):
        y, half = foot - height * (0.22 + 0.26 * k), height * (0.34 - 0.08 * k)
        points = [(x, y - height * 0.36), (x + half, y + height * 0.06), (x - half, y + height * 0.06)]
        brush.poly(points, lighter(tone, 0.5), tone)


def open_sky(brush: Brush) -> None:
    """High in the air: clouds above, a sea of clouds or far hills below."""
    line = float(brush.context.horizon)
    sky(brush, brush.height, clouds=False)
    brush.record("cloud")
    for _ in range(6):
        cloud(
            brush,
            brush.between(0, brush.width),
            brush.between(0.08, 0.8) * min(line, brush.height * 0.8),
            brush.between(16, 44),
        )
    base = max(brush.height * 0.84, min(line, brush.height * 0.94))
    for layer in range(2):
        circles = [
            (brush.between(-20, brush.width + 20), base + 26 * layer + brush.between(0, 30), brush.between(28, 56))
            for _ in range(20)
        ]
        brush.puffs(circles, (255, 255, 255), (214, 228, 248), 0.7 + 0.25 * layer, 2.0)
    brush.vignette(0.08)


def plain(brush: Brush) -> None:
    """An even ground that ends at a paler distance, and nothing else."""
    line = float(brush.context.horizon)
    tone = brush.pick((186, 190, 196), (200, 192, 180), (178, 194, 204), (196, 184, 190))
    brush.gradient(0, line + 2, ((0.0, lighter(tone, 0.45)), (1.0, lighter(tone, 0.75))))
    brush.gradient(line, brush.height, ((0.0, lighter(tone, 0.2)), (1.0, darker(tone, 0.12))))
    brush.record("plain ground")
    brush.vignette(0.1)


PAINTERS: dict[str, Callable[[Brush], None]] = {
    "mountain": mountain,
    "desert": desert,
    "snow": snow,
    "sky": open_sky,
    "plain": plain,
}
