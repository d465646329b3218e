"""The answers to questions about places on the floor: on which side of a line of view, and what fits between two things.

In: a reader of the scene and a `Form`.  Out: the answer's text; `NotProven` with the reason where none is proven.
A thing's place on the floor is the rectangle of its box; two rectangles are as far apart as their nearest sides.
"""

from itertools import combinations, product
from math import atan2, degrees, dist, hypot

from schemas.events import SeenObject
from schemas.pictures import SeenBody
from spatial.verify.answers.metric_answers import (
    CLEAR_OF,
    NARROW,
    SLACK,
    BodiesInScene,
    gap,
    ground_corners,
    require_scale,
    things_meant,
)
from spatial.verify.referents import NotProven, Reader
from spatial.verify.sentences import Form

LINE_OF_VIEW = 0.5
"""Metres; nearer things give no direction."""

ON_GROUND, IN_THE_WAY, OVERHEAD = 0.1, 0.15, 1.8
"""Metres above the ground: of a foot at most, of a top at least, of the underside of what hangs over all."""

TO_SPARE, SHARE_TO_SPARE = 0.1, 0.2
"""By how much a gap is wider or narrower than what should fit: metres, and a share of that."""

ROUND = 0.75
"""Share of its box' sides that a round thing is sure to reach."""

REACHING_OUT = {
    "dog", "cat", "rabbit", "cow", "horse", "pig", "sheep", "duck", "penguin", "elephant", "owl", "hedgehog", "turtle",
    "crow", "potted plant", "bush", "tree", "pine tree", "palm tree", "cactus", "street lamp", "traffic light", "stop sign",
    "table lamp", "floor lamp", "bicycle", "sailboat", "canoe",
}  # fmt: skip
"""Heads, branches and handlebars are no part of what stands on the ground."""

Point = tuple[float, float]


def answer_viewed_side(reader: Reader, form: Form) -> str:
    """Left or right of a line of view. Raises NotProven."""
    world, things = BodiesInScene(reader), things_meant(reader, form.refs)
    if any(map(world.is_in_the_air, things)) or any(world.are_stacked(*two) for two in combinations(things, 2)):
        raise NotProven("one of them carries another, or is in the air")
    at, toward, there = (world.body(thing) for thing in things)
    ahead = toward.position[0] - at.position[0], toward.position[1] - at.position[1]
    if hypot(*ahead) < LINE_OF_VIEW - SLACK or gap(there, (*at.position[:2], there.position[2])) < CLEAR_OF - SLACK:
        raise NotProven("the things are too close to each other")
    angle, *corners = (_turn(at, ahead, place) for place in (there.position, *ground_corners(there)))
    if not NARROW - SLACK <= abs(angle) <= 180 - NARROW + SLACK or len({each > 0 for each in corners}) > 1:
        raise NotProven("it is nearly ahead or behind, or reaches over the line of view")
    return "left" if angle > 0 else "right"


def _turn(at: SeenBody, ahead: Point, place: tuple[float, ...]) -> float:
    """Degrees from the line of view to a place, to the left above 0."""
    x, y = place[0] - at.position[0], place[1] - at.position[1]
    return degrees(atan2(ahead[0] * y - ahead[1] * x, ahead[0] * x + ahead[1] * y))


def answer_fits_between(reader: Reader, form: Form) -> str:
    """Whether something of the width in the form fits between two things. Raises NotProven."""
    world, (a, b) = BodiesInScene(reader), things_meant(reader, form.refs)
    width = int(form.word) / 100
    if world.are_stacked(a, b) or not (is_standing(world.body(a)) and is_standing(world.body(b))):
        raise NotProven("the two do not both stand on the ground")
    if any(thing.category in REACHING_OUT for thing in (a, b)):
        raise NotProven("one of them reaches farther above the ground than on it")
    require_scale(reader)
    free = apart(world.body(a), world.body(b))
    if any(_is_between(world, third, (a, b), free) for third in reader.scene.objects if third.id not in (a.id, b.id)):
        raise NotProven("another thing is about the gap")
    spare = spare_of(width)
    if free >= width + spare - SLACK:
        return "yes"
    if apart(world.body(a), world.body(b), ROUND) <= width - spare + SLACK:
        return "no"
    raise NotProven("it fits hardly, or hardly not")


def spare_of(width: float) -> float:
    """By how much a place is wider or narrower than what should fit, metres."""
    return max(TO_SPARE, width * SHARE_TO_SPARE)


def is_standing(body: SeenBody) -> bool:
    """Whether a body stands on the ground by itself, and nobody steps over it."""
    foot = body.position[2] - body.size[2] / 2
    return body.support is None and foot <= ON_GROUND and body.size[2] >= IN_THE_WAY


def _is_between(world: BodiesInScene, third: SeenObject, ends: tuple[SeenObject, SeenObject], free: float) -> bool:
    """Whether a third thing that is not up in the air, and on neither of the two, is about the gap."""
    body = world.body(third)
    if body.position[2] - body.size[2] / 2 >= OVERHEAD or {end.id for end in ends} & set(world.carriers(third)):
        return False
    return sum(apart(world.body(end), body, ROUND) for end in ends) <= 1.2 * free + 0.2 + SLACK


def apart(a: SeenBody, b: SeenBody, share: float = 1.0) -> float:
    """Metres on the floor between two rectangles with this share of their sides; 0 where they meet."""
    first, second = (_sides(body, share) for body in (a, b))
    if any(_cross(one, other) for one, other in product(first, second)) or _holds(a, b, share) or _holds(b, a, share):
        return 0.0
    return min(_from_side(point, side) for p, q in ((first, second), (second, first)) for point, _ in p for side in q)


def _sides(body: SeenBody, share: float) -> list[tuple[Point, Point]]:
    x, y = body.position[:2]
    a, b, c, d = ((x + share * (px - x), y + share * (py - y)) for px, py, _ in ground_corners(body))
    return [(a, b), (b, d), (d, c), (c, a)]


def _cross(one: tuple[Point, Point], other: tuple[Point, Point]) -> bool:
    return all(_area(*line, points[0]) * _area(*line, points[1]) < 0 for line, points in ((one, other), (other, one)))


def _area(a: Point, b: Point, c: Point) -> float:
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


def _holds(outer: SeenBody, inner: SeenBody, share: float) -> bool:
    """Whether the middle of one lies on the other."""
    turns = [_area(*side, inner.position[:2]) for side in _sides(outer, share)]
    return min(turns) >= 0 or max(turns) <= 0


def _from_side(point: Point, side: tuple[Point, Point]) -> float:
    (ax, ay), (bx, by) = side
    length = (bx - ax) ** 2 + (by - ay) ** 2
    t = max(0.0, min(1.0, ((point[0] - ax) * (bx - ax) + (point[1] - ay) * (by - ay)) / length))
    return dist(point, (ax + t * (bx - ax), ay + t * (by - ay)))
