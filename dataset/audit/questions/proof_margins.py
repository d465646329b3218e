"""Measures anew by how much an answer in metres is certain, and checks the margin of its certificate.

In: a certificate's margin, a parsed question, its answer and choices.  Out: descriptions of what is wrong.
Margins are the share by which the smaller of two lengths falls short of the larger, degrees from a border as a share of a
half turn, or a share of a silhouette.  What narrows a reference may be less certain than the answer, so that a margin is
then only bounded.
"""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise

import numpy as np

from dataset.audit.questions.parsed_questions import ParsedQuestion
from schemas.pictures import SeenBody
from schemas.world import Camera
from spatial.verify.answers.beside_answers import most_beside
from spatial.verify.answers.floor_answers import ROUND, apart, spare_of
from spatial.verify.answers.metric_answers import NARROW, WIDE, BodiesInScene, gap, ground_corners
from spatial.verify.answers.order_answers import plain_name
from spatial.verify.answers.path_answers import ELBOWS
from spatial.verify.answers.unknown_answers import CANNOT, fitting_things, what_is_known
from spatial.verify.answers.unseen_answers import off_frame
from spatial.verify.referents import NotProven

SAME = 1e-5
"""Margins are rounded to millionths."""

LENGTHS_APART = 1.3
"""Least ratio of a length among the choices to the next smaller one."""

Margin = Callable[[ParsedQuestion, str, Sequence[str]], float]


def margin_faults(stated: object, parsed: ParsedQuestion, answer: str, choices: Sequence[str]) -> Iterator[str]:
    """Whether a margin is what follows from the bodies; nothing of forms that are not in metres."""
    if not isinstance(stated, int | float) or not 0 <= stated <= 1:
        yield f"the margin is {stated}"
        return
    try:
        found = MARGINS[parsed.form.ask](parsed, answer, choices) if parsed.form.ask in MARGINS else None
    except (NotProven, LookupError, ValueError, ZeroDivisionError):
        return  # the answer is not entailed then, which is a fault of its own
    if found is None:
        return
    is_plain = all(words.end is None and words.relation is None for words in parsed.form.refs)
    is_least = is_plain and parsed.form.ask not in BY_CHOICES
    if stated > found + SAME or (is_least and stated < found - SAME):
        yield f"the margin is {stated}, {'' if is_least else 'at most '}{found:.6f} follows"


def _bodies(parsed: ParsedQuestion) -> tuple[BodiesInScene, list[SeenBody]]:
    """The bodies of what the words name. Raises NotProven."""
    world = BodiesInScene(parsed.reader)
    return world, [world.body(parsed.reader.resolve(words)[0]) for words in parsed.form.refs]


def _place_of(parsed: ParsedQuestion, answer: str) -> int:
    """Which of the references the answer names. Raises ValueError for none."""
    return [plain_name(parsed.reader, words) for words in parsed.form.refs].index(answer)


def _short(low: float, high: float) -> float:
    return 1 - min(low, high) / max(low, high)


def _of_nearest(parsed: ParsedQuestion, answer: str, _choices: Sequence[str]) -> float:
    """Of the nearest against each other thing, by centres and by nearest points."""
    world, bodies = _bodies(parsed)
    right = bodies.pop(_place_of(parsed, answer))
    centres = [_short(math.dist(world.eye, right.position), math.dist(world.eye, other.position)) for other in bodies]
    return min(*centres, *(_short(gap(right, world.eye), gap(other, world.eye)) for other in bodies))


def _of_taller(parsed: ParsedQuestion, _answer: str, _choices: Sequence[str]) -> float:
    _, (first, second) = _bodies(parsed)
    return _short(first.size[2], second.size[2])


def _turn(heading: float, at: SeenBody, place: Sequence[float]) -> float:
    """Degrees from a heading at a body to a place, -180 to 180."""
    toward = math.degrees(math.atan2(place[1] - at.position[1], place[0] - at.position[0]))
    return (toward - heading + 180) % 360 - 180


def _of_side(heading: float, at: SeenBody, there: SeenBody) -> float:
    """How far from straight ahead or behind."""
    turn = abs(_turn(heading, at, there.position))
    return min(turn, 180 - turn) / 180


def _of_own_side(parsed: ParsedQuestion, _answer: str, _choices: Sequence[str]) -> float:
    _, (at, there) = _bodies(parsed)
    return _of_side(at.heading, at, there)


def _of_viewed_side(parsed: ParsedQuestion, _answer: str, _choices: Sequence[str]) -> float:
    _, (at, toward, there) = _bodies(parsed)
    return _of_side(_turn(0.0, at, toward.position), at, there)


def _of_faces(parsed: ParsedQuestion, answer: str, _choices: Sequence[str]) -> float:
    _, (at, there) = _bodies(parsed)
    middle, *corners = (abs(_turn(at.heading, at, place)) for place in (there.position, *ground_corners(there)))
    return (WIDE - middle) / 180 if answer == "yes" else (min(middle, *corners) - NARROW) / 180


def _of_gap(parsed: ParsedQuestion, answer: str, _choices: Sequence[str]) -> float:
    """What is wider against what is narrower; of a gap that is too narrow as wide as it is between round things."""
    _, (a, b) = _bodies(parsed)
    width = int(parsed.form.word) / 100
    return 1 - width / apart(a, b) if answer == "yes" else 1 - apart(a, b, ROUND) / width


def _of_room(side: str) -> Margin:
    def found(parsed: ParsedQuestion, answer: str, _choices: Sequence[str]) -> float:
        """Where there is room that of what must be to spare, else by how much there is too little."""
        width = int(parsed.form.word) / 100
        if answer == "yes":
            return 1 - width / (width + spare_of(width))
        return 1 - max(0.0, most_beside(parsed.reader, parsed.form, side)) / width

    return found


def _of_known_side(parsed: ParsedQuestion, _answer: str, _choices: Sequence[str]) -> float:
    """How far apart the middles are across the picture, of the nearest of several; else as of what is not seen."""
    reader = parsed.reader
    base = reader.resolve(parsed.form.refs[0])[0]
    named = fitting_things(reader, parsed.form)
    if not named:
        return _of_unseen(parsed)
    middles = [abs(2 * (thing.box[0] - base.box[0]) + thing.box[2] - base.box[2]) for thing in named]
    return min(middles) / (2 * reader.scene.canvas[0])


def _of_known_far(parsed: ParsedQuestion, answer: str, _choices: Sequence[str]) -> float:
    if answer != CANNOT:
        return 1 - 1 / LENGTHS_APART
    return 1.0 if what_is_known(parsed.reader, parsed.form).reason == "no_scale" else _of_unseen(parsed)


def _of_unseen(parsed: ParsedQuestion) -> float:
    """How far beside the frame what the words name is; 1 of what is hidden, or is nowhere."""
    word, colour = parsed.reader.nouns[parsed.form.nouns[0]], parsed.form.word.replace("_", " ")
    return off_frame(parsed.reader, word, colour)


def _of_way(parsed: ParsedQuestion, _answer: str, _choices: Sequence[str]) -> float:
    """The least of how far each is beside the way, or beyond its end, as a share of its length."""
    _, (start, end, *things) = _bodies(parsed)
    length = math.dist(start.position[:2], end.position[:2])
    ahead = _turn(0.0, start, end.position)
    return min(1.0, *(_off_way(start, ahead, length, thing) / length for thing in things))


def _off_way(start: SeenBody, ahead: float, length: float, thing: SeenBody) -> float:
    along, left = [], []
    for place in ground_corners(thing):
        turn = math.radians(_turn(ahead, start, place))
        off = math.dist(start.position[:2], place[:2])
        along.append(off * math.cos(turn))
        left.append(off * math.sin(turn))
    is_beyond = min(along) >= length or max(along) <= 0
    return ELBOWS if is_beyond else min(map(abs, left))


def _of_cover(parsed: ParsedQuestion, answer: str, _choices: Sequence[str]) -> float:
    """The share that the thing which the answer names hides."""
    _, (hidden, *_others) = _bodies(parsed)
    number = parsed.reader.resolve(parsed.form.refs[_place_of(parsed, answer)])[0].id
    return next(cover.share for cover in hidden.hidden_by or () if cover.object == number)


def _of_visible(parsed: ParsedQuestion, _answer: str, _choices: Sequence[str]) -> float:
    return abs(parsed.reader.resolve(parsed.form.refs[0])[0].visible - 0.5)


def _of_choices(parsed: ParsedQuestion, _answer: str, choices: Sequence[str]) -> float:
    """By how much the lengths or areas among the choices are apart, as they were before they were rounded to whole ones."""
    half = 0.5 if parsed.form.ask == "floor_area" else 0.0
    numbers = sorted(float(choice.split()[0]) for choice in choices if choice[:1].isdigit())
    return min((_short(low - half, high + half) for low, high in pairwise(numbers)), default=1.0)


def _of_step(axis: int) -> Margin:
    def found(parsed: ParsedQuestion, _answer: str, _choices: Sequence[str]) -> float:
        """The step of the camera, in the axes of both, as a share of the farther one's distance."""
        world, [there] = parsed.reader.scene.world, _bodies(parsed)[1]
        assert world is not None
        cameras = [_matrix(parsed.reader.scene.views[0].camera), _matrix(world.camera)]
        places = [-pose[:, :3].T @ pose[:, 3] for pose in cameras]
        way = max(float(np.linalg.norm(np.array(there.position) - place)) for place in places)
        steps = [abs(float(pose[axis, :3] @ (places[1] - places[0]))) / way for pose in cameras]
        return min(1.0, *steps)

    return found


def _matrix(camera: Camera) -> np.ndarray:
    return np.array(camera.world_to_camera).reshape(4, 4)[:3]


def _of_box(parsed: ParsedQuestion, answer: str, _choices: Sequence[str]) -> float:
    """The shorter side of the box, as a share of the picture's longer one."""
    scene = parsed.reader.scene
    number = parsed.referents()[0] if parsed.form.ask == "same_box" else parsed.named(answer)
    box = next(thing.box for thing in scene.objects if thing.id == number)
    return min(box[2:]) / max(scene.canvas)


def _certain(_parsed: ParsedQuestion, _answer: str, _choices: Sequence[str]) -> float:
    return 1.0


BY_CHOICES = ("how_far", "floor_area")
"""Forms whose margin is only bounded: by how far the choices are apart."""

MARGINS: Mapping[str, Margin] = {
    "nearest_camera": _of_nearest, "taller": _of_taller, "own_side": _of_own_side, "viewed_side": _of_viewed_side,
    "known_side": _of_known_side, "known_far": _of_known_far,
    "fits_left": _of_room("left"), "fits_right": _of_room("right"),
    "faces": _of_faces, "fits_between": _of_gap, "passes": _of_way, "hides": _of_cover, "half_seen": _of_visible,
    "how_far": _of_choices, "floor_area": _of_choices, "falls_with": _certain, "supported_by": _certain,
    "moved_sideways": _of_step(0), "moved_along": _of_step(2), "only_second": _of_box, "same_box": _of_box,
}  # fmt: skip
"""By the form of the question."""
