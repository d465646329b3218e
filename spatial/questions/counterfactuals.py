"""The counterfactual twin of a question: nearly the same words, another answer.

In: a question of a scene.  Out: its twin with its own answer, choices and certificate, or None where it has none.
A pair of twins shows whether a model uses the picture: one that answers from the words alone is wrong on one of the two.
"""

from schemas.events import Question, Scene
from schemas.ids import question_id
from spatial.questions.answering import answer
from spatial.questions.certain_facts import View
from spatial.questions.certificates import certificate
from spatial.questions.kind_table import QUERIES
from spatial.questions.question_kinds import Query
from spatial.questions.wording.question_parsing import parse
from spatial.questions.wording.realisation import realise, variants
from spatial.questions.wording.referring_expressions import Unanswerable


def mirror(question: Question, scene: Scene) -> Question | None:
    """The twin: subject and object exchanged where there are two, sides exchanged where there is one.

    None where no twin has another answer among the question's own choices.  Raises ValueError for a question that
    is not of this grammar.
    """
    query, view = parse(question.question), View(scene)
    for twin in QUERIES[type(query)].twins(query):
        try:
            found = answer(twin, view)
        except Unanswerable:
            continue
        if found.text != question.answer and found.text in question.choices:
            text = realise(twin, _variant_of(query, question.question))
            return question.model_copy(
                update={
                    "id": question_id(question.id, text),
                    "question": text,
                    "answer": found.text,
                    "choices": tuple(reversed(question.choices)),
                    "objects": found.objects,
                    "certificate": certificate(view, twin, found),
                }
            )
    return None


def _variant_of(query: Query, text: str) -> int:
    return next((variant for variant in range(variants(query)) if realise(query, variant) == text), 0)
