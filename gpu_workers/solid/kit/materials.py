"""What things are made of: kinds of surface, and colours by name.

In: a kind and a colour.  Out: frozen values that the Blender program turns into shaders.
"""

from dataclasses import dataclass
from typing import Literal

Kind = Literal[
    "wood", "metal", "plastic", "paint", "fabric", "leather", "glass", "ceramic", "paper", "rubber", "leaf", "skin",
    "fur", "stone", "brick", "plaster", "floorboards", "tiles", "carpet", "grass", "earth", "sand", "asphalt", "water",
    "snow", "food", "light", "screen", "mirror", "picture",
]  # fmt: skip

Colour = tuple[float, float, float]
"""Red, green, blue from 0 to 1, as on a screen (sRGB)."""

Grain = Literal["x", "y", "z"]


@dataclass(frozen=True)
class Material:
    """`kind` says how the surface looks, `colour` and `second` what its pattern is made of.

    `grain`: the own axis of the thing along which wood runs.  `scale`: size of the pattern against the usual one.
    `glow`: how strongly it shines, 0 for what does not.
    """

    kind: Kind
    colour: Colour
    second: Colour | None = None
    grain: Grain = "z"
    scale: float = 1.0
    glow: float = 0.0


COLOURS: dict[str, Colour] = {
    "red": (0.72, 0.07, 0.06), "orange": (0.90, 0.42, 0.05), "yellow": (0.93, 0.77, 0.10), "green": (0.13, 0.47, 0.16),
    "blue": (0.09, 0.27, 0.65), "purple": (0.41, 0.16, 0.56), "pink": (0.93, 0.50, 0.64), "brown": (0.36, 0.20, 0.10),
    "black": (0.035, 0.035, 0.04), "white": (0.88, 0.87, 0.84), "gray": (0.45, 0.46, 0.47),
    "beige": (0.80, 0.71, 0.57), "oak": (0.66, 0.47, 0.28), "pine": (0.79, 0.61, 0.38), "walnut": (0.36, 0.22, 0.13),
    "steel": (0.72, 0.73, 0.75), "brass": (0.80, 0.62, 0.28), "copper": (0.78, 0.43, 0.28), "gold": (0.85, 0.65, 0.22),
    "cream": (0.91, 0.86, 0.74), "navy": (0.06, 0.10, 0.25), "teal": (0.08, 0.40, 0.42), "olive": (0.38, 0.38, 0.14),
    "terracotta": (0.70, 0.34, 0.20), "charcoal": (0.12, 0.12, 0.13), "cardboard": (0.66, 0.49, 0.31),
}  # fmt: skip


def wood(name: str = "oak", grain: Grain = "x") -> Material:
    """Wood by the name of a colour, its grain along an own axis."""
    return Material("wood", COLOURS[name], grain=grain)


def material(kind: Kind, colour: str | Colour, second: str | Colour | None = None, scale: float = 1.0) -> Material:
    """Any kind, with colours by name or value."""
    return Material(kind, _colour(colour), None if second is None else _colour(second), scale=scale)


def glowing(colour: str | Colour, strength: float) -> Material:
    """A surface that shines: a bulb, a screen that is on."""
    return Material("light", _colour(colour), glow=strength)


def _colour(given: str | Colour) -> Colour:
    return COLOURS[given] if isinstance(given, str) else given


@dataclass(frozen=True)
class Lamp:
    """A light within a thing: where (own axes, metres), watts, colour, and the radius in metres that softens shadows."""

    position: tuple[float, float, float]
    watts: float
    colour: Colour = (1.0, 0.78, 0.5)
    radius: float = 0.06
