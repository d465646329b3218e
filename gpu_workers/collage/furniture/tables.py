"""Tables and similar furniture: a top for other objects, on legs or on a body.

In: a pen and a look.  Out: strokes.  The top's face spans from the upper edge to twice the surface height, so that
objects at the surface height stand in its middle.
"""

from gpu_workers.collage.drawing_pen import FLAT, RGB, SOFT, WOOD, Area, Finish, Pen, darker, lighter
from gpu_workers.collage.furniture.furniture_style import BRASS, CREAM, METAL, Look


def face_depth(look: Look, default: float = 0.06) -> float:
    """The height of the top's visible face, in units."""
    return max(7.0, min(34.0, 2.0 * look.stand(default)))


def top_face(pen: Pen, depth: float, colour: RGB, edge: float = 5.0, finish: Finish = WOOD) -> None:
    """The top seen slightly from above: a face that narrows backwards, and its front edge."""
    inset = min(pen.w * 0.07, depth * 1.1)
    pen.poly([(inset, 0), (pen.w - inset, 0), (pen.w, depth), (0, depth)], lighter(colour, 0.18), 1.0, finish)
    pen.rect((0, depth - 1.2, pen.w, edge + 1.2), colour, 1.6, finish)


def legs(pen: Pen, top: float, colour: RGB, width: float = 6.0, back: float = 8.0) -> None:
    """Four legs from `top` down; the rear pair ends `back` units higher and stands further in."""
    inset = pen.w * 0.10
    for x in (inset + width, pen.w - inset - 2 * width):
        pen.rect((x, top, width * 0.8, 100 - top - back), darker(colour, 0.32), 1.2, WOOD)
    for x in (pen.w * 0.025, pen.w * 0.975 - width):
        pen.rect((x, top, width, 100 - top), colour, 1.6, WOOD)


def table(pen: Pen, look: Look) -> None:
    """A wooden table on four legs."""
    colour, depth = look.wood(), face_depth(look)
    width = max(4.5, min(8.0, pen.w * 0.045))
    legs(pen, depth + 4, darker(colour, 0.08), width, back=min(12.0, depth))
    pen.rect((pen.w * 0.04, depth + 4, pen.w * 0.92, 9), darker(colour, 0.14), 1.0, WOOD)
    pen.shade((pen.w * 0.04, depth + 4, pen.w * 0.92, 4), 0.4, 1.5)
    top_face(pen, depth, colour)


def coffee_table(pen: Pen, look: Look) -> None:
    """A low table with a shelf below."""
    colour, depth = look.wood(), face_depth(look, 0.12)
    legs(pen, depth + 4, darker(colour, 0.1), max(5.0, pen.w * 0.04), back=min(14.0, depth * 0.8))
    pen.poly([(pen.w * 0.1, 72), (pen.w * 0.9, 72), (pen.w * 0.96, 80), (pen.w * 0.04, 80)], colour, 0.6, WOOD)
    pen.rect((pen.w * 0.04, 79, pen.w * 0.92, 4), darker(colour, 0.2), 0.8, WOOD)
    top_face(pen, depth, colour, 7)


def desk(pen: Pen, look: Look) -> None:
    """A desk: drawers on the right, legs on the left."""
    colour, depth = look.wood(), face_depth(look)
    side = pen.w * 0.34
    legs(pen, depth + 4, darker(colour, 0.08), max(5.0, pen.w * 0.035), back=8)
    pen.rect((pen.w * 0.06, depth + 3, pen.w * 0.6, 10), darker(colour, 0.16), 1.0, WOOD)
    drawers(pen, (pen.w - side - 2, depth + 3, side, 92 - depth), colour, 3)
    pen.shade((3, depth + 4, pen.w - 6, 5), 0.4, 1.6)
    top_face(pen, depth, colour)


def drawers(pen: Pen, area: Area, colour: RGB, count: int) -> None:
    """A block of drawers with round knobs."""
    x, y, w, h = area
    pen.rect(area, darker(colour, 0.14), 1.6, WOOD)
    gap = 2.0
    each = (h - gap * (count + 1)) / count
    for row in range(count):
        top = y + gap + row * (each + gap)
        pen.rect((x + gap, top, w - 2 * gap, each), lighter(colour, 0.08), 1.6, WOOD)
        size = min(5.0, each * 0.3)
        pen.oval((x + w / 2 - size / 2, top + each / 2 - size / 2, size, size), BRASS, SOFT)


def counter(pen: Pen, look: Look) -> None:
    """A closed counter with panels and a light top."""
    colour, depth = look.paint(), face_depth(look)
    panels = max(2, round(pen.w / 55))
    pen.rect((pen.w * 0.02, depth, pen.w * 0.96, 96 - depth), colour, 1.5, SOFT)
    pen.rect((pen.w * 0.035, 92, pen.w * 0.93, 8), darker(colour, 0.5), 1.0, FLAT)
    each = pen.w * 0.92 / panels
    for k in range(panels):
        x = pen.w * 0.04 + k * each
        pen.rect((x + 2, depth + 12, each - 4, 74 - depth), lighter(colour, 0.22), 2.0, SOFT)
        pen.rect((x + each - 8, depth + 20, 2.2, 12), METAL, 1.0, SOFT)
    pen.shade((2, depth + 4, pen.w - 4, 5), 0.45, 1.8)
    top_face(pen, depth, (214, 200, 190), 6, SOFT)


def stall(pen: Pen, look: Look) -> None:
    """A market stall: striped awning, posts, a wooden counter at the surface height."""
    stripe = look.colour or ((220, 84, 84), (70, 150, 190), (236, 160, 70), (110, 170, 110))[look.variant % 4]
    wood: RGB = (196, 140, 92)
    level = min(80.0, max(42.0, look.stand(0.6)))
    for x in (pen.w * 0.07, pen.w * 0.90):
        pen.rect((x, 10, pen.w * 0.03 + 1, 90), darker(wood, 0.2), 1.2, WOOD)
    pen.rect((pen.w * 0.04, level + 5, pen.w * 0.92, 93 - level), wood, 1.5, WOOD)
    planks = max(4, round(pen.w / 18))
    for k in range(1, planks):
        pen.rect(
            (pen.w * 0.04 + k * pen.w * 0.92 / planks - 0.4, level + 8, 0.8, 86 - level), darker(wood, 0.35), 0.3, FLAT
        )
    pen.shade((pen.w * 0.04, level + 5, pen.w * 0.92, 5), 0.5, 1.8)
    pen.poly(
        [(pen.w * 0.07, level - 5), (pen.w * 0.93, level - 5), (pen.w * 0.99, level + 4), (pen.w * 0.01, level + 4)],
        lighter(wood, 0.25), 0.8, WOOD,
    )  # fmt: skip
    pen.rect((pen.w * 0.01, level + 3, pen.w * 0.98, 5), wood, 1.4, WOOD)
    _awning(pen, stripe)


def _awning(pen: Pen, stripe: RGB) -> None:
    count = max(5, round(pen.w / 16)) | 1
    each = pen.w / count
    for k in range(count):
        colour = stripe if k % 2 == 0 else CREAM
        back = pen.w * 0.08 + k * pen.w * 0.84 / count
        wide = pen.w * 0.84 / count
        x = k * each
        pen.poly([(back, 0), (back + wide, 0), (x + each, 22), (x, 22)], lighter(colour, 0.1), 0.3, FLAT)
        pen.rect((x, 20, each, 12), colour, each / 2, FLAT)
        pen.rect((x, 20, each, 5), colour, 0.3, FLAT)
    pen.shade((2, 21, pen.w - 4, 2), 0.25, 1.2)


def stool(pen: Pen, look: Look) -> None:
    """A round seat on splayed legs."""
    colour, depth = look.wood(), face_depth(look, 0.08)
    for x0, x1, end, shade in (
        (0.34, 0.24, 90.0, 0.3),
        (0.66, 0.76, 90.0, 0.3),
        (0.2, 0.06, 98.0, 0.1),
        (0.8, 0.94, 98.0, 0.1),
    ):
        pen.tube([(pen.w * x0, depth), (pen.w * x1, end)], max(5.0, pen.w * 0.08), darker(colour, shade), WOOD)
    pen.tube([(pen.w * 0.17, 66), (pen.w * 0.83, 66)], max(3.5, pen.w * 0.05), darker(colour, 0.2), WOOD)
    pen.oval((0, 4, pen.w, depth + 6), darker(colour, 0.08), WOOD)
    pen.oval((0, 0, pen.w, depth + 4), lighter(colour, 0.16), WOOD)
