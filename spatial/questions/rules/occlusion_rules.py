"""What hides part of a thing, and whether less than half of it is to be seen.

In: a view, a query with its referents.  Out: judgements with margins; answers as in `answer_rules`.
Shares are of a thing's whole silhouette.  What carries or holds a thing is not asked to hide it, nor what it carries.
"""

from spatial.questions.answer_rules import RuleResult, Step, require_certain, yes_or_no
from spatial.questions.certain_facts import DOUBTFUL, Judgement, View
from spatial.questions.question_kinds import HalfSeen, Hides
from spatial.questions.rules.list_rules import require_plain
from spatial.questions.rules.metric_facts import are_joined, body_of
from spatial.questions.wording.referring_expressions import Referent, Unanswerable

HIDES, HIDES_NOT = 0.08, 0.004
"""Shares of a thing that what hides part of it hides at least, and what hides none of it at most."""

HALF_BUT = 0.42
"""A share that is plainly less than half; one that is as far above is plainly more."""

UNKNOWN = 0.02
"""Share of a thing that may be hidden by nothing that is known: rims, and what the frame cuts."""


def share_hidden(view: View, index: int, by: int) -> float:
    """The share of an object's whole silhouette that another hides. Raises Unanswerable where that is not known."""
    known = body_of(view, index).hidden_by
    if known is None:
        raise Unanswerable("what hides it is not known")
    return next((cover.share for cover in known if cover.object == view.objects[by].id), 0.0)


def hides(view: View, index: int, by: int) -> Judgement:
    """Whether another object hides part of an object."""
    share = share_hidden(view, index, by)
    if share >= HIDES * view.strictness:
        return Judgement(True, min(1.0, share))
    return Judgement(False, HIDES) if share <= HIDES_NOT / view.strictness else DOUBTFUL


def is_half_seen(view: View, index: int) -> Judgement:
    """Whether less than half of an object is to be seen, of one whose hidden part is hidden by what is known."""
    known = body_of(view, index).hidden_by
    if known is None:
        raise Unanswerable("what hides it is not known")
    visible = view.objects[index].visible
    spare = (0.5 - HALF_BUT) * view.strictness
    if visible + sum(cover.share for cover in known) < 1 - UNKNOWN or abs(visible - 0.5) < spare:
        return DOUBTFUL
    return Judgement(visible < 0.5, abs(visible - 0.5))


def hides_part(view: View, query: Hides, found: list[Referent]) -> Step:
    """The name of the only thing that hides part of the anchor."""
    require_plain(query.things)
    anchor, *things = (referent.index for referent in found)
    if any(are_joined(view, place, anchor) for place in things):
        raise Unanswerable("one of them rests on it, or carries it")
    held = [hides(view, anchor, place) for place in things]
    if any(each.value is None for each in held) or sum(bool(each.value) for each in held) != 1:
        raise Unanswerable("not exactly one of them hides part of it")
    right = [bool(each.value) for each in held].index(True)
    return query.things[right].plain_name, RuleResult("hides: shares of the silhouette", held[right].margin, 1), ()


def half_seen(view: View, _: HalfSeen, found: list[Referent]) -> Step:
    """Whether less than half of it is to be seen."""
    judgement = is_half_seen(view, found[0].index)
    held = require_certain(judgement, "whether half of it is to be seen is doubtful")
    return yes_or_no(held), RuleResult("half_seen: share of the silhouette", judgement.margin, 0), ()
