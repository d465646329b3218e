"""Lamps and outdoor objects.

In: a pen and a look.  Out: strokes.
"""

from gpu_workers.collage.drawing_pen import FLAT, PLUSH, RGB, SOFT, WOOD, Pen, darker, lighter
from gpu_workers.collage.furniture.furniture_style import BRASS, CREAM, DARK_METAL, WHITE, Look

WARM: RGB = (255, 214, 120)


def lamp(pen: Pen, look: Look) -> None:
    """A table lamp with a shade."""
    colour = look.colour or ((250, 200, 96), (226, 120, 110), (110, 170, 200), (240, 232, 214))[look.variant % 4]
    pen.oval((pen.w * 0.2, 88, pen.w * 0.6, 12), darker(BRASS, 0.1))
    pen.rect((pen.w * 0.44, 46, pen.w * 0.12, 48), BRASS, 2)
    pen.oval((pen.w * 0.33, 66, pen.w * 0.34, 24), BRASS)
    pen.oval((pen.w * 0.08, 44, pen.w * 0.84, 12), lighter(WARM, 0.4), FLAT)
    pen.poly([(pen.w * 0.26, 0), (pen.w * 0.74, 0), (pen.w, 50), (0, 50)], colour, 3, PLUSH)


def floor_lamp(pen: Pen, look: Look) -> None:
    """A tall lamp with a shade."""
    colour = look.colour or ((250, 204, 110), (240, 230, 210), (220, 130, 110))[look.variant % 3]
    pen.oval((pen.w * 0.12, 94, pen.w * 0.76, 6), DARK_METAL)
    pen.rect((pen.w * 0.46, 20, pen.w * 0.08, 76), DARK_METAL, 1)
    pen.oval((pen.w * 0.06, 22, pen.w * 0.88, 5), lighter(WARM, 0.4), FLAT)
    pen.poly([(pen.w * 0.22, 0), (pen.w * 0.78, 0), (pen.w, 25), (0, 25)], colour, 2, PLUSH)


def street_lamp(pen: Pen, look: Look) -> None:
    """An old street lantern on a post."""
    iron = look.colour or (64, 78, 92)
    pen.rect((pen.w * 0.24, 94, pen.w * 0.52, 6), iron, 1)
    pen.rect((pen.w * 0.36, 86, pen.w * 0.28, 10), iron, 1)
    pen.rect((pen.w * 0.43, 22, pen.w * 0.14, 70), iron, 1.5)
    pen.poly([(pen.w * 0.1, 7), (pen.w * 0.9, 7), (pen.w * 0.72, 23), (pen.w * 0.28, 23)], WARM, 0.8, SOFT)
    pen.rect((pen.w * 0.24, 22, pen.w * 0.52, 3), iron, 1)
    pen.poly([(0, 8), (pen.w * 0.34, 1), (pen.w * 0.66, 1), (pen.w, 8)], darker(iron, 0.15), 0.8)
    pen.oval((pen.w * 0.42, 0, pen.w * 0.16, 3), iron)


def fence(pen: Pen, look: Look) -> None:
    """A picket fence."""
    colour = look.paint()
    for y in (34, 70):
        pen.rect((0, y, pen.w, 9), darker(colour, 0.12), 1.5, WOOD)
    count = max(4, round(pen.w / 22))
    each = pen.w / count
    for k in range(count):
        x = k * each + each * 0.16
        w = each * 0.68
        pen.poly([(x, 12), (x + w / 2, 0), (x + w, 12), (x + w, 100), (x, 100)], lighter(colour, 0.12), 0.8, WOOD)


def parasol(pen: Pen, look: Look) -> None:
    """A striped sunshade on a pole."""
    colour = look.fabric()
    pen.rect((pen.w * 0.485, 20, pen.w * 0.03 + 1, 80), WHITE, 1.5)
    tones = (colour, CREAM, colour, CREAM, colour)
    for k, tone in enumerate(tones):
        pen.poly(
            [(pen.w * 0.5, 3), (pen.w * (k / 5), 42), (pen.w * ((k + 0.5) / 5), 39), (pen.w * ((k + 1) / 5), 42)],
            tone,
            0.8,
            SOFT,
        )
    pen.oval((pen.w * 0.48, 0, pen.w * 0.04, 6), BRASS)


def hay_bale(pen: Pen, look: Look) -> None:
    """A round bale of hay."""
    colour = look.colour or (230, 186, 92)
    pen.rect((0, 0, pen.w, 100), darker(colour, 0.1), 40, PLUSH)
    size = min(pen.w * 0.8, 96.0)
    x = pen.w * 0.02
    for share, tone in (
        (1.0, lighter(colour, 0.15)),
        (0.72, darker(colour, 0.12)),
        (0.6, lighter(colour, 0.1)),
        (0.3, darker(colour, 0.14)),
    ):
        pen.oval((x + size * (1 - share) / 2, 2 + 48 - 48 * share, size * share, 96 * share), tone, FLAT)


def piano(pen: Pen, look: Look) -> None:
    """An upright piano."""
    colour = look.colour or ((60, 48, 60), (124, 72, 54))[look.variant % 2]
    for x in (0.05, 0.87):
        pen.rect((pen.w * x, 58, pen.w * 0.08, 42), darker(colour, 0.1), 2, SOFT)
    pen.rect((pen.w * 0.02, 3, pen.w * 0.96, 90), colour, 3, SOFT)
    pen.rect((pen.w * 0.1, 12, pen.w * 0.8, 30), lighter(colour, 0.12), 3, SOFT)
    pen.rect((pen.w * 0.1, 66, pen.w * 0.8, 22), lighter(colour, 0.08), 3, SOFT)
    pen.rect((0, 0, pen.w, 7), lighter(colour, 0.18), 2.5, SOFT)
    pen.rect((0, 46, pen.w, 15), lighter(colour, 0.06), 3, SOFT)
    pen.rect((pen.w * 0.05, 48, pen.w * 0.9, 8), (248, 244, 238), 1, FLAT)
    for k in range(1, 18):
        x = pen.w * (0.05 + 0.05 * k)
        pen.rect((x - 0.3, 48, 0.6, 8), (150, 140, 150), 0, FLAT)
        if k % 7 not in (3, 0):
            pen.rect((x - 1.2, 48, 2.4, 5), (44, 36, 48), 0.5, FLAT)
