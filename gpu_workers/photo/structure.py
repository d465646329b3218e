"""The structure of a picture: what is known of each of its pixels, for a model that draws a photograph over it.

In: colours, depths, an instance map.  Out: `Structure`, of any size.  Needs no model library.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from gpu_workers.photo.edges import canny
from schemas.events import Truth
from schemas.picture_layers import Layers

Flags = NDArray[np.bool_]
"""Height × width."""

SURFACES = (
    "wall", "floor", "ceiling", "sky", "road", "grass", "earth", "sand", "water", "sea", "mountain", "tree", "table",
    "stage", "snow",
)  # fmt: skip
"""What may be seen where no object is; a surface map has their numbers."""


@dataclass(frozen=True)
class Claimed:
    """What a structure's renderer knows of its picture, in the structure's pixels. `renderer`: its name and version.
    `layers`: of a scene in metres, else None."""

    renderer: str
    truth: Truth
    layers: Layers | None = None


@dataclass(frozen=True, eq=False)
class Structure:
    """Arrays are height × width. `picture`: × 3 bytes.  `depth`: smaller is nearer, infinite where nothing is; metres along
    the camera's axis if `metric`, else without unit.  `index`: an object's number and one, 0 for none.  `surface`: numbers
    in SURFACES of what is behind and around them.  `words`: the objects' categories, by number.  `claimed`: what its
    renderer says of it, None for one that none drew.
    """

    picture: NDArray[np.uint8]
    depth: NDArray[np.float32]
    index: NDArray[np.uint16]
    surface: NDArray[np.uint8]
    words: tuple[str, ...]
    metric: bool = False
    claimed: Claimed | None = None

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        return self.index.shape[1], self.index.shape[0]

    @cached_property
    def edges(self) -> Flags:
        """Where colours change, or one thing ends and another begins."""
        outlines = np.zeros(self.index.shape, bool)
        outlines[:, 1:] |= self.index[:, 1:] != self.index[:, :-1]
        outlines[1:] |= self.index[1:] != self.index[:-1]
        return canny(self.image()) | outlines

    def image(self) -> Image.Image:
        """The colours as a picture."""
        return Image.fromarray(self.picture)

    def mask(self, number: int) -> Flags:
        """The visible pixels of an object."""
        found: Flags = self.index == number + 1
        return found

    def nearness(self) -> NDArray[np.float32]:
        """1 for the nearest and 0 for the farthest pixel, and for where nothing is.

        Of metres it is their inverse, as published depth networks were trained on; of depths without unit a line.
        """
        finite = np.isfinite(self.depth)
        if not finite.any():
            return np.zeros(self.depth.shape, np.float32)
        near = np.where(finite, self.depth, self.depth[finite].max()).astype(np.float64)
        near = 1 / np.maximum(near, 1e-3) if self.metric else -near
        low = 0.0 if self.metric and not finite.all() else near.min()
        spread = near.max() - low
        found = (near - low) / spread if spread > 0 else np.ones(near.shape)
        return np.where(finite, found, 0.0).astype(np.float32)
