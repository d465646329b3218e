"""The answers to questions about two pictures of one scene.

In: a reader of the second picture, whose scene has the first, and a `Form`.  Out: the answer's text; `NotProven` with the
reason where none is proven.
Cameras are plain numbers here: a matrix of 16, whose rows are the camera's axes.
"""

import json
from itertools import permutations
from math import atan2, degrees, dist

from schemas.events import Scene, SeenObject
from schemas.world import Camera
from spatial.verify.answers.metric_answers import SLACK, BodiesInScene
from spatial.verify.geometry import SPECK
from spatial.verify.lexicon import may_be_called
from spatial.verify.referents import NotProven, Reader, is_seen, require_seen
from spatial.verify.sentences import Form

SIDESTEP, WALK = 0.2, 0.18
"""Shares of the way from the farther camera to the thing: what a step aside, and one ahead or back, has at least."""

SLANT = 0.5
"""Share of a step ahead or back that may go aside."""

SLIDE, BEHIND = 0.04, 0.1
"""By what share of the width near things slide over farther ones, which are deeper by that share."""

OTHER_SIDE = 15.0
"""Degrees over the ground between two directions from which a thing is seen."""

SWELL = 1.1
"""The factor by which things grow or shrink."""

MISTAKEN = 0.5
"""The share of their union that two boxes have in common where either may be meant."""

Numbers = tuple[float, ...]


def answer_moved_sideways(reader: Reader, form: Form) -> str:
    """Left or right. Raises NotProven."""
    first, thing = _shown_twice(reader, form)
    here, there = _steps(reader, thing)
    least = min(abs(here[0]), abs(there[0]))
    if here[0] * there[0] <= 0 or least < SIDESTEP - SLACK:
        raise NotProven("the camera hardly moved aside, or it is a matter of how it is turned")
    slides = _slides(reader.scene, first)
    with_right = [slide <= -SLIDE + SLACK for slide in slides]
    with_left = [slide >= SLIDE - SLACK for slide in slides]
    right = here[0] > 0
    shown, denied = (with_right, with_left) if right else (with_left, with_right)
    if any(denied) or not (any(shown) or _turn(reader, thing) >= OTHER_SIDE - SLACK):
        raise NotProven("near things do not plainly move against far ones, nor is it seen from another side")
    return "right" if right else "left"


def answer_moved_along(reader: Reader, form: Form) -> str:
    """Forward or backward. Raises NotProven."""
    first, thing = _shown_twice(reader, form)
    here, there = _steps(reader, thing)
    least = min(abs(here[2]), abs(there[2]))
    if here[2] * there[2] <= 0 or least < WALK - SLACK or max(abs(here[0]), abs(there[0])) > SLANT * least + SLACK:
        raise NotProven("the camera hardly moved ahead or back, or aside too")
    forward = here[2] > 0
    for before, after in _twice(reader.scene, first):
        sides = [(box[2] * box[3]) ** 0.5 for box in (before.box, after.box)]
        small, large = sides if forward else sides[::-1]
        if large < small * (SWELL - SLACK):
            raise NotProven("not all things became larger, or smaller")
    return "forward" if forward else "backward"


def answer_only_second(reader: Reader, form: Form) -> str:
    """The name of what the first picture does not show. Raises NotProven."""
    first, _ = _shown_twice(reader, form)
    old = {thing.id for thing in first.objects}
    new = [thing for thing in reader.scene.objects if thing.id not in old]
    if len(new) != 1:
        raise NotProven(f"{len(new)} things are in the second picture alone")
    name = reader.label(new[0])
    if name != new[0].category or any(may_be_called(thing.category, name) for thing in first.objects):
        raise NotProven("the first picture has something that may be called the same")
    return name


def answer_same_box(reader: Reader, form: Form) -> str:
    """The box of a thing in the second picture. Raises NotProven."""
    _, thing = _shown_twice(reader, form)
    if not is_boxed_alone(reader.scene, thing):
        raise NotProven("its box is too small, goes beyond the picture, or may mean another thing")
    return json.dumps(list(thing.box))


def is_boxed_alone(scene: Scene, thing: SeenObject) -> bool:
    """Whether a thing's box is in the picture, large enough, and about no other thing."""
    x, y, width, height = thing.box
    if min(width, height) < SPECK or min(x, y) < 0 or x + width > scene.canvas[0] or y + height > scene.canvas[1]:
        return False
    return not any(_common(thing.box, other.box) >= MISTAKEN for other in scene.objects if other is not thing)


def _common(one: tuple[int, int, int, int], other: tuple[int, int, int, int]) -> float:
    """The share of their union that two boxes share."""
    across = min(one[0] + one[2], other[0] + other[2]) - max(one[0], other[0])
    down = min(one[1] + one[3], other[1] + other[3]) - max(one[1], other[1])
    shared = max(0, across) * max(0, down)
    return shared / (one[2] * one[3] + other[2] * other[3] - shared)


def _shown_twice(reader: Reader, form: Form) -> tuple[Scene, SeenObject]:
    """The first picture as a scene, and the thing that the words mean in both, as the second shows it. Raises NotProven."""
    if len(reader.scene.views) != 1 or reader.scene.world is None:
        raise NotProven("the question shows no two pictures")
    view = reader.scene.views[0]
    first = Scene(canvas=view.canvas, scene=reader.scene.scene, objects=view.objects, excluded=reader.scene.excluded)
    thing = reader.resolve(form.refs[0])[0]
    before = require_seen(Reader(first, reader.nouns).resolve(form.refs[0])[0])
    if before.id != thing.id:
        raise NotProven("the words mean another thing in the first picture")
    return first, thing


def _steps(reader: Reader, thing: SeenObject) -> tuple[Numbers, Numbers]:
    """From the first camera to the second, as each of them sees it, in ways to the thing. Raises NotProven."""
    world = reader.scene.world
    assert world is not None
    cameras = reader.scene.views[0].camera, world.camera
    start, end = (_centre(camera) for camera in cameras)
    place = BodiesInScene(reader).body(thing).position
    way = max(dist(start, place), dist(end, place))
    if not 0.01 < way < 1e5:
        raise NotProven("the thing is where the camera is")
    step = [(b - a) / way for a, b in zip(start, end, strict=True)]
    here, there = (tuple(_along(camera, k, step) for k in range(3)) for camera in cameras)
    return here, there


def _turn(reader: Reader, thing: SeenObject) -> float:
    """Degrees between the ways over the ground from the two cameras to a thing."""
    world = reader.scene.world
    assert world is not None
    x, y, _ = BodiesInScene(reader).body(thing).position
    ways = [(x - place[0], y - place[1]) for place in map(_centre, (reader.scene.views[0].camera, world.camera))]
    (a, b), (c, d) = ways
    return degrees(abs(atan2(a * d - b * c, a * c + b * d)))


def _along(camera: Camera, axis: int, way: list[float]) -> float:
    """How far a way of the world goes along one of a camera's axes."""
    row = camera.world_to_camera[4 * axis : 4 * axis + 3]
    return sum(a * b for a, b in zip(row, way, strict=True))


def _centre(camera: Camera) -> list[float]:
    """Where a camera is: its axes, each as far as the matrix shifts along it, backwards."""
    m = camera.world_to_camera
    return [-sum(m[4 * axis + k] * m[4 * axis + 3] for axis in range(3)) for k in range(3)]


def _twice(scene: Scene, first: Scene) -> list[tuple[SeenObject, SeenObject]]:
    """What both pictures plainly show: as the first shows it, and as the second does."""
    known = {thing.id: thing for thing in first.objects if is_seen(thing)}
    return [(known[thing.id], thing) for thing in scene.objects if is_seen(thing) and thing.id in known]


def _slides(scene: Scene, first: Scene) -> list[float]:
    """How far each thing slides to the right over each that is plainly deeper, in widths of the picture."""
    found = []
    for (near, near_after), (far, far_after) in permutations(_twice(scene, first), 2):
        if 0 < near.depth * (1 + BEHIND) < far.depth and 0 < near_after.depth * (1 + BEHIND) < far_after.depth:
            apart = [
                (a.box[0] + a.box[2] / 2 - b.box[0] - b.box[2] / 2) / width
                for a, b, width in ((near, far, first.canvas[0]), (near_after, far_after, scene.canvas[0]))
            ]
            found.append(apart[1] - apart[0])
    return found
