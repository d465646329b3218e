"""The choices of a question, in a drawn order.

In: a query and its answer.  Out: different texts, one of them the answer: two to four words, or all numbers that could be
asked; None where too few are to be had.
Wrong choices are as plausible as the right one: things that are in the picture, values that the thing could have,
numbers that another question of the same words would have.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from spatial.knowledge.knowledge_base import categories
from spatial.questions.answer_rules import BEARINGS, SIDES, YES_NO, Answer
from spatial.questions.counting import numbers_of, sides_of
from spatial.questions.object_names import NamedScene
from spatial.questions.question_kinds import AttributeOf, Bearing, Count, Query, Side
from spatial.questions.wording.lexicon import alike, family_of, word_groups

MAX_CHOICES = 4


@dataclass(frozen=True)
class Look:
    """What choices are drawn from: the scene, the answer, and a random generator."""

    asked: NamedScene
    answer: Answer
    rng: random.Random


Q = TypeVar("Q")

ChoicesOf = Callable[[Look, Q], list[str]]
"""The choices of a query of one type, the answer among them."""


def shuffled_choices(own: ChoicesOf[Query], look: Look, query: Query) -> tuple[str, ...] | None:
    """The choices that `own` gives to queries of this type, shuffled."""
    texts = own(look, query)
    if len(texts) < 2 or len(set(texts)) < len(texts):
        return None
    look.rng.shuffle(texts)
    return tuple(texts)


def yes_no(_look: Look, _query: Query) -> list[str]:
    """Of a question for whether something is so."""
    return list(YES_NO)


def sides(_look: Look, _query: Side) -> list[str]:
    """Left and right."""
    return list(SIDES)


def bearings(_look: Look, _query: Bearing) -> list[str]:
    """The four diagonals."""
    return list(BEARINGS)


def numbers(look: Look, query: Count) -> list[str]:
    """The numbers that other questions of the same form would have in this scene; as `count` proposes them."""
    found = numbers_of(look.asked) if query.anchor is None else sides_of(look.asked, query.category)
    return [str(number) for number in sorted(found)]


def values(look: Look, query: AttributeOf) -> list[str]:
    """The attribute and others of its family."""
    return [look.answer.text, *_values(look.asked, query, look.answer, look.rng)][:MAX_CHOICES]


def things(look: Look, _query: Query) -> list[str]:
    """The thing and others of the scene."""
    return [look.answer.text, *_things(look.asked, look.answer, look.rng)][:MAX_CHOICES]


def _values(asked: NamedScene, query: AttributeOf, answer: Answer, rng: random.Random) -> list[str]:
    """Values that the thing could have: the typical ones of a known category, else those of the scene, then any."""
    subject = next(o for o in asked.objects if o.id == answer.referents[0])
    known = categories().get(subject.category)
    rivals = [value for group in word_groups("rivals") if answer.text in group for value in group]
    seen = [a for o in asked.objects for a in o.attributes if a in rivals]
    typical = list(known.attributes.get(query.family, ())) if known else []
    found: list[str] = []
    pools = [typical] if answer.text in typical and len(typical) > 1 else [sorted(set(seen)), rivals]
    for pool in pools:
        for value in rng.sample(pool, len(pool)):
            if family_of(value) == query.family and not any(alike(value, have) for have in (*found, answer.text)):
                found.append(value)
    return found


def _things(asked: NamedScene, answer: Answer, rng: random.Random) -> list[str]:
    """Other things of the scene, without those that the question names."""
    others = [
        text for i, text in asked.labels.items() if text != answer.text and asked.objects[i].id not in answer.mentioned
    ]
    return rng.sample(others, len(others))
