"""The counterfactual twin of a question: nearly the same words, another answer.

In: a question of a scene.  Out: its twin with its own answer, choices and certificate, or None where it has none.
A pair of twins shows whether a model uses the picture: one that answers from the words alone is wrong on one of the two.
"""

from collections.abc import Iterator

from schemas.events import Question, Scene
from schemas.ids import question_id
from spatial.questions.answering import answer
from spatial.questions.certain_facts import View
from spatial.questions.certificates import certificate
from spatial.questions.kind_table import QUERIES
from spatial.questions.question_kinds import Query
from spatial.questions.views.shown_scenes import shown_scene
from spatial.questions.wording.question_parsing import parse
from spatial.questions.wording.realisation import realise, variants
from spatial.questions.wording.referring_expressions import Unanswerable


def mirror(question: Question, scene: Scene) -> Question | None:
    """The twin: subject and object exchanged where there are two, sides exchanged where there is one, pictures exchanged
    where there are two.

    None where no twin has another answer among the question's own choices.  Raises ValueError for a question that
    is not of this grammar.
    """
    query = parse(question.question)
    for twin, views in _twins(query, question.views):
        try:
            view = View(shown_scene(scene, views) if views else scene)
            found = answer(twin, view)
        except Unanswerable:
            continue
        if found.text != question.answer and found.text in question.choices:
            text = realise(twin, _variant_of(query, question.question))
            return question.model_copy(
                update={
                    "id": question_id(question.id, text, views),
                    "views": views,
                    "question": text,
                    "answer": found.text,
                    "choices": tuple(reversed(question.choices)),
                    "objects": found.objects,
                    "certificate": certificate(view, twin, found),
                }
            )
    return None


def _twins(query: Query, views: tuple[int, ...]) -> Iterator[tuple[Query, tuple[int, ...]]]:
    """The twins with the pictures that they show: of two pictures the same words with the pictures exchanged too."""
    yield from ((twin, views) for twin in QUERIES[type(query)].twins(query))
    if len(views) > 1:
        yield query, views[::-1]


def _variant_of(query: Query, text: str) -> int:
    return next((variant for variant in range(variants(query)) if realise(query, variant) == text), 0)
