"""Compares what a picture shows with its graph.

In: a graph, and the truth about a picture of it.  Out: None, or the first `Finding` against the picture.
Relations are checked on visible boxes by the rules of `spatial.relations.relation_truth`.  Contact holds only where the
renderer reports that it was drawn; for a measured picture that is unknown, and matching boxes suffice.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from schemas.events import SeenObject, Truth
from schemas.graph import Relation, SpatialGraph
from schemas.predicate_names import ends
from spatial.relations.predicate_table import CONTACT, PREDICATES
from spatial.relations.relation_truth import members, relate, relation_holds
from spatial.relations.scene_extraction import MIN_VISIBLE

MAX_SHOWN = 100
"""Objects or relations listed in the evidence of one finding; of more, the number is given."""


@dataclass(frozen=True)
class Finding:
    """Why a picture is rejected; `gate` and `reason` are of `schemas.reasons`, `evidence` is JSON."""

    gate: str
    reason: str
    detail: str
    evidence: dict[str, object] = field(default_factory=dict)
    conflict: tuple[Relation, ...] = ()


def compare(graph: SpatialGraph, truth: Truth, canvas: tuple[int, int], measured: bool = False) -> Finding | None:
    """The first of: missing objects, extra objects, violated relations; None if the picture obeys its graph.

    `canvas` is the picture's size in pixels, which may differ from the graph's canvas.  `measured`: the truth comes from
    a detector, not from the renderer.
    """
    if measured:
        truth = _lenient_truth(graph, truth)
    return _unknown_relations(graph) or _missing(graph, truth) or _extra(graph, truth) or _violated(graph, truth, canvas)


def unconfirmed_attributes(graph: SpatialGraph, objects: Iterable[SeenObject]) -> str:
    """The graph's objects whose attributes were not all confirmed, as text for provenance."""
    seen = {thing.id: set(thing.attributes) for thing in objects}
    return ", ".join(
        " ".join([*thing.attributes, thing.category])
        for thing in graph.objects
        if not set(thing.attributes) <= seen.get(thing.id, set())
    )


def _lenient_truth(graph: SpatialGraph, truth: Truth) -> Truth:
    """The truth with all contacts taken as drawn, and without doubtful detections that are no object of the graph."""
    known = {thing.id for thing in graph.objects}
    return Truth(
        objects=tuple(thing for thing in truth.objects if thing.id in known or thing.visible >= MIN_VISIBLE),
        drawn=tuple(relation for relation in graph.relations if relation.predicate in CONTACT),
    )


def _unknown_relations(graph: SpatialGraph) -> Finding | None:
    """Relations that cannot be checked: an unknown predicate, or an object where none belongs or none is given."""
    bad = tuple(r for r in graph.relations if not _is_judgeable(r))
    if not bad:
        return None
    words = sorted({r.predicate for r in bad})
    return Finding("consistency", "invalid_graph", f"no such relations: {', '.join(words)}", {}, bad)


def _is_judgeable(relation: Relation) -> bool:
    row = PREDICATES.get(relation.predicate)
    return row is not None and (row.family == "place") == (relation.object is None)


def _missing(graph: SpatialGraph, truth: Truth) -> Finding | None:
    seen = {thing.id: thing for thing in truth.objects}
    missing = []
    for thing in graph.objects:
        found = seen.get(thing.id)
        if found is None or found.category != thing.category or found.visible < MIN_VISIBLE:
            share = found.visible if found is not None and found.category == thing.category else 0.0
            missing.append({"id": thing.id, "category": thing.category, "visible": round(share, 4)})
    if not missing:
        return None
    names = ", ".join(str(entry["category"]) for entry in missing)
    return Finding("presence", "missing_object", f"not visible enough: {names}", {"objects": missing})


def _extra(graph: SpatialGraph, truth: Truth) -> Finding | None:
    known = {thing.id for thing in graph.objects}
    extra = [thing for thing in truth.objects if thing.id not in known or thing.category in graph.excluded]
    if not extra:
        return None
    names = ", ".join(thing.category for thing in extra)
    evidence = {**_count_evidence(len(extra)), "objects": [thing.model_dump(mode="json") for thing in extra[:MAX_SHOWN]]}
    if {thing.category for thing in extra} <= {thing.category for thing in graph.objects}:
        return Finding("presence", "wrong_count", f"more of them than wanted: {names}", evidence)
    return Finding("presence", "extra_object", f"seen, but not wanted: {names}", evidence)


def _violated(graph: SpatialGraph, truth: Truth, canvas: tuple[int, int]) -> Finding | None:
    seen = {thing.id: thing for thing in truth.objects}
    drawn = set(truth.drawn)
    broken = [r for r in graph.relations if not _is_obeyed(r, seen, canvas, r in drawn)]
    if not broken:
        return None
    shown = [_relation_evidence(r, seen, canvas, r in drawn) for r in broken[:MAX_SHOWN]]
    evidence = {**_count_evidence(len(broken)), "relations": shown}
    words = "; ".join(_sentence(r, seen) for r in broken)
    return Finding("relation", "violated_relation", f"not so in the picture: {words}", evidence, tuple(broken))


def _count_evidence(number: int) -> dict[str, object]:
    """The number, where not all are listed."""
    return {"count": number} if number > MAX_SHOWN else {}


def _is_obeyed(relation: Relation, seen: Mapping[int, SeenObject], canvas: tuple[int, int], drawn: bool) -> bool:
    if relation.predicate in CONTACT and not drawn:
        return False
    return relation_holds(relation, seen, canvas)


def _relation_evidence(
    relation: Relation, seen: Mapping[int, SeenObject], canvas: tuple[int, int], drawn: bool
) -> dict[str, object]:
    """The boxes and depths, and the relations of the same family that hold instead, with their margins."""
    things = [seen[end] for end in ends(relation)]
    family = PREDICATES[relation.predicate].family
    instead: dict[str, float] = {}
    if len(things) == 2:
        found = relate(things[0].box, things[1].box, canvas, things[0].depth, things[1].depth)
        instead = {name: round(margin, 4) for name, margin in found.items() if PREDICATES[name].family == family}
    return {
        "instead": instead,
        "relation": [relation.subject, relation.predicate, relation.object, *relation.others],
        "boxes": [list(thing.box) for thing in things],
        "depths": [thing.depth for thing in things],
        "drawn": drawn,
    }


def _sentence(relation: Relation, seen: Mapping[int, SeenObject]) -> str:
    target = " and ".join(seen[i].category for i in members(relation))
    return f"{seen[relation.subject].category} {relation.predicate} {target}".rstrip()
