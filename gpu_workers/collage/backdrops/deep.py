"""Under water.

In: a brush.  Out: strokes, and the words for what was painted, kept in the brush.
"""

from collections.abc import Callable
from functools import partial
from math import sin

from gpu_workers.collage.backdrops.air import ridge
from gpu_workers.collage.backdrops.water import SEAS, ground_behind
from gpu_workers.collage.backdrops.wild import sand_ground
from gpu_workers.collage.brush import Brush
from gpu_workers.collage.drawing_pen import darker, lighter, mix


def underwater(brush: Brush) -> None:
    """A blue depth with rays of light and a sandy bottom."""
    line = float(brush.context.horizon)
    top, deep = SEAS[int(brush.rng.integers(len(SEAS)))]
    brush.gradient(0, brush.height, ((0.0, lighter(top, 0.35)), (0.35, mix(top, deep, 0.5)), (1.0, darker(deep, 0.12))))
    brush.record("water", "sand", "sea")
    for _ in range(5):
        x, w = brush.between(-0.1, 1.0) * brush.width, brush.between(24, 70)
        low = brush.height * brush.between(0.6, 0.95)
        lean = brush.between(-0.1, 0.45)
        points = [(x, -5.0), (x + w, -5.0), (x + w * 1.5 - low * lean, low), (x - w * 0.5 - low * lean, low)]
        brush.poly(points, (240, 255, 255), opacity=0.13, soft=7)
    if brush.can_paint("rock"):
        for k in range(3):
            tone = mix(deep, (20, 60, 110), 0.25 * k)
            ridge(brush, line + 6 + 3 * k, 46 - 10 * k, (lighter(tone, 0.12), tone), 0.8)
    sand = mix((236, 214, 166), top, 0.22)
    edge = [(float(x), line + 6 * sin(x * 0.011 + brush.context.seed % 7)) for x in range(-8, brush.width + 16, 8)]
    ground_behind(brush, edge, partial(sand_ground, brush, line - 10, sand))
    _weeds(brush, line)
    if brush.can_paint("bubble"):
        for _ in range(14):
            spot = (brush.between(0, brush.width), brush.between(0, brush.height * 0.85), brush.between(2, 6))
            brush.puffs([spot], (255, 255, 255), lighter(top, 0.4), 0.42)
    brush.vignette(0.3)


def _weeds(brush: Brush, line: float) -> None:
    if not brush.can_paint("seaweed", "plant"):
        return
    for _ in range(int(brush.rng.integers(5, 9))):
        x, foot = brush.between(0, brush.width), line + brush.between(0, 14)
        tall, phase, tone = (
            brush.between(40, 110),
            brush.between(0, 6),
            brush.pick((60, 150, 120), (80, 170, 110), (40, 130, 130)),
        )
        left, right = [], []
        for k in range(13):
            t = k / 12
            sway = x + 8 * sin(t * 5 + phase) * t
            left.append((sway - 4.5 * (1 - t) - 0.6, foot - tall * t))
            right.append((sway + 4.5 * (1 - t) + 0.6, foot - tall * t))
        brush.poly([*left, *reversed(right)], lighter(tone, 0.25), darker(tone, 0.2), 0.85)


PAINTERS: dict[str, Callable[[Brush], None]] = {"underwater": underwater}
