"""What the painter of a backdrop needs to know about the scene.

In: a scene kind, where objects will stand, which words must not be shown.  Out: a frozen `BackdropContext`.
"""

from dataclasses import dataclass, field
from typing import Literal

Ground = Literal["floor", "surface", "wall", "ceiling", "air", "water"]

BESIDE = 4.0
"""Least space between what hangs on a wall and what is built into it, in pixels."""


@dataclass(frozen=True)
class Foot:
    """Where an object meets its support: from `left` to `right` at height `y`, in pixels; `top` is that of its box.

    `name`, `place`: its category, and where that belongs, if it says so.
    """

    ground: Ground
    left: float
    right: float
    top: float
    y: float
    name: str = ""
    place: str | None = None


@dataclass(frozen=True)
class BackdropContext:
    """`horizon` in pixels from the top. `wanted`: the scene's elements; `avoid`: what must not be painted.

    `metre`: how many pixels a metre takes at the far end of the ground, going by the things in the picture.
    """

    scene: str
    size: tuple[int, int]
    horizon: int
    seed: int
    wanted: frozenset[str] = frozenset()
    avoid: frozenset[str] = frozenset()
    feet: tuple[Foot, ...] = field(default=())
    metre: float = 90.0

    def tall(self, metres: float, least: float, most: float) -> float:
        """The height in pixels of something so tall at the far end of the ground, within shares of the sky's height."""
        return min(max(metres * self.metre, least * self.horizon), most * self.horizon)

    @property
    def border(self) -> float:
        """The height of a fence or hedge at the far end of the ground, in pixels."""
        return self.tall(1.15, 0.22, 0.5)

    def is_covered(self, left: float, top: float, right: float, bottom: float) -> bool:
        """Whether an object on the wall, at the ceiling or in the air would overlap this area."""
        return any(
            foot.left < right and foot.right > left and foot.top < bottom and foot.y > top
            for foot in self.feet
            if foot.ground in ("wall", "ceiling", "air")
        )

    def is_bare(self, left: float, top: float, right: float, bottom: float) -> bool:
        """Whether nothing hangs on this area of the wall, or closer beside it than BESIDE."""
        hung = [foot for foot in self.feet if foot.ground == "wall"]
        left, right, top, bottom = left - BESIDE, right + BESIDE, top - BESIDE, bottom + BESIDE
        return not any(foot.left < right and foot.right > left and foot.top < bottom and foot.y > top for foot in hung)

    def uncovered(self, span: tuple[float, float], top: float, bottom: float, gap: float) -> tuple[float, float]:
        """The widest part of a span of the wall, in pixels, that keeps `gap` clear of what hangs between two heights."""
        hung = [foot for foot in self.feet if foot.ground == "wall" and foot.top < bottom and foot.y > top]
        start, parts = span[0], []
        for foot in sorted(hung, key=lambda foot: foot.left):
            parts.append((start, min(span[1], foot.left - gap)))
            start = max(start, foot.right + gap)
        return max([*parts, (start, span[1])], key=lambda part: part[1] - part[0])
