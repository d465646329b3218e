"""The choices of a question, in random order.

In: a query and its answer.  Out: different texts, one of them the answer: two to four words, or all numbers that could be
asked; None where there are too few.
Wrong choices are as plausible as the right one: objects that are in the picture, values that the object could have,
numbers that another question with the same words would have.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from spatial.knowledge.knowledge_base import categories
from spatial.questions.answer_rules import BEARINGS, SIDES, YES_NO, Answer
from spatial.questions.object_names import NamedScene, counts_by_side, counts_in_total
from spatial.questions.question_kinds import AttributeOf, Bearing, BoxSide, Count, Query, Side
from spatial.questions.wording.lexicon import alike, family_of, word_groups

MAX_CHOICES = 4


@dataclass(frozen=True)
class ChoiceContext:
    """The input of a choice rule: the scene, the answer, and a random generator."""

    scene: NamedScene
    answer: Answer
    rng: random.Random


Q = TypeVar("Q")

ChoicesOf = Callable[[ChoiceContext, Q], list[str]]
"""A choice rule: the choices of a query of one type, including the answer."""


def shuffled_choices(rule_of_type: ChoicesOf[Query], context: ChoiceContext, query: Query) -> tuple[str, ...] | None:
    """The choices that `rule_of_type` gives to queries of this type, shuffled."""
    texts = rule_of_type(context, query)
    if len(texts) < 2 or len(set(texts)) < len(texts):
        return None
    context.rng.shuffle(texts)
    return tuple(texts)


def yes_no(_look: ChoiceContext, _query: Query) -> list[str]:
    """Yes and no."""
    return list(YES_NO)


def sides(_look: ChoiceContext, _query: Side | BoxSide) -> list[str]:
    """Left and right."""
    return list(SIDES)


def bearings(_look: ChoiceContext, _query: Bearing) -> list[str]:
    """The four diagonals."""
    return list(BEARINGS)


def numbers(context: ChoiceContext, query: Count) -> list[str]:
    """The numbers that other questions of the same form would have in this scene; as `count` proposes them."""
    found = counts_in_total(context.scene) if query.anchor is None else counts_by_side(context.scene, query.category)
    return [str(number) for number in sorted(found)]


def values(context: ChoiceContext, query: AttributeOf) -> list[str]:
    """The attribute and others of its family."""
    return [context.answer.text, *_values(context.scene, query, context.answer, context.rng)][:MAX_CHOICES]


def things(context: ChoiceContext, _query: Query) -> list[str]:
    """The answer's object and others of the scene."""
    return [context.answer.text, *_things(context.scene, context.answer, context.rng)][:MAX_CHOICES]


def _values(scene: NamedScene, query: AttributeOf, answer: Answer, rng: random.Random) -> list[str]:
    """Values that the object could have: the typical ones of a known category, else those of the scene, then any."""
    subject = next(o for o in scene.objects if o.id == answer.referents[0])
    known = categories().get(subject.category)
    rivals = [value for group in word_groups("rivals") if answer.text in group for value in group]
    seen = [a for o in scene.objects for a in o.attributes if a in rivals]
    typical = list(known.attributes.get(query.family, ())) if known else []
    found: list[str] = []
    pools = [typical] if answer.text in typical and len(typical) > 1 else [sorted(set(seen)), rivals]
    for pool in pools:
        for value in rng.sample(pool, len(pool)):
            if family_of(value) == query.family and not any(alike(value, have) for have in (*found, answer.text)):
                found.append(value)
    return found


def _things(scene: NamedScene, answer: Answer, rng: random.Random) -> list[str]:
    """Other objects of the scene, without those that the question names."""
    others = [
        text for i, text in scene.labels.items() if text != answer.text and scene.objects[i].id not in answer.mentioned
    ]
    return rng.sample(others, len(others))
