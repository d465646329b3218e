"""A row's picture: is it the one that is named, and does the row say what the picture itself records.

In: a row with its provenance.  Out: faults.
Pictures of renderers that know what they drew carry a record of it in an XMP packet: JSON in `<skg:truth>`.  Boxes,
depths, visibility and attributes are held against that record.  Without one a detector must have been named, and boxes
are held against the canvas only.
"""

import json
from collections.abc import Iterator, Mapping
from hashlib import sha256
from html import unescape
from io import BytesIO
from typing import Any

from PIL import Image, UnidentifiedImageError

from dataset.audit.fault_kinds import Fault
from dataset.audit.tar_rows import Row

DEPTH_TOLERANCE = 1e-9
"""Depths and visible shares pass through JSON and back."""


def picture_faults(row: Row, story: Mapping[str, Any]) -> Iterator[Fault]:
    """What is wrong with the picture and with the boxes on it."""
    one = row["sample_id"]
    data = (row["image"] or {}).get("bytes") or b""
    if sha256(data).hexdigest() != story.get("sha256"):
        yield Fault("image_hash", one, f"the bytes' SHA-256 is {sha256(data).hexdigest()}")
    try:
        with Image.open(BytesIO(data)) as picture:
            picture.load()
            size, packet = picture.size, picture.info.get("xmp")
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        yield Fault("unreadable_image", one, str(error)[:200])
        return
    if size != (row["width"], row["height"]):
        yield Fault("image_size", one, f"{row['width']} × {row['height']} is said, {size[0]} × {size[1]} is there")
    yield from _inside(row, size)
    record, notes = _record(packet), story.get("notes", {})
    if record is not None:
        yield from _against(row, record, looked_at="judges" in notes)
    elif "eyes" not in notes:
        yield Fault("box", one, "the picture holds no record of what was drawn, and nothing is said to have looked at it")


def _inside(row: Row, size: tuple[int, int]) -> Iterator[Fault]:
    for thing in row["objects"]:
        x, y, width, height = thing["box"]
        if width < 1 or height < 1 or x < 0 or y < 0 or x + width > size[0] or y + height > size[1]:
            yield Fault("box", row["sample_id"], f"object {thing['id']}: {thing['box']} is not in the picture")


def _record(packet: object) -> dict[str, Any] | None:
    """What the picture says of itself, or None."""
    if not isinstance(packet, bytes):
        return None
    text = packet.decode("utf-8", "replace")
    start, end = text.find("<skg:truth>"), text.rfind("</skg:truth>")
    if start < 0 or end < 0:
        return None
    try:
        found = json.loads(unescape(text[start + len("<skg:truth>") : end]))
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def _against(row: Row, record: Mapping[str, Any], looked_at: bool) -> Iterator[Fault]:
    """`looked_at`: models looked at the picture, and may have found attributes that its renderer does not record."""
    one = row["sample_id"]
    drawn = {thing["id"]: thing for thing in record["objects"] if thing["visible"] > 0}
    said = {thing["id"]: thing for thing in row["objects"]}
    for missing in sorted(drawn.keys() - said.keys()):
        yield Fault("object", one, f"object {missing} is in the picture and not in the row")
    for number, thing in said.items():
        if number not in drawn:
            yield Fault("object", one, f"object {number} is not in the picture")
            continue
        for kind, detail in _differences(_as_drawn(thing, drawn[number]) if looked_at else thing, drawn[number]):
            yield Fault(kind, one, f"object {number}: {detail}")
    done = {(r["subject"], r["predicate"], r["object"]) for r in record["drawn"]}
    for r in row["relations"]:
        triple = (r["subject"], r["predicate"], r["object"])
        if r["drawn"] and triple not in done:
            yield Fault("relation", one, f"{triple} is said to be drawn and was not")


def _as_drawn(said: Mapping[str, Any], there: Mapping[str, Any]) -> dict[str, Any]:
    """The thing without attributes that were found besides the drawn ones."""
    return {**said, "attributes": [word for word in said["attributes"] if word in there["attributes"]]}


def _differences(said: Mapping[str, Any], there: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    if list(said["box"]) != list(there["box"]):
        yield "box", f"{said['box']} is said, {there['box']} was drawn"
    for name in ("category", "attributes"):
        if said[name] != there[name]:
            yield "object", f"{name} {said[name]} is said, {there[name]} was drawn"
    for name in ("depth", "visible"):
        if abs(said[name] - there[name]) > DEPTH_TOLERANCE:
            yield "object", f"{name} {said[name]} is said, {there[name]} was drawn"
