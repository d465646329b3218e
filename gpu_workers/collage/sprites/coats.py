"""The coats of animals and the usual colours of other things whose sprite has one, where no colour is asked for.

In: an RGBA sprite and a coat.  Out: the sprite in that colour, with white socks or patches.
A colour that is asked for goes before any coat: `gpu_workers.collage.object_pictures` sees to that.
"""

from dataclasses import dataclass
from functools import lru_cache
from random import Random

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageFilter

from gpu_workers.collage import colour as colours

FUR = ("brown", "black", "white", "gray", "beige")

COLOURS: dict[str, tuple[str, ...]] = {
    "cat": (*FUR, "orange"), "dog": FUR, "rabbit": FUR, "mouse": ("brown", "beige", "black"), "rat": ("brown", "beige"),
    "horse": ("black", "white", "beige", "gray"), "goat": ("white", "black", "gray"), "pig": ("beige", "black"),
    "sheep": ("black", "brown", "beige"), "llama": ("brown", "black", "beige"), "squirrel": ("gray", "black", "brown"),
    "ox": ("black", "beige"), "ram": ("beige", "gray"), "donkey": ("brown", "beige"), "poodle": ("white", "black", "beige"),
    "goose": ("white", "brown"), "dove": ("gray", "beige"), "parrot": ("blue", "green", "yellow"),
    "butterfly": ("blue", "yellow", "purple", "pink", "white"), "fish": ("orange", "red", "gray", "yellow"),
    "snake": ("brown", "gray", "yellow"), "lizard": ("brown", "gray"), "snail": ("beige", "gray"),
    "beetle": ("blue", "black", "brown"), "teddy bear": ("white", "pink", "gray", "beige"),
    "paper cup": ("blue", "green", "brown", "black"), "basket": ("brown", "beige"), "cardboard box": ("beige",),
    "traffic barrier": ("red", "orange"), "clipboard": ("brown", "black", "blue"),
    "gift box": ("red", "blue", "green", "purple"),
    "tulip": ("red", "yellow", "white", "orange"), "rose": ("yellow", "pink", "white"), "daisy": ("pink", "yellow"),
    "bicycle": ("blue", "green", "black", "yellow", "white"), "tractor": ("red", "blue"),
    "pickup truck": ("blue", "white", "gray", "black"),
}  # fmt: skip
"""The colours that things of a kind often have besides that of their sprite."""

PATCHED = frozenset({"cat", "dog", "rabbit", "horse", "goat", "mouse", "pig", "ox"})
"""Animals that often have white socks or patches."""

SOCKS_SHARE = 0.2
"""The height of white socks, as a share of an animal's height."""

SHADED = 0.4
"""How much of silver is in a white coat: pure white shows no form."""

PATCHES = 5
"""Patches on an animal; some of them fall beside it."""


@dataclass(frozen=True)
class Coat:
    """A canonical colour or None, and a pattern in white: 0 none, 1 socks, from 2 on patches of that number."""

    colour: str | None = None
    pattern: int = 0


@lru_cache(maxsize=256)
def coats_of(name: str) -> tuple[Coat, ...]:
    """The coats of things of a category, the sprite's own first."""
    plain = tuple(Coat(colour) for colour in (None, *COLOURS.get(name, ())))
    if name not in PATCHED:
        return plain
    return (*plain, *(Coat(coat.colour, 1 + n % 3) for n, coat in enumerate(plain) if coat.colour != "white"))


def coated(sprite: Image.Image, coat: Coat) -> Image.Image:
    """The sprite in its coat."""
    tinted = sprite if coat.colour is None else colours.tinted(sprite, coat.colour)
    if coat.colour == "white":
        tinted = Image.blend(tinted, colours.tinted(sprite, "silver"), SHADED)
    if not coat.pattern:
        return tinted
    white = colours.tinted(sprite, "white")
    where = _socks(sprite.size) if coat.pattern == 1 else _patches(sprite.size, coat.pattern)
    fur = Image.fromarray(_fur(sprite))
    mixed = Image.composite(white.convert("RGB"), tinted.convert("RGB"), ImageChops.multiply(where, fur))
    mixed.putalpha(sprite.getchannel("A"))
    return mixed


def _fur(sprite: Image.Image) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    """How much each pixel is of the sprite's main colour, 0 to 255: eyes, noses and collars are not."""
    pixels = np.asarray(sprite)
    weight = colours.main_weight(pixels[..., :3].astype(np.float32) / 255, pixels[..., 3])
    found: np.ndarray[tuple[int, ...], np.dtype[np.uint8]] = np.round(weight * 255).astype(np.uint8)
    return found


def _socks(size: tuple[int, int]) -> Image.Image:
    mask = Image.new("L", size)
    ImageDraw.Draw(mask).rectangle((0, size[1] * (1 - SOCKS_SHARE), size[0], size[1]), fill=255)
    return mask.filter(ImageFilter.GaussianBlur(size[1] / 60))


def _patches(size: tuple[int, int], number: int) -> Image.Image:
    """Round spots of several sizes; the same number has the same ones."""
    width, height = size
    rng, mask = Random(number), Image.new("L", size)
    draw = ImageDraw.Draw(mask)
    for _ in range(PATCHES):
        x, y, r = rng.uniform(0.1, 0.9) * width, rng.uniform(0.15, 0.8) * height, rng.uniform(0.08, 0.2) * height
        draw.ellipse((x - r * rng.uniform(0.9, 1.5), y - r, x + r, y + r * rng.uniform(0.7, 1.2)), fill=255)
    return mask.filter(ImageFilter.GaussianBlur(height / 60))
