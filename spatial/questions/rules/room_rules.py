"""How large the floor of a room is of which both far corners are seen.

In: a view, a query with its referents; a `ChoiceContext`.  Out: as in `answer_rules` and `distractors`.
Of a room only what is before the camera is asked about: a picture does not show what is behind it.
"""

from math import log

from spatial.questions.answer_rules import RuleResult, Step
from spatial.questions.certain_facts import View
from spatial.questions.distractors import ChoiceContext
from spatial.questions.question_kinds import FloorArea
from spatial.questions.rules.metric_facts import camera_position, pinhole_of
from spatial.questions.wording.referring_expressions import Referent, Unanswerable
from spatial.world.views.room_views import CHOICES, FLOORS_M2, STEP, Walls, far_corners, floor_area

IN_FRAME = 0.03
"""Least distance of a far corner's foot from the frame, a share of the picture's side."""

ROUNDING = 1e-6
"""Square metres from where an area is rounded up or down, within which its text is in doubt."""

LEAST_M2 = 9.95
"""Square metres; smaller floors are not asked about, so that all choices are whole numbers."""


def area_of_floor(view: View) -> float:
    """Square metres from the camera to the far wall. Raises Unanswerable where one of the far corners is not to be seen."""
    walls = _walls(view)
    feet, depth = pinhole_of(view).project(far_corners(walls))
    width, height = view.scene.canvas
    for (x, y), z in zip(feet, depth, strict=True):
        share = min(x / width, y / height, 1 - x / width, 1 - y / height)
        if z <= 0 or share < IN_FRAME * view.strictness:
            raise Unanswerable("a far corner of the room is not in the picture")
        if any(_covers(thing.box, x, y) for thing in view.objects):
            raise Unanswerable("a far corner of the room is behind something")
    return floor_area(walls, camera_position(view))


def _walls(view: View) -> Walls:
    world = view.scene.world
    if world is None or world.room is None:
        raise Unanswerable("the walls of the room are not known")
    return world.room.left, world.room.right, world.room.back


def _covers(box: tuple[int, int, int, int], x: float, y: float) -> bool:
    left, top, width, height = box
    return left <= x <= left + width and top <= y <= top + height


def floor_of_room(view: View, _query: FloorArea, _found: list[Referent]) -> Step:
    """The area, rounded to whole square metres."""
    area = area_of_floor(view)
    if area < LEAST_M2 or written_area(area - ROUNDING) != written_area(area + ROUNDING):
        raise Unanswerable("the floor is small, or how its area is rounded is in doubt")
    return written_area(area), RuleResult("floor_area: camera to far wall, square metres", 1 - 1 / STEP, 0), ()


def written_area(area: float) -> str:
    """An area in whole square metres: `24 m²`."""
    return f"{area:.0f} m²"


def steps_below(area: float) -> list[int]:
    """How many of the choices may be smaller than this floor, if all of them are floors that rooms have.

    Rooms are drawn so that each of these is as likely to be the right one.
    """
    smallest, largest = FLOORS_M2
    low, high = log(area / smallest) / log(STEP), log(largest / area) / log(STEP)
    return [step for step in range(CHOICES) if step <= low and CHOICES - 1 - step <= high]


def areas(context: ChoiceContext, _query: FloorArea) -> list[str]:
    """The area and three others, each about 1.6 times the next smaller one; none where rooms are not so large or small."""
    text = context.answer.text
    area = float(text.split(maxsplit=1)[0])
    steps = steps_below(area)
    if not steps:
        return []
    smaller = context.rng.choice(steps)
    return [text if step == smaller else written_area(area * STEP ** (step - smaller)) for step in range(CHOICES)]
