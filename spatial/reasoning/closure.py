"""The deductive closure of a graph, each conclusion with its proof.

In: a draft.  Out: the relations that follow and are not stated, each after its premises.
Complete for direction and depth: finds whatever holds in every layout of the stated directions.  Does not detect
contradictions (`spatial.reasoning.conflicts` does): from a contradictory graph it derives what the rules give.
"""

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

from schemas.graph import Relation
from schemas.predicate_names import ends
from spatial.reasoning.draft import Draft
from spatial.reasoning.inference import GIVEN, INVERSE, THIRDS, TRANSITIVITY, Fact, Found, saturate
from spatial.reasoning.orders import AXES, Order, orders
from spatial.relations.predicate_table import BANDS, PREDICATES, inverse


class Derived(NamedTuple):
    """A conclusion with the step that gives it. `rule` is one of the names in `spatial.reasoning.inference`.

    Holds facts; relations are built on access, since few of thousands of conclusions are used.
    """

    fact: Fact
    rule: str
    because: tuple[Fact, ...]

    @property
    def relation(self) -> Relation:
        """The conclusion as a relation."""
        return relation_of(self.fact)

    @property
    def premises(self) -> tuple[Relation, ...]:
        """The premises as relations: stated, or derived before."""
        return tuple(relation_of(fact) for fact in self.because)


Chained = dict[Fact, tuple[str, tuple[Fact, ...]]]
"""Conclusions along the axes: fact to rule and premises."""


@lru_cache(maxsize=2**16)
def relation_of(fact: Fact) -> Relation:
    """The fact as a relation. Cached, since the same few thousand occur in every graph."""
    return Relation(subject=fact[1], predicate=fact[0], object=fact[2])


def closure(draft: Draft) -> tuple[Derived, ...]:
    """Every relation that the draft entails besides those it states. At worst cubic in the number of objects.

    Raises ValueError for an index that names no object, an unknown predicate, or a missing or superfluous object.
    """
    check_indices(draft)
    found = saturate(enumerate(draft.relations))
    steps = [Derived(fact, step.rule, step.premises) for fact, step in found.items() if step.rule != GIVEN]
    chained: Chained = {}
    for order in orders(found, len(draft.objects)):
        chained.update(_Chains(order, found).conclusions())
    steps.extend(Derived(fact, rule, premises) for fact, (rule, premises) in chained.items())
    steps.extend(Derived(*corner) for corner in _corners({**found, **chained}))
    return tuple(steps)


def check_indices(draft: Draft) -> None:
    """Raise ValueError for the first relation that names a missing object."""
    for index, relation in enumerate(draft.relations):
        for end in ends(relation):
            if not 0 <= end < len(draft.objects):
                raise ValueError(f"relation {index} names object {end}, there are {len(draft.objects)}")


def proof(steps: Iterable[Derived], relation: Relation) -> tuple[Derived, ...]:
    """The steps of a closure that lead to a relation, premises before conclusions; empty where it is stated."""
    by_fact = {step.fact: step for step in steps}
    waiting: list[Fact] = [(relation.predicate, relation.subject, relation.object)]
    needed = set(waiting)
    for fact in waiting:
        new = [premise for premise in by_fact[fact].because if premise not in needed] if fact in by_fact else []
        needed.update(new)
        waiting.extend(new)
    return tuple(step for fact, step in by_fact.items() if fact in needed)


class _Chains:
    """The paths along one axis, traversed from each node in order of length."""

    def __init__(self, order: Order, found: Found) -> None:
        self._order = order
        self._found = found
        self._because: dict[tuple[int, int], tuple[Fact, ...]] = {}

    def conclusions(self) -> Iterator[tuple[Fact, tuple[str, tuple[Fact, ...]]]]:
        """The new conclusions: every pair joined by a path, with its inverse, and the places that follow."""
        name, count = self._order.predicate, self._order.count
        back = inverse(name)
        for start in range(count + 2):
            for node, premises in self._reach(start):
                fact = self._name(start, node)
                if fact is None or fact in self._found:
                    continue
                by_lines = len(premises) != 2 or premises[0][0] != name or premises[1][0] != name
                yield fact, (THIRDS if by_lines else TRANSITIVITY, premises)
                turned = (back, node, start)
                if fact[2] is not None and turned not in self._found:
                    yield turned, (INVERSE, (fact,))

    def _reach(self, start: int) -> Iterator[tuple[int, tuple[Fact, ...]]]:
        """The nodes after `start`, nearest first, each with the premises of its path."""
        masks, after = self._order.masks, self._order.after
        seen, layer = 1 << start, [start]
        while layer:
            following = []
            for node in layer:
                new = masks[node] & ~seen
                seen |= new
                while new:
                    low = new & -new
                    new ^= low
                    reached = low.bit_length() - 1
                    following.append(reached)
                    yield reached, self._premises(start, node, reached, after[node][reached])
            layer = following

    def _premises(self, start: int, before: int, node: int, edge: Fact | None) -> tuple[Fact, ...]:
        """The premises of "`node` comes after `start`": those of the node before it, and the last edge."""
        last = () if edge is None else (edge,)
        if before == start:
            premises: tuple[Fact, ...] = last
        else:
            known = self._name(start, before)
            premises = (*((known,) if known else self._because[start, before]), *last)
        self._because[start, node] = premises
        return premises

    def _name(self, a: int, b: int) -> Fact | None:
        """The fact for "a comes before b", None where it has no predicate."""
        count, (name, first, last) = self._order.count, AXES[self._order.axis]
        if a < count and b < count:
            return (name, a, b)
        if a < count and b == count:
            return (first, a, None)
        if a == count + 1 and b < count:
            return (last, b, None)
        return None


def _corners(known: Iterable[Fact]) -> Iterator[tuple[Fact, str, tuple[Fact, ...]]]:
    """The corner places that follow from two side places, where they are not known yet."""
    facts = known if isinstance(known, dict) else dict.fromkeys(known)
    for name, row in PREDICATES.items():
        if name not in BANDS or len(row.implies) != 2:
            continue
        side, other = row.implies
        for fact in [f for f in facts if f[0] == side]:
            sides: tuple[Fact, ...] = (fact, (other, fact[1], None))
            if sides[1] in facts and (name, fact[1], None) not in facts:
                yield (name, fact[1], None), THIRDS, sides
