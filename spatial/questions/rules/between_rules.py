"""What is between two things: its answers and its choices.

In: a view, a query with its referents; a `ChoiceContext`.  Out: as in `answer_rules` and `distractors`.
"""

from spatial.questions.answer_rules import RuleResult, Step, label, require_certain, yes_or_no
from spatial.questions.certain_facts import View
from spatial.questions.distractors import MAX_CHOICES, ChoiceContext
from spatial.questions.question_kinds import Between, IsBetween
from spatial.questions.rules.between_facts import is_between
from spatial.questions.wording.referring_expressions import Referent, Unanswerable

RULE = "between: the centre in the gap from left to right, at a common height and depth"


def between(view: View, _query: Between, found: list[Referent]) -> Step:
    """The only object between the two, of which all others plainly are not."""
    pair = (found[0].index, found[1].index)
    judged = {i: is_between(view, i, pair) for i in range(len(view.objects)) if i not in pair}
    if any(judgement.value is None for judgement in judged.values()):
        raise Unanswerable("whether something is between the two is doubtful")
    having = [i for i, judgement in judged.items() if judgement.value]
    named = {i for referent in found for i in referent.mentioned}
    if len(having) != 1 or having[0] in named or having[0] not in view.clear:
        raise Unanswerable("not exactly one thing is between the two, or it is hardly visible or named")
    text = label(view, having[0])
    if text is None:
        raise Unanswerable("no short words single out the answer")
    margin = min(judgement.margin for judgement in judged.values())
    return text, RuleResult(RULE, margin, 2, (having[0],)), tuple(judged)


def whether_between(view: View, _query: IsBetween, found: list[Referent]) -> Step:
    """Whether the one is between the two."""
    subject, first, second = (referent.index for referent in found)
    judgement = is_between(view, subject, (first, second))
    held = require_certain(judgement, "whether it is between the two is doubtful")
    return yes_or_no(held), RuleResult(RULE, judgement.margin, 2), ()


def neighbours(context: ChoiceContext, _query: Between) -> list[str]:
    """The answer and others at its height: what hangs above or lies below all three would be no temptation."""
    scene, answer = context.scene, context.answer
    right = next(scene.objects[i] for i, text in scene.labels.items() if text == answer.text)
    top, bottom = right.box[1], right.box[1] + right.box[3]
    level = [
        text
        for i, text in scene.labels.items()
        if text != answer.text
        and scene.objects[i].id not in answer.mentioned
        and scene.objects[i].box[1] < bottom
        and scene.objects[i].box[1] + scene.objects[i].box[3] > top
    ]
    return [answer.text, *context.rng.sample(level, min(len(level), MAX_CHOICES - 1))]
