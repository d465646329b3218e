"""Cases, cupboards and machines: bodies with doors, boards or drawers.

In: a pen and a look.  Out: strokes.
"""

from gpu_workers.collage.drawing_pen import FLAT, GLASS, SOFT, WOOD, Pen, darker, lighter
from gpu_workers.collage.furniture.furniture_style import BRASS, DARK_METAL, METAL, WHITE, Look
from gpu_workers.collage.furniture.tables import drawers, face_depth, top_face


def cabinet(pen: Pen, look: Look) -> None:
    """A closed case with two doors; also drawn for unknown names."""
    colour = look.wood()
    depth = face_depth(look, 0.04)
    pen.rect((pen.w * 0.04, 90, pen.w * 0.92, 10), darker(colour, 0.5), 1.5, FLAT)
    pen.rect((1, depth, pen.w - 2, 94 - depth), darker(colour, 0.1), 2, WOOD)
    half = (pen.w - 10) / 2
    for x in (4.0, 6.0 + half):
        pen.rect((x, depth + 8, half, 82 - depth), lighter(colour, 0.1), 2, WOOD)
        pen.rect((x + 5, depth + 14, half - 10, 70 - depth), colour, 2, SOFT)
    for x in (4 + half - 4, 6 + half + 1.5):
        pen.oval((x, 50, 3, 6), BRASS)
    pen.shade((2, depth + 4, pen.w - 4, 4), 0.35, 1.5)
    top_face(pen, depth, colour, 4)


def shelf(pen: Pen, look: Look) -> None:
    """An open case; its boards are where objects stand in it."""
    colour = look.wood()
    side = max(3.5, pen.w * 0.05)
    pen.rect((0, 0, pen.w, 100), darker(colour, 0.12), 2, WOOD)
    top = side
    for floor in shelf_levels(look.levels, pen.w, side):
        pen.rect((side, top, pen.w - 2 * side, floor - top), darker(colour, 0.20 if look.colour else 0.42), 1, FLAT)
        pen.shade((side, top, pen.w - 2 * side, 4), 0.5, 1.8)
        pen.poly(
            [(side + 3, floor - 4), (pen.w - side - 3, floor - 4), (pen.w - side, floor), (side, floor)],
            lighter(colour, 0.12), 0.3, WOOD,
        )  # fmt: skip
        pen.rect((side * 0.6, floor - 0.5, pen.w - side * 1.2, side), colour, 1, WOOD)
        top = floor + side * 0.9
    pen.rect((0, 0, pen.w, side), lighter(colour, 0.16), 1.5, WOOD)
    for x in (0.0, pen.w - side):
        pen.rect((x, 0, side, 100), colour, 1.5, WOOD)


def shelf_levels(levels: tuple[float, ...], width: float, side: float) -> list[float]:
    """Heights of the boards' upper edges in units: where objects stand; evenly spaced where none do."""
    low = 100 - 1.2 * side
    fixed = sorted({min(low, 100 * level - 1.5) for level in levels} | {low})
    spacing = max(20.0, min(44.0, 100 / max(2, min(5, round(220 / width)))))
    found: list[float] = []
    above = side
    for level in fixed:
        count = 0 if levels else round((level - above) / spacing) - 1
        found += [above + (level - above) * (k + 1) / (count + 1) for k in range(max(0, count))]
        found.append(level)
        above = level
    return found


def wall_shelf(pen: Pen, look: Look) -> None:
    """A board on two brackets."""
    colour, depth = look.wood(), max(20.0, min(60.0, 2 * look.stand(0.2)))
    for x in (0.14, 0.82):
        pen.poly(
            [(pen.w * x, depth), (pen.w * x + pen.w * 0.04, depth), (pen.w * x + pen.w * 0.04, 100)],
            darker(colour, 0.3),
            1,
            WOOD,
        )
    top_face(pen, depth, colour, 22)


def dresser(pen: Pen, look: Look) -> None:
    """A chest of drawers."""
    colour, depth = look.wood(), face_depth(look, 0.05)
    for x in (0.05, 0.88):
        pen.rect((pen.w * x, 88, pen.w * 0.07, 12), darker(colour, 0.4), 1.5, WOOD)
    drawers(pen, (1, depth, pen.w - 2, 94 - depth), colour, 2 if pen.w > 130 else 3)
    pen.shade((2, depth + 4, pen.w - 4, 4), 0.35, 1.5)
    top_face(pen, depth, colour, 4)


def wardrobe(pen: Pen, look: Look) -> None:
    """A tall case with two doors and a drawer."""
    colour = look.wood()
    pen.rect((pen.w * 0.06, 92, pen.w * 0.88, 8), darker(colour, 0.45), 1.5, WOOD)
    pen.rect((1, 3, pen.w - 2, 93), darker(colour, 0.1), 2, WOOD)
    pen.rect((0, 0, pen.w, 6), lighter(colour, 0.08), 2.5, WOOD)
    half = (pen.w - 9) / 2
    for x in (3.5, 5.5 + half):
        pen.rect((x, 9, half, 62), lighter(colour, 0.1), 2, WOOD)
        pen.rect((x + 3, 13, half - 6, 54), colour, 2, SOFT)
    for x in (3.5 + half - 3.5, 5.5 + half + 1.5):
        pen.rect((x, 38, 2, 8), BRASS, 1)
    pen.rect((3.5, 74, pen.w - 7, 17), lighter(colour, 0.1), 2, WOOD)
    pen.oval((pen.w / 2 - 2, 80, 4, 4), BRASS)


def fridge(pen: Pen, look: Look) -> None:
    """A tall fridge with a freezer door."""
    colour = look.colour or ((206, 214, 226), (226, 120, 110), (150, 206, 196), (236, 226, 206))[look.variant % 4]
    for x in (0.1, 0.78):
        pen.rect((pen.w * x, 94, pen.w * 0.12, 6), DARK_METAL, 1)
    pen.rect((0, 0, pen.w, 97), darker(colour, 0.06), 6, SOFT)
    pen.rect((2, 2, pen.w - 4, 28), lighter(colour, 0.1), 4, SOFT)
    pen.rect((2, 32, pen.w - 4, 62), lighter(colour, 0.1), 4, SOFT)
    pen.rect((pen.w * 0.82, 14, pen.w * 0.07, 13), METAL, 1.6)
    pen.rect((pen.w * 0.82, 38, pen.w * 0.07, 22), METAL, 1.6)


def stove(pen: Pen, look: Look) -> None:
    """A stove: rings on top, an oven door with a window."""
    colour, depth = look.colour or (228, 228, 234), face_depth(look)
    for x in (0.06, 0.86):
        pen.rect((pen.w * x, 92, pen.w * 0.08, 8), DARK_METAL, 1)
    pen.rect((1, depth, pen.w - 2, 95 - depth), colour, 3, SOFT)
    pen.rect((5, depth + 22, pen.w - 10, 66 - depth), lighter(colour, 0.2), 3, SOFT)
    pen.rect((11, depth + 33, pen.w - 22, 44 - depth), (64, 54, 84), 3, FLAT)
    pen.poly([(14, 76), (26, depth + 36), (34, depth + 36), (22, 76)], (132, 122, 158), 0.4, GLASS)
    pen.rect((10, depth + 25, pen.w - 20, 3.5), METAL, 1.7)
    for k in range(4):
        pen.oval((pen.w * (0.18 + 0.18 * k) - 1, depth + 9, 7, 7), (92, 84, 112))
    top_face(pen, depth, (112, 108, 130), 4, FLAT)
    for x in (0.14, 0.56):
        pen.oval((pen.w * x, depth * 0.18, pen.w * 0.3, depth * 0.66), (62, 56, 78), FLAT)


def washing_machine(pen: Pen, look: Look) -> None:
    """A front loader."""
    colour, depth = look.colour or WHITE, face_depth(look, 0.04)
    pen.rect((0, depth, pen.w, 98 - depth), colour, 4, SOFT)
    pen.rect((4, depth + 6, pen.w - 8, 12), darker(colour, 0.08), 2.5, SOFT)
    pen.rect((8, depth + 9, pen.w * 0.28, 6), (110, 150, 210), 1.5, FLAT)
    pen.oval((pen.w - 20, depth + 7, 10, 10), METAL)
    size = min(pen.w * 0.68, 66 - depth)
    x, y = (pen.w - size) / 2, 60 - size / 2 + depth / 2
    pen.oval((x, y, size, size), METAL)
    pen.oval((x + size * 0.12, y + size * 0.12, size * 0.76, size * 0.76), (84, 118, 168))
    pen.oval((x + size * 0.22, y + size * 0.2, size * 0.34, size * 0.28), (190, 222, 250), GLASS)
    top_face(pen, depth, lighter(colour, 0.1), 3, SOFT)


def fireplace(pen: Pen, look: Look) -> None:
    """A brick fireplace with a mantel."""
    colour, depth = look.colour or (196, 104, 84), face_depth(look, 0.05)
    pen.rect((pen.w * 0.04, depth, pen.w * 0.92, 98 - depth), darker(colour, 0.2), 1.5, FLAT)
    rows = 7
    tall = (92 - depth) / rows
    for row in range(rows):
        for k in range(-1, 7):
            x = pen.w * 0.05 + (k + 0.5 * (row % 2)) * pen.w * 0.15
            left, right = max(pen.w * 0.045, x), min(pen.w * 0.955, x + pen.w * 0.14)
            if right - left > 2:
                pen.rect((left, depth + 5 + row * tall, right - left, tall - 1.5), colour, 1.2, SOFT)
    pen.rect((pen.w * 0.22, 40, pen.w * 0.56, 57), (52, 38, 56), 6, FLAT)
    pen.oval((pen.w * 0.34, 64, pen.w * 0.32, 32), (244, 136, 60))
    pen.oval((pen.w * 0.42, 74, pen.w * 0.16, 22), (255, 214, 110))
    pen.tube([(pen.w * 0.3, 93), (pen.w * 0.7, 91)], 7, (128, 84, 64), WOOD)
    pen.rect((0, 95, pen.w, 5), (150, 140, 150), 1.2)
    top_face(pen, depth, (176, 122, 84), 6)


def aquarium(pen: Pen, look: Look) -> None:
    """A glass tank with water and a sandy bottom."""
    pen.rect((2, 8, pen.w - 4, 88), (150, 214, 240), 3, GLASS)
    pen.rect((4, 18, pen.w - 8, 76), (84, 178, 232), 2, GLASS)
    pen.rect((4, 82, pen.w - 8, 12), (232, 204, 150), 3, SOFT)
    pen.poly([(pen.w * 0.1, 80), (pen.w * 0.22, 20), (pen.w * 0.3, 20), (pen.w * 0.18, 80)], (226, 246, 255), 0.5, GLASS)
    frame = look.colour or DARK_METAL
    pen.rect((0, 0, pen.w, 9), frame, 3)
    pen.rect((0, 92, pen.w, 8), frame, 3)
