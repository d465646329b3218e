"""Which things of a concept are named again, as `the dog` of `a cat left of a dog, the dog behind a chair`, and both of
`a bird above a boat, and a boat below a bird`, which says one thing twice.

In: mentions of things in the order of the words, and the relations between them.  Out: each thing once, its relations, and
what is said of one of several without telling of which.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

from agents.concepts.noun_phrases import Mention
from agents.concepts.relation_reading import NamedRelation, normalised
from spatial.relations.predicate_table import PREDICATES

DEFINITE = ("the", "both", "these", "those")
"""Words before a thing that was named before."""


@dataclass(frozen=True)
class Referred:
    """`unclear`: a line for people for each mention of one of several things."""

    mentions: tuple[Mention, ...]
    relations: tuple[NamedRelation, ...]
    unclear: tuple[str, ...]


def each_once(words: tuple[str, ...], said: Sequence[Mention], relations: Sequence[NamedRelation]) -> Referred:
    """The things, each once: `the cup` of `a cup on a table, a spoon next to the cup` is the one before.

    What is related to the thing right before it is another one, as in `a cat next to the cat`.
    """
    place: list[int] = []
    kept: list[Mention] = []
    unclear: list[str] = []
    again = dict(_said_inversely(said, relations))
    for number, mention in enumerate(said):
        if number in again:
            place.append(place[again[number]])
            continue
        others = {
            place[each.subject] for each in relations if number in (each.object, *each.others) and each.subject < number
        }
        meant = [at for at in _fitting(words, mention, kept) if at not in others]
        same = [at for at in meant if _agrees(mention, kept[at])]
        if meant and len(same) != 1:
            unclear.append(f"'the {mention.name}' may be any of several: name each thing once, with all that is said of it")
        if same:
            place.append(same[-1])
            kept[same[-1]] = _with_attributes(kept[same[-1]], mention)
        else:
            place.append(len(kept))
            kept.append(mention)
    moved = (
        replace(
            each,
            subject=place[each.subject],
            object=None if each.object is None else place[each.object],
            others=tuple(place[other] for other in each.others),
        )
        for each in relations
    )
    return Referred(tuple(kept), tuple(moved), tuple(dict.fromkeys(unclear)))


def _said_inversely(said: Sequence[Mention], relations: Sequence[NamedRelation]) -> Iterator[tuple[int, int]]:
    """The things of relations that say an earlier one again from the other side, each with the earlier thing."""
    pairs = [(each, each.object) for each in relations if each.object not in (None, each.subject) and not each.others]
    for (before, first), (after, last) in combinations(pairs, 2):
        if first is None or last is None or len({before.subject, first, after.subject, last}) < 4:
            continue
        inverse = {PREDICATES[name].inverse for name in normalised(before.phrase)}
        is_same = _is_alike(said[before.subject], said[last]) and _is_alike(said[first], said[after.subject])
        if is_same and inverse == set(normalised(after.phrase)):
            yield from ((last, before.subject), (after.subject, first))


def _is_alike(one: Mention, other: Mention) -> bool:
    return (one.categories, one.count, one.attributes) == (other.categories, other.count, other.attributes)


def _fitting(words: tuple[str, ...], mention: Mention, before: Sequence[Mention]) -> Iterator[int]:
    """The places of the things before that a definite mention may mean."""
    if words[max(0, mention.first - 1)] not in DEFINITE and words[mention.first] not in DEFINITE:
        return
    for number, one in enumerate(before):
        if one.categories == mention.categories and set(mention.leading) <= set(one.attributes):
            yield number


def _with_attributes(before: Mention, mention: Mention) -> Mention:
    """The thing with what is said of it later, as in `a car behind a bus, the car is red`."""
    return replace(before, attributes=tuple(dict.fromkeys((*before.attributes, *mention.attributes))))


def _agrees(mention: Mention, before: Mention) -> bool:
    """Whether the number is the same: `the cats` are several of before, however many."""
    return before.count > 1 if mention.several else mention.count == before.count
