"""The mirrored twin of a question: nearly the same words, another answer.

In: a question of a scene.  Out: its twin with its own answer, choices and certificate, or None where it has none.
A pair of twins shows whether a model has looked: who answers from the words alone is wrong on one of the two.
"""

from collections.abc import Iterator
from itertools import permutations

from schemas.events import Question, Scene
from schemas.ids import question_id
from spatial.questions.answering import answer
from spatial.questions.certain_facts import View
from spatial.questions.certificates import certificate
from spatial.questions.question_kinds import (
    Bearing,
    Closer,
    Count,
    Course,
    Deeper,
    Directed,
    Exists,
    Extreme,
    Find,
    Hop,
    InOrder,
    InPlace,
    Outermost,
    Query,
    Side,
)
from spatial.questions.search_proposals import MIRRORED
from spatial.questions.wording.question_parsing import parse
from spatial.questions.wording.realisation import say, variants
from spatial.questions.wording.referring_expressions import Unanswerable

INVERSE: dict[Hop, Hop] = {
    "left_of": "right_of",
    "right_of": "left_of",
    "above": "below",
    "below": "above",
    "in_front_of": "behind",
    "behind": "in_front_of",
}
OPPOSITE: dict[Extreme, Extreme] = {
    "leftmost": "rightmost",
    "rightmost": "leftmost",
    "highest": "lowest",
    "lowest": "highest",
}
BACKWARDS: dict[Course, Course] = {
    "left_to_right": "right_to_left",
    "right_to_left": "left_to_right",
    "top_to_bottom": "bottom_to_top",
    "bottom_to_top": "top_to_bottom",
}


def mirror(question: Question, scene: Scene) -> Question | None:
    """The twin: subject and object exchanged where there are two, sides exchanged where there is one.

    None where no twin has another answer among the question's own choices.  Raises ValueError for a question that
    is not of this grammar.
    """
    query, view = parse(question.question), View(scene)
    for twin in twins(query):
        try:
            found = answer(twin, view)
        except Unanswerable:
            continue
        if found.text != question.answer and found.text in question.choices:
            text = say(twin, _same_variant(query, question.question))
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


def _same_variant(query: Query, text: str) -> int:
    return next((variant for variant in range(variants(query)) if say(query, variant) == text), 0)


def twins(query: Query) -> Iterator[Query]:
    """Queries that mirror this one; whether they have another answer is for the scene to say."""
    match query:
        case Directed() | Side() | Bearing() | Deeper():
            yield query.model_copy(update={"subject": query.object, "object": query.subject})
        case Closer():
            yield query.model_copy(update={"subject": query.other, "other": query.subject})
        case Exists() if query.without is not None:
            yield Exists(category=query.without, without=query.category)
        case Count() if query.predicate is not None:
            yield query.model_copy(update={"predicate": INVERSE[query.predicate]})
        case InPlace() if query.place in MIRRORED:
            yield query.model_copy(update={"place": MIRRORED[query.place]})
        case Find() if query.predicate in INVERSE:
            yield query.model_copy(update={"predicate": INVERSE[query.predicate]})
        case Outermost():
            yield Outermost(extreme=OPPOSITE[query.extreme])
        case InOrder():
            yield query.model_copy(update={"course": BACKWARDS[query.course]})
            for first, second, third in permutations((query.first, query.second, query.third)):
                yield InOrder(course=query.course, first=first, second=second, third=third)
        case _:
            return
