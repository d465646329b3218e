"""Forward chaining with the rules of the predicate table: all facts that follow, except chains of directions.

In: statements, each with its index.  Out: every fact found, with the step that gave it first; steps are found in the
order of the number of statements below them, so each fact keeps a shortest derivation.
Does not chain left_of, above and in_front_of: those are orders, which `spatial.reasoning.orders` traverses faster than
rules can.
"""

from collections import defaultdict
from collections.abc import Iterable
from itertools import pairwise
from typing import NamedTuple

from schemas.graph import Relation
from schemas.predicate_names import ends
from spatial.relations.predicate_table import CHAINED, OF_GROUPS, PREDICATES, predicate

Fact = tuple[str, int, int | None]
"""Predicate, subject, object; the object of a place is None."""

GIVEN, INVERSE, SYMMETRY, IMPLICATION = "given", "inverse", "symmetry", "implication"
COMPOSITION, TRANSITIVITY, THIRDS = "composition", "transitivity", "thirds"
"""The names of the rules in proofs. `thirds` are the rules of places: top and left make top_left, what is at the top is
above what is at the bottom, what is left of something at the left is at the left."""


class Step(NamedTuple):
    """The derivation of a fact. `weight` counts the statements below it, `source` is a statement's index (rule `given`)."""

    weight: int
    rule: str
    premises: tuple[Fact, ...] = ()
    source: int = -1


Found = dict[Fact, Step]


class _Join(NamedTuple):
    """A rule with two chained premises. `first_stated` and `second_stated`: only stated facts need match that premise.

    Where a composition returns its other premise's predicate (near(a, b), inside(b, c) ⇒ near(a, c)), a chain of the
    transitive one is followed link by link, so derived links would only repeat results.
    """

    first: str
    second: str
    gives: str
    first_stated: bool
    second_stated: bool


def _join(first: str, second: str, gives: str) -> _Join:
    again_first, again_second = gives == first, gives == second
    return _Join(
        first, second, gives,
        first_stated=again_second and not again_first and PREDICATES[first].transitive,
        second_stated=again_first and PREDICATES[second].transitive,
    )  # fmt: skip


_JOINS = [
    *(_join(p, q, r) for p, row in PREDICATES.items() for q, r in row.compositions.items()),
    *(_join(p, p, p) for p, row in PREDICATES.items() if row.transitive and row.family == "containment"),
]
_AS_FIRST = {p: [j for j in _JOINS if j.first == p] for p in PREDICATES}
_AS_SECOND = {p: [j for j in _JOINS if j.second == p] for p in PREDICATES}
_JOINED = frozenset(p for p in PREDICATES if _AS_FIRST[p] or _AS_SECOND[p])
_CORNERS = {p: [c for c, row in PREDICATES.items() if len(row.implies) == 2 and p in row.implies and row.family == "place"]
            for p in PREDICATES}  # fmt: skip


class _Saturation:
    """The facts found so far and the pending ones, in order of weight."""

    def __init__(self) -> None:
        self.found: Found = {}
        self._waiting: list[list[tuple[Fact, Step]]] = [[], []]
        self._after: dict[tuple[str, int, bool], list[int]] = defaultdict(list)
        self._before: dict[tuple[str, int, bool], list[int]] = defaultdict(list)
        """By predicate and subject (object): the partners; under True only those that are stated."""

    def add(self, fact: Fact, step: Step) -> None:
        """Queue a fact by its weight."""
        if fact[1] == fact[2]:
            return
        while len(self._waiting) <= step.weight:
            self._waiting.append([])
        self._waiting[step.weight].append((fact, step))

    def run(self) -> Found:
        """Every fact that follows."""
        for bucket in self._waiting:  # both lists grow while they are walked
            for fact, step in bucket:
                if fact not in self.found:
                    self.found[fact] = step
                    self._follow(fact, step.weight)
        return self.found

    def _follow(self, fact: Fact, weight: int) -> None:
        name, a, b = fact
        row = PREDICATES[name]
        for q in row.implies:
            if (q, a, b) not in self.found:
                self.add((q, a, b), Step(weight, IMPLICATION, (fact,)))
        if b is None:
            self._corners(name, a)
            return
        if row.inverse is not None and (row.inverse, b, a) not in self.found:
            self.add((row.inverse, b, a), Step(weight, SYMMETRY if row.symmetric else INVERSE, (fact,)))
        if name in _JOINED:
            for kept in (False, True) if weight == 1 else (False,):
                self._after[name, a, kept].append(b)
                self._before[name, b, kept].append(a)
            self._join(name, a, b, weight == 1)

    def _corners(self, name: str, a: int) -> None:
        for corner in _CORNERS[name]:
            sides: tuple[Fact, ...] = tuple((side, a, None) for side in PREDICATES[corner].implies)
            if all(side in self.found for side in sides) and (corner, a, None) not in self.found:
                weight = sum(self.found[side].weight for side in sides)
                self.add((corner, a, None), Step(weight, THIRDS, sides))

    def _join(self, name: str, a: int, b: int, stated: bool) -> None:
        for join in _AS_FIRST[name]:
            if stated or not join.first_stated:
                for c in self._after.get((join.second, b, join.second_stated), ()):
                    self._conclude(join, (name, a, b), (join.second, b, c))
        for join in _AS_SECOND[name]:
            if stated or not join.second_stated:
                for x in self._before.get((join.first, a, join.first_stated), ()):
                    self._conclude(join, (join.first, x, a), (name, a, b))

    def _conclude(self, join: _Join, first: Fact, second: Fact) -> None:
        fact = (join.gives, first[1], second[2])
        if fact not in self.found:
            rule = TRANSITIVITY if join.first == join.second == join.gives else COMPOSITION
            weight = self.found[first].weight + self.found[second].weight
            self.add(fact, Step(weight, rule, (first, second)))


def saturate(statements: Iterable[tuple[int, Relation]]) -> Found:
    """All facts that follow from statements by the rules of the table, except chains of directions.

    A relation of an object to itself is ignored, and so is one of a group, but for a chain, which states its links.  Raises
    ValueError for an unknown predicate, a place with an object or a relation without one.
    """
    work = _Saturation()
    for index, relation in statements:
        row = predicate(relation.predicate)
        if row.name in CHAINED:
            for upper, lower in pairwise(ends(relation)):
                work.add((CHAINED[row.name], upper, lower), Step(1, GIVEN, source=index))
        if row.name in OF_GROUPS:
            continue
        if (row.family == "place") != (relation.object is None):
            raise ValueError(f"{row.name} {'takes no' if relation.object is not None else 'needs an'} object")
        work.add((row.name, relation.subject, relation.object), Step(1, GIVEN, source=index))
    return work.run()


def sources(found: Found, facts: Iterable[Fact]) -> tuple[int, ...]:
    """The indices of the statements that facts rest on, in order."""
    waiting, seen = list(facts), set(facts)
    for fact in waiting:
        new = [premise for premise in found[fact].premises if premise not in seen]
        seen.update(new)
        waiting.extend(new)
    return tuple(sorted({found[fact].source for fact in waiting if found[fact].rule == GIVEN}))
