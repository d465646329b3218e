"""Describing what is really there: a picture that broke its graph may obey another one.

In: the graph that was wanted, what was measured in its picture.  Out: a graph of what is seen, with its lineage, and the
truth in the new graph's numbers; or None where what is seen is too poor or makes no sense.
Believes no contact that was only measured, and no attribute that was not confirmed.
"""

from dataclasses import dataclass

from schemas.events import RenderedImage, SeenObject, Truth
from schemas.graph import MAX_OBJECTS, GraphObject, Layout, Provenance, Relation, SpatialGraph
from schemas.ids import with_graph_id
from spatial.reasoning.conflicts import contradictions
from spatial.reasoning.draft import draft_of
from spatial.relations.scene_extraction import MIN_VISIBLE, read_scene

PRODUCER, VERSION = "salvage", "1"

LEAST_OBJECTS, LEAST_RELATIONS = 2, 1
"""A picture of less says nothing of space."""


@dataclass(frozen=True)
class Salvaged:
    """The graph of what is seen, and the truth in its numbers."""

    graph: SpatialGraph
    truth: Truth


def salvage(event: RenderedImage, truth: Truth, reason: str) -> Salvaged | None:
    """A graph that the picture obeys, if it is rich enough; `reason` says why the wanted one was given up."""
    clear = [thing for thing in truth.objects if thing.visible >= MIN_VISIBLE][:MAX_OBJECTS]
    if len(clear) < LEAST_OBJECTS:
        return None
    doubtful = [thing for thing in truth.objects if thing.visible < MIN_VISIBLE]
    numbered = [thing.model_copy(update={"id": number}) for number, thing in enumerate([*clear, *doubtful])]
    found = truth.model_copy(update={"objects": tuple(numbered), "drawn": ()})
    graph = _graph(event, numbered[: len(clear)], found, reason)
    if len(graph.relations) < LEAST_RELATIONS or contradictions(draft_of(graph)) is not None:
        return None
    return Salvaged(graph, found)


def _graph(event: RenderedImage, clear: list[SeenObject], found: Truth, reason: str) -> SpatialGraph:
    wanted, image = event.graph, event.image
    canvas = (image.width, image.height)
    scene = read_scene(wanted, found, canvas)
    relations = [Relation(subject=r.subject, predicate=r.predicate, object=r.object) for r in scene.relations]
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
