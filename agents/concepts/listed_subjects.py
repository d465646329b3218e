"""Of which things a concept says a relation: of each that it lists, as in `a mug, a book and a lamp on a desk`, and of what
does something rather than what it does it with, as in `a man reading a newspaper on a bench`.

In: a concept's words and mentions, and the relations and places of the last things before them.  Out: those of all.
A thing that another one is related to begins a list anew, as the mouse of `a cat left of a dog and a mouse on a table`.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from agents.concepts.concept_words import RELATIVES, VERBS
from agents.concepts.noun_phrases import Mention, animate
from agents.concepts.relation_reading import NamedRelation, normalised
from spatial.knowledge.category_names import kinds
from spatial.knowledge.knowledge_base import categories
from spatial.relations.phrases import normalise
from spatial.relations.predicate_table import PREDICATES

WEARING = "with"
"""What is said of somebody in a hat."""

DETERMINERS = ("the", "this", "that", "these", "those", "some", "its", "his", "her", "their", "my", "our", "your")
"""Words before the name of a listed thing that are none of its own."""

CARRYING = frozenset(["on", "inside"])
SEATS = ("bed", "rug", "picnic blanket", "hay bale", "hammock", "log", "rock", "swing set")
"""What somebody is on who does something there, beside seats."""


def of_doers(
    words: tuple[str, ...], said: Sequence[Mention], doing: Collection[int], found: Sequence[NamedRelation]
) -> Iterator[NamedRelation]:
    """The relations; of two that follow what a thing does both are its own, as in `a man sitting on a bench next to a dog`.

    So is one after what it does something with, unless that belongs there and itself does not.
    """
    objects = {each.object: each.subject for each in found if each.object is not None}
    for each in (_worn(said, relation) for relation in found):
        doer = each.subject - 1
        if each.object is None or each.subject == each.object or doer < 0 or each.phrase.startswith(RELATIVES):
            yield each
            continue
        between = range(said[doer].after, said[each.subject].first)
        wears = any(r.phrase == "in" and r.object == each.subject and _worn(said, r) != r for r in found)
        does = (wears or not _is_idle(doing, between)) and each.span[0] >= said[each.subject].after
        carries = bool(CARRYING.intersection(normalised(each.phrase)))
        if objects.get(each.subject) == doer and _faces_nothing(said[each.subject], each.phrase):
            moves = True
        elif objects.get(each.subject) == doer and _is_of_companion(words, said, each):
            moves = not carries or not _belongs_there(said[each.subject], said[each.object], said[doer])
        elif does and objects.get(each.subject) == doer:
            moves = not carries
        else:
            moves = does and objects.get(each.subject) is None and "and" not in words[between.start : between.stop]
            moves = moves and not (carries and _belongs_there(said[each.subject], said[each.object], said[doer]))
        yield replace(each, subject=doer) if moves else each


def _is_of_companion(words: tuple[str, ...], said: Sequence[Mention], relation: NamedRelation) -> bool:
    """Whether somebody with a thing does something, as in `a girl with a balloon standing in front of a car`."""
    thing, doer = said[relation.subject], said[relation.subject - 1]
    is_with = words[doer.after : thing.first] == (WEARING,)
    does = words[thing.after : thing.after + 1] != () and words[thing.after] in VERBS
    return is_with and does and animate().issuperset(doer.categories) and animate().isdisjoint(thing.categories)


def _faces_nothing(thing: Mention, phrase: str) -> bool:
    """Whether a thing is said to face another that no picture shows to face anything, as a fence to look at a cat."""
    return "facing" in normalised(phrase) and all(categories()[name].faces is None for name in thing.categories)


def _worn(said: Sequence[Mention], relation: NamedRelation) -> NamedRelation:
    """The relation; of somebody in a hat that he is with it."""
    clothes = {name for kind in ("clothing", "hat", "footwear") for name in kinds()[kind]}
    is_worn = (
        relation.phrase == "in" and relation.object is not None and clothes.issuperset(said[relation.object].categories)
    )
    return replace(relation, phrase="with") if is_worn else relation


def _is_idle(doing: Collection[int], places: range) -> bool:
    """Whether nothing is done at the places."""
    return not any(place in doing for place in places)


def _belongs_there(thing: Mention, carrier: Mention, doer: Mention) -> bool:
    """Whether what somebody does something with is rather on or in a thing than who does it."""
    known = categories()

    def carried(mention: Mention) -> bool:
        kept = [(*known[name].supports, *known[name].holds) for name in carrier.categories]
        return any(name in each for name in mention.categories for each in kept)

    if carried(doer) or {*kinds()["seat"], *SEATS}.intersection(carrier.categories):
        return False
    return carried(thing) or _front(doer) > _front(carrier)


def _front(mention: Mention) -> float:
    """Square metres of the front of what it most likely means."""
    category = categories()[mention.categories[0]]
    return category.width_m * category.height_m


@dataclass(frozen=True)
class Lists:
    """`starts`: the places after commas.  `related`: the numbers of the mentions that another is related to."""

    words: tuple[str, ...]
    said: Sequence[Mention]
    starts: frozenset[int]
    related: frozenset[int | None]

    def ending_with(self, last: int) -> list[int]:
        """The things that are listed up to one, itself among them.

        A list ends by `and`; of two things without a comma before it, after which the second would stand by itself.
        """
        first = last
        while first > 0 and not {first, first - 1} & self.related and self._is_joined(first, first == last):
            first -= 1
        if last - first == 1 and self._is_after_comma(last):
            return [last]
        return list(range(first, last + 1))

    def _is_joined(self, number: int, by_word: bool) -> bool:
        """Whether a thing is joined to the one before: the last one `by_word`, others by a comma too."""
        between = self.words[self.said[number - 1].after : self.said[number].first]
        while between and between[-1] in DETERMINERS:
            between = between[:-1]
        return between == ("and",) or (not by_word and between == () and self._is_after_comma(number))

    def _is_after_comma(self, number: int) -> bool:
        here = range(self.said[number - 1].after, self.said[number].first + 1)
        return not self.starts.isdisjoint(here)


def said_of_each(
    words: tuple[str, ...], said: Sequence[Mention], starts: frozenset[int], found: Sequence[NamedRelation]
) -> Iterator[NamedRelation]:
    """The relations, of listed things for each; `that is` says something of the last one alone."""
    related = frozenset(other for each in found if each.object != each.subject for other in (each.object, *each.others))
    lists = Lists(words, said, starts, related)
    for each in found:
        listed = [each.subject] if _is_of_one(each.phrase) else lists.ending_with(each.subject)
        if each.object != each.subject:
            yield from (replace(each, subject=number) for number in listed)
        else:
            yield from _mutual(each, listed) if said[each.subject].count == 1 else (each,)


def _is_of_one(phrase: str) -> bool:
    first, *others = phrase.split()
    return first in RELATIVES and others[:1] == ["is"]


def _mutual(relation: NamedRelation, listed: Iterable[int]) -> Iterator[NamedRelation]:
    """The relations of things to each other, as in `a cat and a dog facing each other`; itself where nothing is listed."""
    pairs = list(pairwise(listed))
    if not all(PREDICATES[name].inverse == name for name in normalise(relation.phrase)):
        pairs += [(b, a) for a, b in pairs]
    yield from [replace(relation, subject=a, object=b) for a, b in pairs] or [relation]
