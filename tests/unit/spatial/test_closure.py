"""What follows from a graph, and that nothing else does."""

import random
from collections import Counter, defaultdict
from itertools import pairwise, permutations, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.graph import Relation
from spatial.reasoning.closure import closure, proof
from spatial.reasoning.draft import Draft
from spatial.relations.predicate_table import BINARY, OF_GROUPS, ORIENTED, PREDICATES
from tests.fakes.constructed_scenes import facts, scene
from tests.fakes.cpu_speed import reference_cpu_s

pytestmark = pytest.mark.thorough

TIMES = 500


def rel(subject, predicate, obj=None):
    return Relation(subject=subject, predicate=predicate, object=obj)


def draft(count, *relations):
    return Draft(tuple(f"thing {i}" for i in range(count)), tuple(relations))


def entailed(graph):
    return {(s.relation.subject, s.relation.predicate, s.relation.object) for s in closure(graph)}


def test_what_is_below_the_sun_is_found_through_what_lies_between():
    graph = draft(3, rel(0, "below", 1), rel(2, "below", 0))
    assert (2, "below", 1) in entailed(graph)
    steps = proof(closure(graph), rel(2, "below", 1))
    assert steps[-1].relation == rel(2, "below", 1)
    stated = set(graph.relations)
    for step in steps:
        assert all(premise in stated for premise in step.premises)
        stated.add(step.relation)


def test_what_stands_on_something_is_over_above_near_and_touching_it():
    found = entailed(draft(2, rel(0, "on", 1)))
    assert {p for a, p, b in found if (a, b) == (0, 1)} == {"over", "above", "touching", "near"}
    assert {p for a, p, b in found if (a, b) == (1, 0)} == {"supports", "under", "below", "touching", "near"}


def test_what_is_in_something_that_stands_on_a_table_is_above_the_table():
    found = entailed(draft(3, rel(0, "inside", 1), rel(1, "on", 2)))
    assert (0, "above", 2) in found
    assert (0, "on", 2) not in found


def test_the_inside_of_a_box_is_not_left_of_what_the_box_is_left_of():
    assert (0, "left_of", 2) not in entailed(draft(3, rel(0, "inside", 1), rel(1, "left_of", 2)))


def test_what_is_in_something_far_away_is_far_away():
    found = entailed(draft(4, rel(0, "inside", 1), rel(1, "far", 2), rel(2, "contains", 3)))
    assert (0, "far", 3) in found


def test_places_give_directions_and_directions_give_places():
    found = entailed(
        draft(4, rel(0, "top_left"), rel(1, "bottom"), rel(2, "left_of", 0), rel(2, "above", 0), rel(3, "center"))
    )
    assert {(0, "above", 1), (2, "left", None), (2, "top", None), (2, "top_left", None), (3, "right_of", 2)} <= found
    assert (1, "right_of", 0) not in found


def test_stated_relations_are_not_given_back():
    graph = draft(3, rel(0, "left_of", 1), rel(1, "right_of", 0), rel(1, "left_of", 2), rel(0, "left_of", 2))
    assert not {s.relation for s in closure(graph)} & set(graph.relations)


def test_an_index_without_an_object_and_an_unknown_word_are_refused():
    with pytest.raises(ValueError, match="object 3"):
        closure(draft(3, rel(0, "left_of", 3)))
    with pytest.raises(ValueError, match="upon"):
        closure(draft(3, rel(0, "upon", 1)))
    with pytest.raises(ValueError, match="needs an object"):
        closure(draft(3, rel(0, "left_of")))


def entailed_by_force(count, relations, axis_words):
    """The pairs of every two objects whose order is the same in all arrangements that fulfil the relations."""
    before, after = axis_words
    kept = None
    for ranks in product(range(count), repeat=count):
        if all((ranks[a] < ranks[b]) if p == before else (ranks[a] > ranks[b]) for a, p, b in relations):
            holds = {(a, before if ranks[a] < ranks[b] else after, b)
                     for a, b in permutations(range(count), 2) if ranks[a] != ranks[b]}  # fmt: skip
            kept = holds if kept is None else kept & holds
    return kept


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_directions_are_complete_against_brute_force(data):
    count = data.draw(st.integers(2, 5))
    words = data.draw(st.sampled_from([("left_of", "right_of"), ("above", "below"), ("in_front_of", "behind")]))
    pairs = st.tuples(st.integers(0, count - 1), st.sampled_from(words), st.integers(0, count - 1))
    relations = data.draw(st.lists(pairs.filter(lambda r: r[0] != r[2]), min_size=1, max_size=7))
    expected = entailed_by_force(count, relations, words)
    if expected is not None:
        graph = draft(count, *(rel(*r) for r in relations))
        assert entailed(graph) | set(relations) == expected


POSITIONS = range(13)
"""Three positions in each third of the canvas, and the lines at 4 and 8."""


def place_holds(name, at):
    return at < 4 if name in ("left", "top") else at > 8


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 2), st.sampled_from(("left_of", "left", "right")), st.integers(0, 2)), max_size=5))
def test_places_are_complete_against_brute_force(stated):
    relations = {(a, p, b) if p == "left_of" else (a, p, None) for a, p, b in stated if p != "left_of" or a != b}
    kept = None
    for at in product(POSITIONS, repeat=3):
        if all(at[a] < at[b] if p == "left_of" else place_holds(p, at[a]) for a, p, b in relations):
            holds = {(a, "left_of", b) for a, b in permutations(range(3), 2) if at[a] < at[b]}
            holds |= {(a, p, None) for a in range(3) for p in ("left", "right") if place_holds(p, at[a])}
            kept = holds if kept is None else kept & holds
    if kept is not None:
        found = {f for f in entailed(draft(3, *(rel(*r) for r in relations))) if f[1] != "right_of"}
        assert found | relations == kept


def chains():
    """Every pair of predicates that a rule joins in a row."""
    rows = [(p, q) for p in BINARY for q in PREDICATES[p].compositions]
    return rows + [(p, p) for p in BINARY if PREDICATES[p].transitive]


def premises_met(true):
    """How often the premises of each rule hold among facts: a predicate alone, or two in a row over three things."""
    after = defaultdict(set)
    for fact in true:
        after[fact.predicate, fact.subject].add(fact.object)
    met = Counter(fact.predicate for fact in true)
    for p, q in chains():
        for (name, a), others in list(after.items()):
            if name == p:
                met[p, q] += sum(len(after.get((q, b), set()) - {a}) for b in others)
    return met


@pytest.mark.thorough
def test_what_follows_from_facts_read_off_boxes_is_a_fact_of_those_boxes():
    rng = random.Random("closure")
    met = Counter()
    for _ in range(1050):
        boxes, depths = scene(rng, 6)
        true = facts(boxes, depths)
        stated = rng.sample(true, k=min(len(true), rng.randrange(6, 40)))
        assert {s.relation for s in closure(draft(6, *stated))} <= set(true)
        met += premises_met(true)
    with_rules = PREDICATES.keys() - {*OF_GROUPS, *ORIENTED}
    for premise in (*sorted(with_rules), *chains()):
        assert met[premise] >= TIMES, (premise, met[premise])


@pytest.mark.parametrize(("p", "q", "r"), [(p, q, r) for p in BINARY for q, r in PREDICATES[p].compositions.items()])
def test_a_composition_is_drawn_whenever_its_premises_are_stated(p, q, r):
    found = entailed(draft(3, rel(0, p, 1), rel(1, q, 2)))
    assert (0, r, 2) in found


def test_closing_twice_adds_nothing():
    rng = random.Random("twice")
    for _ in range(150):
        boxes, depths = scene(rng, 6)
        graph = draft(6, *rng.sample(facts(boxes, depths), k=8))
        whole = (*graph.relations, *(s.relation for s in closure(graph)))
        assert closure(draft(6, *whole)) == ()


def test_every_premise_is_stated_or_derived_before():
    rng = random.Random("order")
    for _ in range(150):
        boxes, depths = scene(rng, 6)
        stated = rng.sample(facts(boxes, depths), k=10)
        known = set(stated)
        for step in closure(draft(6, *stated)):
            assert set(step.premises) <= known, step
            assert step.relation not in known
            known.add(step.relation)


def large_graph():
    """50 objects with 200 relations: three chains through all of them, in different orders, and some more."""
    rng = random.Random(50)
    relations = []
    for name in ("left_of", "above", "behind"):
        row = rng.sample(range(50), 50)
        relations += [rel(a, name, b) for a, b in pairwise(row)]
    while len(relations) < 200:
        a, b = sorted(rng.sample(range(50), 2))
        relations.append(rel(row[a], "behind", row[b]))
    return draft(50, *relations)


def test_fifty_objects_with_two_hundred_relations_are_closed_within_fifty_milliseconds():
    graph = large_graph()
    assert len(closure(graph)) > 7_000
    assert reference_cpu_s(lambda: closure(graph)) < 0.05
