"""Checks a row's picture: its hash and size, its objects' pixels, and the row against the record in the picture.

In: a row with its provenance.  Out: faults.
Pictures of renderers that know what they drew carry a record of it in an XMP packet: JSON in `<skg:truth>`.  Boxes,
depths, visibility and attributes are compared with that record.  Without one the provenance must name a detector, and
boxes are compared with the canvas only.  Pictures that people annotated are compared with their annotations instead,
photographs over structures with what their files claim of confirmed objects.
"""

import json
from collections.abc import Iterator, Mapping
from hashlib import sha256
from html import unescape
from io import BytesIO
from typing import Any

from PIL import Image, UnidentifiedImageError

from dataset.audit.annotation_check import annotation_faults, is_annotated
from dataset.audit.fault_kinds import Fault
from dataset.audit.painted_over import painted_over
from dataset.audit.tar_rows import Row
from schemas.picture_layers import read_claim

DEPTH_TOLERANCE = 1e-9
"""Depths and visible shares pass through JSON and back."""

CLEARLY_SEEN = 0.35
"""Visible share from which relations and questions are about an object."""

SALVAGED = "salvaged"
"""A note of samples whose graph is what eyes confirmed: nothing else counts as seen in them, and no contact is kept."""

CLAIMED_AS = "claimed_as"
"""A note of samples whose objects have other numbers than in the claim: JSON text, theirs to the claim's."""


def picture_faults(row: Row, provenance: Mapping[str, Any]) -> Iterator[Fault]:
    """What is wrong with the picture and with the boxes on it."""
    one = row["sample_id"]
    data = (row["image"] or {}).get("bytes") or b""
    if sha256(data).hexdigest() != provenance.get("sha256"):
        yield Fault("image_hash", one, f"the bytes' SHA-256 is {sha256(data).hexdigest()}")
    try:
        with Image.open(BytesIO(data)) as picture:
            picture.load()
            shown, size, packet = picture.copy(), picture.size, picture.info.get("xmp")
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        yield Fault("unreadable_image", one, str(error)[:200])
        return
    if size != (row["width"], row["height"]):
        yield Fault("image_size", one, f"{row['width']} × {row['height']} is said, {size[0]} × {size[1]} is there")
    yield from _boxes_outside(row, size)
    record, notes = _read_record(packet), provenance.get("notes", {})
    yield from (Fault("painted_over", one, detail) for detail in painted_over(shown, row["objects"], notes))
    if is_annotated(provenance):
        yield from annotation_faults(row, provenance)
    elif "structure" in notes:
        yield from _claim_faults(row, provenance, data)
    elif record is not None:
        yield from _record_faults(row, record, judged="judges" in notes)
    elif "eyes" not in notes:
        yield Fault("box", one, "the picture holds no record of what was drawn, and nothing is said to have looked at it")


def _claim_faults(row: Row, provenance: Mapping[str, Any], data: bytes) -> Iterator[Fault]:
    """Of a photograph over a structure: the row against what its file claims and its provenance says was confirmed."""
    found = _confirmed_record(row, provenance, data)
    if found is None:
        yield Fault("box", row["sample_id"], "the file says nothing of the structure that the photograph was drawn over")
        return
    yield from _record_faults(*found, judged="judges" in provenance["notes"])
    yield from _unconfirmed_faults(row, provenance)


def _confirmed_record(row: Row, provenance: Mapping[str, Any], file: bytes) -> tuple[Row, dict[str, Any]] | None:
    """The confirmed part of the row, and what its file claims of that; None where it claims nothing that can be read."""
    try:
        claim = read_claim(file)
        claimed = json.loads(claim.truth) if claim is not None else None
    except ValueError:
        return None
    if not isinstance(claimed, dict):
        return None
    numbers, notes = _confirmed(provenance), provenance["notes"]
    claimed_as = {int(own): other for own, other in json.loads(notes.get(CLAIMED_AS, "{}")).items()}
    named = {claimed_as.get(number, number): number for number in numbers}
    part = {thing["id"]: thing for thing in row["objects"] if thing["id"] in numbers}
    own = [{**thing, "id": named[thing["id"]]} for thing in claimed["objects"] if thing["id"] in named]
    things = [_with_looks_of(part[thing["id"]], thing) for thing in own if thing["id"] in part]
    drawn = [] if SALVAGED in notes else [r for r in claimed["drawn"] if numbers.issuperset(_ends(r))]
    return {**row, "objects": list(part.values())}, {"objects": things, "drawn": drawn}


def _unconfirmed_faults(row: Row, provenance: Mapping[str, Any]) -> Iterator[Fault]:
    """Objects of the graph that count as clearly seen though eyes did not confirm them; of a salvaged one any objects."""
    numbers, wanted = _confirmed(provenance), range(len(provenance["graph"]["objects"]))
    salvaged = SALVAGED in provenance["notes"]
    for thing in row["objects"]:
        if (salvaged or thing["id"] in wanted) and thing["id"] not in numbers and thing["visible"] >= CLEARLY_SEEN:
            yield Fault("object", row["sample_id"], f"object {thing['id']} was not confirmed and counts as seen")


def _confirmed(provenance: Mapping[str, Any]) -> set[int]:
    words = str(provenance.get("notes", {}).get("confirmed_objects", "")).split()
    return {int(word) for word in words if word.isdigit()}


def _with_looks_of(stated: Mapping[str, Any], claimed: Mapping[str, Any]) -> dict[str, Any]:
    """The claimed object with those of its attributes that the row has: eyes need not confirm all of them."""
    return {**claimed, "attributes": [word for word in claimed["attributes"] if word in stated["attributes"]]}


def _ends(relation: Mapping[str, Any]) -> list[int]:
    ends = (relation["subject"], relation["object"], *(relation.get("others") or ()))
    return [end for end in ends if end is not None]


def _boxes_outside(row: Row, size: tuple[int, int]) -> Iterator[Fault]:
    for thing in row["objects"]:
        x, y, width, height = thing["box"]
        if width < 1 or height < 1 or x < 0 or y < 0 or x + width > size[0] or y + height > size[1]:
            yield Fault("box", row["sample_id"], f"object {thing['id']}: {thing['box']} is not in the picture")


def _read_record(packet: object) -> dict[str, Any] | None:
    """The record in the picture, or None."""
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


def _record_faults(row: Row, record: Mapping[str, Any], judged: bool) -> Iterator[Fault]:
    """`judged`: models judged the picture, and may have found attributes that its renderer does not record."""
    one = row["sample_id"]
    drawn = {thing["id"]: thing for thing in record["objects"] if thing["visible"] > 0}
    stated = {thing["id"]: thing for thing in row["objects"]}
    if _is_another_scene(stated, drawn):
        names = ", ".join(thing["category"] for thing in drawn.values())
        yield Fault("object", one, f"the picture is of another scene: {names} were drawn")
        yield Fault("box", one, "the boxes are those of another picture")
        return
    for missing in sorted(drawn.keys() - stated.keys()):
        yield Fault("object", one, f"object {missing} is in the picture and not in the row")
    for number, thing in stated.items():
        if number not in drawn:
            yield Fault("object", one, f"object {number} is not in the picture")
            continue
        compared = _without_judged_attributes(thing, drawn[number]) if judged else thing
        for kind, detail in _differences(compared, drawn[number]):
            yield Fault(kind, one, f"object {number}: {detail}")
    done = {_said(r) for r in record["drawn"]}
    for r in row["relations"]:
        if r["drawn"] and _said(r) not in done:
            yield Fault("relation", one, f"{_said(r)} is said to be drawn and was not")


def _said(relation: Mapping[str, Any]) -> tuple[Any, ...]:
    return (relation["subject"], relation["predicate"], relation["object"], *(relation.get("others") or ()))


def _is_another_scene(stated: Mapping[int, Any], drawn: Mapping[int, Any]) -> bool:
    """Whether most objects are others: one fault then says what dozens of differences would."""
    same = sum(1 for i in stated.keys() & drawn.keys() if stated[i]["category"] == drawn[i]["category"])
    return 2 * same < max(len(stated), len(drawn))


def _without_judged_attributes(stated: Mapping[str, Any], recorded: Mapping[str, Any]) -> dict[str, Any]:
    """The object without attributes that its renderer did not record."""
    return {**stated, "attributes": [word for word in stated["attributes"] if word in recorded["attributes"]]}


def _differences(stated: Mapping[str, Any], recorded: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    if list(stated["box"]) != list(recorded["box"]):
        yield "box", f"{stated['box']} is said, {recorded['box']} was drawn"
    for name in ("category", "attributes"):
        if stated[name] != recorded[name]:
            yield "object", f"{name} {stated[name]} is said, {recorded[name]} was drawn"
    for name in ("depth", "visible"):
        if not abs(stated[name] - recorded[name]) <= DEPTH_TOLERANCE:  # of what is no number either
            yield "object", f"{name} {stated[name]} is said, {recorded[name]} was drawn"
