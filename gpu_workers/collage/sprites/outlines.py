"""Outlines: things that grow, or that hands form, differ in their proportions; the box of each stays filled.

In: an RGBA picture that fills its box, and an outline.  Out: a picture of the same size with other proportions.
Wheels, balls, machines and whatever is written on keep theirs.
"""

from dataclasses import dataclass
from itertools import pairwise

from PIL import Image

from gpu_workers.collage.sprites.sprite_library import cropped, scaled

BANDS = 16
"""Horizontal bands of which each is scaled alone: their edges do not show."""


@dataclass(frozen=True)
class Outline:
    """`rise`: the power of heights, over 1 with a larger upper part; `top`, `low`: shares of the width kept there."""

    rise: float = 1.0
    top: float = 1.0
    low: float = 1.0


OUTLINES = (Outline(), Outline(rise=1.22), Outline(rise=0.82), Outline(top=0.8), Outline(rise=1.1, low=0.82))

SUPPLE = frozenset(
    {"cat", "dog", "rabbit", "mouse", "rat", "horse", "cow", "pig", "sheep", "goat", "camel", "llama", "deer", "squirrel",
     "monkey", "elephant", "hedgehog", "rooster", "chick", "duck", "goose", "crow", "owl", "parrot", "penguin", "turtle",
     "snail", "butterfly", "dove", "fish", "frog", "tree", "pine tree", "palm tree", "cactus", "potted plant", "mushroom",
     "rose", "tulip", "sunflower", "daisy", "seedling", "rock", "log", "cloud", "balloon", "basket", "bucket", "backpack",
     "handbag", "money bag", "teddy bear", "candle", "jar", "paper cup", "trophy", "teapot", "jack-o'-lantern", "snowman",
     "pear", "apple", "wastebasket", "suitcase", "campfire", "hut", "tent", "bouquet", "amphora", "clay urn", "oil drum",
     "fire extinguisher", "helmet", "sneaker", "hiking boot", "shopping bag", "sun hat"}
)  # fmt: skip
"""What may have other proportions than its sprite."""


def outlines_of(name: str) -> tuple[Outline, ...]:
    """The outlines of things of a category, the sprite's own first."""
    return OUTLINES if name in SUPPLE else OUTLINES[:1]


def outlined(picture: Image.Image, outline: Outline) -> Image.Image:
    """The picture in other proportions."""
    if outline == OUTLINES[0] or picture.height < BANDS:
        return picture
    width, height = picture.size
    edges = [round(height * band / BANDS) for band in range(BANDS + 1)]
    mesh = [((0, a, width, b), _source(outline, width, height, a, b)) for a, b in pairwise(edges)]
    changed = picture.convert("RGBa").transform(picture.size, Image.Transform.MESH, mesh, Image.Resampling.BICUBIC)
    return scaled(cropped(changed.convert("RGBA")), width, height)


def _source(outline: Outline, width: int, height: int, top: int, low: int) -> tuple[float, ...]:
    """The corners of what a band shows: upper left, lower left, lower right, upper right."""
    (left, right), (low_left, low_right) = _sides(outline, width, top / height), _sides(outline, width, low / height)
    y, low_y = height * (top / height) ** outline.rise, height * (low / height) ** outline.rise
    return left, y, low_left, low_y, low_right, low_y, right, y


def _sides(outline: Outline, width: int, share: float) -> tuple[float, float]:
    """Where the sides of the source lie at a share of the height: the smaller the kept width, the further outside."""
    kept = outline.top + (outline.low - outline.top) * share
    return width / 2 - width / 2 / kept, width / 2 + width / 2 / kept
