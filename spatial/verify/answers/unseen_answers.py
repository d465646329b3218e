"""Why a picture shows nothing of a thing that is in its scene: it is beside the frame, or behind other things.

In: a scene as one of its pictures shows it, a word.  Out: the reason; `NotProven` where none is proven.
Corners are projected here anew: this shares no code with the writer of questions.
"""

from collections.abc import Iterator
from itertools import product

from schemas.events import Scene
from schemas.pictures import SeenBody
from schemas.world import Camera
from spatial.verify.answers.metric_answers import ground_corners
from spatial.verify.lexicon import is_surely_called, may_be_called
from spatial.verify.referents import NotProven, Reader
from spatial.verify.shown_pictures import OutOfSight, things_out_of_sight

NEXT_TO_FRAME = 0.005
"""Share of the picture's side that all of a thing is off the frame."""

SLACK = 1e-9

IN_THE_LENS = 0.05
"""Metres ahead of the camera that a point has a place from."""

Place = tuple[float, float] | None
"""Shares of the picture's sides; None behind the camera."""


def why_out_of_sight(reader: Reader, word: str, colour: str = "") -> str | None:
    """`out_of_view` or `hidden`; None where nothing that the words may mean is in the scene. Raises NotProven."""
    places = _named_places(reader, word, colour)
    if not places:
        return None
    if all(_off(each) >= NEXT_TO_FRAME - SLACK for each in places):
        return "out_of_view"
    if all(None not in each and all(0 <= x <= 1 and 0 <= y <= 1 for x, y in filter(None, each)) for each in places):
        return "hidden"
    raise NotProven(f"the {word} is at the edge of the frame")


def off_frame(reader: Reader, word: str, colour: str = "") -> float:
    """By what share of the picture's side what the words mean is beside the frame; 1 of what is hidden or nowhere.

    Raises NotProven.
    """
    found = why_out_of_sight(reader, word, colour)
    return min(map(_off, _named_places(reader, word, colour))) if found == "out_of_view" else 1.0


def _named_places(reader: Reader, word: str, colour: str) -> list[list[Place]]:
    """The corners in the picture of each thing of the scene that is not seen and goes by the words. Raises NotProven."""
    scene = reader.scene
    things = [each for each in things_out_of_sight(scene) if may_be_called(each.thing.category, word)]
    if not all(is_surely_called(each.thing.category, word) for each in things):
        raise NotProven(f"whether one of them is a {word} is a matter of taste")
    if colour:
        meant = reader.with_colour([each.thing for each in things], colour)
        things = [each for each in things if each.thing in meant]
    return [list(_places(scene, each)) for each in things]


def _places(scene: Scene, thing: OutOfSight) -> Iterator[Place]:
    assert scene.world is not None
    for corner in _corners(thing.body):
        yield place_in_picture(scene.world.camera, scene.canvas, corner)


def _off(places: list[Place]) -> float:
    """By what share all of the places are beyond one edge of the frame, 1 where all are behind the camera, 0 at least."""
    seen = [place for place in places if place is not None]
    if len(seen) < len(places):
        return 0.0 if seen else 1.0
    sides = [value for axis in (0, 1) for value in (-max(p[axis] for p in seen), min(p[axis] for p in seen) - 1)]
    return min(1.0, max(0.0, *sides))


def place_in_picture(camera: Camera, canvas: tuple[int, int], point: tuple[float, ...]) -> Place:
    """Where a point of the world (metres) is in the picture; None behind the camera or in its lens."""
    m = camera.world_to_camera
    x, y, z = (sum(m[4 * row + k] * point[k] for k in range(3)) + m[4 * row + 3] for row in range(3))
    if z < IN_THE_LENS:
        return None
    fx, fy, cx, cy = camera.intrinsics
    return (fx * x / z + cx) / canvas[0], (fy * y / z + cy) / canvas[1]


def _corners(body: SeenBody) -> Iterator[tuple[float, ...]]:
    """The eight corners of a body's box, of a leaning one in its own axes."""
    if body.rotation is None:
        for (x, y, z), end in product(ground_corners(body), (-0.5, 0.5)):
            yield x, y, z + end * body.size[2]
        return
    for signs in product((-0.5, 0.5), repeat=3):
        own = [sign * side for sign, side in zip(signs, body.size, strict=True)]
        yield tuple(body.position[k] + sum(body.rotation[3 * k + axis] * own[axis] for axis in range(3)) for k in range(3))
