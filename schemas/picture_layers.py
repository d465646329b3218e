"""Layers inside a picture's file: depth, which object is seen where, the whole extent of each object and what hides it;
and the claim of a photograph that was drawn over a picture of known contents.

In: an encoded WebP file and layers, or a claim.  Out: the file with more chunks, which readers of pictures pass over; or
what is in them.
So that a picture and what is known of each of its pixels are one object in the store.
"""

from dataclasses import dataclass
from typing import Any

import msgpack

from schemas.bounds import CANVAS_MAX, MAX_OBJECTS

CHUNK, COVERS, CLAIM = b"SKGL", b"SKGC", b"SKGS"
"""Names of the chunks: of pixels and extents; since readers of the first expect no more in it, of what hides what; and of
what a photograph was drawn over."""

RIFF_HEAD = 12
"""Bytes before the first chunk: "RIFF", the size of all that follows, "WEBP"."""

CHUNK_HEAD = 8

Covers = tuple[tuple[int, float], ...]
"""Ids of objects, in order, and the share of another object's whole silhouette that each hides."""

Extent = tuple[float, float, float, float]
"""[x, y, width, height] in pixels, not rounded."""


@dataclass(frozen=True)
class Layers:
    """`depth`: a 16-bit grey PNG, millimetres along the camera's axis, 0 unknown or beyond 65.535 m.

    `index`: an 8-bit grey PNG, 0 for no object, else the object's id and one.  `amodal`: of each object, in order, what
    bounds its whole silhouette, cut by nothing but the frame.  `covers`: of each object, in order, what hides it; None
    where that is not known.
    """

    depth: bytes
    index: bytes
    amodal: tuple[Extent, ...]
    covers: tuple[Covers, ...] | None = None


@dataclass(frozen=True)
class Claim:
    """What a photograph was drawn over, and what it would show if it kept to it.

    `renderer`: name and version of who drew that picture.  `truth`: JSON text of its `Truth`, in pixels of the photograph.
    `picture`: its encoded file, of any size.
    """

    renderer: str
    truth: str
    picture: bytes


class UnreadableClaim(ValueError):
    """A file claims something that cannot be read: a spoilt chunk, or one of another version."""


def with_layers(file: bytes, layers: Layers) -> bytes:
    """The WebP file with its layers. Raises ValueError for another kind of file."""
    payload: bytes = msgpack.packb([1, layers.depth, layers.index, [list(extent) for extent in layers.amodal]])
    chunks = _packed(CHUNK, payload)
    if layers.covers is not None:
        chunks += _packed(COVERS, msgpack.packb([1, layers.covers]))
    return _with_chunks(file, chunks)


def with_claim(file: bytes, claim: Claim) -> bytes:
    """The WebP file with its claim. Raises ValueError for another kind of file."""
    return _with_chunks(file, _packed(CLAIM, msgpack.packb([1, claim.renderer, claim.truth, claim.picture])))


def _with_chunks(file: bytes, chunks: bytes) -> bytes:
    if file[:4] != b"RIFF" or file[8:RIFF_HEAD] != b"WEBP":
        raise ValueError("layers go into WebP files")
    return file[:4] + (len(file) - 8 + len(chunks)).to_bytes(4, "little") + file[8:] + chunks


def _packed(name: bytes, payload: bytes) -> bytes:
    return name + len(payload).to_bytes(4, "little") + payload + b"\0" * (len(payload) % 2)


def read_layers(file: bytes) -> Layers | None:
    """The layers of a file; None where it has none that can be read."""
    payload = _chunk(file, CHUNK)
    if not payload:
        return None
    try:
        version, depth, index, amodal = msgpack.unpackb(payload, max_array_len=MAX_OBJECTS)
        return Layers(depth, index, tuple(_extent(one) for one in amodal), _covers(file)) if version == 1 else None
    except (ValueError, TypeError, msgpack.UnpackException):
        return None


def read_claim(file: bytes) -> Claim | None:
    """The claim in a file; None where it has none. Raises UnreadableClaim."""
    payload = _chunk(file, CLAIM)
    if payload is None:
        return None
    try:
        version, renderer, truth, picture = msgpack.unpackb(payload)
        if version != 1:
            raise UnreadableClaim(f"a claim of version {version!r:.40}, and 1 is what can be read")
        return Claim(str(renderer), str(truth), bytes(picture))
    except UnreadableClaim:
        raise
    except (ValueError, TypeError, msgpack.UnpackException) as error:
        raise UnreadableClaim("a claim that is spoilt") from error


def _covers(file: bytes) -> tuple[Covers, ...] | None:
    """What hides each object. Raises what reading values raises that are none."""
    payload = _chunk(file, COVERS)
    if not payload:
        return None
    version, found = msgpack.unpackb(payload, max_array_len=MAX_OBJECTS)
    return tuple(tuple(_cover(one) for one in each) for each in found) if version == 1 else None


def _cover(values: Any) -> tuple[int, float]:
    number, share = values
    if not (isinstance(number, int) and 0 <= number < MAX_OBJECTS and 0 <= float(share) <= 1):
        raise ValueError(f"not an object and a share: {values}")
    return number, float(share)


def _chunk(file: bytes, name: bytes) -> bytes | None:
    """What a chunk holds: None where there is none, empty where it is cut off."""
    at = RIFF_HEAD
    while at + CHUNK_HEAD <= len(file):
        size = int.from_bytes(file[at + 4 : at + CHUNK_HEAD], "little")
        if file[at : at + 4] == name:
            payload = file[at + CHUNK_HEAD : at + CHUNK_HEAD + size]
            return payload if len(payload) == size else b""
        at += CHUNK_HEAD + size + size % 2
    return None


def _extent(values: Any) -> Extent:
    x, y, width, height = (float(value) for value in values)
    if not all(-2 * CANVAS_MAX <= value <= 2 * CANVAS_MAX for value in (x, y, width, height)):
        raise ValueError(f"not an extent: {values}")
    return x, y, width, height
