"""Which of two things looks larger in the picture.

In: a view and a query with its referents.  Out: as in `answer_rules`.
Judged by the boxes of what is seen, of things that hardly anything covers: by area, and not against the longer side.
"""

from spatial.questions.answer_rules import RuleResult, Step, require_certain, yes_or_no
from spatial.questions.certain_facts import DOUBTFUL, Judgement, View
from spatial.questions.question_kinds import Larger
from spatial.questions.wording.referring_expressions import Referent

AREA_RATIO = 1.3
"""The larger area is at least this multiple of the smaller."""

WHOLE = 0.9
"""Least visible share of a thing whose size is compared."""


def looks_larger(view: View, i: int, j: int) -> Judgement:
    """Whether object i looks larger than object j; margin is the share by which the smaller area falls short."""
    a, b = view.objects[i], view.objects[j]
    first, second = a.box[2] * a.box[3], b.box[2] * b.box[3]
    if min(a.visible, b.visible) < WHOLE or min(first, second) == 0:
        return DOUBTFUL
    least = 1 + (AREA_RATIO - 1) * view.strictness
    if max(first, second) < least * min(first, second):
        return DOUBTFUL
    large, small = (a, b) if first > second else (b, a)
    if max(large.box[2:]) < max(small.box[2:]):
        return DOUBTFUL
    return Judgement(first > second, 1 - min(first, second) / max(first, second))


def larger(view: View, _: Larger, found: list[Referent]) -> Step:
    """Whether the first looks larger."""
    judgement = looks_larger(view, found[0].index, found[1].index)
    held = require_certain(judgement, "which of the two looks larger is doubtful")
    return yes_or_no(held), RuleResult("larger: areas in the picture", judgement.margin, 1), ()
