"""Where a thing is, in numbers: answers that are boxes or points, and what is in a given box.

In: a view, a query with its referents; a `ChoiceContext`.  Out: as in `answer_rules` and `distractors`.
Boxes are `[x, y, width, height]` and points `[x, y]`, in whole pixels from the image's top left corner, as JSON text.
"""

import json
import math

from schemas.graph import Box
from spatial.questions.answer_rules import SIDES, RuleResult, Step, require_certain, require_label
from spatial.questions.certain_facts import MIN_SIDE, View
from spatial.questions.distractors import MAX_CHOICES, ChoiceContext
from spatial.questions.question_kinds import Boxed, BoxSide, Locate, Location, PixelBox
from spatial.questions.wording.referring_expressions import Referent, Unanswerable
from spatial.relations.boxes import iou
from spatial.splits import Key, split_of_keys

SAME_SHARE = 0.5
"""Of their common area: a box does not distinguish two boxes that share as much."""

ALIKE_AREAS = 3
"""A wrong choice is less than so many times larger or smaller than what is in the box: or the box would tell the name."""


def locate(view: View, query: Locate, found: list[Referent]) -> Step:
    """The box of what is seen of the thing, or the point in its middle."""
    box = view.objects[found[0].index].box
    if not is_inside(view, box):
        raise Unanswerable("a part of the thing is beyond the edge of the picture")
    rule = f"{query.form}: what is seen of it, in pixels"
    return location_text(box, query.form), RuleResult(rule, size_margin(view, box), 0), ()


def size_margin(view: View, box: Box) -> float:
    """The shorter side of a box as a share of the picture's longer one: in small boxes a pixel more or less counts more.

    Raises Unanswerable for a box that is too small for the view's strictness.
    """
    if min(box[2:]) < MIN_SIDE * view.strictness:
        raise Unanswerable("the thing is too small for its place to be certain")
    return min(box[2:]) / max(view.scene.canvas)


def is_inside(view: View, box: Box) -> bool:
    """Whether a box is within the picture, as that of something visible is."""
    width, height = view.scene.canvas
    return min(box[:2]) >= 0 and box[0] + box[2] <= width and box[1] + box[3] <= height


def location_text(box: PixelBox, form: Location) -> str:
    """The box, or the point in its middle, as JSON text."""
    x, y, width, height = box
    return json.dumps([x, y, width, height] if form == "box" else [x + width // 2, y + height // 2])


def boxed(view: View, query: Boxed, _: list[Referent]) -> Step:
    """The name of the only thing whose box it is."""
    index = thing_in(view, query.box)
    result = RuleResult("box: of one thing only", size_margin(view, query.box), 0, (index,))
    return require_label(view, index), result, _everything(view)


def box_side(view: View, query: BoxSide, found: list[Referent]) -> Step:
    """Left or right, by the centres."""
    index = thing_in(view, query.box)
    if index == found[0].index or index in found[0].mentioned:
        raise Unanswerable("the thing in the box is one that the words name")
    judgement = view.relation(index, "left_of", found[0].index)
    held = require_certain(judgement, "the side is doubtful")
    result = RuleResult("box, left_of or right_of: centres", judgement.margin, 1, (index,))
    return SIDES[0 if held else 1], result, _everything(view)


def _everything(view: View) -> tuple[int, ...]:
    return tuple(range(len(view.objects)))


def thing_in(view: View, box: PixelBox) -> int:
    """The position of the thing with this box. Raises Unanswerable where there is none, or another that it may mean."""
    near = [i for i, thing in enumerate(view.objects) if iou(thing.box, box) >= SAME_SHARE]
    if not is_inside(view, box) or len(near) != 1 or tuple(view.objects[near[0]].box) != tuple(box):
        raise Unanswerable(f"{len(near)} things may be meant by the box")
    if near[0] not in view.clear:
        raise Unanswerable("what is in the box is hardly visible")
    return near[0]


def things_of_like_size(context: ChoiceContext, query: Boxed) -> list[str]:
    """The thing and others of its class of sizes and of its split, any of which could be the answer as well.

    Classes do not overlap: else what is as large as most things would be in most choices, and seldom the answer.  Of a
    category whose boxes are asked about in another split none would ever be the answer in this one.
    """
    scene, own = context.scene, _class_of(context.scene, thing_in(context.scene, query.box))
    alike = [i for i in scene.labels if _class_of(scene, i) == own and _may_be_asked(scene, i)]
    others = [scene.labels[i] for i in alike if scene.labels[i] != context.answer.text]
    return [context.answer.text, *context.rng.sample(others, min(len(others), MAX_CHOICES - 1))]


def _class_of(view: View, index: int) -> tuple[int, str | None]:
    """The number of the class of areas, each of which spans a factor of `ALIKE_AREAS`, and the split of its category."""
    thing = view.objects[index]
    size = math.floor(math.log(max(1, thing.box[2] * thing.box[3]), ALIKE_AREAS))
    return size, split_of_keys([Key("grounding", (thing.category,))])


def _may_be_asked(view: View, index: int) -> bool:
    """Whether the object's own box could be asked about: what never is the answer would be known to be wrong."""
    box = view.objects[index].box
    try:
        return thing_in(view, box) == index and size_margin(view, box) > 0
    except Unanswerable:
        return False
