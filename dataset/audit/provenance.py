"""Checks a row's provenance: ids, graph and split must follow from each other.

In: a row and its provenance.  Out: faults.  Ids derive from content, so changed content no longer has its id.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from dataset.audit.content_ids import digest, graph_id, picture_ids, random_seed, scene_hash
from dataset.audit.fault_kinds import Fault
from dataset.audit.questions.split_membership import scene_split
from dataset.audit.tar_rows import Row

Provenance = Mapping[str, Any]

CLEAR = 0.35
"""Visible share from which an object must be in the graph."""


def read_provenance(row: Row) -> Provenance | Fault:
    """The provenance as values, or the fault."""
    try:
        provenance = json.loads(row["provenance"] or "")
    except (ValueError, RecursionError) as error:
        return Fault("provenance", row["sample_id"], f"no JSON: {error}")
    needed = ("graph", "graph_id", "image_id", "sha256")
    missing = [name for name in needed if name not in provenance] if isinstance(provenance, dict) else list(needed)
    missing += [name for name in ("graph", "notes") if not missing and not isinstance(provenance.get(name, {}), dict)]
    return Fault("provenance", row["sample_id"], f"lacks {', '.join(missing)}") if missing else provenance


def provenance_faults(row: Row, provenance: Provenance, held_out_per_mille: int) -> Iterator[Fault]:
    """Faults of the ids, the split and the values that come from the graph."""
    split = _split(row, provenance, held_out_per_mille)
    for kind, detail in (*_ids(row, provenance), *split, *_graph(row, provenance["graph"])):
        yield Fault(kind, row["sample_id"], detail)


def _ids(row: Row, provenance: Provenance) -> Iterator[tuple[str, str]]:
    graph = provenance["graph"]
    if row["sample_id"] != digest("sample", provenance["image_id"]):
        yield "sample_id", f"does not follow from picture {provenance['image_id']}"
    if not provenance["graph_id"] == graph.get("graph_id") == graph_id(graph):
        yield "graph_id", f"{provenance['graph_id']} is said, the graph gives {graph_id(graph)}"
    for name in ("seed_id", "index"):
        if provenance.get(name) != graph.get(name):
            yield "provenance", f"{name} is {provenance.get(name)} here and {graph.get(name)} in the graph"
    notes = provenance.get("notes", {})
    if "parameters" in notes and provenance.get("renderer") and "attempt" in notes:
        parameters = json.loads(notes["parameters"])
        attempt = int(notes["attempt"])
        drawn = [provenance["graph_id"], *graph["provenance"]["parents"]]  # a salvaged picture was drawn of a parent
        made = [made for one in drawn for made in picture_ids(one, provenance["renderer"], parameters, attempt)]
        if provenance["image_id"] not in made:
            yield "image_id", f"{provenance['image_id']} is said, {made[0]} follows"
        seeds = [str(random_seed("render", one, attempt)) for one in drawn]
        if notes.get("render_seed", seeds[0]) not in seeds:
            yield "provenance", f"the renderer's seed is {notes['render_seed']}, {seeds[0]} follows"


def _split(row: Row, provenance: Provenance, held_out_per_mille: int) -> Iterator[tuple[str, str]]:
    found = scene_hash(provenance["graph"])
    split = scene_split(found, held_out_per_mille)
    if split != row["split"]:
        yield "split", f"{row['split']} is said, {split} follows from the scene"
    if provenance.get("scene_hash", found) != found:
        yield "scene_hash", f"{provenance['scene_hash']} is said, {found} follows from the graph"


def _graph(row: Row, graph: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    planned = {thing["id"]: thing for thing in graph["objects"]}
    for thing in row["objects"]:
        if thing["id"] not in planned and thing["visible"] < CLEAR:
            continue
        if thing["id"] not in planned or planned[thing["id"]]["category"] != thing["category"]:
            yield "object", f"object {thing['id']}, {thing['category']}, is not in the graph"
    if row["scene"] != graph["scene"]:
        yield "provenance", f"the scene is {row['scene']} here and {graph['scene']} in the graph"
    seen = {thing["category"] for thing in row["objects"]}
    for name in row["excluded"]:
        if name in seen:
            yield "excluded", f"{name} is in the picture"
        if name not in graph["excluded"]:
            yield "excluded", f"{name} was not excluded by the graph"
