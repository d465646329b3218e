"""Parameters of a drawing function: colours, and where other objects will stand on the furniture.

In: a category's surface height, an optional colour, a variant number.  Out: a frozen `Look`.  Draws nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass

from gpu_workers.collage.drawing_pen import RGB, Pen

WOODS: tuple[RGB, ...] = ((178, 116, 70), (202, 145, 92), (148, 92, 60), (216, 170, 120), (124, 78, 60))
FABRICS: tuple[RGB, ...] = (
    (74, 122, 196), (206, 92, 96), (88, 158, 134), (222, 162, 84), (142, 112, 186), (96, 128, 150), (196, 128, 150),
)  # fmt: skip
PAINTS: tuple[RGB, ...] = ((236, 230, 222), (150, 182, 196), (240, 206, 150), (170, 196, 160), (222, 160, 148))
METAL: RGB = (186, 190, 204)
DARK_METAL: RGB = (84, 84, 104)
CREAM: RGB = (244, 236, 222)
WHITE: RGB = (238, 238, 244)
BRASS: RGB = (232, 180, 84)
SKY: RGB = (126, 204, 246)


@dataclass(frozen=True)
class Look:
    """`colour` is the requested colour or None; `surface` the share of the height below the top; `variant` varies.

    `levels`: where held objects stand, as shares of the height from the top.  `filled`: whether it holds anything.
    """

    colour: RGB | None = None
    surface: float | None = None
    variant: int = 0
    levels: tuple[float, ...] = ()
    filled: bool = False

    def wood(self) -> RGB:
        """The requested colour, or a wood."""
        return self.colour or WOODS[self.variant % len(WOODS)]

    def fabric(self) -> RGB:
        """The requested colour, or a fabric."""
        return self.colour or FABRICS[self.variant % len(FABRICS)]

    def paint(self) -> RGB:
        """The requested colour, or a painted surface."""
        return self.colour or PAINTS[self.variant % len(PAINTS)]

    def stand(self, default: float) -> float:
        """The height of the standing surface below the top edge, in units."""
        return 100.0 * (default if self.surface is None else self.surface)


DrawsThing = Callable[[Pen, Look], None]
