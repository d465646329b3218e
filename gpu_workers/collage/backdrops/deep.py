"""Under water.

In: a brush.  Out: strokes, and the words for what was painted, kept in the brush.
"""

from collections.abc import Callable
from functools import partial
from math import cos, pi, sin

from gpu_workers.collage.backdrops.air import ridge
from gpu_workers.collage.backdrops.water import SEAS, ground_behind
from gpu_workers.collage.backdrops.wild import sand_ground
from gpu_workers.collage.brush import Brush
from gpu_workers.collage.drawing_pen import RGB, darker, lighter, mix


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
    if "reef" in brush.context.wanted and brush.can_paint("reef", "coral"):
        _corals(brush, line)
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


CORALS: tuple[RGB, ...] = ((226, 112, 120), (240, 160, 110), (190, 120, 190), (236, 196, 120))


def _corals(brush: Brush, line: float) -> None:
    """A reef along the bottom: fans, domes and branches of coral."""
    for k in range(16):
        x, foot = brush.width * (k + brush.between(0.1, 0.9)) / 16, line + brush.between(2, 12)
        tone, tall = mix(brush.pick(*CORALS), (60, 120, 180), 0.25), brush.between(26, 58)
        if k % 3 == 0:
            domes = [(x + tall * dx, foot - tall * 0.22, tall * 0.3) for dx in (-0.3, 0.05, 0.36)]
            brush.puffs(domes, lighter(tone, 0.3), darker(tone, 0.15))
            continue
        for branch in range(7):
            turn = pi * (0.18 + 0.64 * branch / 6)
            joint = x + tall * 0.42 * cos(turn), foot - tall * 0.5
            tip = x + tall * 0.72 * cos(turn), foot - tall * sin(turn)
            for (x0, y0), (x1, y1) in (((x, foot), joint), (joint, tip)):
                brush.poly([(x0 - 4, y0), (x1 - 4, y1), (x1 + 4, y1), (x0 + 4, y0)], lighter(tone, 0.25), tone)
            brush.puffs([(*tip, 5.0)], lighter(tone, 0.35), lighter(tone, 0.2))


PAINTERS: dict[str, Callable[[Brush], None]] = {"underwater": underwater}
