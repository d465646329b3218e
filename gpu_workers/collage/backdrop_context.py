"""What a backdrop is told before it is painted.

In: a scene kind, where things will stand, which words must not be shown.  Out: a frozen `Stage`.  Paints nothing.
"""

from dataclasses import dataclass, field
from typing import Literal

Ground = Literal["floor", "surface", "wall", "ceiling", "air", "water"]


@dataclass(frozen=True)
class Foot:
    """Where a thing meets what it rests on: from `left` to `right` at height `y`, in pixels; `top` of its box."""

    ground: Ground
    left: float
    right: float
    top: float
    y: float


@dataclass(frozen=True)
class Stage:
    """`horizon` in pixels from the top. `wanted`: words of the scene's elements; `avoid`: words not to be painted."""

    scene: str
    size: tuple[int, int]
    horizon: int
    seed: int
    wanted: frozenset[str] = frozenset()
    avoid: frozenset[str] = frozenset()
    feet: tuple[Foot, ...] = field(default=())

    def covered(self, left: float, top: float, right: float, bottom: float) -> bool:
        """Whether a thing on the wall or in the air would overlap this area."""
        return any(
            foot.left < right and foot.right > left and foot.top < bottom and foot.y > top
            for foot in self.feet
            if foot.ground in ("wall", "ceiling", "air")
        )
