"""Vessels and small objects of kitchen and storeroom.

In: a pen and a look.  Out: strokes.
"""

from gpu_workers.collage.drawing_pen import FLAT, PLUSH, SOFT, WOOD, Pen, darker, lighter
from gpu_workers.collage.furniture.furniture_style import CREAM, DARK_METAL, METAL, WHITE, Look


def crate(pen: Pen, look: Look) -> None:
    """A wooden crate, seen from above: closed by a lid, or open when it holds something."""
    colour = look.wood()
    rim = 32.0 if look.filled else 18.0
    if look.filled:
        pen.poly([(pen.w * 0.07, 0), (pen.w * 0.93, 0), (pen.w, rim), (0, rim)], darker(colour, 0.55), 0.6, FLAT)
        pen.rect((pen.w * 0.07, 0, pen.w * 0.86, 7), darker(colour, 0.2), 0.8, WOOD)
        pen.poly([(pen.w * 0.05, 0), (pen.w * 0.11, 0), (pen.w * 0.06, rim), (0, rim)], darker(colour, 0.1), 0.6, WOOD)
        pen.poly([(pen.w * 0.89, 0), (pen.w * 0.95, 0), (pen.w, rim), (pen.w * 0.94, rim)], darker(colour, 0.1), 0.6, WOOD)
    else:
        for k in range(3):
            near, far = 1 - k / 3, 1 - (k + 1) / 3
            corners = [(pen.w * 0.07 * (1 - x), rim * x) for x in (far, near)]
            mirrored = [(pen.w - x, y - 0.7) for x, y in reversed(corners)]
            pen.poly([*corners, *mirrored], lighter(colour, 0.2), 0.5, WOOD)
    pen.rect((2, rim, pen.w - 4, 98 - rim), darker(colour, 0.55), 1, FLAT)
    rows = 3
    tall = (100 - rim) / rows
    for row in range(rows):
        pen.rect((0, rim + row * tall, pen.w, tall - 2.2), lighter(colour, 0.06), 1.2, WOOD)
    for x in (0.0, pen.w * 0.9):
        pen.rect((x, rim, pen.w * 0.1, 100 - rim), colour, 1.2, WOOD)


def bucket(pen: Pen, look: Look) -> None:
    """A bucket, seen from above so that its opening shows."""
    colour = look.colour or (58, 150, 236)
    pen.poly([(pen.w * 0.02, 21), (pen.w * 0.98, 21), (pen.w * 0.82, 97), (pen.w * 0.18, 97)], colour, 5, PLUSH)
    pen.oval((0, 0, pen.w, 43), lighter(colour, 0.2))
    pen.oval((pen.w * 0.05, 3, pen.w * 0.9, 36), darker(colour, 0.5), FLAT)
    pen.tube([(pen.w * 0.06, 32), (pen.w * 0.2, 66), (pen.w * 0.5, 76), (pen.w * 0.8, 66), (pen.w * 0.94, 32)], 5, METAL)


def barrel(pen: Pen, look: Look) -> None:
    """A wooden barrel with hoops."""
    colour = look.wood()
    pen.poly(
        [(pen.w * 0.12, 6), (pen.w * 0.88, 6), (pen.w, 50), (pen.w * 0.88, 97), (pen.w * 0.12, 97), (0, 50)],
        colour,
        7,
        WOOD,
    )
    for x in (0.28, 0.5, 0.72):
        pen.rect((pen.w * x, 9, 0.9, 86), darker(colour, 0.35), 0.4, FLAT)
    for y, inset in ((18, 0.05), (76, 0.05)):
        pen.rect((pen.w * inset, y, pen.w * (1 - 2 * inset), 7), DARK_METAL, 2)
    pen.oval((pen.w * 0.12, 0, pen.w * 0.76, 12), darker(colour, 0.25), WOOD)


def vase(pen: Pen, look: Look) -> None:
    """A bellied vase."""
    colour = look.colour or ((90, 150, 200), (220, 120, 110), (110, 170, 150), (236, 200, 120))[look.variant % 4]
    pen.oval((0, 30, pen.w, 68), colour, PLUSH)
    pen.rect((pen.w * 0.3, 6, pen.w * 0.4, 36), colour, 4, PLUSH)
    pen.rect((pen.w * 0.24, 94, pen.w * 0.52, 6), darker(colour, 0.15), 2)
    pen.rect((pen.w * 0.2, 0, pen.w * 0.6, 9), lighter(colour, 0.15), 4)
    pen.rect((pen.w * 0.04, 58, pen.w * 0.92, 6), lighter(colour, 0.5), 3, FLAT)


def plate(pen: Pen, look: Look) -> None:
    """A plate, seen at a low angle."""
    colour = look.colour or WHITE
    pen.oval((pen.w * 0.2, 45, pen.w * 0.6, 55), darker(colour, 0.2))
    pen.oval((0, 0, pen.w, 88), colour, SOFT)
    pen.oval((pen.w * 0.17, 14, pen.w * 0.66, 52), darker(colour, 0.07), SOFT)


def mug(pen: Pen, look: Look) -> None:
    """A mug with a handle on the right."""
    colour = look.colour or ((226, 96, 90), (74, 140, 200), (244, 190, 80), (92, 160, 130))[look.variant % 4]
    body = pen.w * 0.72
    pen.tube(
        [(body * 0.94, 30), (pen.w * 0.92, 32), (pen.w * 0.92, 66), (body * 0.94, 72)], pen.w * 0.09, darker(colour, 0.08)
    )
    pen.rect((0, 8, body, 92), colour, 10, PLUSH)
    pen.oval((0, 0, body, 20), lighter(colour, 0.25))
    pen.oval((body * 0.07, 3.5, body * 0.86, 13), darker(colour, 0.4), FLAT)


def bottle(pen: Pen, look: Look) -> None:
    """A bottle with a label."""
    colour = look.colour or ((70, 150, 100), (60, 120, 190), (176, 106, 60))[look.variant % 3]
    pen.rect((0, 36, pen.w, 64), colour, 9, PLUSH)
    pen.poly([(pen.w * 0.32, 20), (pen.w * 0.68, 20), (pen.w * 0.98, 46), (pen.w * 0.02, 46)], colour, 3, PLUSH)
    pen.rect((pen.w * 0.32, 6, pen.w * 0.36, 24), colour, 2, SOFT)
    pen.rect((pen.w * 0.27, 0, pen.w * 0.46, 10), (232, 200, 120), 2, SOFT)
    pen.rect((0, 54, pen.w, 28), CREAM, 1, SOFT)
    pen.rect((pen.w * 0.78, 40, pen.w * 0.1, 54), lighter(colour, 0.6), 1, FLAT)


def cutting_board(pen: Pen, look: Look) -> None:
    """A wooden board lying flat, with a handle."""
    colour = look.wood()
    pen.poly([(pen.w * 0.08, 0), (pen.w * 0.8, 0), (pen.w * 0.86, 74), (0, 74)], lighter(colour, 0.22), 3, WOOD)
    pen.poly([(pen.w * 0.78, 18), (pen.w * 0.97, 20), (pen.w, 54), (pen.w * 0.8, 56)], lighter(colour, 0.18), 4, WOOD)
    pen.rect((0, 70, pen.w * 0.86, 30), darker(colour, 0.08), 8, WOOD)


def pillow(pen: Pen, look: Look) -> None:
    """A plump cushion."""
    colour = look.fabric()
    pen.poly(
        [(0, 4), (pen.w * 0.5, 12), (pen.w, 4), (pen.w * 0.95, 50), (pen.w, 96), (pen.w * 0.5, 90), (0, 96),
         (pen.w * 0.05, 50)],
        colour, 9, PLUSH,
    )  # fmt: skip
    pen.oval((pen.w * 0.47, 46, pen.w * 0.06, pen.w * 0.06), darker(colour, 0.3))


def toaster(pen: Pen, look: Look) -> None:
    """A rounded toaster."""
    colour = look.colour or ((206, 212, 222), (226, 96, 90), (130, 196, 190))[look.variant % 3]
    for x in (0.14, 0.74):
        pen.rect((pen.w * x, 90, pen.w * 0.12, 10), DARK_METAL, 2)
    pen.rect((0, 8, pen.w * 0.93, 87), colour, 22, PLUSH)
    pen.rect((pen.w * 0.16, 0, pen.w * 0.6, 13), DARK_METAL, 5)
    pen.rect((pen.w * 0.9, 34, pen.w * 0.1, 13), DARK_METAL, 4)
    pen.oval((pen.w * 0.68, 66, 13, 13), METAL)


def kettle(pen: Pen, look: Look) -> None:
    """A kettle with its spout on the left."""
    colour = look.colour or ((226, 92, 88), (186, 192, 206), (76, 150, 190))[look.variant % 3]
    pen.tube([(pen.w * 0.3, 34), (pen.w * 0.34, 5), (pen.w * 0.7, 5), (pen.w * 0.76, 34)], 6, DARK_METAL)
    pen.poly([(0, 42), (pen.w * 0.1, 36), (pen.w * 0.34, 66), (pen.w * 0.24, 84)], darker(colour, 0.08), 3, PLUSH)
    pen.poly(
        [(pen.w * 0.3, 32), (pen.w * 0.76, 32), (pen.w * 0.94, 58), (pen.w, 92), (pen.w * 0.9, 99), (pen.w * 0.18, 99),
         (pen.w * 0.12, 92)],
        colour, 6, PLUSH,
    )  # fmt: skip
    pen.rect((pen.w * 0.32, 25, pen.w * 0.42, 10), lighter(colour, 0.2), 4)
    pen.oval((pen.w * 0.48, 18, 10, 10), DARK_METAL)


def bowl(pen: Pen, look: Look) -> None:
    """A round bowl."""
    colour = look.colour or ((104, 166, 210), (226, 130, 110), (240, 232, 220), (120, 180, 150))[look.variant % 4]
    pen.rect((pen.w * 0.3, 86, pen.w * 0.4, 14), darker(colour, 0.2), 3)
    pen.poly(
        [(0, 21), (pen.w, 21), (pen.w * 0.95, 58), (pen.w * 0.76, 92), (pen.w * 0.24, 92), (pen.w * 0.05, 58)],
        colour,
        9,
        PLUSH,
    )
    pen.oval((0, 0, pen.w, 44), lighter(colour, 0.25))
    pen.oval((pen.w * 0.05, 4, pen.w * 0.9, 36), darker(colour, 0.25), FLAT)
