"""The keys of a question: which pairs of categories it sets in which family of relations.

In: a query with its answer, in a scene with names.  Out: keys, for `spatial.splits` to say where it may be asked.
The kind is not part of a key: a pair that is asked one way in training must not be tested in another way either.
"""

from collections.abc import Callable
from functools import partial
from itertools import combinations
from typing import TypeVar

from spatial.questions.answer_rules import Answer
from spatial.questions.object_names import NamedScene
from spatial.questions.question_kinds import (
    AttributeOf,
    Closer,
    Count,
    Exists,
    Find,
    InOrder,
    InPlace,
    Nearest,
    Outermost,
    Query,
    Ref,
    references,
)
from spatial.relations.predicate_table import PREDICATES
from spatial.splits import Key, pair

DIRECTION, DISTANCE = "direction", "distance"

Answered = Callable[[], str]
"""The category of the thing that the answer names; asked for only where it names one."""

Q = TypeVar("Q")

KeysOf = Callable[[Q, list[str], Answered], set[Key]]
"""The keys of a query of one type, given the categories of its references."""


def keys_by(own: KeysOf[Query], query: Query, answer: Answer, asked: NamedScene) -> frozenset[Key]:
    """Every key of the question, with those that `own` gives its type. Its words, with the answer where they ask for a
    thing, determine them."""
    found = [asked.objects[_at(asked, i)].category for i in answer.referents]
    keys = {key for ref, category in zip(references(query), found, strict=True) for key in _of_reference(ref, category)}
    return frozenset(keys | own(query, found, partial(_answered, asked, answer)))


def of_existence(query: Exists, _found: list[str], _answered: Answered) -> set[Key]:
    """What is there, with what is not."""
    return {_named("existence", query.category, query.without)}


def of_count(query: Count, found: list[str], _answered: Answered) -> set[Key]:
    """What is counted, with what it is counted beside."""
    return {pair(DIRECTION, query.category, found[0]) if found else Key("count", (query.category,))}


def of_attribute(_query: AttributeOf, found: list[str], _answered: Answered) -> set[Key]:
    """What has the attribute."""
    return {Key("attribute", (found[0],))}


def of_place(_query: InPlace, found: list[str], _answered: Answered) -> set[Key]:
    """What is in the place."""
    return {Key("place", (found[0],))}


def of_direction(_query: Query, found: list[str], _answered: Answered) -> set[Key]:
    """The two of a direction."""
    return {pair(DIRECTION, *found)}


def of_depth(_query: Query, found: list[str], _answered: Answered) -> set[Key]:
    """The two of a depth."""
    return {pair("depth", *found)}


def of_distances(_query: Closer, found: list[str], _answered: Answered) -> set[Key]:
    """Either of the two with what they are closer to."""
    return {pair(DISTANCE, found[1], found[0]), pair(DISTANCE, found[1], found[2])}


def of_order(_query: InOrder, found: list[str], _answered: Answered) -> set[Key]:
    """Any two of the three."""
    return {pair(DIRECTION, a, b) for a, b in combinations(found, 2)}


def of_outermost(_query: Outermost, _found: list[str], _answered: Answered) -> set[Key]:
    """Names nothing."""
    return {Key("outermost", ())}


def of_find(query: Find, found: list[str], answered: Answered) -> set[Key]:
    """What a relation finds."""
    return _of_search(PREDICATES[query.predicate].family, query.anchor, found[0], answered())


def of_nearest(query: Nearest, found: list[str], answered: Answered) -> set[Key]:
    """What is found by its distance."""
    return _of_search(DISTANCE, query.anchor, found[0], answered())


def _named(family: str, category: str, other: str | None) -> Key:
    return Key(family, (category,)) if other is None else pair(family, category, other)


def _of_reference(ref: Ref, category: str) -> set[Key]:
    """What the words on the way to a referent say of others: the cup on the table is a cup with a table."""
    if ref.predicate is None or ref.anchor is None or ref.anchor.category is None:
        return set()
    return {pair(PREDICATES[ref.predicate].family, category, ref.anchor.category)}


def _of_search(family: str, ref: Ref, anchor: str, answer: str) -> set[Key]:
    """What is found, with what it is found by; and the words, which name only the last thing on the way."""
    inner = ref.anchor
    nameless = ref.category is None
    if nameless and inner is not None and inner.category is not None and ref.predicate is not None:
        words = Key(PREDICATES[ref.predicate].family, (inner.category,), by_words=True)
    else:
        words = Key(family, (anchor,), by_words=True)
    return {pair(family, answer, anchor), words}


def _answered(asked: NamedScene, answer: Answer) -> str:
    """The category of the thing that the answer names."""
    return next(asked.objects[i].category for i, text in asked.labels.items() if text == answer.text)


def _at(asked: NamedScene, one: int) -> int:
    return next(i for i, thing in enumerate(asked.objects) if thing.id == one)
