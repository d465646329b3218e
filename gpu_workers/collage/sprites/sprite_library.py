"""The pictures of objects: sprites from the folder, cropped to what is visible, turned to its pose, and scaled to a box.

In: a folder, a sprite's name and its pose.  Out: RGBA pictures.
Does not fetch: that is `gpu_workers.collage.sprites.fetch`.
"""

from functools import lru_cache
from pathlib import Path

from PIL import Image

from gpu_workers.collage.shapes import box_above
from gpu_workers.collage.sprites.resting_pose import posed
from schemas.errors import PermanentError
from spatial.knowledge.categories import Pose
from spatial.knowledge.knowledge_base import sprite_folders

VISIBLE_ALPHA = 128
"""A pixel counts as the object from half opacity on: nobody would outline fainter ones."""

FAINT_ALPHA = 16
"""Below this a pixel is invisible: a sprite's box is the box of what is above."""

KEPT_SPRITES = 640
"""Cropped sprites kept in memory, 0.25 MB each."""


@lru_cache(maxsize=KEPT_SPRITES)
def load_sprite(folder: Path, name: str, pose: Pose | None = None) -> Image.Image:
    """The cropped sprite `name` in its pose, from the folder or from one of a knowledge plug-in.

    Raises PermanentError where none has such a file.
    """
    sprite = _opened(folder, name)
    return sprite if pose is None else cropped(posed(sprite, pose))


def _opened(folder: Path, name: str) -> Image.Image:
    for path in (place / f"{stem}.webp" for place in (folder, *sprite_folders()) for stem in (name, f"{name}-fe0f")):
        if path.is_file():
            with Image.open(path) as opened:
                return cropped(opened.convert("RGBA"))
    raise PermanentError(
        "failed", f"no sprite {name} in {folder}; `python -m gpu_workers.collage.sprites.fetch` fetches them"
    )


def cropped(picture: Image.Image) -> Image.Image:
    """The picture without its transparent border."""
    box = box_above(picture.getchannel("A"), FAINT_ALPHA - 1)
    return picture.crop(box) if box else picture


def scaled(picture: Image.Image, width: int, height: int) -> Image.Image:
    """The picture filling exactly `width` by `height` pixels, with colours weighed by opacity."""
    size = (max(1, width), max(1, height))
    return picture.convert("RGBa").resize(size, Image.Resampling.BICUBIC).convert("RGBA")
