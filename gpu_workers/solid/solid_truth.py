"""The truth of a traced picture: what is seen of each object, from the passes, and which relations the scene carries out.

In: a graph with its world, the traced passes, silhouettes.  Out: a `Truth`.  Nothing is estimated.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from gpu_workers.solid.silhouettes import Silhouette
from schemas.events import SeenObject, Truth
from schemas.graph import Box, Relation, SpatialGraph
from schemas.predicate_names import ends
from schemas.world import Body
from spatial.relations.predicate_table import PREDICATES
from spatial.relations.relation_truth import relation_holds
from spatial.world.footprints import body_corners, meet
from spatial.world.pinhole import Pinhole

CONTACT = frozenset({"on", "inside", "under", "touching", "on_stack", "leaning_on"})
"""Relations that boxes cannot establish: they count only where the scene carries them out."""

TURNED = {"supports": "on", "contains": "inside", "over": "under", "props_up": "leaning_on"}
"""What is checked as its inverse."""

TOUCH_M = 0.02
"""Two bodies at most this far apart touch."""


@dataclass(frozen=True, eq=False)
class SeenScene:
    """What was traced. `index`: height × width, an object's number and one at each pixel, 0 for none.  `camera`: a further
    one of the world; None for the first, whose depths the layout has."""

    index: NDArray[np.uint16]
    silhouettes: Sequence[Silhouette]
    attributes: Sequence[tuple[str, ...]]
    elements: Collection[str]
    camera: Pinhole | None = None


def scene_truth(graph: SpatialGraph, seen: SeenScene) -> Truth:
    """The truth of a finished picture."""
    depths = graph.layout.depth if seen.camera is None else depths_before(seen.camera, graph)
    objects = tuple(
        SeenObject(
            id=thing.id,
            category=thing.category,
            attributes=seen.attributes[thing.id],
            box=visible_box(seen.index == thing.id + 1),
            depth=depths[thing.id],
            visible=visible_share(seen, thing.id),
        )
        for thing in graph.objects
    )
    assert graph.world is not None
    height, width = seen.index.shape
    drawn = tuple(r for r in graph.relations if is_shown(r, objects, graph.world.bodies, (width, height)))
    return Truth(objects=objects, drawn=drawn, elements=tuple(sorted(seen.elements)))


def depths_before(camera: Pinhole, graph: SpatialGraph) -> tuple[float, ...]:
    """Metres along a camera's axis to the centre of each object's body, as a layout has them of the first camera."""
    assert graph.world is not None
    centres = np.array([body.position for body in graph.world.bodies])
    return tuple(round(float(value), 4) for value in camera.to_camera(centres)[:, 2])


def visible_share(seen: SeenScene, number: int) -> float:
    """The visible part of an object's own silhouette."""
    area = seen.silhouettes[number].area
    return round(min(1.0, int((seen.index == number + 1).sum()) / area), 4) if area else 0.0


def visible_box(mask: NDArray[np.bool_]) -> Box:
    """What bounds the visible pixels; one pixel in the corner where there are none."""
    columns, rows = np.flatnonzero(mask.any(axis=0)), np.flatnonzero(mask.any(axis=1))
    if not len(columns):
        return 0, 0, 1, 1
    left, right, top, bottom = int(columns[0]), int(columns[-1]), int(rows[0]), int(rows[-1])
    return left, top, right - left + 1, bottom - top + 1


def is_shown(relation: Relation, objects: Sequence[SeenObject], bodies: Sequence[Body], canvas: tuple[int, int]) -> bool:
    """Whether the objects are seen, the picture agrees, and a contact is one of bodies."""
    if relation.predicate not in PREDICATES:
        return False
    things = {i: objects[i] for i in ends(relation)}
    if any(thing.visible == 0 for thing in things.values()) or not relation_holds(relation, things, canvas):
        return False
    if relation.object is None or TURNED.get(relation.predicate, relation.predicate) not in CONTACT:
        return True
    if relation.predicate == "on_stack":
        return all(_has_contact("on", bodies, upper, lower) for upper, lower in pairwise(ends(relation)))
    if relation.predicate in TURNED:
        return _has_contact(TURNED[relation.predicate], bodies, relation.object, relation.subject)
    return _has_contact(relation.predicate, bodies, relation.subject, relation.object)


def _has_contact(predicate: str, bodies: Sequence[Body], a: int, b: int) -> bool:
    if predicate in ("on", "inside"):
        return bodies[a].support == b and bodies[a].where == predicate
    if predicate == "leaning_on":
        return bodies[a].leans_on == b
    if predicate == "under":
        return _is_under(bodies[a], bodies[b])
    held = b in (bodies[a].support, bodies[a].leans_on) or a in (bodies[b].support, bodies[b].leans_on)
    return held or bool(meet(body_corners(bodies[a]), body_corners(bodies[b])[0], TOUCH_M)[0])


def _is_under(lower: Body, upper: Body) -> bool:
    """Whether one body is below another in space: their footprints meet, and it ends lower than the other's middle.

    None is below or above one that leans.
    """
    if lower.rotation is not None or upper.rotation is not None:
        return False
    flat = [body_corners(body).copy() for body in (lower, upper)]
    for corners in flat:
        corners[..., 2] = np.where(corners[..., 2] > corners[..., 2].mean(), 1.0, 0.0)
    return bool(meet(flat[0], flat[1][0], 0.0)[0]) and lower.position[2] < upper.position[2]
