"""What a concept says after things that it lists is said of each, as in `a mug, a book and a lamp on a desk`.

In: a concept's words and mentions, and the relations and places of the last of the listed things.  Out: those of all.
A thing that another one is related to begins a list anew, as the mouse of `a cat left of a dog and a mouse on a table`.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from agents.concepts.noun_phrases import RELATIVES, Mention
from agents.concepts.relation_reading import NamedRelation
from spatial.relations.phrases import normalise
from spatial.relations.predicate_table import PREDICATES


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
