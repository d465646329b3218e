"""Checks a row whose picture people annotated: its request, and its objects against the annotations in its graph.

In: a row and its provenance.  Out: faults.
The graph's layout holds the annotated boxes and depths, and its id follows from them.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from dataset.audit.content_ids import digest
from dataset.audit.fault_kinds import Fault
from dataset.audit.tar_rows import Row

PRODUCER = "ingest"
"""Who makes such graphs."""

NEVER_STATED = ("on", "supports", "under", "over", "inside", "contains", "touching", "leaning_on", "props_up", "on_stack")
"""Relations that boxes alone do not show."""


def is_annotated(provenance: Mapping[str, Any]) -> bool:
    """Whether the row's picture was annotated and not drawn."""
    return bool(provenance["graph"]["provenance"]["producer"] == PRODUCER)


def is_depth_unknown(row: Mapping[str, Any]) -> bool:
    """Whether the row's provenance says that its picture was annotated without depths: they say nothing."""
    graph = json.loads(row.get("provenance") or "{}").get("graph") or {}
    made = graph.get("provenance") or {}
    return made.get("producer") == PRODUCER and (made.get("notes") or {}).get("depth") == "unknown"


def annotation_faults(row: Row, provenance: Mapping[str, Any]) -> Iterator[Fault]:
    """What does not follow from the picture and its annotations."""
    for kind, detail in (*_request(provenance), *_objects(row, provenance["graph"]), *_relations(row)):
        yield Fault(kind, row["sample_id"], detail)


def _request(provenance: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    noted = provenance["graph"]["provenance"]["notes"].get("annotations")
    follows = digest("ingest", provenance["sha256"], noted)
    if provenance["graph"]["seed_id"] != follows:
        yield "provenance", f"seed_id is {provenance['graph']['seed_id']}, {follows} follows from picture and annotations"


def _objects(row: Row, graph: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    layout, seen = graph["layout"], {thing["id"]: thing for thing in row["objects"]}
    if list(layout["canvas"]) != [row["width"], row["height"]]:
        yield "box", f"the annotations are of a picture of {layout['canvas']} pixels"
    for planned, box, depth in zip(graph["objects"], layout["boxes"], layout["depth"], strict=True):
        thing = seen.get(planned["id"])
        if thing is None:
            yield "object", f"object {planned['id']} was annotated and is not in the row"
            continue
        if list(thing["box"]) != list(box):
            yield "box", f"object {planned['id']}: {thing['box']} is said, {box} was annotated"
        for name, annotated in (("depth", depth), ("attributes", list(planned["attributes"]))):
            if thing[name] != annotated:
                yield "object", f"object {planned['id']}: {name} {thing[name]} is said, {annotated} was annotated"


def _relations(row: Row) -> Iterator[tuple[str, str]]:
    for r in row["relations"]:
        if r["drawn"] or r["predicate"] in NEVER_STATED:
            yield "relation", f"{(r['subject'], r['predicate'], r['object'])} cannot be known from annotated boxes"
