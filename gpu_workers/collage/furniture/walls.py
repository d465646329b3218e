"""What hangs on a wall, stands in it, or lies on the floor: windows, doors, pictures, rugs.

In: a pen and a look.  Out: strokes.
"""

from gpu_workers.collage.furniture.look import BRASS, CREAM, METAL, SKY, WHITE, WOODS, Look
from gpu_workers.collage.pen import FLAT, GLASS, PLUSH, RGB, SOFT, WOOD, Pen, darker, lighter


def window(pen: Pen, look: Look) -> None:
    """Four panes with sky behind, and a sill."""
    frame = look.colour or WHITE
    bar = min(pen.w, 100.0) * 0.07
    pen.rect((pen.w * 0.03, 0, pen.w * 0.94, 96), frame, 3.5, SOFT)
    wide, tall = (pen.w * 0.94 - 3 * bar) / 2, (94 - 3 * bar) / 2
    for col in range(2):
        for row in range(2):
            x, y = pen.w * 0.03 + bar + col * (wide + bar), bar + row * (tall + bar)
            pen.rect((x, y, wide, tall), lighter(SKY, 0.1 + 0.3 * row), 1.5, FLAT)
            pen.poly(
                [(x + wide * 0.1, y + tall), (x + wide * 0.6, y), (x + wide * 0.85, y), (x + wide * 0.35, y + tall)], (240, 250, 255), 0.2, GLASS
            )
    pen.rect((0, 92, pen.w, 8), lighter(frame, 0.2), 2.5, SOFT)


def door(pen: Pen, look: Look) -> None:
    """A panelled door in its frame."""
    colour = look.wood()
    pen.rect((0, 0, pen.w, 100), lighter(colour, 0.55), 2.5, SOFT)
    pen.rect((pen.w * 0.09, 4, pen.w * 0.82, 96), colour, 1.5, WOOD)
    for y, h in ((10, 36), (52, 20), (77, 17)):
        pen.rect((pen.w * 0.2, y, pen.w * 0.6, h), darker(colour, 0.14), 2.5, FLAT)
        pen.rect((pen.w * 0.23, y + 1.8, pen.w * 0.54, h - 3.6), lighter(colour, 0.06), 2, WOOD)
    pen.oval((pen.w * 0.8, 49, pen.w * 0.09, pen.w * 0.09), BRASS)


def picture_frame(pen: Pen, look: Look) -> None:
    """A framed abstract picture: soft bands that show nothing countable."""
    frame = look.colour or (WOODS + (BRASS,))[look.variant % 6]
    edge = min(pen.w, 100.0) * 0.09
    pen.rect((0, 0, pen.w, 100), frame, 2.5, WOOD)
    pen.rect((edge, edge, pen.w - 2 * edge, 100 - 2 * edge), CREAM, 1, FLAT)
    inner = edge * 1.9
    tones: tuple[RGB, ...] = ((246, 200, 150), (238, 150, 130), (130, 160, 200), (90, 120, 170), (160, 190, 160))
    tall = (100 - 2 * inner) / 4
    for k in range(4):
        tone = tones[(k + look.variant) % len(tones)]
        pen.rect((inner, inner + k * tall, pen.w - 2 * inner, tall + 0.5), tone, 0.4, FLAT)


def mirror(pen: Pen, look: Look) -> None:
    """A mirror in a frame."""
    frame = look.colour or BRASS
    edge = min(pen.w, 100.0) * 0.08
    pen.rect((0, 0, pen.w, 100), frame, min(pen.w, 100) * 0.3, SOFT)
    pen.rect((edge, edge, pen.w - 2 * edge, 100 - 2 * edge), (190, 222, 238), min(pen.w, 100) * 0.25, FLAT)
    pen.poly([(pen.w * 0.2, 70), (pen.w * 0.6, 18), (pen.w * 0.74, 18), (pen.w * 0.3, 78)], (250, 254, 255), 1, GLASS)


def curtain(pen: Pen, look: Look) -> None:
    """A gathered curtain on a rod."""
    colour = look.fabric()
    folds = max(3, round(pen.w / 12))
    each = pen.w * 0.94 / folds
    for k in range(folds):
        tone = lighter(colour, 0.10) if k % 2 else darker(colour, 0.06)
        pen.rect((pen.w * 0.03 + k * each - 0.6, 4, each + 1.2, 96), tone, each / 3, PLUSH)
    pen.rect((0, 0, pen.w, 6), BRASS, 3)


def board(pen: Pen, look: Look) -> None:
    """A chalkboard, or a board of the colour asked for, in a wooden frame."""
    colour = look.colour or (66, 112, 96)
    edge = min(pen.w, 100.0) * 0.06
    pen.rect((0, 0, pen.w, 97), WOODS[1], 2.5, WOOD)
    pen.rect((edge, edge, pen.w - 2 * edge, 95 - 2 * edge), colour, 1.5, FLAT)
    pen.rect((pen.w * 0.1, 93, pen.w * 0.8, 7), lighter(WOODS[1], 0.2), 2, WOOD)


def whiteboard(pen: Pen, look: Look) -> None:
    """A white board in a metal frame."""
    edge = min(pen.w, 100.0) * 0.05
    pen.rect((0, 0, pen.w, 97), METAL, 2.5, SOFT)
    pen.rect((edge, edge, pen.w - 2 * edge, 95 - 2 * edge), look.colour or (246, 248, 252), 1.5, FLAT)
    pen.rect((pen.w * 0.25, 92, pen.w * 0.5, 8), darker(METAL, 0.1), 2, SOFT)


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


def round_rug(pen: Pen, look: Look) -> None:
    """A round rug lying on the floor."""
    colour = look.fabric()
    for share, tone in ((0.0, darker(colour, 0.12)), (0.08, lighter(colour, 0.6)), (0.16, colour), (0.5, lighter(colour, 0.3))):
        pen.oval((pen.w * share / 2, 50 * share, pen.w * (1 - share), 100 * (1 - share)), tone, FLAT)


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
