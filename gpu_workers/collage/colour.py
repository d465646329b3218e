"""Colours by name: recolouring a picture so that a person would name the colour, and testing which colour a picture has.

In: an RGBA picture and a colour word.  Out: the recoloured picture, or whether the word fits.  Knows no objects.
"""

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from gpu_workers.collage.drawing_pen import RGB

Pixels = NDArray[Any]
"""Floating point, 0 to 1."""

RAMPS: dict[str, tuple[RGB, RGB, RGB]] = {
    #            in shadow        itself           in light
    "red": ((128, 14, 44), (222, 40, 52), (255, 124, 116)),
    "orange": ((206, 92, 16), (250, 136, 28), (255, 184, 92)),
    "yellow": ((232, 180, 32), (254, 216, 50), (255, 242, 150)),
    "green": ((18, 96, 54), (58, 170, 76), (150, 224, 138)),
    "blue": ((22, 50, 140), (42, 110, 222), (128, 188, 255)),
    "purple": ((66, 24, 120), (136, 72, 204), (200, 154, 250)),
    "pink": ((184, 60, 122), (246, 132, 182), (255, 206, 226)),
    "brown": ((66, 36, 22), (132, 82, 48), (194, 142, 98)),
    "black": ((10, 10, 16), (42, 42, 50), (110, 110, 122)),
    "white": ((224, 225, 231), (250, 250, 253), (255, 255, 255)),
    "gray": ((96, 98, 106), (144, 146, 154), (204, 206, 214)),
    "silver": ((108, 114, 128), (190, 196, 208), (248, 250, 255)),
    "gold": ((140, 88, 12), (224, 172, 48), (255, 236, 150)),
    "beige": ((170, 136, 96), (226, 202, 164), (250, 238, 214)),
    "turquoise": ((10, 108, 116), (44, 190, 186), (156, 238, 226)),
}
SYNONYMS = {
    "grey": "gray",
    "golden": "gold",
    "violet": "purple",
    "teal": "turquoise",
    "cream": "beige",
    "tan": "beige",
    "navy": "blue",
}

BASIC = ("red", "orange", "yellow", "green", "blue", "purple", "pink", "brown", "black", "white", "gray")
"""The colours that all people name (Berlin and Kay 1969): what one calls golden another calls yellow, not the reverse."""

MIN_SATURATION = 0.22
"""Saturation below which a pixel has no usable hue."""

RAMP_STEPS = 1024
"""Steps of lightness, finer than those of a channel."""

HUE_BINS = 36
HUE_REACH = 0.11
"""Hues within this part of the circle (40 degrees) belong to the picture's main colour."""

WATER_HUES = (0.52, 0.66)
WATER_EDGE = 0.9
"""Least share of a picture's lower edge that is blue where it shows water."""

MAIN_SHARE = 0.28
"""If fewer pixels than this share carry a hue, the picture's main colour is its grey."""


def canonical(word: str) -> str | None:
    """The colour that a word names, or None if it is no known colour."""
    name = SYNONYMS.get(word, word)
    return name if name in RAMPS else None


def rgb_of(colour: str) -> RGB:
    """The middle tone of a canonical colour."""
    return RAMPS[colour][1]


def tinted(picture: Image.Image, colour: str) -> Image.Image:
    """The picture with its main colour replaced by `colour` (canonical); details of other hues stay."""
    pixels = np.asarray(picture)
    rgb = pixels[..., :3].astype(np.float32) / 255
    weight = main_weight(rgb, pixels[..., 3])
    light = rgb @ np.array((0.30, 0.55, 0.15), dtype=np.float32)
    chosen = (weight > 0.5) & (pixels[..., 3] > 128)
    low, high = np.percentile(light[chosen], (4, 97)) if chosen.any() else (0.0, 1.0)
    spread = max(0.16, float(high - low))
    level = (light - (low + high) / 2) / spread + np.float32(0.5)
    mixed = rgb + (ramp(level, colour) - rgb) * weight[..., None]
    mixed *= 255
    mixed += 0.5
    out = np.concatenate([mixed.astype(np.uint8), pixels[..., 3:]], axis=2)
    return Image.fromarray(out)


def ramp(level: Pixels, colour: str) -> Pixels:
    """RGB for a lightness of 0 to 1 (what is beyond is cut off), through the colour's three tones."""
    return _ramp(colour).take((level * RAMP_STEPS).astype(np.intp), axis=0, mode="clip")


@lru_cache(maxsize=len(RAMPS))
def _ramp(colour: str) -> Pixels:
    """The colour's tones in RAMP_STEPS steps of lightness."""
    stops = np.array(RAMPS[colour], dtype=np.float32) / 255
    at = (np.arange(RAMP_STEPS) + 0.5) / RAMP_STEPS
    return np.stack([np.interp(at, (0.0, 0.5, 1.0), stops[:, k]) for k in range(3)], axis=-1).astype(np.float32)


def main_weight(rgb: Pixels, alpha: NDArray[np.uint8]) -> Pixels:
    """How much each pixel belongs to the picture's main colour, 0 to 1."""
    hue, saturation, value = hsv(rgb)
    opaque = alpha > 128
    vivid = opaque & (saturation > MIN_SATURATION) & (value > 0.12)
    if vivid.sum() < MAIN_SHARE * max(1, opaque.sum()):
        return np.clip((0.34 - saturation) / 0.12, 0, 1) * np.clip((value - 0.2) / 0.2, 0, 1)
    main = _main_hue(hue[vivid], (saturation * value)[vivid])
    apart = np.abs((hue - main + 0.5) % 1.0 - 0.5)
    near = np.clip((HUE_REACH + 0.03 - apart) / 0.03, 0, 1)
    return near * np.clip((saturation - 0.10) / 0.14, 0, 1)


def _main_hue(hues: Pixels, weights: Pixels) -> float:
    counts, _ = np.histogram(hues, bins=HUE_BINS, range=(0, 1), weights=weights)
    smooth = counts + 0.7 * (np.roll(counts, 1) + np.roll(counts, -1))
    return (int(np.argmax(smooth)) + 0.5) / HUE_BINS


def hsv(rgb: Pixels) -> tuple[Pixels, Pixels, Pixels]:
    """Hue, saturation and value, each 0 to 1."""
    r, g, b = (np.ascontiguousarray(rgb[..., k]) for k in range(3))  # a last axis of three is slow
    top, low = np.maximum(np.maximum(r, g), b), np.minimum(np.minimum(r, g), b)
    span = top - low
    safe = np.where(span > 0, span, 1)
    red = (g - b) / safe
    red += np.where(red < 0, np.float32(6), np.float32(0))
    sixth = np.where(top == r, red, np.where(top == g, (b - r) / safe + 2, (r - g) / safe + 4))
    hue = sixth / 6
    hue[hue >= 1] -= 1  # quicker than a remainder
    return hue, span / np.where(top > 0, top, 1), top


def without_water(picture: Image.Image) -> Image.Image:
    """The picture without the strip of blue water along its whole lower edge, if any (sprites of boats have one)."""
    pixels = np.asarray(picture)
    hue, saturation, _ = hsv(pixels[..., :3].astype(np.float32) / 255)
    blue = (hue > WATER_HUES[0]) & (hue < WATER_HUES[1]) & (saturation > 0.35) & (pixels[..., 3] > 64)
    edge = blue[-max(2, picture.height // 25) :]
    if edge.mean() < WATER_EDGE:
        return picture
    clear = pixels[..., 3] <= 64
    strip = np.logical_and.accumulate((blue | clear)[::-1], axis=0)[::-1]
    out = pixels.copy()
    out[..., 3] = np.where(strip, 0, out[..., 3])
    return Image.fromarray(out)


@lru_cache(maxsize=8192)
def _is_named(tone: RGB, colour: str) -> bool:
    """Whether the basic colour that is nearest to a tone is `colour`, which need not be a basic one."""
    distances = _distances(tone)
    return distances[colour] <= min(distances[name] for name in BASIC)


@lru_cache(maxsize=4096)
def _distances(tone: RGB) -> dict[str, float]:
    """How far each colour, itself or in light, is from a tone in the space of `_lab`."""
    apart = _lab(np.array(tone, dtype=np.float32) / 255) - _known_colours()
    far = np.sqrt((apart * apart).sum(axis=-1)).min(axis=-1)
    return dict(zip(RAMPS, far.tolist(), strict=True))


@lru_cache(maxsize=1)
def _known_colours() -> Pixels:
    """Colours × 2 × 3: each itself and in light, in the space of `_lab`."""
    return np.array([[_lab(np.array(tone) / 255) for tone in tones[1:]] for tones in RAMPS.values()], dtype=np.float32)


def _lab(rgb: Pixels) -> Pixels:
    """A rough perceptual space: lightness, red against green, yellow against blue."""
    r, g, b = (float(v) for v in rgb)
    light = 0.30 * r + 0.59 * g + 0.11 * b
    return np.array((light * 0.8, (r - g) * 1.1, (r + g) / 2 - b), dtype=np.float32)


def has_colour(picture: Image.Image, colour: str) -> bool:
    """Whether most of the picture's opaque pixels would be named `colour` (canonical)."""
    return named_share(picture, colour) > 0.5


def named_share(picture: Image.Image, colour: str) -> float:
    """The share of the picture's opaque pixels that would be named `colour` (canonical), 0 to 1."""
    small = np.asarray(picture.convert("RGBa").resize((24, 24), Image.Resampling.BOX).convert("RGBA"))
    tones = small[small[..., 3] > 128][:, :3] // 16 * 16 + 8
    if not len(tones):
        return 0.0
    named = [_is_named((int(t[0]), int(t[1]), int(t[2])), colour) for t in tones]
    return named.count(True) / len(named)
