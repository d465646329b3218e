"""Finds contradictions: whether statements can all be true, and if not, an irreducible conflict.

In: statements over numbered objects; one may state several relations, as a phrase does.
Out: None, or an irreducible conflict with the derivation that refutes it: without any one of its statements the rest is
consistent.
Sound, and complete for directions, depth and thirds of the canvas; of groups it knows that only one of three is
between the others.  `spatial.layout` finds conflicts that only a search for boxes can refute, those of groups included.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from schemas.graph import Relation
from schemas.predicate_names import ends
from spatial.reasoning.closure import Derived, relation_of
from spatial.reasoning.draft import Draft
from spatial.reasoning.inference import GIVEN, THIRDS, TRANSITIVITY, Fact, Found, saturate, sources
from spatial.reasoning.orders import Order, edges_of, orders, shortest_cycle
from spatial.relations.predicate_table import PREDICATES
from spatial.relations.relation_truth import members

Kind = Literal["dangling_index", "self_relation", "opposite", "exclusion", "cycle"]
Statement = Sequence[Relation]
"""The relations of one line of a graph: a phrase may state several, which are kept or dropped together."""


@dataclass(frozen=True)
class Conflict:
    """Statements, by their indices in order, that cannot be true together.

    `derivation` leads from them to `clash`: two relations that exclude each other, or one that puts an object before
    itself.  A dangling index or a self-relation is a clash by itself.
    """

    indices: tuple[int, ...]
    kind: Kind
    derivation: tuple[Derived, ...]
    clash: tuple[Relation, ...]


@dataclass(frozen=True)
class _Clash:
    """Facts that exclude each other, the statements they rest on, and the last steps of the derivation."""

    weight: int
    indices: tuple[int, ...]
    kind: Kind
    facts: tuple[Fact, ...]
    last_steps: tuple[Derived, ...] = ()


def conflict_among(count: int, statements: Sequence[Statement]) -> Conflict | None:
    """None for consistent statements over `count` objects, else a conflict; of cycles one with the fewest relations.

    Raises ValueError for an unknown predicate, a place with an object or a relation without one.
    """
    broken = _broken(count, statements) or _rivals(statements, range(len(statements)))
    if broken is not None:
        return broken
    kept = list(range(len(statements)))
    found, clash = _find(count, statements, kept)
    if clash is None:
        return None
    kept = list(clash.indices)
    for index in clash.indices:
        fewer = [i for i in kept if i != index]
        if _find(count, statements, fewer)[1] is not None:
            kept = fewer
    found, clash = _find(count, statements, kept)
    assert clash is not None
    steps = (*_steps_to(found, clash), *clash.last_steps)
    return Conflict(tuple(kept), clash.kind, steps, tuple(relation_of(fact) for fact in clash.facts))


def clash_among(count: int, statements: Sequence[Statement], kept: Sequence[int]) -> tuple[int, ...] | None:
    """Statements among the `kept` ones that clash, not necessarily irreducible; None where those are consistent."""
    rivals = _rivals(statements, kept)
    if rivals is not None:
        return rivals.indices
    clash = _find(count, statements, kept)[1]
    return None if clash is None else clash.indices


def broken_statements(count: int, statements: Sequence[Statement]) -> Iterator[tuple[int, Kind, Relation]]:
    """The statements that are false by themselves: a dangling index, or an object related to itself."""
    for index, statement in enumerate(statements):
        for relation in statement:
            if not all(0 <= end < count for end in ends(relation)):
                yield index, "dangling_index", relation
                break
            if relation.subject in members(relation):
                yield index, "self_relation", relation
                break


def _broken(count: int, statements: Sequence[Statement]) -> Conflict | None:
    for index, kind, relation in broken_statements(count, statements):
        return Conflict((index,), kind, (), (relation,))
    return None


def _rivals(statements: Sequence[Statement], kept: Sequence[int]) -> Conflict | None:
    """Two statements about the same three objects of which each puts another one between the others: at most one is."""
    middle: dict[frozenset[int], tuple[int, Relation]] = {}
    for index in kept:
        for relation in statements[index]:
            if relation.predicate != "between":
                continue
            first, stated = middle.setdefault(frozenset(ends(relation)), (index, relation))
            if stated.subject != relation.subject:
                return Conflict(tuple(sorted({first, index})), "exclusion", (), (stated, relation))
    return None


def _find(count: int, statements: Sequence[Statement], kept: Sequence[int]) -> tuple[Found, _Clash | None]:
    """The lightest clash among statements that are not broken, with all facts found."""
    found = saturate((index, relation) for index in kept for relation in statements[index])
    best = _lightest_exclusion(found)
    for order in orders(found, count):
        if order.has_cycle():
            limit = best.weight if best else 10 * len(found) + 10
            ring = shortest_cycle(order, found, limit)
            best = best if ring is None else _cycle_clash(order, found, *ring)
    return found, best


def _lightest_exclusion(found: Found) -> _Clash | None:
    best: tuple[int, Fact, Fact] | None = None
    for fact, step in found.items():
        name, a, b = fact
        for other in PREDICATES[name].excludes:
            against = found.get((other, a, b))
            if against is not None and (best is None or step.weight + against.weight < best[0]):
                best = (step.weight + against.weight, fact, (other, a, b))
    if best is None:
        return None
    weight, one, two = best
    indices = sources(found, (one, two))
    return _Clash(weight, indices, _kind(found, one, two), (one, two))


def _kind(found: Found, one: Fact, two: Fact) -> Kind:
    """A closed chain is a cycle; inverse predicates stated of the same pair are opposite."""
    opposite = one[2] is not None and PREDICATES[one[0]].inverse == two[0]
    if opposite and TRANSITIVITY in (found[one].rule, found[two].rule):
        return "cycle"
    return "opposite" if opposite else "exclusion"


def _cycle_clash(order: Order, found: Found, weight: int, nodes: list[int]) -> _Clash:
    """The clash of a cycle: the steps around it, until an object comes before itself."""
    edges = edges_of(order, nodes)
    facts = [fact for _, fact in edges if fact is not None]
    steps: list[Derived] = []
    premises: list[Fact] = []
    for node, fact in edges:
        premises += [] if fact is None else [fact]
        if node >= order.count or len(premises) < 2:
            continue
        reached: Fact = (order.predicate, nodes[0], node)
        chained = len(premises) == 2 and all(premise[0] == order.predicate for premise in premises)
        steps.append(Derived(reached, TRANSITIVITY if chained else THIRDS, tuple(premises)))
        premises = [reached]
    objects = [node for node in nodes if node < order.count]
    kind: Kind = "opposite" if len(objects) == 2 and len(facts) == 2 and weight == 2 else "cycle"
    return _Clash(weight, sources(found, facts), kind, (steps[-1].fact,), tuple(steps))


def _steps_to(found: Found, clash: _Clash) -> tuple[Derived, ...]:
    """The derivation of a clash, premises before conclusions."""
    made = {step.fact for step in clash.last_steps}
    waiting = [fact for step in clash.last_steps for fact in step.because if fact not in made]
    waiting += [fact for fact in clash.facts if fact not in made]
    needed = set(waiting)
    for fact in waiting:
        new = [premise for premise in found[fact].premises if premise not in needed]
        needed.update(new)
        waiting.extend(new)
    return tuple(
        Derived(fact, step.rule, step.premises) for fact, step in found.items() if fact in needed and step.rule != GIVEN
    )


def contradictions(draft: Draft) -> Conflict | None:
    """None for a consistent draft, else an irreducible conflict; of cycles one that needs the fewest relations.

    Raises ValueError for an unknown predicate, a place with an object or a relation without one.
    """
    return conflict_among(len(draft.objects), [(relation,) for relation in draft.relations])
