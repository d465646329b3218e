"""Whether there are more of one thing than of another, or in one place than in another.

In: a view and a query with its referents.  Out: as in `answer_rules`.
Only what everybody would count is counted: nothing that is partly hidden, a speck, or called so by some people only.
"""

from collections.abc import Mapping

from spatial.questions.answer_rules import RuleResult, Step, all_certain, yes_or_no
from spatial.questions.certain_facts import MIN_SIDE, View
from spatial.questions.question_kinds import CompareCounts, Hop
from spatial.questions.wording.lexicon import surely_fits
from spatial.questions.wording.referring_expressions import Referent, Unanswerable, matching_objects

COUNTED = 0.75
"""Least visible share of everything that is counted."""

OPPOSITE: Mapping[str, Hop] = {"left_of": "right_of", "right_of": "left_of"}


def counted(view: View, category: str) -> tuple[int, ...]:
    """The objects of a category that is seen. Raises Unanswerable where one of them may be overlooked or disputed."""
    among = matching_objects(view, category)
    for i in among:
        thing = view.objects[i]
        if thing.visible < COUNTED or min(thing.box[2:]) < MIN_SIDE * view.strictness:
            raise Unanswerable(f"some {category} is partly hidden or a speck")
        if not surely_fits(category, thing.category):
            raise Unanswerable(f"whether all that may be called {category} is meant is not known")
    if not among:
        raise Unanswerable(f"there is no {category}")
    return among


def compare_counts(view: View, query: CompareCounts, found: list[Referent]) -> Step:
    """Yes if the first number is greater."""
    among = counted(view, query.category)
    if query.than is not None:
        rest = counted(view, query.than)
        if set(among) & set(rest):
            raise Unanswerable("one thing may be called both")
        numbers, margin, everything, hops = (len(among), len(rest)), 1.0, (*among, *rest), 0
    else:
        anchors = {referent.index for referent in found}
        if anchors & set(among):
            raise Unanswerable("what is counted is the reference too")
        last = str(query.predicate) if query.other is not None else OPPOSITE[str(query.predicate)]
        places = ((str(query.predicate), found[0].index), (last, found[-1].index))
        sides = [_held(view, among, predicate, anchor) for predicate, anchor in places]
        numbers, margin, everything, hops = (sides[0][0], sides[1][0]), min(sides[0][1], sides[1][1]), among, 2
    rule = "compare_counts: everything that fits the words, all of it plainly seen"
    return yes_or_no(numbers[0] > numbers[1]), RuleResult(rule, margin, hops, everything), everything


def _held(view: View, among: tuple[int, ...], predicate: str, anchor: int) -> tuple[int, float]:
    """How many are in the relation, and the least margin."""
    held, margin = all_certain(view, among, predicate, anchor)
    return sum(held), margin
