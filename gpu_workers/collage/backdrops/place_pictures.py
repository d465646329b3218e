"""Backdrops that are pictures of places, for scenes from outside the package.

In: a brush, and files.  Out: the brush with one of the pictures, cropped and scaled so that its horizon is the scene's.
The scene's row states what the picture shows (`elements`): a picture cannot omit what a graph excludes.
"""

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from PIL import Image, ImageOps, UnidentifiedImageError

from gpu_workers.collage.brush import Brush
from schemas.errors import PermanentError

KEPT_PICTURES = 32
"""Pictures kept in memory, 3 MB each at the largest side."""

LARGEST_SIDE = 1024
"""Pixels: twice what is drawn, so that a crop is still sharp."""


def show_picture(brush: Brush, files: Sequence[Path]) -> None:
    """Fill the canvas with one of the pictures, chosen by the brush's random generator."""
    picture = _loaded(files[int(brush.rng.integers(len(files)))])
    box = _crop(picture.size, brush.context.size, brush.context.horizon)
    brush.image.paste(picture.resize(brush.context.size, Image.Resampling.LANCZOS, box=box))
    brush.record(*brush.context.wanted)


def _crop(picture: tuple[int, int], canvas: tuple[int, int], horizon: int) -> tuple[float, float, float, float]:
    """The largest part of the picture with the canvas's shape; the share above the horizon stays the same.

    The row's horizon is that of the whole picture too, so a crop takes from above and below in that proportion.
    """
    scale = min(picture[0] / canvas[0], picture[1] / canvas[1])
    width, height = canvas[0] * scale, canvas[1] * scale
    left, top = (picture[0] - width) / 2, (picture[1] - height) * horizon / canvas[1]
    return left, top, left + width, top + height


@lru_cache(maxsize=KEPT_PICTURES)
def _loaded(path: Path) -> Image.Image:
    """The picture of a file. Raises PermanentError for a file that is no picture."""
    try:
        with Image.open(path) as opened:
            picture = ImageOps.exif_transpose(opened).convert("RGB")
    except (OSError, UnidentifiedImageError, Image.DecompressionBombError) as error:
        raise PermanentError("failed", f"{path} is no picture: {error}") from error
    picture.thumbnail((LARGEST_SIDE, LARGEST_SIDE))
    return picture
