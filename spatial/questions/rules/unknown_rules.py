"""What the picture tells, or why it does not: no such thing, several that fit, beyond the edge, hidden.

In: a view, a query with its referents; a `ChoiceContext`.  Out: as in `answer_rules` and `distractors`.
Reasons: `absent`, `several`, `out_of_view` (beyond the last thing on a side, or beside the frame), `hidden` (behind the
farthest thing, or wholly behind others) and `no_scale` (everything in the picture may be of any size).
That something cannot be known is proven like any other answer: by everything that the words may mean, all of it plainly
seen or certainly not there.
"""

import math

from spatial.questions.answer_rules import (
    SIDES,
    Answer,
    RuleResult,
    Step,
    is_category_seen,
    require_label,
)
from spatial.questions.certain_facts import View
from spatial.questions.distractors import MAX_CHOICES, ChoiceContext
from spatial.questions.object_names import NamedScene
from spatial.questions.question_kinds import Beyond, Hop, KnownFar, KnownNext, KnownSide
from spatial.questions.rules.metric_facts import are_joined, body_of, centre_distance, has_scale, is_aloft
from spatial.questions.rules.metric_rules import CHOICES, LENGTH_MARGIN, length_between, lengths_around, written
from spatial.questions.views.frame_facts import beside_frame, is_within_frame
from spatial.questions.views.shown_scenes import UnseenThing, unseen_things
from spatial.questions.wording.lexicon import fits, surely_fits
from spatial.questions.wording.referring_expressions import Referent, Unanswerable, differs, matching_objects
from spatial.world.body_table import bodies

UNKNOWN = "it cannot be known from the picture"
"""A choice of every question of the kind, and the right one of as many as a blind guess would find."""

LEAST_BESIDE = 0.005
"""How far beside the frame all of a thing is, a share of the canvas."""

OPPOSITE: dict[Beyond, Hop] = {"left_of": "right_of", "right_of": "left_of", "behind": "in_front_of"}


def known_side(view: View, query: KnownSide, found: list[Referent]) -> Step:
    """The side; unknown where nothing is what the words say, or things on both sides are."""
    anchor, among = found[0].index, matching_objects(view, query.category)
    named = _so_called(view, query, among)
    if anchor in among:
        raise Unanswerable("the words may mean the reference too")
    if not named:
        return _no_such_thing(view, query, among)
    judgements = [view.relation(i, "left_of", anchor) for i in named]
    if any(judgement.value is None for judgement in judgements):
        raise Unanswerable("the side of one of them is doubtful")
    margin, sides = min(judgement.margin for judgement in judgements), {judgement.value for judgement in judgements}
    if len(named) == 1:
        text = SIDES[0 if judgements[0].value else 1]
        return text, RuleResult("known_side: left_of or right_of, centres", margin, 1, among), among
    if len(sides) == 1:
        raise Unanswerable("all that the words may mean is on one side")
    rule = f"known_side: {len(named)} things fit the words, on both sides"
    return UNKNOWN, RuleResult(rule, margin, 1, among, "several"), among


def _no_such_thing(view: View, query: KnownSide | KnownFar, among: tuple[int, ...]) -> Step:
    rule = f"{query.op}: nothing in the picture is {query.attribute or ''} {query.category}".replace("  ", " ")
    reason, margin = _why_unseen(view, query)
    return UNKNOWN, RuleResult(rule, margin, 1, among, reason), among


def known_far(view: View, query: KnownFar, found: list[Referent]) -> Step:
    """The distance of two centres in metres; unknown where nothing is what the words say."""
    anchor, among = found[0].index, matching_objects(view, query.category)
    named = _so_called(view, query, among)
    if anchor in among:
        raise Unanswerable("the words may mean the reference too")
    if view.scene.world is None:
        raise Unanswerable("nothing is known in metres")
    if not named:
        return _no_such_thing(view, query, among)
    if len(named) > 1 or are_joined(view, named[0], anchor):
        raise Unanswerable("several things fit the words, or one carries the other")
    if is_aloft(view, named[0]) or is_aloft(view, anchor):
        raise Unanswerable("nothing shows how far away what is in the air is")
    if has_scale(view) is False:
        return UNKNOWN, RuleResult("known_far: everything in view may be of any size", 1.0, 1, among, "no_scale"), among
    rule = RuleResult("known_far: centre to centre, metres", LENGTH_MARGIN, 1, among)
    return length_between(view, named[0], anchor), rule, among


def open_lengths(context: ChoiceContext, _query: KnownFar) -> list[str]:
    """That it cannot be known, and three lengths: the right one among them, or one to another thing of the scene."""
    scene, rng, text = context.scene, context.rng, context.answer.text
    if text == UNKNOWN:
        found = _lengths_of(scene, next(i for i, o in enumerate(scene.objects) if o.id == context.answer.referents[0]))
        if not found:
            return []
        text = rng.choice(found)
    around = lengths_around(text, CHOICES - 1, rng.randrange(CHOICES - 1))
    return [UNKNOWN, *around] if around else []


def _lengths_of(scene: NamedScene, anchor: int) -> list[str]:
    """The distances of named things from one of them.

    Of things that may be of any size those that they would have if they were as large as shapes usually are beside things
    of known size: else very small or large choices alone would tell that the size is not known.
    """
    found = []
    for i in scene.plainly_named:
        try:
            if i != anchor and not are_joined(scene, i, anchor):
                found.append(_usual_length(scene, i, anchor) or length_between(scene, i, anchor))
        except Unanswerable:
            continue
    return found


def _usual_length(scene: NamedScene, i: int, j: int) -> str | None:
    """The distance of two things in a scene without a scale that is brought to its usual size; None in other scenes."""
    if has_scale(scene) is not False:
        return None
    seen, usual = (
        [math.prod(size) ** (1 / 3) for size in sizes]
        for sizes in (
            [body_of(scene, k).size for k in range(len(scene.objects))],
            [bodies()[thing.category].size for thing in scene.objects],
        )
    )
    return written(centre_distance(body_of(scene, i), body_of(scene, j)) * sum(usual) / sum(seen))


def _so_called(view: View, query: KnownSide | KnownFar, among: tuple[int, ...]) -> list[int]:
    """The objects that the words mean. Raises Unanswerable where one may be overlooked, or called so by some only."""
    if not among:
        _require_none(view, query.category)
    if not all(i in view.clear and surely_fits(query.category, view.objects[i].category) for i in among):
        raise Unanswerable(f"what may be called {query.category} is not plain")
    if query.attribute is None:
        return list(among)
    having = [i for i in among if query.attribute in view.objects[i].attributes]
    if not among or not all(i in having or differs(view.objects[i].attributes, query.attribute) for i in among):
        raise Unanswerable(f"what is {query.attribute} is not plain")
    return having


def _require_none(view: View, category: str) -> None:
    """Raises Unanswerable where something seen may be called so, or it is not known whether there is anything."""
    if not any(fits(category, thing.category) for thing in unseen_things(view)):
        is_category_seen(view, category)
    elif any(fits(thing.category, category) or fits(category, thing.category) for thing in view.objects):
        raise Unanswerable(f"what may be called {category} is not plain")


def unseen_named(view: View, query: KnownSide | KnownFar) -> list[UnseenThing]:
    """What is in the scene, goes by the words, and is not seen in the picture.

    Raises Unanswerable where only some would use the words for it.
    """
    there = [thing for thing in unseen_things(view) if fits(query.category, thing.category)]
    if any(not surely_fits(query.category, thing.category) for thing in there):
        raise Unanswerable(f"what may be called {query.category} is not plain")
    if query.attribute is None:
        return there
    named = [thing for thing in there if query.attribute in thing.attributes]
    if any(thing not in named and not differs(thing.attributes, query.attribute) for thing in there):
        raise Unanswerable(f"what is {query.attribute} is not plain")
    return named


def _why_unseen(view: View, query: KnownSide | KnownFar) -> tuple[str, float]:
    """Why nothing is seen that goes by the words, and the margin: a share of the canvas where it is beside the frame.

    Raises Unanswerable where a thing of the scene is neither wholly beside the frame nor wholly within it.
    """
    there = unseen_named(view, query)
    if not there:
        return "absent", 1.0
    margin = min(beside_frame(view, thing.body) for thing in there)
    if margin >= LEAST_BESIDE * view.strictness:
        return "out_of_view", margin
    if all(is_within_frame(view, thing.body) for thing in there):
        return "hidden", 1.0
    raise Unanswerable(f"a {query.category} is at the edge of the frame")


def next_on(view: View, predicate: Hop, anchor: int) -> tuple[int, float] | None:
    """The object that comes next there, seen from the anchor, with the least margin; None where nothing is there.

    Raises Unanswerable where a side or an order is doubtful.
    """
    others = [i for i in range(len(view.objects)) if i != anchor]
    judgements = {i: view.relation(i, predicate, anchor) for i in others}
    if not others or any(judgement.value is None for judgement in judgements.values()):
        raise Unanswerable("whether something is on that side is doubtful")
    margin = min(judgement.margin for judgement in judgements.values())
    beyond = [i for i in others if judgements[i].value]
    for i in beyond:
        after = [view.relation(k, predicate, i) for k in beyond if k != i]
        if all(judgement.value for judgement in after):
            return i, min([margin, *(judgement.margin for judgement in after)])
    if beyond:
        raise Unanswerable("which one comes next is doubtful")
    return None


def known_next(view: View, query: KnownNext, found: list[Referent]) -> Step:
    """The next thing; unknown where all others are on the other side: what comes then is out of view, or behind it."""
    anchor, everything = found[0].index, tuple(range(len(view.objects)))
    hit = next_on(view, query.predicate, anchor)
    if hit is not None:
        rule = f"known_next: {query.predicate}, and none between them"
        return require_label(view, hit[0]), RuleResult(rule, hit[1], 1, (hit[0],)), everything
    other = next_on(view, OPPOSITE[query.predicate], anchor)
    if other is None:
        raise Unanswerable("nothing else is there")
    require_label(view, other[0])
    rule = f"known_next: nothing in view is {query.predicate} the reference"
    reason = "hidden" if query.predicate == "behind" else "out_of_view"
    return UNKNOWN, RuleResult(rule, other[1], 1, (other[0],), reason), everything


def sides(_context: ChoiceContext, _query: KnownSide) -> list[str]:
    """Left, right, and that it cannot be known."""
    return [*SIDES, UNKNOWN]


def number_of_choices(labels: int) -> int:
    """How many choices a question about a thing has where so many things have short names, its own among them."""
    return min(MAX_CHOICES, labels)


def things(context: ChoiceContext, _query: KnownNext) -> list[str]:
    """That it cannot be known, and things of the scene: always the one that is the answer, or that is on the other side."""
    scene, answer = context.scene, context.answer
    labels = {scene.objects[i].id: text for i, text in scene.labels.items() if scene.objects[i].id not in answer.mentioned}
    partner = partner_of(answer)
    others = sorted(one for one in labels if one != partner)
    drawn = [partner, *context.rng.sample(others, len(others))]
    return [UNKNOWN, *(labels[one] for one in drawn[: number_of_choices(len(scene.labels)) - 1])]


def partner_of(answer: Answer) -> int:
    """The id of the thing that the answer names, or of that on the other side where it cannot be known."""
    return answer.objects[-1]
