"""The picture of every object: sprite or drawn, recoloured, mirrored, scaled to its box.

In: a placed object and the boxes of its content.  Out: an RGBA picture and the attributes that it shows.
Composing is the task of `gpu_workers.collage.compose`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from PIL import Image, ImageOps

from gpu_workers.collage import colour as colours
from gpu_workers.collage.furniture.catalogue import DRAWN_WHEN_FILLED, furniture
from gpu_workers.collage.furniture.look import Look
from gpu_workers.collage.paint_order import Place
from gpu_workers.collage.sprites.sprite_library import load_sprite, scaled
from schemas.graph import Box
from spatial.knowledge.categories import Category

MIN_NAMED_SHARE = 0.45
"""Least share of a recoloured object's pixels that must be named by the colour for people to name the object by it: a red
car has black tyres and windows (0.46), a spool of red thread is mostly spool (0.41)."""

KEPT_TINTS = 256
"""Recoloured sprites kept in memory, 0.25 MB each."""

VARIANTS = 4
"""Variants of furniture without a requested colour: few, so that the cache holds them."""

FACING = {"facing left": "left", "facing right": "right"}
GRAIN = {"wooden"}


@dataclass(frozen=True)
class ObjectPicture:
    """`image` fills the object's box exactly; `drawn` are those of its attributes that it shows."""

    image: Image.Image
    drawn: tuple[str, ...]


class Painter:
    """Makes pictures of objects from a folder of sprites."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def picture(self, place: Place, held: Sequence[Box], variant: int) -> ObjectPicture:
        """The picture of one object. Raises PermanentError where its sprite is missing."""
        category = place.category
        colour = next((c for c in map(colours.canonical, place.attributes) if c), None)
        if category.sprite is None or (held and category.name in DRAWN_WHEN_FILLED):
            image, drawn = self._furniture(place, colour, held, variant)
        else:
            image, drawn = self._sprite(category, colour)
            image = colours.without_water(image) if place.ground == "water" else image
        facing = next((FACING[a] for a in place.attributes if a in FACING), None)
        if category.faces and facing and facing != category.faces:
            image = ImageOps.mirror(image)
        if category.faces and facing:
            drawn = drawn | {facing}
        words = tuple(a for a in place.attributes if colours.canonical(a) in drawn or FACING.get(a) in drawn or a in drawn)
        return ObjectPicture(scaled(image, place.box[2], place.box[3]), words)

    def _sprite(self, category: Category, colour: str | None) -> tuple[Image.Image, set[str]]:
        sprite = load_sprite(self._folder, category.sprite or "")
        if colour is None:
            return sprite, set()
        if category.tint:
            image, share = tinted_sprite(self._folder, category.sprite or "", colour)
            return (image, {colour}) if share >= MIN_NAMED_SHARE else (sprite, set())
        return sprite, {colour} if colours.has_colour(sprite, colour) else set()

    def _furniture(
        self, place: Place, colour: str | None, held: Sequence[Box], variant: int
    ) -> tuple[Image.Image, set[str]]:
        category = place.category
        chosen = colour if category.tint or colour == "brown" else None
        rgb = colours.rgb_of(chosen) if chosen else None
        levels = tuple(sorted(round((b[1] + b[3] - place.box[1]) / place.box[3], 2) for b in held))
        name = category.name
        shown = levels if name == "bookshelf" else ()
        look = Look(rgb, category.surface, variant % VARIANTS, shown, bool(held))
        image = furniture(name, category.aspect, look)
        drawn = {colour} if colour and colours.named_share(image, colour) >= MIN_NAMED_SHARE else set()
        return image, drawn | (GRAIN if name in WOODEN else set())


WOODEN = frozenset(
    {"table", "desk", "coffee table", "nightstand", "stool", "chair", "bench", "bookshelf", "cabinet", "wardrobe",
     "wall shelf", "crate", "barrel", "cutting board", "fence"}
)  # fmt: skip
"""Drawn with wood grain in every colour."""


@lru_cache(maxsize=KEPT_TINTS)
def tinted_sprite(folder: Path, name: str, colour: str) -> tuple[Image.Image, float]:
    """A recoloured sprite, and the share of its opaque pixels that would be named by the colour."""
    image = colours.tinted(load_sprite(folder, name), colour)
    return image, colours.named_share(image, colour)
