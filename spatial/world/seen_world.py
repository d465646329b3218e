"""The scene in metres of a picture, for questions.

In: a graph with its world, the objects seen in the picture.  Out: a `SeenWorld`, or None where there is none.
"""

from collections.abc import Sequence

from schemas.events import SeenObject
from schemas.graph import SpatialGraph
from schemas.pictures import SeenBody, SeenWorld
from schemas.world import Camera
from spatial.world.body_table import bodies


def seen_world(graph: SpatialGraph, objects: Sequence[SeenObject], width: int) -> SeenWorld | None:
    """Camera and bodies of the seen objects, for a picture of so many pixels' width that was drawn from them."""
    if graph.world is None:
        return None
    return SeenWorld(
        camera=camera_in_pixels(graph, width),
        bodies=tuple(_body(graph, thing) for thing in objects),
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


def _body(graph: SpatialGraph, thing: SeenObject) -> SeenBody:
    assert graph.world is not None
    body, kind = graph.world.bodies[thing.id], bodies().get(thing.category)
    return SeenBody(
        position=body.position,
        size=body.size,
        heading=body.heading,
        has_front=kind is not None and kind.has_front,
        support=body.support,
    )
