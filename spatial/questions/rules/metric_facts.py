"""Three-valued judgements in metres: distances, heights, and what lies on which side of a thing's own front.

In: a view of a scene that has a `world`, positions of its objects.  Out: numbers, or judgements with margins.
Stricter than truth: what a person who stands in the scene might judge otherwise is doubtful.  Margins of a distance or a
height are the share by which the smaller falls short of the larger, those of an angle its distance from the border as a
share of a half turn.
"""

import math

import numpy as np
from numpy.typing import NDArray

from schemas.pictures import SeenBody
from spatial.questions.certain_facts import DOUBTFUL, Judgement, View
from spatial.questions.wording.referring_expressions import Unanswerable
from spatial.world.pinhole import Pinhole, as_pinhole
from spatial.world.unscaled import is_of_any_size, shows_scale

NEARER_SHARE, NEARER_M = 0.15, 0.2
"""How much nearer to the camera one of two must be: a share of the farther one's distance, and metres."""

TALLER_SHARE, TALLER_M = 0.2, 0.03
"""How much lower the lower of two must be: a share of the higher one's height, and metres."""

LEAST_M = 0.1
"""Least distance of two centres, metres."""

BESIDE_M = 0.3
"""Least distance over the ground of a thing from whose view another is placed, metres."""

BORDER_DEGREES = 20.0
"""Least angle from straight ahead and straight behind, for left and right of a thing; largest for what it faces."""

AWAY_DEGREES = 60.0
"""Least angle from straight ahead of what a thing does not face."""

WAY_M = 0.5
"""Least distance over the ground of the two things that give an imagined viewer's place and direction, metres."""

ALOFT_M = 0.3
"""How far above the lowest foot what is in the air begins, metres."""

AT_WALL_M = 0.1
"""How far from a wall what hangs there ends, metres."""

WHOLE = 0.9
"""Least share to be seen of what is measured."""

ALONG_SHARE, LEVEL_SHARE = 0.7, 0.4
"""How much of a distance that is asked may lie along the view, and upwards."""

Array = NDArray[np.float64]


def body_of(view: View, index: int) -> SeenBody:
    """The object's body; of one that leans with the size of the upright box around it.

    Raises Unanswerable where the scene is not known in metres.
    """
    if view.scene.world is None:
        raise Unanswerable("nothing is known in metres")
    body = view.scene.world.bodies[index]
    if body.rotation is None:
        return body
    width, depth, height = np.abs(axes_of(body) @ np.array(body.rotation).reshape(3, 3)) @ np.array(body.size)
    return body.model_copy(update={"size": (float(width), float(depth), float(height))})


def has_scale(view: View) -> bool | None:
    """Whether the picture shows how large things are: by its surroundings, or by a thing of known size in plain view.

    False where all that it shows may be of any size; None where the only thing of known size is hardly seen.
    Raises Unanswerable where the scene is not known in metres.
    """
    if view.scene.world is None:
        raise Unanswerable("nothing is known in metres")
    known = [i for i, thing in enumerate(view.objects) if not is_of_any_size(thing.category)]
    if not view.scene.world.plain or any(i in view.clear for i in known):
        return True
    return None if known else False


def is_measurable(view: View) -> bool:
    """Whether somebody who takes what is in plain view to be of its usual size finds lengths as they are.

    A stool that happens to be low, alone in the picture, makes a careful person find each length half as large again.
    """
    found = []
    for i in view.clear:
        body = view.scene.world.bodies[i] if view.scene.world is not None else None
        if body is not None and body.rotation is None and not is_afloat(view, i):
            found.append((view.objects[i].category, body.size))
    return shows_scale(found, view.strictness)


def require_scale(view: View) -> None:
    """Raises Unanswerable where the picture does not plainly show how large things are."""
    if not has_scale(view):
        raise Unanswerable("nothing in the picture shows how large things are")


def is_aloft(view: View, index: int) -> bool:
    """Whether a thing is in the air out of doors: nothing that it touches shows how far away it is."""
    world = view.scene.world
    if world is None or world.room is not None or world.bodies[index].support is not None:
        return False
    feet = [body.position[2] - body.size[2] / 2 for body in world.bodies if body.rotation is None]
    body = world.bodies[index]
    return body.rotation is None and body.position[2] - body.size[2] / 2 - min(feet) > ALOFT_M


def is_afloat(view: View, index: int) -> bool:
    """Whether a thing is in the air, of a room too, and at none of its walls: a balloon may be small or far away."""
    world = view.scene.world
    if world is None or world.room is None or world.bodies[index].support is not None:
        return is_aloft(view, index)
    body, room = world.bodies[index], world.room
    if body.rotation is not None or body.position[2] - body.size[2] / 2 <= ALOFT_M:
        return False
    corners = footprint(body)
    gaps = corners[:, 0].min() - room.left, room.right - corners[:, 0].max(), room.back - corners[:, 1].max()
    return bool(min(gaps) > AT_WALL_M)


def camera_position(view: View) -> Array:
    """The camera's centre, metres of the world. Raises Unanswerable where the scene is not known in metres."""
    return pinhole_of(view).position


def pinhole_of(view: View) -> Pinhole:
    """The camera, in pixels of the picture. Raises Unanswerable where the scene is not known in metres."""
    if view.scene.world is None:
        raise Unanswerable("nothing is known in metres")
    return as_pinhole(view.scene.world.camera)


def axes_of(body: SeenBody) -> Array:
    """The directions of a body's width, depth and height, as rows."""
    turn = math.radians(body.heading)
    return np.array([(math.sin(turn), -math.cos(turn), 0), (math.cos(turn), math.sin(turn), 0), (0, 0, 1)])


def footprint(body: SeenBody) -> Array:
    """The four corners of a body's box on the ground (4 × 2, metres)."""
    width, depth, _ = axes_of(body)[:, :2] * np.array(body.size)[:, None] / 2
    found: Array = np.array(body.position[:2]) + np.array([width + depth, width - depth, -width - depth, -width + depth])
    return found


def centre_distance(a: SeenBody, b: SeenBody) -> float:
    """Metres between the centres of two bodies."""
    return math.dist(a.position, b.position)


def is_whole(view: View, index: int) -> bool:
    """Whether hardly anything of a thing is hidden: nobody knows where it stands if its foot is behind a box."""
    return view.objects[index].visible >= WHOLE


def is_plain_length(view: View, i: int, j: int) -> bool:
    """Whether people measure the distance of two things well."""
    return is_whole(view, i) and is_whole(view, j) and is_across(view, i, j)


def is_across(view: View, i: int, j: int) -> bool:
    """Whether two things are apart mainly across the view and not along it, and on about one level: along the view, and up
    to the middle of a tree, people measure badly."""
    a, b = body_of(view, i), body_of(view, j)
    length = centre_distance(a, b)
    along = pinhole_of(view).world_to_camera[2, :3] @ (np.array(a.position) - np.array(b.position))
    return abs(along) <= ALONG_SHARE * length and abs(a.position[2] - b.position[2]) <= LEVEL_SHARE * length


def nearest_distance(point: Array, body: SeenBody) -> float:
    """Metres from a point to the nearest point of a body's box, 0 inside of it."""
    own = axes_of(body) @ (point - np.array(body.position))
    return float(np.linalg.norm(np.maximum(np.abs(own) - np.array(body.size) / 2, 0)))


def nearer_to_camera(view: View, i: int, j: int) -> Judgement:
    """Whether object i is nearer to the camera than object j, by centres and by nearest points."""
    if is_aloft(view, i) or is_aloft(view, j):
        return DOUBTFUL
    camera, a, b = camera_position(view), body_of(view, i), body_of(view, j)
    least = (NEARER_SHARE, NEARER_M)
    centres = _less(math.dist(camera, a.position), math.dist(camera, b.position), least, view)
    nearest = _less(nearest_distance(camera, a), nearest_distance(camera, b), least, view)
    if centres.value is None or centres.value is not nearest.value:
        return DOUBTFUL
    return Judgement(centres.value, min(centres.margin, nearest.margin))


def taller(view: View, i: int, j: int) -> Judgement:
    """Whether object i is higher from foot to top than object j."""
    return _less(body_of(view, j).size[2], body_of(view, i).size[2], (TALLER_SHARE, TALLER_M), view)


def _less(first: float, second: float, least: tuple[float, float], view: View) -> Judgement:
    """Whether the first number is less than the second, by this share and by this much at least."""
    low, high = sorted((first, second))
    if high - low < max(least[0] * high, least[1]) * view.strictness:
        return DOUBTFUL
    return Judgement(first < second, 1 - low / high)


def carriers(view: View, index: int) -> list[int]:
    """The objects that an object rests on or in, the nearest first. Raises Unanswerable where one of them is not seen."""
    ids, found = [thing.id for thing in view.objects], list[int]()
    below = body_of(view, index).support
    while below is not None:
        if below not in ids:
            raise Unanswerable("what carries it is not seen")
        if ids.index(below) in found:
            break
        found.append(ids.index(below))
        below = body_of(view, found[-1]).support
    return found


def is_held_by(view: View, index: int, base: int) -> bool:
    """Whether an object rests on or in another, or on what does. Raises Unanswerable where a carrier is not seen."""
    return base in carriers(view, index)


def are_joined(view: View, i: int, j: int) -> bool:
    """Whether one of two objects carries or holds the other."""
    return is_held_by(view, i, j) or is_held_by(view, j, i)


def may_be_joined(view: View, i: int, j: int) -> bool:
    """Whether one of two objects carries or holds the other, or may do: what carries one of them is not seen."""
    try:
        return are_joined(view, i, j)
    except Unanswerable:
        return True


def _turns(looking: SeenBody, there: SeenBody) -> list[float]:
    """Degrees from straight ahead of a body to the middle of another and to each of its corners on the ground,
    counter-clockwise: to its left above 0."""
    places = (there.position[:2], *footprint(there))
    toward = (math.degrees(math.atan2(y - looking.position[1], x - looking.position[0])) for x, y in places)
    return [(angle - looking.heading + 180) % 360 - 180 for angle in toward]


def is_on_own_left(view: View, i: int, j: int) -> Judgement:
    """Whether object j is to the left of object i for somebody in its place who looks where its front does."""
    if not _is_apart(view, i, j):
        return DOUBTFUL
    return _is_to_left(body_of(view, i), body_of(view, j), view.strictness)


def _is_to_left(looking: SeenBody, there: SeenBody, strictness: float) -> Judgement:
    """Whether all of a body is to the left of one that looks where its heading says."""
    angle, *corners = _turns(looking, there)
    border = min(abs(angle), 180 - abs(angle))
    if border < BORDER_DEGREES * strictness or len({turn > 0 for turn in corners}) > 1:
        return DOUBTFUL
    return Judgement(angle > 0, border / 180)


def is_facing(view: View, i: int, j: int) -> Judgement:
    """Whether the front of object i looks towards object j."""
    if not _is_apart(view, i, j):
        return DOUBTFUL
    angles = [abs(turn) for turn in _turns(body_of(view, i), body_of(view, j))]
    if angles[0] * view.strictness <= BORDER_DEGREES:
        return Judgement(True, (AWAY_DEGREES - angles[0]) / 180)
    if min(angles) >= AWAY_DEGREES * min(view.strictness, 1.5):
        return Judgement(False, (min(angles) - BORDER_DEGREES) / 180)
    return DOUBTFUL


def is_on_left_of_way(view: View, way: tuple[int, int], k: int) -> Judgement:
    """Whether object k is to the left of somebody who stands at the way's first object and looks at the second."""
    if any(is_aloft(view, index) for index in (*way, k)):
        return DOUBTFUL
    at, toward, there = (body_of(view, index) for index in (*way, k))
    ahead = np.array(toward.position[:2]) - np.array(at.position[:2])
    foot = np.array([*at.position[:2], there.position[2]])
    if np.linalg.norm(ahead) < WAY_M * view.strictness or nearest_distance(foot, there) < BESIDE_M * view.strictness:
        return DOUBTFUL
    looking = at.model_copy(update={"heading": math.degrees(math.atan2(ahead[1], ahead[0]))})
    return _is_to_left(looking, there, view.strictness)


def _is_apart(view: View, i: int, j: int) -> bool:
    """Whether the first has a front, and the other is far enough from it and does not touch it; neither is in the air."""
    if is_aloft(view, i) or is_aloft(view, j):
        return False
    a, b = body_of(view, i), body_of(view, j)
    centre = np.array([*a.position[:2], b.position[2]])
    return a.has_front and not are_joined(view, i, j) and nearest_distance(centre, b) >= BESIDE_M * view.strictness
