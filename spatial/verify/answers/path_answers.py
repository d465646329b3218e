"""The answers to questions about what is passed on a way over the floor.

In: a reader of the scene and a `Form`.  Out: the answer's text; `NotProven` with the reason where none is proven.
"""

from math import dist

from schemas.events import SeenObject
from schemas.pictures import SeenBody
from spatial.verify.answers.floor_answers import OVERHEAD, apart, is_standing
from spatial.verify.answers.metric_answers import SLACK, BodiesInScene, ground_corners, things_meant
from spatial.verify.answers.order_answers import plain_name
from spatial.verify.referents import NotProven, Reader
from spatial.verify.sentences import Form

A_WALK, ELBOWS, IN_PASSING = 1.0, 0.3, 2.5
"""Metres: between the ends of a way at least; free on both sides of it and beyond its ends; to what is passed at most."""

FIRST, LAST = 0.15, 0.85
"""Between these shares of the way the middle of what is passed is."""

Span = tuple[float, float]


def _spans(way: tuple[SeenBody, SeenBody], body: SeenBody) -> tuple[Span, Span]:
    """From where to where a body reaches along a way, and to its left, in metres."""
    (x, y), (tx, ty) = way[0].position[:2], way[1].position[:2]
    length = dist((x, y), (tx, ty))
    dx, dy = (tx - x) / length, (ty - y) / length
    corners = [(px - x, py - y) for px, py, _ in ground_corners(body)]
    along, left = [px * dx + py * dy for px, py in corners], [py * dx - px * dy for px, py in corners]
    return (min(along), max(along)), (min(left), max(left))


def _side(way: tuple[SeenBody, SeenBody], body: SeenBody) -> str:
    """Left, right or nothing. Raises NotProven."""
    length = dist(way[0].position[:2], way[1].position[:2])
    (behind, ahead), (low, high) = _spans(way, body)
    if not is_standing(body):
        raise NotProven("one of them does not stand on the ground")
    if behind >= length + ELBOWS - SLACK or ahead <= SLACK - ELBOWS:
        return ""
    nearest = max(low, -high)
    if not ELBOWS - SLACK <= nearest <= IN_PASSING + SLACK:
        raise NotProven("one of them is in the way or far from it")
    if not FIRST - SLACK <= (behind + ahead) / 2 / length <= LAST + SLACK:
        raise NotProven("one of them is beside an end of the way")
    return "left" if low > 0 else "right"


def _is_open(world: BodiesInScene, things: tuple[SeenObject, ...], ends: list[SeenObject]) -> bool:
    """Whether nothing is in the way between two bodies."""
    a, b = (world.body(thing) for thing in ends)
    length = dist(a.position[:2], b.position[:2])
    for thing in things:
        body = world.body(thing)
        if thing in ends or body.support is not None or body.position[2] - body.size[2] / 2 >= OVERHEAD:
            continue
        (behind, ahead), (low, high) = _spans((a, b), body)
        if max(low, -high) < ELBOWS - SLACK and ahead >= 0 and behind <= length:
            return False
    return True


def answer_passes(reader: Reader, form: Form) -> str:
    """The one thing of a list that is passed on the hand in the form. Raises NotProven."""
    if len(form.refs) < 4:
        raise NotProven("no list of two things beside two others")
    world, (start, end, *things) = BodiesInScene(reader), things_meant(reader, form.refs)
    way = world.body(start), world.body(end)
    if world.are_stacked(start, end) or not all(is_standing(body) for body in way) or apart(*way) < A_WALK - SLACK:
        raise NotProven("there is no way between the two")
    if not _is_open(world, reader.scene.objects, [start, end]):
        raise NotProven("something is in the way")
    names = [plain_name(reader, words) for words in form.refs[2:]]
    passed = [name for thing, name in zip(things, names, strict=True) if _side(way, world.body(thing)) == form.word]
    if len(passed) != 1:
        raise NotProven(f"{len(passed)} of them are passed on that side")
    return passed[0]
