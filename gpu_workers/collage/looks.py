"""The looks of things: other people, colours, coats, proportions and forms; two of a category seldom look the same.

In: a category, a folder of sprites, a number.  Out: a `Look` of the number; the sprite that it names; pictures in its tone.
The same number is always the same look.  What a graph asks for (a colour, a side that is faced) goes before any look.
"""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from PIL import Image

from gpu_workers.collage import colour as colours
from gpu_workers.collage.drawings.recipe import other_forms
from gpu_workers.collage.sprites.coats import Coat, coats_of
from gpu_workers.collage.sprites.outlines import Outline, outlines_of
from spatial.knowledge.categories import Category

COMPLEXIONS = ("-1f3fb", "-1f3fc", "-1f3fd", "-1f3fe", "-1f3ff")
FIGURES = ("", "-200d-2640-fe0f", "-200d-2642-fe0f")
"""What the names of the sprites of one person end with: the complexion, then whether a woman, a man or neither."""

TONES = ((1.0, 1.0), (0.84, 1.1), (1.08, 0.84), (0.93, 0.82), (1.08, 1.12))
"""Factors on brightness and on saturation. Of half its saturation an orange is of a khaki that seems half transparent, and
of a quarter more a tomato is of magenta."""

GREY = (0.299, 0.587, 0.114)
"""Shares of the channels in brightness (Rec. 601)."""

SHINING = frozenset({"sun", "crescent moon", "campfire"})

FORM_STRIDE = 100_003
"""Keeps the form apart from colour and tone, which are lower digits of the same number."""

WRITTEN = ("clock", "watch", "calendar", "sign", "book", "newspaper", "keyboard", "piano", "flag", "map", "globe", "card",
           "dice", "die", "ticket", "label", "scoreboard", "bus", "receipt", "scale", "thermometer", "abacus", "store",
           "hospital", "bank", "hotel", "school", "post office")  # fmt: skip
"""Words of names of things with letters, digits or an order from left to right, which are never mirrored."""


@dataclass(frozen=True)
class Appearance:
    """How one object looks: its sprite, a colour that no one asked for, the factors of its tone, mirrored or not."""

    sprite: str
    colour: str | None
    tone: tuple[float, float]
    mirrored: bool
    coat: Coat
    outline: Outline


def appearance(category: Category, folder: Path, number: int) -> Appearance:
    """The look of this number of a category with a sprite."""
    sprites = sprites_of(folder, category.sprite or "")
    number, sprite = divmod(number, len(sprites))
    palette = (None, *_typical_colours(category))
    number, chosen = divmod(number, len(palette))
    number, tone = divmod(number, len(TONES))
    mirrors = category.faces is None and not set(WRITTEN) & set(category.name.split())
    number, mirrored = divmod(number, 2)
    coats, outlines = coats_of(category.name), outlines_of(category.name)
    number, coat = divmod(number, len(coats))
    return Appearance(
        sprites[sprite],
        palette[chosen],
        tone_of(category.name, tone),
        mirrors and mirrored == 1,
        coats[coat],
        outlines[number % len(outlines)],
    )


def tone_of(name: str, number: int) -> tuple[float, float]:
    """The tone of this number; what shines is never dull."""
    return TONES[0] if name in SHINING else TONES[number % len(TONES)]


def form_of(name: str, number: int) -> int:
    """Which form a thing of this number has: 0 that of its sprite or usual drawing, from 1 on another drawing."""
    return number // FORM_STRIDE % (1 + len(other_forms().get(name, ())))


def _typical_colours(category: Category) -> tuple[str, ...]:
    """The colours that such a thing often has, where a sprite can take them."""
    named = (colours.canonical(word) for word in category.attributes.get("colour", ())) if category.tint else ()
    return tuple(dict.fromkeys(name for name in named if name is not None))


@lru_cache(maxsize=1024)
def sprites_of(folder: Path, name: str) -> tuple[str, ...]:
    """The sprites of people of one kind that the folder has, in a fixed order; of anything else its only one."""
    stem = name.removesuffix("-fe0f")
    names = (f"{stem}{complexion}{figure}" for figure in FIGURES for complexion in COMPLEXIONS)
    return tuple(found for found in names if (folder / f"{found}.webp").is_file()) or (name,)


def toned(picture: Image.Image, tone: tuple[float, float]) -> Image.Image:
    """The picture brighter or darker, paler or stronger in colour; its shape stays."""
    if tone == TONES[0]:
        return picture
    alpha = picture.getchannel("A")
    changed = picture.convert("RGB").convert("RGB", _matrix(*tone))
    changed.putalpha(alpha)
    return changed


@lru_cache(maxsize=16)
def _matrix(brightness: float, saturation: float) -> tuple[float, ...]:
    """Three rows of shares of red, green and blue: each channel mixed with the grey that it has, and made brighter."""
    grey = tuple((1 - saturation) * share for share in GREY)
    rows = ([grey[k] + (saturation if k == channel else 0.0) for k in range(3)] for channel in range(3))
    return tuple(number for row in rows for number in (*(brightness * share for share in row), 0.0))
