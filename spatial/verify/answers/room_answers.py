"""The answer to a question about the size of a room.

In: a reader of the scene and a `Form`.  Out: an area; `NotProven` with the reason where none is proven.
"""

from spatial.verify.answers.metric_answers import BodiesInScene, things_meant
from spatial.verify.referents import NotProven, Reader
from spatial.verify.sentences import Form

INSIDE = 0.03
"""How far a far corner of the floor is from the picture's border at least, a share of its side."""

SMALLEST = 9.95
"""Square metres; smaller ones would not be whole numbers."""

SLACK = 1e-9


def answer_floor_area(reader: Reader, form: Form) -> str:
    """Whole square metres from under the camera to the far wall, and from one side wall to the other. Raises NotProven."""
    things_meant(reader, form.refs)
    eye, world = BodiesInScene(reader).eye, reader.scene.world
    if world is None or world.room is None:
        raise NotProven("it is not known where the walls are")
    room = world.room
    for x in (room.left, room.right):
        _require_seen(reader, (x, room.back))
    area = (room.right - room.left) * (room.back - eye[1])
    if area < SMALLEST:
        raise NotProven("the floor is too small")
    return f"{round(area)} m²"


def _require_seen(reader: Reader, corner: tuple[float, float]) -> None:
    """Raises NotProven for a corner of the floor that is outside of the picture or behind a thing's box."""
    assert reader.scene.world is not None
    camera = reader.scene.world.camera
    m, (fx, fy, cx, cy) = camera.world_to_camera, camera.intrinsics
    right, down, ahead = (m[k] * corner[0] + m[k + 1] * corner[1] + m[k + 3] for k in (0, 4, 8))
    if ahead <= 0:
        raise NotProven("a far corner is behind the camera")
    u, v = cx + fx * right / ahead, cy + fy * down / ahead
    width, height = reader.scene.canvas
    if min(u / width, 1 - u / width, v / height, 1 - v / height) < INSIDE - SLACK:
        raise NotProven("a far corner is not in the picture")
    for thing in reader.scene.objects:
        x, y, w, h = thing.box
        if x <= u <= x + w and y <= v <= y + h:
            raise NotProven(f"a far corner may be hidden by object {thing.id}")
