"""Pictures that were not drawn here but annotated by people: what may be said and asked about them.

In: a graph.  Out: whether it is of such a picture, what is not asked of it, and why it is rejected before it is looked at.
Boxes are all that is known of such a picture.  Contact and containment are never stated; without depths neither is what is
nearer, nor that two things are near each other: one may be far behind the other.
"""

from gpu_workers.graph_check import MAX_SHOWN, Finding
from schemas.graph import SpatialGraph
from spatial.knowledge.annotation_names import known_name

PRODUCER = "ingest"
"""Who made the graph, in its provenance."""

ANNOTATIONS, DEPTH, UNKNOWN, ANNOTATED = "annotations", "depth", "unknown", "annotated"
"""Notes of the graph: the digest of the annotations; whether depths are `unknown` (all are 0 then) or `annotated`."""

DEPTH_KINDS = frozenset({"depth_order", "distance_comparison", "between"})
"""Kinds of questions whose answers change with depth."""


def is_annotated(graph: SpatialGraph) -> bool:
    """Whether people annotated the picture."""
    return graph.provenance.producer == PRODUCER


def is_depth_known(graph: SpatialGraph) -> bool:
    """Whether the depths of the graph say anything."""
    return not is_annotated(graph) or graph.provenance.notes.get(DEPTH) == ANNOTATED


def unknown_categories(graph: SpatialGraph) -> Finding | None:
    """The finding that no annotated category is known. Where one is, the graph has only known ones."""
    names = sorted({thing.category for thing in graph.objects})
    if not is_annotated(graph) or any(known_name(name) is not None for name in names):
        return None
    shown: dict[str, object] = {"unknown": list(names[:MAX_SHOWN])}
    return Finding("consistency", "invalid_graph", f"unknown categories, and no known one: {', '.join(names)}", shown)
