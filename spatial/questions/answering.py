"""The answer of a query in a scene, with its proof.

In: a query and a scene (or a `View` of it).  Out: an `Answer`; `Unanswerable` where no answer is certain.
Does not choose questions or wording; the rule of each type of query is in `answer_rules`, by the rows of `kind_table`.
"""

from schemas.events import Scene
from spatial.questions.answer_rules import Answer
from spatial.questions.certain_facts import View
from spatial.questions.kind_table import QUERIES
from spatial.questions.question_kinds import Query, references
from spatial.questions.wording.referring_expressions import Unanswerable, resolve


def answer(query: Query, scene: Scene | View) -> Answer:
    """The answer. Raises Unanswerable for a doubtful margin, an ambiguous reference or a failed presupposition."""
    view = scene if isinstance(scene, View) else View(scene)
    refs = references(query)
    found = [resolve(view, ref) for ref in refs]
    mentioned = [i for f in found for i in (f.index, *f.mentioned)]
    if len(set(mentioned)) < len(mentioned):
        raise Unanswerable("two references mean the same object")
    text, result, used = QUERIES[type(query)].rule(view, query, found)
    about = [*mentioned, *result.focus]
    return Answer(
        text,
        _ids(view, about),
        _ids(view, [*about, *(k for f in found for k in f.used), *used]),
        (*(rule for f in found for rule in f.rules), result.rule),
        round(min([result.margin, *(f.margin for f in found)]), 6),
        result.hops + sum(ref.hops for ref in refs),
        tuple(view.objects[f.index].id for f in found),
        tuple(view.objects[i].id for i in mentioned),
        result.reason,
    )


def _ids(view: View, positions: list[int]) -> tuple[int, ...]:
    return tuple(dict.fromkeys(view.objects[i].id for i in positions))
