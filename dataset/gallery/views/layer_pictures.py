"""Masks and depths of a sample as pictures that lie over its own.

In: a row's objects, or its depth map.  Out: PNG files.  Reads no table.
"""

from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import Any

import numpy as np
from PIL import Image

from dataset.gallery.views.row_views import COLOURS
from dataset.solid.run_lengths import mask_of

PALETTE = (
    "e5484d", "2b87f0", "2ba558", "f0a00c", "9b5de5", "0aa5a5", "e2559b", "8a6d3b",
    "006987", "963c78", "2d3cff", "6fc800", "007800", "b9a6e6", "f02cf0", "6e7781",
)  # fmt: skip
"""The style sheet's colours of boxes, in their order."""

COVER, EDGE = 120, 255
"""Of 255: how much of the picture a mask covers, and its outline."""

NEAR_TO_FAR = np.array([(255, 236, 160), (240, 150, 60), (190, 60, 90), (90, 35, 120), (20, 18, 60)], float)
ENDS = (2, 98)
"""Percentiles of the depths that have the colours of both ends."""


def masks_picture(things: Sequence[Mapping[str, Any]]) -> bytes | None:
    """Masks in the colours of their boxes, transparent elsewhere; None where no mask is known."""
    known = [(number, mask_of(thing["mask"])) for number, thing in enumerate(things) if thing.get("mask")]
    if not known:
        return None
    pixels = np.zeros((*known[0][1].shape, 4), np.uint8)
    for number, mask in known:
        pixels[mask] = (*bytes.fromhex(PALETTE[number % COLOURS]), COVER)
        pixels[mask & ~_inside(mask), 3] = EDGE
    return _png(Image.fromarray(pixels))


def depth_picture(depth_map: bytes) -> bytes:
    """Depths by colour, from light, which is near, to dark; black where nothing is known."""
    with Image.open(BytesIO(depth_map)) as opened:
        depth = np.asarray(opened, float)
    known = depth > 0
    near, far = np.percentile(np.log(depth[known]), ENDS) if known.any() else (0.0, 1.0)
    share = np.clip((np.log(np.maximum(depth, 1)) - near) / max(far - near, 1e-6), 0, 1)
    places = np.linspace(0, 1, len(NEAR_TO_FAR))
    colours = np.stack([np.interp(share, places, NEAR_TO_FAR[:, band]) for band in range(3)], axis=-1)
    colours[~known] = 0
    return _png(Image.fromarray(colours.astype(np.uint8)))


def _inside(mask: np.ndarray) -> np.ndarray:
    """The mask without its outermost pixels."""
    wide = np.pad(mask, 1)
    found: np.ndarray = wide[:-2, 1:-1] & wide[2:, 1:-1] & wide[1:-1, :-2] & wide[1:-1, 2:] & mask
    return found


def _png(picture: Image.Image) -> bytes:
    buffer = BytesIO()
    picture.save(buffer, "PNG", compress_level=3)
    return buffer.getvalue()
