"""A structure at the size of the photograph that is drawn over it, with all that is claimed of it.

In: a structure, a size.  Out: the structure at that size.  Boxes bound the pixels that are left of an object.
"""

from dataclasses import replace
from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from gpu_workers.photo.structure import Claimed, Structure
from schemas.events import SeenObject
from schemas.picture_layers import Layers

Place = tuple[NDArray[np.intp], ...]
"""Rows and columns to take, as an index."""

SAME_SHAPE = 0.01
"""Largest difference of the scales across and down at which a camera in metres still fits the picture."""


def resized(structure: Structure, size: tuple[int, int]) -> Structure:
    """The same at another size (width, height): colours are averaged, the rest is of the nearest pixel."""
    if size == structure.size:
        return structure
    rows, columns = (
        np.minimum(((np.arange(new) + 0.5) * old / new).astype(np.intp), old - 1)
        for new, old in zip(size[::-1], structure.index.shape, strict=True)
    )
    place, index = np.ix_(rows, columns), structure.index[np.ix_(rows, columns)]
    scale = (size[0] / structure.size[0], size[1] / structure.size[1])
    return replace(
        structure,
        picture=np.asarray(structure.image().resize(size, Image.Resampling.LANCZOS)),
        depth=structure.depth[place],
        index=index,
        surface=structure.surface[place],
        claimed=None if structure.claimed is None else _claimed(structure.claimed, index, place, scale),
    )


def _claimed(claimed: Claimed, index: NDArray[np.uint16], place: Place, scale: tuple[float, float]) -> Claimed:
    objects = tuple(_thing(thing, index, scale) for thing in claimed.truth.objects)
    layers = claimed.layers
    if layers is not None:
        layers = _layers(layers, place, scale) if abs(scale[0] / scale[1] - 1) < SAME_SHAPE else None
    return replace(claimed, truth=claimed.truth.model_copy(update={"objects": objects}), layers=layers)


def _thing(thing: SeenObject, index: NDArray[np.uint16], scale: tuple[float, float]) -> SeenObject:
    columns, rows = (np.flatnonzero((index == thing.id + 1).any(axis=axis)) for axis in (0, 1))
    if len(columns):
        left, right, top, bottom = int(columns[0]), int(columns[-1]), int(rows[0]), int(rows[-1])
        return thing.model_copy(update={"box": (left, top, right - left + 1, bottom - top + 1)})
    x, y, w, h = thing.box
    box = (int(x * scale[0]), int(y * scale[1]), max(1, int(w * scale[0])), max(1, int(h * scale[1])))
    return thing.model_copy(update={"box": box, "visible": 0.0})


def _layers(layers: Layers, place: Place, scale: tuple[float, float]) -> Layers:
    across, down = scale
    return replace(
        layers,
        depth=_picked(layers.depth, place),
        index=_picked(layers.index, place),
        amodal=tuple((x * across, y * down, w * across, h * down) for x, y, w, h in layers.amodal),
    )


def _picked(png: bytes, place: Place) -> bytes:
    with Image.open(BytesIO(png)) as picture:
        pixels = np.asarray(picture)[place]
    buffer = BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG", compress_level=6)
    return buffer.getvalue()
