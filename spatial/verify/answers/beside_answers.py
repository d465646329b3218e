"""The answers to whether there is room on the ground directly to the left or right of a thing, for the viewer.

In: a reader of the scene and a `Form`.  Out: yes or no; `NotProven` with the reason where neither is proven.
Over the ground, `out` is metres to the side that is asked about, and `deep` metres away from the viewer.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from math import atan2, degrees, hypot, inf

from schemas.events import SeenObject
from schemas.pictures import SeenBody
from spatial.verify.answers.floor_answers import (
    OVERHEAD,
    REACHING_OUT,
    ROUND,
    apart,
    is_standing,
    spare_of,
)
from spatial.verify.answers.metric_answers import SLACK, BodiesInScene, ground_corners, require_scale, things_meant
from spatial.verify.answers.unseen_answers import place_in_picture
from spatial.verify.referents import NotProven, Reader, is_seen
from spatial.verify.sentences import Form
from spatial.verify.shown_pictures import is_from_elsewhere

BEFORE_FAR_WALL = 1.05
"""Metres: what is no object of the scene may stand nearer to that wall."""

TRIED = 16
"""Steps in which something is moved along a thing."""

MOST_BY_ITSELF = 0.3
"""Share of the place."""

THIN = 0.02
"""Metres: how high a piece of the ground is."""

Spot = tuple[float, float]


@dataclass(frozen=True)
class _View:
    """The ground as the viewer sees it from the front of a thing, with one side of it outward."""

    world: BodiesInScene
    reader: Reader
    thing: SeenObject
    way_out: Spot
    way_deep: Spot

    def outline(self, body: SeenBody, share: float = 1.0) -> list[Spot]:
        """The corners of a body, or of this share of its sides, in their order around it: how far out, and how deep."""
        x, y = body.position[:2]
        a, b, c, d = ((x + share * (px - x), y + share * (py - y)) for px, py, _ in ground_corners(body))
        return [(_along(self.way_out, point), _along(self.way_deep, point)) for point in (a, b, d, c)]


def _along(way: Spot, point: Spot) -> float:
    return way[0] * point[0] + way[1] * point[1]


def answer_fits_left(reader: Reader, form: Form) -> str:
    """Whether something of the width in the form has room to the left. Raises NotProven."""
    return _answer(reader, form, "left")


def answer_fits_right(reader: Reader, form: Form) -> str:
    """To the right. Raises NotProven."""
    return _answer(reader, form, "right")


def most_beside(reader: Reader, form: Form, side: str) -> float:
    """Metres that there are at most for it on that side; infinite where nothing is in its way. Raises NotProven."""
    width = int(form.word) / 100
    return _most_free(_view(reader, form, side), width - spare_of(width))


def _answer(reader: Reader, form: Form, side: str) -> str:
    view, width = _view(reader, form, side), int(form.word) / 100
    require_scale(reader)
    if _is_free_square(view, width + spare_of(width)):
        return "yes"
    if _most_free(view, width - spare_of(width)) <= width - spare_of(width) + SLACK:
        return "no"
    raise NotProven("it fits hardly, or not all of the ground is seen")


def _view(reader: Reader, form: Form, side: str) -> _View:
    world, [thing] = BodiesInScene(reader), things_meant(reader, form.refs)
    if is_from_elsewhere(reader.scene):
        raise NotProven("it is not known whether there are walls")
    if not is_standing(world.body(thing)) or thing.category in REACHING_OUT:
        raise NotProven("it does not stand on the ground, or reaches farther above it than on it")
    assert reader.scene.world is not None
    m = reader.scene.world.camera.world_to_camera
    sign = -1 if side == "left" else 1
    right, deep = hypot(m[0], m[1]), hypot(m[8], m[9])
    return _View(world, reader, thing, (sign * m[0] / right, sign * m[1] / right), (m[8] / deep, m[9] / deep))


def _is_free_square(view: _View, side: float) -> bool:
    body, scene = view.world.body(view.thing), view.reader.scene
    outline = view.outline(body)
    out = max(spot[0] for spot in outline) + side / 2
    deep = (min(spot[1] for spot in outline) + max(spot[1] for spot in outline)) / 2
    square = SeenBody(
        position=(
            out * view.way_out[0] + deep * view.way_deep[0],
            out * view.way_out[1] + deep * view.way_deep[1],
            body.position[2] - body.size[2] / 2 + THIN / 2,
        ),
        size=(side, side, THIN),
        heading=degrees(atan2(view.way_deep[1], view.way_deep[0])),
    )
    seen = _pixels(view, square)
    if seen is not None and _own_part(view, seen) > MOST_BY_ITSELF:
        return False
    others = [thing for thing in scene.objects if thing is not view.thing]
    return (
        seen is not None
        and _is_left_free(view, square)
        and not any(_is_in(view, thing, square) or _hides(view, thing, square, seen) for thing in others)
    )


def _own_part(view: _View, seen: list[Spot]) -> float:
    """How much of the place, across the picture, is behind the thing's own box."""
    low, high = min(x for x, _ in seen), max(x for x, _ in seen)
    left, width, across = view.thing.box[0], view.thing.box[2], view.reader.scene.canvas[0]
    return (min(high, (left + width) / across) - max(low, left / across)) / (high - low)


def _pixels(view: _View, square: SeenBody) -> list[Spot] | None:
    """Where the corners of a piece of ground are in the picture, as shares of its sides; None if not all are in it."""
    scene = view.reader.scene
    assert scene.world is not None
    camera = scene.world.camera
    flat = [(x, y, square.position[2] + end * THIN) for x, y, _ in ground_corners(square) for end in (-0.5, 0.5)]
    places = [place_in_picture(camera, scene.canvas, point) for point in flat]
    inside = [place for place in places if place is not None and all(-SLACK <= share <= 1 + SLACK for share in place)]
    return inside if len(inside) == len(places) else None


def _is_left_free(view: _View, square: SeenBody) -> bool:
    """Whether nothing that is no object of the scene may stand there."""
    world, corners = view.reader.scene.world, list(ground_corners(square))
    assert world is not None
    far = max(y for _, y, _ in corners)
    if world.room is not None:
        low, high = min(x for x, _, _ in corners), max(x for x, _, _ in corners)
        is_within = world.room.left - SLACK <= low and high <= world.room.right + SLACK
        return is_within and far <= world.room.back - BEFORE_FAR_WALL + SLACK
    bodies = (view.world.body(thing) for thing in view.reader.scene.objects)
    return world.plain or far <= max(y for body in bodies for _, y, _ in ground_corners(body)) + SLACK


def _is_in(view: _View, thing: SeenObject, square: SeenBody) -> bool:
    body = view.world.body(thing)
    if body.position[2] - body.size[2] / 2 >= OVERHEAD or view.thing.id in view.world.carriers(thing):
        return False
    return apart(body, square) <= 0


def _hides(view: _View, thing: SeenObject, square: SeenBody, seen: list[Spot]) -> bool:
    """Whether a thing that is not wholly farther away is before the place in the picture."""
    if min(spot[1] for spot in view.outline(view.world.body(thing))) >= max(spot[1] for spot in view.outline(square)):
        return False
    (left, top, width, height), (across, down) = thing.box, view.reader.scene.canvas
    beside = left / across >= max(x for x, _ in seen) or (left + width) / across <= min(x for x, _ in seen)
    return not (beside or top / down >= max(y for _, y in seen) or (top + height) / down <= min(y for _, y in seen))


def _most_free(view: _View, side: float) -> float:
    body = view.world.body(view.thing)
    spots = [deep for _, deep in view.outline(body, ROUND)]
    own, low, high = view.outline(body, ROUND), min(spots), max(spots)
    others = [
        view.outline(view.world.body(thing), ROUND)
        for thing in view.reader.scene.objects
        if thing is not view.thing
        and is_seen(thing)
        and is_standing(view.world.body(thing))
        and thing.category not in REACHING_OUT
    ]
    return max(_free_at(own, others, low + step * (high - low) / TRIED, side) for step in range(TRIED + 1))


def _free_at(own: list[Spot], others: list[list[Spot]], middle: float, side: float) -> float:
    """Metres from the thing to the next one within a strip of this width away from the viewer."""
    strip = (middle - side / 2, middle + side / 2)
    edge = _end(own, strip, max, -inf)
    return min(
        (_end(other, strip, min, inf) - edge for other in others if _end(other, strip, max, -inf) > edge), default=inf
    )


def _end(outline: list[Spot], strip: Spot, which: Callable[[list[float]], float], nothing: float) -> float:
    """How far out an outline is within a strip, at most or at least."""
    found = [out for out, deep in outline if strip[0] <= deep <= strip[1]]
    for (out, deep), (other_out, other_deep) in pairwise([*outline, outline[0]]):
        for border in strip:
            if min(deep, other_deep) < border < max(deep, other_deep):
                found.append(out + (border - deep) / (other_deep - deep) * (other_out - out))
    return which(found) if found else nothing
