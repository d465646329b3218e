"""The truth of a rendered picture: visible boxes, visible shares, and the relations that the picture shows.

In: the graph, places, masks.  Out: a `Truth`.  Nothing here is assumed from the plan: every relation is checked against
what is visible.
"""

from collections.abc import Collection, Mapping, Sequence
from itertools import pairwise

import numpy as np

from gpu_workers.collage.compose import Mask, ObjectMasks
from gpu_workers.collage.object_pictures import ObjectPicture
from gpu_workers.collage.paint_order import Place
from gpu_workers.collage.shadow import FOOT_SHARE
from schemas.events import SeenObject, Truth
from schemas.graph import Box, Relation, SpatialGraph
from schemas.predicate_names import ends
from spatial.relations.predicate_table import PREDICATES
from spatial.relations.relation_truth import relation_holds

CONTACT = frozenset(
    {"on", "supports", "under", "over", "inside", "contains", "touching", "leaning_on", "props_up", "on_stack"}
)
"""Relations that boxes cannot establish: they count only where the picture shows them."""

TURNED = {"supports": "on", "over": "under", "contains": "inside", "props_up": "leaning_on"}
"""What is checked as its inverse."""

SAME_LINE_SHARE = 0.09
"""Largest vertical distance of two objects' lower edges on one ground line, as a share of the picture's height."""

STANDING_SHARE = 0.45
"""Least share of an object's foot that must be on its carrier."""

GAP_SHARE = 0.03
"""Largest invisible gap below a standing object, as a share of its carrier's height."""

TOUCH_PIXELS = 4
"""Two silhouettes at most this many pixels apart touch."""


def picture_truth(graph: SpatialGraph, places: Sequence[Place], pictures: Mapping[int, ObjectPicture],
                  masks: Mapping[int, ObjectMasks], elements: Collection[str]) -> Truth:  # fmt: skip
    """The truth of a finished picture."""
    by_id = {place.id: place for place in places}
    objects = tuple(
        SeenObject(
            id=thing.id,
            category=thing.category,
            attributes=pictures[thing.id].drawn,
            box=visible_box(masks[thing.id].visible, by_id[thing.id].box),
            depth=by_id[thing.id].depth,
            visible=visible_share(masks[thing.id]),
        )
        for thing in graph.objects
    )
    size = (masks[0].own.shape[1], masks[0].own.shape[0])
    check = _RelationCheck(objects, by_id, masks, size)
    drawn = tuple(relation for relation in graph.relations if check.is_shown(relation))
    return Truth(objects=objects, drawn=drawn, elements=tuple(sorted(elements)))


def visible_share(masks: ObjectMasks) -> float:
    """The visible part of the object's own area, where what lies outside the picture counts as hidden."""
    return round(np.count_nonzero(masks.visible) / masks.area, 4) if masks.area else 0.0


def visible_box(mask: Mask, fallback: Box) -> Box:
    """The box around the visible pixels; the planned box where there are none."""
    columns, rows = np.flatnonzero(mask.any(axis=0)), np.flatnonzero(mask.any(axis=1))
    if not len(columns):
        return fallback
    return (
        int(columns[0]), int(rows[0]), int(columns[-1] - columns[0] + 1), int(rows[-1] - rows[0] + 1),
    )  # fmt: skip


class _RelationCheck:
    """Checks whether the picture shows a relation of the graph."""

    def __init__(
        self,
        objects: Sequence[SeenObject],
        places: Mapping[int, Place],
        masks: Mapping[int, ObjectMasks],
        size: tuple[int, int],
    ) -> None:
        self._objects, self._places, self._masks, self._size = objects, places, masks, size

    def is_shown(self, relation: Relation) -> bool:
        """Whether its objects are visible, the geometry agrees, and a contact is one of silhouettes or supports."""
        if relation.predicate not in PREDICATES:
            return False
        things = {i: self._objects[i] for i in ends(relation)}
        if any(thing.visible == 0 for thing in things.values()) or not relation_holds(relation, things, self._size):
            return False
        if relation.object is None or relation.predicate not in CONTACT:
            return True
        if relation.predicate == "on_stack":
            return all(self._has_contact("on", upper, lower) for upper, lower in pairwise(ends(relation)))
        return self._has_contact(relation.predicate, relation.subject, relation.object)

    def _has_contact(self, predicate: str, a: int, b: int) -> bool:
        if predicate in TURNED:
            return self._has_contact(TURNED[predicate], b, a)
        if predicate == "on":
            return self._places[a].carrier == b and self._is_standing_on(a, b)
        if predicate == "inside":
            return self._places[a].holder == b and self._places[b].as_holder is not None
        if predicate == "under":
            return self._is_under(a, b)
        return self._is_touching(a, b)

    def _is_standing_on(self, a: int, b: int) -> bool:
        """Whether enough of the upper object's foot is on the lower one: it neither floats nor hangs over an edge."""
        feet = self._masks[a].own
        _, y, _, h = self._places[a].box
        low = max(0, y + h - max(2, round(h * FOOT_SHARE)))
        columns = np.flatnonzero(feet[low : y + h].any(axis=0))
        gap = max(TOUCH_PIXELS, round(GAP_SHARE * self._places[b].box[3]))
        below: Mask = np.any(self._masks[b].own[max(0, y + h - gap) : y + h + gap], axis=0)
        return bool(len(columns)) and float(below[columns].mean()) >= STANDING_SHARE

    def _is_under(self, a: int, b: int) -> bool:
        """Below an object that hangs, flies or has a carrier, or below one on the same ground line."""
        upper = self._places[b]
        if upper.ground in ("air", "ceiling", "wall") or self._places[b].carrier is not None:
            return True
        return self._foot_gap(a, b) <= SAME_LINE_SHARE

    def _is_touching(self, a: int, b: int) -> bool:
        """Whether silhouettes touch, of objects on one ground line or of which one carries or holds the other."""
        first, second = self._places[a], self._places[b]
        linked = first.carrier == b or second.carrier == a or first.holder == b or second.holder == a
        if not linked and self._foot_gap(a, b) > SAME_LINE_SHARE:
            return False
        return bool((widened(self._masks[a].visible) & self._masks[b].visible).any())

    def _foot_gap(self, a: int, b: int) -> float:
        (_, ya, _, ha), (_, yb, _, hb) = self._places[a].box, self._places[b].box
        return abs(ya + ha - yb - hb) / self._size[1]


def widened(mask: Mask) -> Mask:
    """The mask grown by TOUCH_PIXELS on every side."""
    grown = mask.copy()
    for axis in (0, 1):
        source = grown.copy()
        for step in range(1, TOUCH_PIXELS + 1):
            ahead, behind = np.roll(source, step, axis), np.roll(source, -step, axis)
            edge = slice(0, step)
            tail = slice(-step, None)
            if axis == 0:
                ahead[edge], behind[tail] = False, False
            else:
                ahead[:, edge], behind[:, tail] = False, False
            grown |= ahead | behind
    return grown
