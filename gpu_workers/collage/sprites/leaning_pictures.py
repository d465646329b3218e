"""The picture of a thing that leans: tilted, its upper end towards what props it up.

In: the upright picture, how the category leans, the side of its upper end.  Out: a picture.
"""

from typing import Literal

from PIL import Image, ImageOps

from gpu_workers.collage.sprites.sprite_library import cropped
from spatial.knowledge.leaning import Leaning

Side = Literal["left", "right"]


def leaned(picture: Image.Image, leaning: Leaning, side: Side) -> Image.Image:
    """The picture, turned so that its upper end is at this side, and cropped to what is visible."""
    upright = ImageOps.mirror(picture) if leaning.mirrored else picture
    turned = cropped(upright.convert("RGBa").rotate(leaning.turn, Image.Resampling.BICUBIC, expand=True).convert("RGBA"))
    return turned if side == "right" or not leaning.turn else ImageOps.mirror(turned)
