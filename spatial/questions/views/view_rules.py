"""The answers to questions about two pictures of one scene, and their choices.

In: a view of the second picture whose scene has the first, a query with its referents; a `ChoiceContext`.  Out: as in
`answer_rules` and `distractors`.
"""

import math

from schemas.graph import Box
from spatial.questions.answer_rules import SIDES, RuleResult, Step, require_certain, require_label
from spatial.questions.certain_facts import View
from spatial.questions.distractors import MAX_CHOICES, ChoiceContext
from spatial.questions.question_kinds import CameraMoved, OnlySecond, SameBox
from spatial.questions.rules.grounding_rules import ALIKE_AREAS, is_inside, location_text, size_margin, thing_in
from spatial.questions.views.camera_steps import moved_forward, moved_right
from spatial.questions.views.shown_scenes import first_picture, in_both
from spatial.questions.wording.referring_expressions import Referent, Unanswerable, matching_objects, resolve

COURSES = ("forward", "backward")


def camera_moved(view: View, query: CameraMoved, found: list[Referent]) -> Step:
    """Left or right, or forward or backward."""
    subject = same_in_both(view, query, found)
    if query.axis == "sideways":
        judgement, (yes, no) = moved_right(view, subject), SIDES[::-1]
        rule = "camera, sideways: its centre in the axes of both cameras, nearer things move against farther ones"
    else:
        judgement, (yes, no) = moved_forward(view, subject), COURSES
        rule = "camera, along: its centre in the axes of both cameras, all things become larger or smaller"
    held = require_certain(judgement, "which way the camera moved is not plainly seen")
    return yes if held else no, RuleResult(rule, judgement.margin, 1), _seen_in_both(view)


def only_second(view: View, query: OnlySecond, found: list[Referent]) -> Step:
    """The name of the only thing that is in the second picture and not in the first."""
    same_in_both(view, query, found)
    first = first_picture(view)
    before = {thing.id for thing in first.objects}
    new = [i for i, thing in enumerate(view.objects) if thing.id not in before]
    if len(new) != 1:
        raise Unanswerable(f"{len(new)} things are in the second picture alone")
    name = require_label(view, new[0])
    if name != view.objects[new[0]].category or matching_objects(first, name):
        raise Unanswerable("the first picture has something that is called the same")
    margin = size_margin(view, view.objects[new[0]].box)
    return name, RuleResult("pictures: seen in the second, nothing of it in the first", margin, 1, (new[0],)), _all_of(view)


def same_box(view: View, query: SameBox, found: list[Referent]) -> Step:
    """The thing's box in the second picture."""
    subject = same_in_both(view, query, found)
    box = view.objects[subject].box
    if thing_in(view, box) != subject:
        raise Unanswerable("the box may mean another thing")
    rule = "same thing: its box in the second picture"
    return location_text(box, "box"), RuleResult(rule, size_margin(view, box), 0), _all_of(view)


def same_in_both(view: View, query: CameraMoved | OnlySecond | SameBox, found: list[Referent]) -> int:
    """The position of the thing that the words mean in both pictures. Raises Unanswerable where they mean no or another one
    in the first."""
    first, subject = first_picture(view), found[0].index
    before = resolve(first, query.subject).index
    if before not in first.clear or first.objects[before].id != view.objects[subject].id:
        raise Unanswerable("the words mean another thing in the first picture")
    return subject


def _seen_in_both(view: View) -> tuple[int, ...]:
    both = {after.id for _, after in in_both(view, first_picture(view))}
    return tuple(i for i, thing in enumerate(view.objects) if thing.id in both)


def _all_of(view: View) -> tuple[int, ...]:
    return tuple(range(len(view.objects)))


def ways(_context: ChoiceContext, query: CameraMoved) -> list[str]:
    """Both ways along the axis."""
    return list(SIDES if query.axis == "sideways" else COURSES)


def seen_things(context: ChoiceContext, _query: OnlySecond) -> list[str]:
    """The thing that is new and others that both pictures show."""
    scene = context.scene
    both = {after.id for _, after in in_both(scene, first_picture(scene))}
    both -= {*context.answer.mentioned}
    others = [text for i, text in scene.labels.items() if scene.objects[i].id in both and text != context.answer.text]
    return [context.answer.text, *context.rng.sample(others, min(len(others), MAX_CHOICES - 1))]


def boxes_of_like_size(context: ChoiceContext, _query: SameBox) -> list[str]:
    """The box and those of other things of about its size."""
    scene = context.scene
    own = next(thing.box for thing in scene.objects if thing.id == context.answer.referents[0])
    others = [scene.objects[i].box for i in scene.clear if is_asked(scene, i) and are_alike(scene.objects[i].box, own)]
    texts = [text for box in others if (text := location_text(box, "box")) != context.answer.text]
    return [context.answer.text, *context.rng.sample(texts, min(len(texts), MAX_CHOICES - 1))]


def is_asked(view: View, index: int) -> bool:
    """Whether the object's box in the second picture is its own and large enough."""
    box = view.objects[index].box
    try:
        return is_inside(view, box) and thing_in(view, box) == index and size_margin(view, box) > 0
    except Unanswerable:
        return False


def are_alike(one: Box, other: Box) -> bool:
    """Whether two boxes are of about one size: the name would tell the box otherwise."""
    ratio = math.log(max(1, one[2] * one[3])) - math.log(max(1, other[2] * other[3]))
    return abs(ratio) < math.log(ALIKE_AREAS)
