"""The picture of every object: sprite or drawn, recoloured, mirrored, scaled to its box.

In: a placed object, the boxes of its content, a number that varies its look.  Out: an RGBA picture and the attributes that
it shows.
Composing is the task of `gpu_workers.collage.compose`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from PIL import Image, ImageOps

from gpu_workers.collage import colour as colours
from gpu_workers.collage.furniture.furniture_style import Look
from gpu_workers.collage.furniture.furniture_table import DRAWN_WHEN_FILLED, furniture
from gpu_workers.collage.looks import Appearance, appearance, form_of, tone_of, toned
from gpu_workers.collage.paint_order import Place, Side
from gpu_workers.collage.sprites.coats import Coat, coated
from gpu_workers.collage.sprites.outlines import outlined
from gpu_workers.collage.sprites.sprite_library import cropped, load_sprite, scaled
from schemas.graph import Box
from spatial.knowledge.categories import Category, Leaning, OtherDrawing, Pose

MIN_NAMED_SHARE = 0.45
"""Least share of a recoloured object's pixels that must be named by the colour for people to name the object by it: a red
car has black tyres and windows (0.46), a spool of red thread is mostly spool (0.41)."""

KEPT_TINTS = 512
"""Recoloured sprites kept in memory, 0.25 MB each."""

KEPT_COATS = 192
"""Sprites in other coats kept in memory, 0.25 MB each."""

BARE = Coat()

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
        form = 0 if held or place.attributes or place.leans else form_of(category.name, variant)
        drawn_so = form or _leaning_drawing(place) or (held and category.name in DRAWN_WHEN_FILLED)
        if category.sprite is None or drawn_so:
            image, drawn = self._furniture(place, colour, held, variant, form)
            image = scaled(_leaned_in_place(image, place), place.box[2], place.box[3])
            image = _in_tone(image, tone_of(category.name, variant // VARIANTS), drawn)
        else:
            image, drawn = self._sprite(place, colour, appearance(category, self._folder, variant))
        facing = next((FACING[a] for a in place.attributes if a in FACING), None)
        if category.faces and facing and facing != category.faces:
            image = ImageOps.mirror(image)
        if category.faces and facing:
            drawn = drawn | {facing}
        words = tuple(a for a in place.attributes if colours.canonical(a) in drawn or FACING.get(a) in drawn or a in drawn)
        return ObjectPicture(image, words)

    def _sprite(self, place: Place, colour: str | None, look: Appearance) -> tuple[Image.Image, set[str]]:
        """The sprite in its box and the colour that it shows; in the look's tone unless the colour's name would change."""
        sprite, drawn = self._coloured(place.category, colour, look)
        if place.ground == "water":
            sprite = colours.without_water(sprite)
            sprite = sprite if colour else coated(sprite, look.coat)
        elif not colour and look.coat != BARE:
            own = look.colour if place.category.tint else None
            sprite = coated_sprite(self._folder, look.sprite, place.category.pose, own, look.coat)
        turned = _leaned_in_place(sprite, place) if place.leans else ImageOps.mirror(sprite) if look.mirrored else sprite
        image = scaled(turned, place.box[2], place.box[3])
        return _in_tone(outlined(image, look.outline), look.tone, drawn), drawn

    def _coloured(self, category: Category, colour: str | None, look: Appearance) -> tuple[Image.Image, set[str]]:
        sprite, wanted = load_sprite(self._folder, look.sprite, category.pose), colour or look.colour
        if category.tint and wanted is not None:
            image, share = tinted_sprite(self._folder, look.sprite, category.pose, wanted)
            if colour is None or share >= MIN_NAMED_SHARE:
                return image, set() if colour is None else {colour}
        return sprite, {colour} if colour is not None and colours.has_colour(sprite, colour) else set()

    def _furniture(
        self, place: Place, colour: str | None, held: Sequence[Box], variant: int, form: int
    ) -> tuple[Image.Image, set[str]]:
        category = place.category
        chosen = colour if category.tint or colour == "brown" else None
        rgb = colours.rgb_of(chosen) if chosen else None
        levels = tuple(sorted(round((b[1] + b[3] - place.box[1]) / place.box[3], 2) for b in held))
        name = category.name
        shown = levels if name == "bookshelf" else ()
        look = Look(rgb, category.surface, variant % VARIANTS, shown, bool(held))
        leaning = _leaning_drawing(place)
        image = furniture(*((leaning.drawing, leaning.aspect) if leaning else (name, category.aspect)), look, form)
        drawn = {colour} if colour and colours.named_share(image, colour) >= MIN_NAMED_SHARE else set()
        return image, drawn | (GRAIN if name in WOODEN else set())


def _leaning_drawing(place: Place) -> OtherDrawing | None:
    """The drawing that is taken when the object leans, if that is another one."""
    leaning = place.category.leaning if place.leans else None
    return None if leaning is None else leaning.other


def _leaned_in_place(image: Image.Image, place: Place) -> Image.Image:
    """The picture, tilted where the object leans on something."""
    leaning = place.category.leaning
    return image if leaning is None or place.leans is None else leaned(image, leaning, place.leans)


def leaned(picture: Image.Image, leaning: Leaning, side: Side) -> Image.Image:
    """The upright picture, tilted so that its upper end is at this side, and cropped to what is visible."""
    upright = ImageOps.mirror(picture) if leaning.mirrored else picture
    turned = cropped(upright.convert("RGBa").rotate(leaning.turn, Image.Resampling.BICUBIC, expand=True).convert("RGBA"))
    return turned if side == "right" or not leaning.turn else ImageOps.mirror(turned)


def _in_tone(image: Image.Image, tone: tuple[float, float], drawn: set[str]) -> Image.Image:
    """The picture in the tone, unless the tone would change the name of a colour that it shows."""
    varied = toned(image, tone)
    return varied if all(colours.has_colour(varied, each) for each in drawn if each in colours.RAMPS) else image


WOODEN = frozenset(
    {"table", "desk", "coffee table", "nightstand", "stool", "chair", "bench", "bookshelf", "cabinet", "wardrobe",
     "wall shelf", "crate", "barrel", "cutting board", "fence", "ladder"}
)  # fmt: skip
"""Drawn with wood grain in every colour."""


@lru_cache(maxsize=KEPT_COATS)
def coated_sprite(folder: Path, name: str, pose: Pose | None, colour: str | None, coat: Coat) -> Image.Image:
    """A sprite in its pose and a coat, recoloured before if a colour is given."""
    plain = load_sprite(folder, name, pose) if colour is None else tinted_sprite(folder, name, pose, colour)[0]
    return coated(plain, coat)


@lru_cache(maxsize=KEPT_TINTS)
def tinted_sprite(folder: Path, name: str, pose: Pose | None, colour: str) -> tuple[Image.Image, float]:
    """A recoloured sprite in its pose, and the share of its opaque pixels that would be named by the colour."""
    image = colours.tinted(load_sprite(folder, name, pose), colour)
    return image, colours.named_share(image, colour)
