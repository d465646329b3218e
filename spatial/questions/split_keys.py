"""The keys of a question: which pairs of categories it sets in which family of relations.

In: a query with its answer, in a scene with names.  Out: keys, for `spatial.splits` to say where it may be asked.
The kind is not part of a key: a pair that is asked one way in training must not be tested in another way either.
"""

from itertools import combinations

from spatial.questions.answering import Answer
from spatial.questions.object_names import NamedScene
from spatial.questions.question_kinds import (
    AttributeOf,
    Closer,
    Count,
    Deeper,
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


def keys_of(query: Query, answer: Answer, asked: NamedScene) -> frozenset[Key]:
    """Every key of the question. Its words, with the answer where they ask for a thing, determine them."""
    found = [asked.objects[_at(asked, i)].category for i in answer.referents]
    keys = {key for ref, category in zip(references(query), found, strict=True) for key in _of_reference(ref, category)}
    match query:
        case Exists():
            keys.add(_named("existence", query.category, query.without))
        case Count():
            keys.add(pair(DIRECTION, query.category, found[0]) if found else Key("count", (query.category,)))
        case AttributeOf():
            keys.add(Key("attribute", (found[0],)))
        case InPlace():
            keys.add(Key("place", (found[0],)))
        case Closer():
            keys |= {pair(DISTANCE, found[1], found[0]), pair(DISTANCE, found[1], found[2])}
        case InOrder():
            keys |= {pair(DIRECTION, a, b) for a, b in combinations(found, 2)}
        case Deeper():
            keys.add(pair("depth", *found))
        case Outermost():
            keys.add(Key("outermost", ()))
        case Find() | Nearest():
            keys |= _of_search(query, found[0], _answered(asked, answer))
        case _:
            keys.add(pair(DIRECTION, *found))
    return frozenset(keys)


def _named(family: str, category: str, other: str | None) -> Key:
    return Key(family, (category,)) if other is None else pair(family, category, other)


def _of_reference(ref: Ref, category: str) -> set[Key]:
    """What the words on the way to a referent say of others: the cup on the table is a cup with a table."""
    if ref.predicate is None or ref.anchor is None or ref.anchor.category is None:
        return set()
    return {pair(PREDICATES[ref.predicate].family, category, ref.anchor.category)}


def _of_search(query: Find | Nearest, anchor: str, answer: str) -> set[Key]:
    """What is found, with what it is found by; and the words, which name only the last thing on the way."""
    family = PREDICATES[query.predicate].family if isinstance(query, Find) else DISTANCE
    inner = query.anchor.anchor
    nameless = query.anchor.category is None
    if nameless and inner is not None and inner.category is not None and query.anchor.predicate is not None:
        words = Key(PREDICATES[query.anchor.predicate].family, (inner.category,), by_words=True)
    else:
        words = Key(family, (anchor,), by_words=True)
    return {pair(family, answer, anchor), words}


def _answered(asked: NamedScene, answer: Answer) -> str:
    """The category of the thing that the answer names."""
    return next(asked.objects[i].category for i, text in asked.labels.items() if text == answer.text)


def _at(asked: NamedScene, one: int) -> int:
    return next(i for i, thing in enumerate(asked.objects) if thing.id == one)
