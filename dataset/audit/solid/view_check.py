"""Checks the pictures of further cameras, each as a row of its own.

In: a row and its provenance.  Out: faults; and the row of the pictures that a question shows.
A view's picture has its own record, layers and camera; its bodies are those of the one planned world.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from dataset.audit.content_ids import digest
from dataset.audit.fault_kinds import Fault
from dataset.audit.painted_over import NOTE
from dataset.audit.picture_check import picture_faults
from dataset.audit.solid.world_check import world_faults
from dataset.audit.tar_rows import Row

Provenance = Mapping[str, Any]

PICTURE = ("image", "width", "height", "camera", "objects")
"""What each picture of a row has of its own."""


def view_faults(row: Row, provenance: Provenance) -> Iterator[Fault]:
    """What is wrong with the pictures of further cameras and with what is said of them."""
    stated, stored = row.get("views") or (), provenance.get("views") or ()
    planned = ((provenance["graph"].get("world") or {}).get("views")) or ()
    if not len(stated) == len(stored) <= len(planned):
        detail = f"{len(stated)} views are there, {len(stored)} were stored, {len(planned)} cameras were planned"
        yield Fault("view", row["sample_id"], detail)
        return
    for number in range(len(stated)):
        yield from _id_faults(row, provenance, number)
        as_row, as_provenance = row_of_view(row, number), _of_view(provenance, number)
        for fault in (*picture_faults(as_row, as_provenance), *world_faults(as_row, as_provenance)):
            yield Fault(fault.kind, fault.sample, f"view {number + 1}: {fault.detail}")
        yield from _object_faults(row, number)


def row_of_view(row: Row, number: int) -> Row:
    """The row as if the further camera with this number, counted from 0, were the only one."""
    return {**row, **row["views"][number], "views": None, "depth_map": None, "relations": []}


def shown_row(row: Row, views: Sequence[int]) -> Row:
    """The row of these pictures (0: its image, 1: the first of its views), the row itself for none. Raises LookupError.

    Relations are those of the image, and are left out.  `unseen` are the row's objects of which one picture alone shows
    nothing.
    """
    if not views:
        return row
    if min(views) < 0:
        raise LookupError("a picture has no number below 0")
    pictures = [{name: row.get(name) for name in PICTURE}, *(row.get("views") or ())]
    *before, last = (pictures[number] for number in views)
    shown = {thing["id"] for thing in last["objects"]}
    unseen = [thing for thing in row["objects"] if thing["id"] not in shown and not before]
    return {**row, **last, "views": before, "relations": [], "depth_map": None, "unseen": unseen}


def _of_view(provenance: Provenance, number: int) -> Provenance:
    graph = provenance["graph"]
    world = {**graph["world"], "camera": graph["world"]["views"][number]}
    notes = {NOTE: provenance["notes"].get(f"{NOTE}_view{number + 1}", "{}")}
    return {**provenance, **provenance["views"][number], "graph": {**graph, "world": world}, "notes": notes}


def _id_faults(row: Row, provenance: Provenance, number: int) -> Iterator[Fault]:
    stored, follows = provenance["views"][number].get("image_id"), digest("view", provenance["image_id"], number + 1)
    if stored != follows:
        yield Fault("image_id", row["sample_id"], f"view {number + 1}: {stored} is said, {follows} follows")


def _object_faults(row: Row, number: int) -> Iterator[Fault]:
    """Whether things have the ids in a view that they have in the row."""
    known = {thing["id"]: thing["category"] for thing in row["objects"]}
    for thing in row["views"][number]["objects"]:
        if thing["id"] in known and known[thing["id"]] != thing["category"]:
            detail = f"view {number + 1}: object {thing['id']} is a {thing['category']}, in the row a {known[thing['id']]}"
            yield Fault("object", row["sample_id"], detail)
