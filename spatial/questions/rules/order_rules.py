"""The order of several things in a row: its answer and its choices.

In: a view, a query with its referents; a `ChoiceContext`.  Out: as in `answer_rules` and `distractors`.
An order is written as the names of the things, in turn: `cup then lamp then plate`.
"""

from itertools import permutations

from spatial.questions.answer_rules import ALONG, RuleResult, Step
from spatial.questions.certain_facts import View
from spatial.questions.distractors import ChoiceContext
from spatial.questions.question_kinds import RowOrder, references
from spatial.questions.wording.referring_expressions import Referent, Unanswerable

THEN = " then "
"""Stands between the names of an order: no comma, which stands between choices."""


def row_order(view: View, query: RowOrder, found: list[Referent]) -> Step:
    """The names in the order of their things, every two of which are plainly apart."""
    refs = references(query)
    if any(ref.category is None or ref.extreme is not None or ref.predicate is not None for ref in refs):
        raise Unanswerable("an order names things by their category alone, or by a colour")
    predicate = ALONG[query.course]
    places = [referent.index for referent in found]
    judgements = {(i, j): view.relation(i, predicate, j) for i, j in permutations(places, 2)}
    if any(judgement.value is None for judgement in judgements.values()):
        raise Unanswerable("which of two comes first is doubtful")
    before = {i: sum(bool(judgements[j, i].value) for j in places if j != i) for i in places}
    names = {i: ref.plain_name for i, ref in zip(places, refs, strict=True)}
    text = THEN.join(names[i] for i in sorted(places, key=before.__getitem__))
    margin = min(judgement.margin for judgement in judgements.values())
    return text, RuleResult(f"{predicate}: every two of them, by centres", margin, len(refs) - 1), ()


def orders(context: ChoiceContext, _query: RowOrder) -> list[str]:
    """The order, another one, and both backwards: an order is as often right as the same order backwards."""
    right = context.answer.text.split(THEN)
    pairs = [frozenset((order, order[::-1])) for order in permutations(right)]
    other = context.rng.choice([pair for pair in dict.fromkeys(pairs) if tuple(right) not in pair])
    return [THEN.join(order) for order in (right, right[::-1], *sorted(other))]
