"""From what a renderer knows of its picture to the scene that questions are asked of.

In: a graph, the truth of its picture, the picture's size.  Out: a `Scene`: what is seen, and what holds of it.
Does not compare with the graph (a picture that lacks an object or breaks a relation is the examiner's to reject), and
never takes a contact of boxes for a contact of things.

Which relations a scene lists, in this order:
1. what was drawn on purpose and holds of the visible boxes, in the words of the graph, marked `drawn`;
2. for each two clearly visible objects (lower id first) what the boxes and depths show by more than a doubtful margin:
   at most one of left_of and right_of, of above and below, of in_front_of and behind, of next_to, near and far.
A fact stands once: neither its inverse nor what `spatial.reasoning.closure` would add to it is listed beside it.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations

from schemas.events import Scene, SeenObject, SeenRelation, Truth
from schemas.graph import Relation, SpatialGraph
from spatial.knowledge.knowledge_base import categories
from spatial.relations.predicate_table import PREDICATES
from spatial.relations.relation_truth import holds, relate

MIN_VISIBLE = 0.35
"""Share of an object that must be seen before anything is said of it: with less its visible box says little of it."""

DIRECTION_MARGIN = 0.05
"""Share of the canvas by which centres must differ: below it people disagree, and nothing is asked of it either."""

DISTANCE_MARGIN = 0.05
"""Distance units to the threshold: a fifth of what is near. Boxes of visible pixels are no more exact than that."""

DEPTH_SHARE = 0.05
"""Share of the scene's range of depths by which two must differ."""

_DISTANCES = ("next_to", "near", "far")
"""What is said of a distance, the most telling first."""


def read_scene(graph: SpatialGraph, truth: Truth, canvas: tuple[int, int]) -> Scene:
    """What is seen in a picture of `canvas` pixels. Deterministic; boxes and depths are the truth's as they are.

    Objects of which nothing is visible are left out.  Those below `MIN_VISIBLE` stay, since they may be what a word
    refers to, but no relation names them.
    """
    objects = tuple(thing for thing in truth.objects if thing.visible > 0)
    clear = sorted((thing for thing in objects if thing.visible >= MIN_VISIBLE), key=lambda thing: thing.id)
    drawn = list(_drawn(truth.drawn, clear, canvas))
    return Scene(
        canvas=canvas,
        scene=graph.scene,
        objects=objects,
        relations=(*drawn, *_derived(clear, canvas, _said(drawn))),
        excluded=tuple(_surely_absent(graph.excluded, objects, truth.elements)),
    )


def _drawn(relations: Iterable[Relation], clear: Sequence[SeenObject], canvas: tuple[int, int]) -> Iterator[SeenRelation]:
    """The relations that the renderer carried out between clearly visible objects, where the boxes agree."""
    seen = {thing.id: thing for thing in clear}
    for relation in dict.fromkeys(relations):
        a = seen.get(relation.subject)
        b = None if relation.object is None else seen.get(relation.object)
        if relation.predicate not in PREDICATES or a is None or a is b or (b is None and relation.object is not None):
            continue
        if (b is None) != (PREDICATES[relation.predicate].family == "place"):
            continue
        depths = None if b is None else (a.depth, b.depth)
        if holds(relation.predicate, a.box, None if b is None else b.box, canvas, depths):
            yield SeenRelation(subject=relation.subject, predicate=relation.predicate, object=relation.object, drawn=True)


Said = set[tuple[int, str, int | None]]


def _said(relations: Iterable[SeenRelation]) -> Said:
    """What relations state, both ways round."""
    said: Said = set()
    for relation in relations:
        said.add((relation.subject, relation.predicate, relation.object))
        turned = PREDICATES[relation.predicate].inverse
        if turned is not None and relation.object is not None:
            said.add((relation.object, turned, relation.subject))
    return said


def _derived(clear: Sequence[SeenObject], canvas: tuple[int, int], said: Said) -> Iterator[SeenRelation]:
    """What boxes and depths show of each two objects beyond what is said already."""
    depths = [thing.depth for thing in clear]
    least_depth = DEPTH_SHARE * (max(depths) - min(depths)) if depths else 0.0
    for a, b in combinations(clear, 2):
        margins = relate(a.box, b.box, canvas, a.depth, b.depth)
        for name in _safe(margins, least_depth):
            if (a.id, name, b.id) not in said:
                yield SeenRelation(subject=a.id, predicate=name, object=b.id)


def _safe(margins: dict[str, float], least_depth: float) -> Iterator[str]:
    """The names that hold by more than a doubtful margin, and need no renderer to be believed."""
    for name, margin in margins.items():
        family = PREDICATES[name].family
        if (family == "direction" and margin >= DIRECTION_MARGIN) or (family == "depth" and margin >= least_depth):
            yield name
    yield from [name for name in _DISTANCES if margins.get(name, 0.0) >= DISTANCE_MARGIN][:1]


def _surely_absent(excluded: Iterable[str], objects: Sequence[SeenObject], elements: Sequence[str]) -> Iterator[str]:
    """The excluded categories that a viewer cannot take anything in the picture for."""
    known = categories()
    shown = {thing.category for thing in objects}
    for thing in objects:
        shown.update(known[thing.category].parts if thing.category in known else ())
    words = [f" {text.casefold()}" for text in (*sorted(shown), *elements)]
    for name in dict.fromkeys(excluded):
        category = known.get(name)
        looks = [f" {look.casefold()}" for look in (name, *((category.plural, *category.parts) if category else ()))]
        if not any(_alike(word, look) for word in words for look in looks):
            yield name


def _alike(shown: str, absent: str) -> bool:
    """Whether what is shown might be taken for what is said to be absent: an apple tree for apples, a table for a
    coffee table. Both words begin with a space."""
    return f"{absent} " in f"{shown} " or absent.endswith(shown)
