"""Seats: sofas, chairs, benches.

In: a pen and a look.  Out: strokes.  The seat's middle lies at the surface height.
"""

from gpu_workers.collage.drawing_pen import FLAT, PLUSH, RGB, SOFT, WOOD, Pen, darker, lighter
from gpu_workers.collage.furniture.furniture_style import CREAM, WOODS, Look


def sofa(pen: Pen, look: Look) -> None:
    """A plush sofa with two or three cushions."""
    _plush(pen, look, 3 if pen.w > 210 else 2)


def armchair(pen: Pen, look: Look) -> None:
    """A plush chair for one."""
    _plush(pen, look, 1)


def _plush(pen: Pen, look: Look, cushions: int) -> None:
    colour = look.fabric()
    seat = min(72.0, max(38.0, look.stand(0.52)))
    arm = min(pen.w * 0.17, 20.0)
    for x in (arm * 0.5, pen.w - arm * 0.5 - 6):
        pen.rect((x, 90, 6, 10), WOODS[2], 1.5, WOOD)
    pen.rect((arm * 0.35, 0, pen.w - arm * 0.7, seat + 16), darker(colour, 0.12), 12, PLUSH)
    inner = pen.w - 2 * arm
    each = inner / cushions
    for k in range(cushions):
        pen.rect((arm + k * each + 0.4, 4, each - 0.8, seat - 3), colour, 9, PLUSH)
    pen.shade((arm, seat - 8, inner, 4), 0.35, 2.2)
    pen.rect((arm * 0.7, seat + 4, pen.w - arm * 1.4, 90 - seat), darker(colour, 0.16), 5, PLUSH)
    for k in range(cushions):
        pen.rect((arm + k * each + 0.4, seat - 8, each - 0.8, 22), lighter(colour, 0.14), 7, PLUSH)
    arm_top = max(20.0, seat - 26)
    for x in (0.0, pen.w - arm):
        pen.rect((x, arm_top, arm, 94 - arm_top), lighter(colour, 0.04), arm / 2.1, PLUSH)


def chair(pen: Pen, look: Look) -> None:
    """A wooden chair, seen from the front."""
    colour = look.wood()
    seat = min(68.0, max(34.0, look.stand(0.5)))
    post = max(5.0, pen.w * 0.09)
    for x in (pen.w * 0.16, pen.w * 0.84 - post):
        pen.rect((x, 3, post, seat), darker(colour, 0.18), 2.0, WOOD)
    pen.rect((pen.w * 0.08, 0, pen.w * 0.84, seat * 0.34), colour, 6, WOOD)
    pen.rect((pen.w * 0.2, seat * 0.52, pen.w * 0.6, seat * 0.12), darker(colour, 0.06), 2, WOOD)
    for x in (0.22, 0.78):
        pen.tube(
            [(pen.w * x, seat), (pen.w * (x + (0.02 if x > 0.5 else -0.02)), 91)], post * 0.85, darker(colour, 0.34), WOOD
        )
    for x, foot in ((0.12, 0.07), (0.88, 0.93)):
        pen.tube([(pen.w * x, seat + 4), (pen.w * foot, 97)], post, darker(colour, 0.08), WOOD)
    pen.poly(
        [(pen.w * 0.12, seat - 6), (pen.w * 0.88, seat - 6), (pen.w, seat + 6), (0, seat + 6)],
        lighter(colour, 0.14),
        2.5,
        WOOD,
    )
    pen.rect((0, seat + 4, pen.w, 6), darker(colour, 0.04), 2.5, WOOD)


def bench(pen: Pen, look: Look) -> None:
    """A park bench with slats and iron sides."""
    colour = look.wood()
    iron: RGB = (78, 84, 96)
    seat = min(70.0, max(30.0, look.stand(0.55)))
    for x in (0.10, 0.86):
        pen.rect((pen.w * x, 4, pen.w * 0.03 + 2, seat), iron, 2, SOFT)
        pen.tube([(pen.w * x + 3, seat + 4), (pen.w * x - 1, 97)], 5, darker(iron, 0.15))
        pen.tube([(pen.w * x + 4, seat + 4), (pen.w * x + 9, 97)], 5, iron)
    slats = 3
    each = (seat - 12) / slats
    for k in range(slats):
        pen.rect((pen.w * 0.02, k * each, pen.w * 0.96, each - 2.5), lighter(colour, 0.05), 2, WOOD)
    pen.poly(
        [(pen.w * 0.05, seat - 7), (pen.w * 0.95, seat - 7), (pen.w, seat + 6), (0, seat + 6)],
        lighter(colour, 0.2),
        1.2,
        WOOD,
    )
    pen.rect((pen.w * 0.02, seat - 1.2, pen.w * 0.96, 1.2), darker(colour, 0.25), 0.4, SOFT)
    pen.rect((0, seat + 4.5, pen.w, 6), colour, 2, WOOD)


def deck_chair(pen: Pen, look: Look) -> None:
    """A beach chair with a striped cloth, seen from the front."""
    colour, wood = look.fabric(), WOODS[1]
    seat = min(60.0, max(34.0, look.stand(0.42)))
    for x, foot in ((0.20, 0.10), (0.80, 0.90)):
        pen.tube([(pen.w * x, seat), (pen.w * foot, 92)], 5, darker(wood, 0.3), WOOD)
    for x, foot in ((0.12, 0.06), (0.88, 0.94)):
        pen.tube([(pen.w * x, 3), (pen.w * foot, 97)], 6, wood, WOOD)
    stripes = 5
    for k in range(stripes):
        tone = colour if k % 2 == 0 else CREAM
        left, right = 0.14 + 0.72 * k / stripes, 0.14 + 0.72 * (k + 1) / stripes
        pen.rect((pen.w * left, 2, pen.w * (right - left) + 0.3, seat), tone, 1, FLAT)
        front, end = 0.06 + 0.88 * k / stripes, 0.06 + 0.88 * (k + 1) / stripes
        corners = [
            (pen.w * left, seat - 8),
            (pen.w * right, seat - 8),
            (pen.w * end, seat + 14),
            (pen.w * front, seat + 14),
        ]
        pen.poly(corners, lighter(tone, 0.16), 0.3, FLAT)
    pen.shade((pen.w * 0.16, seat - 10, pen.w * 0.68, 4), 0.3, 1.8)
    pen.rect((pen.w * 0.08, 0, pen.w * 0.84, 6), wood, 3, WOOD)
    pen.rect((0, seat + 12, pen.w, 7), wood, 3, WOOD)
