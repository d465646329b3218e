"""Flat objects on walls and floors: boards, rugs, blankets.

In: a pen and a look.  Out: strokes.
"""

from gpu_workers.collage.drawing_pen import FLAT, WOOD, Pen, darker, lighter
from gpu_workers.collage.furniture.furniture_style import WOODS, Look


def board(pen: Pen, look: Look) -> None:
    """A chalkboard, or a board of the requested colour, in a wooden frame."""
    colour = look.colour or (66, 112, 96)
    edge = min(pen.w, 100.0) * 0.06
    pen.rect((0, 0, pen.w, 97), WOODS[1], 2.5, WOOD)
    pen.rect((edge, edge, pen.w - 2 * edge, 95 - 2 * edge), colour, 1.5, FLAT)
    pen.rect((pen.w * 0.1, 93, pen.w * 0.8, 7), lighter(WOODS[1], 0.2), 2, WOOD)


def rug(pen: Pen, look: Look) -> None:
    """A rug lying on the floor, seen at a low angle."""
    colour = look.fabric()
    inset = pen.w * 0.13

    def quad(share: float) -> list[tuple[float, float]]:
        dx, dy = pen.w * 0.5 * share, 50 * share
        return [(inset + dx * 0.7, dy), (pen.w - inset - dx * 0.7, dy), (pen.w - dx, 100 - dy), (dx, 100 - dy)]

    pen.poly(quad(0.0), darker(colour, 0.15), 3, FLAT)
    pen.poly(quad(0.10), lighter(colour, 0.65), 2, FLAT)
    pen.poly(quad(0.18), colour, 2, FLAT)
    pen.poly(quad(0.52), lighter(colour, 0.35), 2, FLAT)
    pen.poly(quad(0.66), darker(colour, 0.05), 2, FLAT)


def blanket(pen: Pen, look: Look) -> None:
    """A chequered picnic blanket lying on the ground."""
    colour = look.colour or ((214, 74, 78), (70, 130, 200), (90, 160, 100))[look.variant % 3]
    rows, cols, inset = 5, 8, pen.w * 0.14
    pen.poly([(inset, 0), (pen.w - inset, 0), (pen.w, 100), (0, 100)], darker(colour, 0.1), 2, FLAT)

    def at(col: float, row: float) -> tuple[float, float]:
        near = (row / rows) ** 1.25
        left, right = inset * (1 - near) + 1.5, pen.w - inset * (1 - near) - 1.5
        return left + (right - left) * col / cols, 2 + 95 * near

    for row in range(rows):
        for col in range(cols):
            tone = (colour, lighter(colour, 0.5), (250, 244, 236))[(row % 2) + (col % 2)]
            pen.poly([at(col, row), at(col + 1, row), at(col + 1, row + 1), at(col, row + 1)], tone, 0, FLAT)
