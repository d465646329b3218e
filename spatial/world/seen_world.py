"""The scene in metres of a picture, for questions.

In: a graph with its world, the objects seen in the picture, what hides them.  Out: a `SeenWorld`, or None where
there is none; and what its further cameras see.
"""

from collections.abc import Sequence

from schemas.events import RenderedImage, SeenObject
from schemas.graph import SpatialGraph
from schemas.picture_layers import Covers
from schemas.pictures import Cover, SeenBody, SeenRoom, SeenView, SeenWorld
from schemas.world import Camera, Space
from spatial.world.body_table import bodies
from spatial.world.views.room_views import side_walls


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
        room=seen_room(graph.world.space),
        plain=graph.world.space.plain,
    )


def seen_room(space: Space) -> SeenRoom | None:
    """The walls of a room, None for a table or an open place."""
    if space.kind != "room":
        return None
    left, right = side_walls(space.left, space.right)
    return SeenRoom(left=round(left, 4), right=round(right, 4), back=space.back)


def seen_views(event: RenderedImage) -> tuple[SeenView, ...]:
    """What the further cameras of a picture's world see: the objects of which anything is visible there."""
    cameras = 0 if event.graph.world is None else len(event.graph.world.views)
    return tuple(
        SeenView(
            canvas=(view.image.width, view.image.height),
            objects=tuple(thing for thing in view.truth.objects if thing.visible > 0),
            camera=camera_in_pixels(event.graph, view.image.width, number),
        )
        for number, view in enumerate(event.views[:cameras], start=1)
    )


def camera_in_pixels(graph: SpatialGraph, width: int, view: int = 0) -> Camera:
    """The planned camera, or that of a further view (1, 2 …), its intrinsics in pixels of a picture of this width. The
    graph has a world with that camera."""
    assert graph.world is not None
    planned = (graph.world.camera, *graph.world.views)[view]
    scale = width / graph.layout.canvas[0]
    fx, fy, cx, cy = planned.intrinsics
    return Camera(
        intrinsics=(fx * scale, fy * scale, cx * scale, cy * scale),
        world_to_camera=planned.world_to_camera,
    )


def _body(graph: SpatialGraph, thing: SeenObject, covers: Covers | None) -> SeenBody:
    assert graph.world is not None
    body, kind = graph.world.bodies[thing.id], bodies().get(thing.category)
    return SeenBody(
        position=body.position,
        size=body.size,
        heading=body.heading,
        has_front=kind is not None and kind.shows_front and body.rotation is None,
        support=body.support,
        rotation=body.rotation,
        hidden_by=None if covers is None else tuple(Cover(object=number, share=share) for number, share in covers),
    )
