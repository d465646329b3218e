"""What a picture of a scene in metres adds to its row: camera, bodies, masks, depth.

In: an accepted sample and the file of its picture.  Out: values of columns; none for a picture without layers.
Places come from the graph's world, pixels from the file's layers: nothing is estimated.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from dataset.solid.run_lengths import run_lengths
from schemas.events import QAEvent
from schemas.graph import SpatialGraph
from schemas.picture_layers import Layers, read_layers
from schemas.world import World
from spatial.world.body_table import bodies
from spatial.world.seen_world import camera_in_pixels, seen_room

ADDED = ("position", "size", "heading", "has_front", "distance", "mask", "amodal_box", "support", "rotation", "hidden_by")
"""Fields of an object that are null for a picture of any other kind."""


@dataclass(frozen=True, eq=False)
class PicturedWorld:
    """A world and the layers of a picture of it. `index`: height × width, an object's id and one at each pixel.

    `view`: the camera's number, 0 for the first.
    """

    graph: SpatialGraph
    world: World
    layers: Layers
    index: NDArray[np.uint8]
    view: int = 0


def pictured_world(event: QAEvent, file: bytes, view: int = 0) -> PicturedWorld | None:
    """What the columns are made of, of the picture of that camera; None where the graph has no such camera, or the picture
    no layers of its size."""
    world, layers = event.graph.world, read_layers(file) if event.graph.world else None
    if world is None or layers is None or _are_others(layers, len(world.bodies)) or view > len(world.views):
        return None
    image = (event.image, *event.views)[view]
    try:
        with Image.open(BytesIO(layers.index)) as picture:
            if picture.size != (image.width, image.height) or picture.mode != "L":
                return None
            return PicturedWorld(event.graph, world, layers, np.asarray(picture), view)
    except (OSError, SyntaxError, ValueError):
        return None


def _are_others(layers: Layers, many: int) -> bool:
    return len(layers.amodal) != many or (layers.covers is not None and len(layers.covers) != many)


def camera_of(pictured: PicturedWorld) -> dict[str, Any]:
    """The column `camera`, that of a view: the planned one, with intrinsics in pixels of the picture."""
    camera = camera_in_pixels(pictured.graph, pictured.index.shape[1], pictured.view)
    return {"intrinsics": list(camera.intrinsics), "world_to_camera": list(camera.world_to_camera)}


def room_of(pictured: PicturedWorld) -> dict[str, float] | None:
    """The column `room`: where its walls are, None for a scene that is no room."""
    room = seen_room(pictured.world.space)
    return None if room is None else room.model_dump()


def body_fields(pictured: PicturedWorld, number: int, category: str) -> Mapping[str, Any]:
    """The added fields of one object, by its id."""
    body, kind, covers = pictured.world.bodies[number], bodies().get(category), pictured.layers.covers
    camera = (pictured.world.camera, *pictured.world.views)[pictured.view]
    matrix = np.array(camera.world_to_camera).reshape(4, 4)
    seen = matrix[:3, :3] @ body.position + matrix[:3, 3]
    return {
        "position": list(body.position),
        "size": list(body.size),
        "heading": body.heading,
        "has_front": None if kind is None else kind.shows_front and body.rotation is None,
        "distance": float(np.linalg.norm(seen)),
        "mask": run_lengths(pictured.index == number + 1),
        "amodal_box": list(pictured.layers.amodal[number]),
        "support": None if body.support is None else pictured.graph.objects[body.support].id,
        "rotation": None if body.rotation is None else list(body.rotation),
        "hidden_by": None if covers is None else [{"object": other, "share": share} for other, share in covers[number]],
    }
