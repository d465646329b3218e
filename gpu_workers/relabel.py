"""Relabelling: describes a picture that broke its graph by the graph that it does obey.

In: the requested graph, the truth measured in its picture.  Out: a graph of what is seen, with its lineage, and the truth
with the new graph's ids; or None where too little is seen or the relations contradict each other.
Contacts that were only measured and attributes that were not confirmed are left out.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from schemas.events import RenderedImage, SeenObject, Truth
from schemas.graph import MAX_OBJECTS, GraphObject, Layout, Provenance, Relation, SpatialGraph
from schemas.ids import with_graph_id
from spatial.reasoning.conflicts import contradictions
from spatial.reasoning.draft import draft_of
from spatial.relations.scene_extraction import MIN_VISIBLE, extract_scene

PRODUCER, VERSION = "salvage", "1"

MIN_OBJECTS, MIN_RELATIONS = 2, 1
"""A picture of less has no spatial content."""


@dataclass(frozen=True)
class Salvaged:
    """The graph of what is seen, and the truth with its ids. `numbers`: these by the ids of the truth that was measured."""

    graph: SpatialGraph
    truth: Truth
    numbers: Mapping[int, int]


def salvage(event: RenderedImage, truth: Truth, reason: str) -> Salvaged | None:
    """The graph that the picture obeys, if enough is seen; `reason`: why the requested one was given up."""
    clear = [thing for thing in truth.objects if thing.visible >= MIN_VISIBLE][:MAX_OBJECTS]
    if len(clear) < MIN_OBJECTS:
        return None
    doubtful = [thing for thing in truth.objects if thing.visible < MIN_VISIBLE]
    numbers = {thing.id: number for number, thing in enumerate([*clear, *doubtful])}
    numbered = [thing.model_copy(update={"id": number}) for number, thing in enumerate([*clear, *doubtful])]
    found = truth.model_copy(update={"objects": tuple(numbered), "drawn": ()})
    graph = _graph(event, numbered[: len(clear)], found, reason)
    if len(graph.relations) < MIN_RELATIONS or contradictions(draft_of(graph)) is not None:
        return None
    return Salvaged(graph, found, numbers)


def _graph(event: RenderedImage, clear: list[SeenObject], found: Truth, reason: str) -> SpatialGraph:
    wanted, image = event.graph, event.image
    canvas = (image.width, image.height)
    scene = extract_scene(wanted, found, canvas)
    relations = [Relation.model_validate(r.model_dump(exclude={"drawn"})) for r in scene.relations]
    provenance = Provenance(
        producer=PRODUCER, version=VERSION, parents=(wanted.graph_id, image.image_id), notes={"given_up": reason}
    )
    fields = {name: getattr(wanted, name) for name in ("seed_id", "index", "concept", "scene", "prompt")}
    return with_graph_id(
        {
            **fields,
            "objects": tuple(GraphObject(id=t.id, category=t.category, attributes=t.attributes) for t in clear),
            "relations": tuple(relations),
            "excluded": scene.excluded,
            "layout": Layout(
                canvas=canvas, boxes=tuple(t.box for t in clear), depth=tuple(t.depth for t in clear)
            ),
            "provenance": provenance,
        }
    )  # fmt: skip
