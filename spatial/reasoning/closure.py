"""All that a graph entails, each conclusion with its proof.

In: a draft.  Out: the relations that follow and are not stated, in an order in which every premise is stated or was
derived before.
Complete for direction and depth: whatever holds in every layout of the stated directions is found.  Does not notice
contradictions (`spatial.reasoning.conflicts` does): from a contradictory graph it derives what the rules give.
"""

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

from schemas.graph import Relation
from spatial.reasoning.draft import Draft
from spatial.reasoning.inference import GIVEN, INVERSE, THIRDS, TRANSITIVITY, Fact, Found, saturate
from spatial.reasoning.orders import AXES, Order, orders
from spatial.relations.predicate_table import BANDS, PREDICATES, inverse


class Derived(NamedTuple):
    """A conclusion with the step that gives it. `rule` is one of the names in `spatial.reasoning.inference`.

    Holds facts; relations are made of them when asked for, since of thousands of conclusions few are looked at.
    """

    fact: Fact
    rule: str
    because: tuple[Fact, ...]

    @property
    def relation(self) -> Relation:
        """What follows."""
        return relation_of(self.fact)

    @property
    def premises(self) -> tuple[Relation, ...]:
        """What it follows from: relations that are stated, or derived before."""
        return tuple(relation_of(fact) for fact in self.because)


Chained = dict[Fact, tuple[str, tuple[Fact, ...]]]
"""Conclusions along the axes: fact to rule and premises."""


@lru_cache(maxsize=2**16)
def relation_of(fact: Fact) -> Relation:
    """The fact as a relation. Kept, since the same few thousand come up in every graph."""
    return Relation(subject=fact[1], predicate=fact[0], object=fact[2])


def closure(draft: Draft) -> tuple[Derived, ...]:
    """Every relation that the draft entails besides those it states. Polynomial: cubic in objects at the worst.

    Raises ValueError for an index that names no object, an unknown predicate, or a missing or needless object.
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
    """Raise ValueError for the first relation that names an object which is not there."""
    for index, relation in enumerate(draft.relations):
        for end in (relation.subject, relation.object):
            if end is not None and not 0 <= end < len(draft.objects):
                raise ValueError(f"relation {index} names object {end}, there are {len(draft.objects)}")


def proof(steps: Iterable[Derived], relation: Relation) -> tuple[Derived, ...]:
    """The steps of a closure that lead to a relation, premises before conclusions; none where it is stated."""
    by_fact = {step.fact: step for step in steps}
    waiting: list[Fact] = [(relation.predicate, relation.subject, relation.object)]
    needed = set(waiting)
    for fact in waiting:
        new = [premise for premise in by_fact[fact].because if premise not in needed] if fact in by_fact else []
        needed.update(new)
        waiting.extend(new)
    return tuple(step for fact, step in by_fact.items() if fact in needed)


class _Chains:
    """The paths of one axis, walked from each node in the order of their length."""

    def __init__(self, order: Order, found: Found) -> None:
        self._order = order
        self._found = found
        self._because: dict[tuple[int, int], tuple[Fact, ...]] = {}

    def conclusions(self) -> Iterator[tuple[Fact, tuple[str, tuple[Fact, ...]]]]:
        """What is not found yet: every pair joined by a path, both ways round, and the places that follow."""
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
        """Why `node` comes after `start`: what leads to the node before it, and the step from there."""
        last = () if edge is None else (edge,)
        if before == start:
            premises: tuple[Fact, ...] = last
        else:
            known = self._name(start, before)
            premises = (*((known,) if known else self._because[start, before]), *last)
        self._because[start, node] = premises
        return premises

    def _name(self, a: int, b: int) -> Fact | None:
        """What "a comes before b" is called, where it has a name."""
        count, (name, first, last) = self._order.count, AXES[self._order.axis]
        if a < count and b < count:
            return (name, a, b)
        if a < count and b == count:
            return (first, a, None)
        if a == count + 1 and b < count:
            return (last, b, None)
        return None


def _corners(known: Iterable[Fact]) -> Iterator[tuple[Fact, str, tuple[Fact, ...]]]:
    """The corners that two sides make, where at least one of them was found along an axis."""
    facts = known if isinstance(known, dict) else dict.fromkeys(known)
    for name, row in PREDICATES.items():
        if name not in BANDS or len(row.implies) != 2:
            continue
        side, other = row.implies
        for fact in [f for f in facts if f[0] == side]:
            sides: tuple[Fact, ...] = (fact, (other, fact[1], None))
            if sides[1] in facts and (name, fact[1], None) not in facts:
                yield (name, fact[1], None), THIRDS, sides
