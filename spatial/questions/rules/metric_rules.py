"""Questions about a scene in metres: which thing is nearest to the camera, how far two are apart, which is taller, what is
on a thing's own left, what it faces, what falls with it.

In: a view, a query with its referents; a `ChoiceContext`.  Out: as in `answer_rules` and `distractors`.
"""

from collections.abc import Callable, Sequence
from itertools import combinations, pairwise

from spatial.questions.answer_odds import Ladder, smaller_ones
from spatial.questions.answer_rules import SIDES, RuleResult, Step, require_certain, yes_or_no
from spatial.questions.certain_facts import Judgement, View
from spatial.questions.distractors import ChoiceContext
from spatial.questions.question_kinds import (
    FallsWith,
    FitsBeside,
    FitsBetween,
    Hides,
    HowFar,
    NearestCamera,
    OwnSide,
    Passes,
    Ref,
    SupportedBy,
    Taller,
    ViewedSide,
)
from spatial.questions.rules.beside_facts import GroundPlan
from spatial.questions.rules.ground_facts import fits, free_gap
from spatial.questions.rules.list_rules import require_plain
from spatial.questions.rules.metric_facts import (
    LEAST_M,
    are_joined,
    body_of,
    carriers,
    centre_distance,
    is_aloft,
    is_facing,
    is_held_by,
    is_on_left_of_way,
    is_on_own_left,
    nearer_to_camera,
    require_scale,
    taller,
)
from spatial.questions.wording.referring_expressions import Referent, Unanswerable

SPACING = 1.5
"""Ratio of a length among the choices to the next smaller one; they are rounded, and then still 30 % apart.

Where they are 80 % apart whoever knows how far things usually are from each other finds the right one by the names
alone (27 points above chance of 299 questions)."""

LEAST_SPACING = 1.3

LENGTH_MARGIN = 1 - 1 / LEAST_SPACING

CHOICES = 4

ROUNDING = 1e-6
"""Metres from where a length is rounded up or down, within which its text is in doubt."""


def nearest_camera(view: View, query: NearestCamera, found: list[Referent]) -> Step:
    """The name of the thing that is nearer to the camera than all others."""
    name, margin = _first(view, query.things, found, nearer_to_camera)
    return name, RuleResult("nearest_camera: centres and nearest points, metres", margin, 1), ()


def the_taller(view: View, query: Taller, found: list[Referent]) -> Step:
    """The name of the higher one."""
    name, margin = _first(view, (query.first, query.second), found, taller)
    return name, RuleResult("taller: real heights, metres", margin, 1), ()


def _first(
    view: View, names: Sequence[Ref], found: list[Referent], comes_before: Callable[[View, int, int], Judgement]
) -> tuple[str, float]:
    """The plain name of the thing that comes before all others, and the least margin."""
    require_plain(names)
    places = [referent.index for referent in found]
    for place, name in zip(places, names, strict=True):
        held = [comes_before(view, place, other) for other in places if other != place]
        if all(each.value for each in held):
            return name.plain_name, min(each.margin for each in held)
    raise Unanswerable("none is certainly the first")


def how_far(view: View, _: HowFar, found: list[Referent]) -> Step:
    """The distance of the centres, rounded."""
    i, j = (referent.index for referent in found)
    return length_between(view, i, j), RuleResult("how_far: centre to centre, metres", LENGTH_MARGIN, 1), ()


def length_between(view: View, i: int, j: int) -> str:
    """The distance of two centres, rounded.

    Raises Unanswerable where it is hardly any, its rounding is in doubt, or nothing shows how large things are.
    """
    require_scale(view)
    if is_aloft(view, i) or is_aloft(view, j):
        raise Unanswerable("nothing shows how far away what is in the air is")
    length = centre_distance(body_of(view, i), body_of(view, j))
    if length < LEAST_M or are_joined(view, i, j):
        raise Unanswerable("they are too close, or one carries the other")
    if written(length - ROUNDING) != written(length + ROUNDING):
        raise Unanswerable("how the distance is rounded is in doubt")
    return written(length)


def written(length: float) -> str:
    """A length in metres with two digits that count: `0.35 m`, `1.2 m`, `12 m`."""
    digits = 2 if length < 0.995 else 1 if length < 9.95 else 0
    return f"{length:.{digits}f} m"


def lengths(context: ChoiceContext, _query: HowFar) -> list[str]:
    """The length and three others, each at least 30 % larger than the next; none where the names tell too much."""
    scene = context.scene
    i, j = ([thing.id for thing in scene.objects].index(referent) for referent in context.answer.referents)
    names = scene.objects[i].category, scene.objects[j].category
    length = centre_distance(body_of(scene, i), body_of(scene, j))
    smaller = smaller_ones(scene, names, length, Ladder(CHOICES, SPACING))
    return [] if smaller is None else lengths_around(context.answer.text, CHOICES, smaller)


def lengths_around(text: str, many: int, smaller: int) -> list[str]:
    """So many lengths, of which so many are smaller than this one; none where rounding brings two of them too close."""
    length = float(text.split(maxsplit=1)[0])
    found = [written(length * SPACING ** (step - smaller)) for step in range(many)]
    found[smaller] = text
    values = [float(text.split()[0]) for text in found]
    apart = all(high >= LEAST_SPACING * low for low, high in pairwise(values))
    return found if apart else []


def own_side(view: View, _: OwnSide, found: list[Referent]) -> Step:
    """Left or right, for somebody in the first thing's place."""
    judgement = is_on_own_left(view, found[0].index, found[1].index)
    on_left = require_certain(judgement, "on which side of it the other is, is doubtful")
    return SIDES[0 if on_left else 1], RuleResult("own_side: angle from its front", judgement.margin, 1), ()


def faces(view: View, _query: object, found: list[Referent]) -> Step:
    """Whether the first looks towards the second."""
    judgement = is_facing(view, found[0].index, found[1].index)
    held = require_certain(judgement, "whether it looks there is doubtful")
    return yes_or_no(held), RuleResult("faces: angle from its front", judgement.margin, 1), ()


def viewed_side(view: View, _: ViewedSide, found: list[Referent]) -> Step:
    """Left or right, for somebody who stands at the first thing and looks towards the second."""
    at, toward, there = (referent.index for referent in found)
    if any(are_joined(view, *two) for two in combinations((at, toward, there), 2)):
        raise Unanswerable("one of them carries another: nobody stands at a table and looks towards what is on it")
    judgement = is_on_left_of_way(view, (at, toward), there)
    on_left = require_certain(judgement, "on which side of the way it is, is doubtful")
    return SIDES[0 if on_left else 1], RuleResult("viewed_side: angle from the line of view", judgement.margin, 2), ()


def fits_between(view: View, query: FitsBetween, found: list[Referent]) -> Step:
    """Whether the gap on the ground is wide enough."""
    i, j = (referent.index for referent in found)
    if are_joined(view, i, j):
        raise Unanswerable("one carries the other")
    require_scale(view)
    judgement = fits(query.width, free_gap(view, i, j), view.strictness)
    held = require_certain(judgement, "whether it fits there is doubtful")
    return yes_or_no(held), RuleResult("fits_between: gap of the boxes on the ground", judgement.margin, 1), ()


def fits_beside(view: View, query: FitsBeside, found: list[Referent]) -> Step:
    """Whether there is room beside the thing; everything in the picture is looked at."""
    require_scale(view)
    judgement = GroundPlan(view).room_beside(found[0].index, query.predicate, query.width)
    held = require_certain(judgement, "whether there is room is doubtful, or not all of the ground is seen")
    everything = tuple(range(len(view.objects)))
    return yes_or_no(held), RuleResult("fits_beside: the ground beside the box, metres", judgement.margin, 1), everything


def falls_with(view: View, query: FallsWith, found: list[Referent]) -> Step:
    """The name of the only thing that rests on the anchor, or on what does."""
    require_plain(query.things)
    anchor, *things = (referent.index for referent in found)
    held = [is_held_by(view, place, anchor) for place in things]
    if any(body_of(view, place).rotation is not None for place in things):
        raise Unanswerable("one of them leans, and may fall too")
    if held.count(True) != 1 or any(is_held_by(view, anchor, place) for place in things):
        raise Unanswerable("not exactly one of them rests on it")
    name = query.things[held.index(True)].plain_name
    used = tuple(carrier for place in things for carrier in carriers(view, place))
    return name, RuleResult("falls_with: what carries what", 1.0, 1), used


def supported_by(view: View, query: SupportedBy, found: list[Referent]) -> Step:
    """The name of what the anchor stands on, lies on or is in, and not what that rests on in turn."""
    require_plain(query.things)
    anchor, *things = (referent.index for referent in found)
    below = carriers(view, anchor)
    if not below or body_of(view, anchor).rotation is not None:
        raise Unanswerable("it rests on nothing else, or it leans")
    if [place for place in things if place in below] != below[:1] or any(
        is_held_by(view, place, anchor) for place in things
    ):
        raise Unanswerable("not exactly one of them supports it, or one of them rests on it")
    name = query.things[things.index(below[0])].plain_name
    return name, RuleResult("supported_by: what carries it", 1.0, 1), ()


def named_things(_context: ChoiceContext, query: NearestCamera | FallsWith | SupportedBy | Hides | Passes) -> list[str]:
    """The names of all the things."""
    return [ref.plain_name for ref in query.things]


def both_names(_context: ChoiceContext, query: Taller) -> list[str]:
    """The names of the two."""
    return [query.first.plain_name, query.second.plain_name]
