"""Extracts the scene that questions are asked about from a renderer's truth of its picture.

In: a graph, the truth of its picture, the picture's size.  Out: a `Scene`: visible objects and their relations.
Does not compare with the graph (the examiner rejects a picture that lacks an object or breaks a relation), and never
infers a contact of objects from a contact of boxes.

Which relations a scene lists, in this order:
1. relations that were drawn on purpose and hold of the visible boxes, as the graph states them, marked `drawn`;
2. for each two clearly visible objects (lower id first) what boxes and depths show by more than a doubtful margin:
   at most one of left_of and right_of, of above and below, of in_front_of and behind, of next_to, near and far;
3. for each of them at most one between: with the nearest to its left and the nearest to its right (`group_extraction`).
None lists near, next_to, touching or between of things that are apart in depth, unless one was drawn on or in the other.
Each fact is listed once: neither its inverse nor what `spatial.reasoning.closure` derives from it is added.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations

from schemas.events import Scene, SeenObject, SeenRelation, Truth
from schemas.graph import Relation, SpatialGraph
from schemas.predicate_names import ends
from spatial.knowledge.knowledge_base import categories
from spatial.relations.group_extraction import StatedTriples, are_apart, derived_groups
from spatial.relations.predicate_table import PREDICATES
from spatial.relations.relation_truth import NEARNESS, TOGETHER, depth_reach, members, relate, relation_holds

MIN_VISIBLE = 0.35
"""Least visible share of an object in a relation: with less, its visible box says little about the object."""

DIRECTION_MARGIN = 0.05
"""Share of the canvas by which centres must differ: below it people disagree, and no question asks about it."""

DISTANCE_MARGIN = 0.05
"""Least distance to the threshold in distance units: a fifth of NEAR_UNITS, the precision of boxes of visible pixels."""

DEPTH_SHARE = 0.05
"""Share of the scene's range of depths by which two must differ."""

NOTHING_NEAR = -1.0
"""The reach in depth within which no two objects are near each other."""

_DISTANCES = ("next_to", "near", "far")
"""The predicates of distance, the most specific first."""


def extract_scene(graph: SpatialGraph, truth: Truth, canvas: tuple[int, int], depth_known: bool = True) -> Scene:
    """The scene of a picture of `canvas` pixels. Deterministic; boxes and depths are the truth's, unchanged.

    Without `depth_known` all depths must be equal; any two objects may be far apart then, and none is called near another.
    Invisible objects are left out.  Those below `MIN_VISIBLE` stay, since a word may refer to them, but have no relations.
    """
    objects = tuple(thing for thing in truth.objects if thing.visible > 0)
    clear = sorted((thing for thing in objects if thing.visible >= MIN_VISIBLE), key=lambda thing: thing.id)
    reach = depth_reach(_span(objects)) if depth_known else NOTHING_NEAR
    drawn = _without_apart(list(_drawn(truth.drawn, clear, canvas)), clear, reach)
    stated = _stated_both_ways(drawn)
    return Scene(
        canvas=canvas,
        scene=graph.scene,
        objects=objects,
        relations=(*drawn, *_derived(clear, canvas, stated, reach), *derived_groups(clear, canvas, drawn, stated, reach)),
        excluded=tuple(_certainly_absent(graph.excluded, objects, truth.elements)),
    )


def _span(things: Sequence[SeenObject]) -> float:
    """The range of their depths."""
    depths = [thing.depth for thing in things]
    return max(depths) - min(depths) if depths else 0.0


def _drawn(relations: Iterable[Relation], clear: Sequence[SeenObject], canvas: tuple[int, int]) -> Iterator[SeenRelation]:
    """The relations that the renderer carried out between clearly visible objects, where the boxes agree."""
    seen = {thing.id: thing for thing in clear}
    for relation in dict.fromkeys(relations):
        if (
            relation.predicate not in PREDICATES
            or relation.subject in members(relation)
            or not seen.keys() >= set(ends(relation))
        ):
            continue
        if (relation.object is None) != (PREDICATES[relation.predicate].family == "place"):
            continue
        if relation_holds(relation, seen, canvas):
            yield SeenRelation(**relation.model_dump(), drawn=True)


def _without_apart(drawn: Sequence[SeenRelation], clear: Sequence[SeenObject], reach: float) -> list[SeenRelation]:
    """The relations without those that call near what is apart in depth."""
    seen, stated = {thing.id: thing for thing in clear}, _stated_both_ways(drawn)
    return [
        relation
        for relation in drawn
        if relation.predicate not in TOGETHER
        or not any(are_apart(seen[relation.subject], seen[i], stated, reach) for i in members(relation))
    ]


def _stated_both_ways(relations: Iterable[SeenRelation]) -> StatedTriples:
    """The triples of relations and of their inverses."""
    stated: StatedTriples = set()
    for relation in relations:
        stated.add((relation.subject, relation.predicate, relation.object))
        turned = PREDICATES[relation.predicate].inverse
        if turned is not None and relation.object is not None:
            stated.add((relation.object, turned, relation.subject))
    return stated


def _derived(
    clear: Sequence[SeenObject], canvas: tuple[int, int], stated: StatedTriples, reach: float
) -> Iterator[SeenRelation]:
    """Relations that boxes and depths show for each two objects, without those already stated."""
    least_depth = DEPTH_SHARE * _span(clear)
    for a, b in combinations(clear, 2):
        margins = relate(a.box, b.box, canvas, a.depth, b.depth)
        if are_apart(a, b, stated, reach):
            margins = {name: margin for name, margin in margins.items() if name not in NEARNESS}
        for name in _reliable_predicates(margins, least_depth):
            if (a.id, name, b.id) not in stated:
                yield SeenRelation(subject=a.id, predicate=name, object=b.id)


def _reliable_predicates(margins: dict[str, float], least_depth: float) -> Iterator[str]:
    """The predicates that hold by more than a doubtful margin and need no confirmation by the renderer."""
    for name, margin in margins.items():
        family = PREDICATES[name].family
        if (family == "direction" and margin >= DIRECTION_MARGIN) or (family == "depth" and margin >= least_depth):
            yield name
    yield from [name for name in _DISTANCES if margins.get(name, 0.0) >= DISTANCE_MARGIN][:1]


def _certainly_absent(excluded: Iterable[str], objects: Sequence[SeenObject], elements: Sequence[str]) -> Iterator[str]:
    """The excluded categories that a viewer cannot mistake anything in the picture for."""
    known = categories()
    shown = {thing.category for thing in objects}
    for thing in objects:
        shown.update(known[thing.category].parts if thing.category in known else ())
    words = [f" {text.casefold()}" for text in (*sorted(shown), *elements)]
    for name in dict.fromkeys(excluded):
        category = known.get(name)
        looks = [f" {look.casefold()}" for look in (name, *((category.plural, *category.parts) if category else ()))]
        if not any(_might_be_mistaken(word, look) for word in words for look in looks):
            yield name


def _might_be_mistaken(shown: str, absent: str) -> bool:
    """Whether what is shown might be mistaken for an absent category: an apple tree for apples, a table for a coffee
    table. Both words begin with a space."""
    return f"{absent} " in f"{shown} " or absent.endswith(shown)
