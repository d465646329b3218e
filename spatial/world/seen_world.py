"""The scene in metres of a picture, for questions.

In: a graph with its world, the objects seen in the picture, what hides them.  Out: a `SeenWorld`, or None where
there is none.
"""

from collections.abc import Sequence

from schemas.events import SeenObject
from schemas.graph import SpatialGraph
from schemas.picture_layers import Covers
from schemas.pictures import Cover, SeenBody, SeenWorld
from schemas.world import Camera
from spatial.world.body_table import bodies


def seen_world(
    graph: SpatialGraph, objects: Sequence[SeenObject], width: int, covers: Sequence[Covers] | None = None
) -> SeenWorld | None:
    """Camera and bodies of the seen objects, for a picture of so many pixels' width that was drawn from them.

    `covers`: of each object of the graph what hides it, None where that is not known.
    """
    if graph.world is None:
        return None
    known = covers if covers is not None and len(covers) == len(graph.objects) else None
    return SeenWorld(
        camera=camera_in_pixels(graph, width),
        bodies=tuple(_body(graph, thing, None if known is None else known[thing.id]) for thing in objects),
    )


def camera_in_pixels(graph: SpatialGraph, width: int) -> Camera:
    """The planned camera, its intrinsics in pixels of a picture of this width. The graph has a world."""
    assert graph.world is not None
    scale = width / graph.layout.canvas[0]
    fx, fy, cx, cy = graph.world.camera.intrinsics
    return Camera(
        intrinsics=(fx * scale, fy * scale, cx * scale, cy * scale),
        world_to_camera=graph.world.camera.world_to_camera,
    )


def _body(graph: SpatialGraph, thing: SeenObject, covers: Covers | None) -> SeenBody:
    assert graph.world is not None
    body, kind = graph.world.bodies[thing.id], bodies().get(thing.category)
    return SeenBody(
        position=body.position,
        size=body.size,
        heading=body.heading,
        has_front=kind is not None and kind.has_front,
        support=body.support,
        hidden_by=None if covers is None else tuple(Cover(object=number, share=share) for number, share in covers),
    )
