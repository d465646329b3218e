"""Layers inside a picture's file: depth, which object is seen where, and the whole extent of each object.

In: an encoded WebP file and layers.  Out: the file with one more chunk, which readers of pictures pass over; or its layers.
So that a picture and what is known of each of its pixels are one object in the store.
"""

from dataclasses import dataclass
from typing import Any

import msgpack

from schemas.bounds import CANVAS_MAX, MAX_OBJECTS

CHUNK = b"SKGL"
RIFF_HEAD = 12
"""Bytes before the first chunk: "RIFF", the size of all that follows, "WEBP"."""

CHUNK_HEAD = 8

Extent = tuple[float, float, float, float]
"""[x, y, width, height] in pixels, not rounded."""


@dataclass(frozen=True)
class Layers:
    """`depth`: a 16-bit grey PNG, millimetres along the camera's axis, 0 unknown or beyond 65.535 m.

    `index`: an 8-bit grey PNG, 0 for no object, else the object's id and one.  `amodal`: of each object, in order, what
    bounds its whole silhouette, cut by nothing but the frame.
    """

    depth: bytes
    index: bytes
    amodal: tuple[Extent, ...]


def with_layers(file: bytes, layers: Layers) -> bytes:
    """The WebP file with its layers. Raises ValueError for another kind of file."""
    if file[:4] != b"RIFF" or file[8:RIFF_HEAD] != b"WEBP":
        raise ValueError("layers go into WebP files")
    payload: bytes = msgpack.packb([1, layers.depth, layers.index, [list(extent) for extent in layers.amodal]])
    chunk = CHUNK + len(payload).to_bytes(4, "little") + payload + b"\0" * (len(payload) % 2)
    return file[:4] + (len(file) - 8 + len(chunk)).to_bytes(4, "little") + file[8:] + chunk


def read_layers(file: bytes) -> Layers | None:
    """The layers of a file; None where it has none that can be read."""
    payload = _chunk(file)
    if payload is None:
        return None
    try:
        version, depth, index, amodal = msgpack.unpackb(payload, max_array_len=MAX_OBJECTS)
        return Layers(depth, index, tuple(_extent(one) for one in amodal)) if version == 1 else None
    except (ValueError, TypeError, msgpack.UnpackException):
        return None


def _chunk(file: bytes) -> bytes | None:
    at = RIFF_HEAD
    while at + CHUNK_HEAD <= len(file):
        size = int.from_bytes(file[at + 4 : at + CHUNK_HEAD], "little")
        if file[at : at + 4] == CHUNK:
            payload = file[at + CHUNK_HEAD : at + CHUNK_HEAD + size]
            return payload if len(payload) == size else None
        at += CHUNK_HEAD + size + size % 2
    return None


def _extent(values: Any) -> Extent:
    x, y, width, height = (float(value) for value in values)
    if not all(-2 * CANVAS_MAX <= value <= 2 * CANVAS_MAX for value in (x, y, width, height)):
        raise ValueError(f"not an extent: {values}")
    return x, y, width, height
