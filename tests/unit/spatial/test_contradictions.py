"""Graphs that cannot be true, the few relations at fault, and how to mend them."""

import random
from itertools import combinations, pairwise, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.graph import Relation
from spatial.reasoning.conflicts import conflict_among, contradictions
from spatial.reasoning.draft import Draft
from spatial.reasoning.minimal_repair import repair
from spatial.relations.predicate_table import BINARY, PLACES, PREDICATES
from tests.fakes.constructed_scenes import facts, scene

pytestmark = pytest.mark.thorough


def rel(subject, predicate, obj=None):
    return Relation(subject=subject, predicate=predicate, object=obj)


def draft(count, *relations):
    return Draft(tuple(f"thing {i}" for i in range(count)), tuple(relations))


def kept(graph, indices):
    return Draft(graph.objects, tuple(graph.relations[i] for i in indices))


@pytest.mark.parametrize(
    "relations",
    [
        [(0, "left_of", 1), (0, "above", 1)],
        [(0, "left_of", 1), (1, "right_of", 0)],
        [(0, "on", 1), (1, "supports", 0), (0, "above", 1), (0, "touching", 1)],
        [(0, "near", 1), (1, "near", 0), (0, "next_to", 1)],
        [(0, "in_front_of", 1), (1, "left_of", 0), (0, "below", 1)],
        [(0, "inside", 1), (0, "left_of", 1)],
        [(0, "top", None), (0, "left", None), (0, "top_left", None)],
        [(0, "top", None), (1, "bottom", None), (0, "above", 1)],
        [],
    ],
)
def test_what_can_be_true_together_is_consistent(relations):
    assert contradictions(draft(2, *(rel(*r) for r in relations))) is None


@pytest.mark.parametrize(
    ("relations", "indices", "kind"),
    [
        ([(0, "left_of", 1), (1, "left_of", 0)], (0, 1), "opposite"),
        ([(0, "left_of", 1), (0, "right_of", 1)], (0, 1), "opposite"),
        ([(0, "on", 1), (1, "on", 0)], (0, 1), "opposite"),
        ([(0, "left_of", 1), (1, "left_of", 2), (2, "left_of", 0)], (0, 1, 2), "cycle"),
        ([(0, "on", 1), (1, "on", 2), (2, "above", 0)], (0, 1, 2), "cycle"),
        ([(0, "inside", 1), (1, "inside", 2), (2, "inside", 0)], (0, 1, 2), "cycle"),
        ([(2, "near", 0), (0, "near", 1), (0, "far", 1)], (1, 2), "exclusion"),
        ([(0, "on", 1), (0, "next_to", 1)], (0, 1), "exclusion"),
        ([(0, "on", 1), (0, "below", 1)], (0, 1), "exclusion"),
        ([(0, "near", 1), (1, "inside", 2), (0, "far", 2)], (0, 1, 2), "exclusion"),
        ([(0, "top_left", None), (0, "bottom", None)], (0, 1), "exclusion"),
        ([(0, "top", None), (1, "bottom", None), (1, "above", 0)], (0, 1, 2), "cycle"),
        ([(1, "above", 0), (0, "above", 0), (0, "left_of", 1)], (1,), "self_relation"),
        ([(1, "above", 0), (0, "near", 7)], (1,), "dangling_index"),
    ],
)
def test_a_contradiction_is_named_with_just_the_relations_at_fault(relations, indices, kind):
    conflict = contradictions(draft(3, *(rel(*r) for r in relations)))
    assert (conflict.indices, conflict.kind) == (indices, kind)


def test_every_exclusion_of_the_table_is_found():
    for name in (*BINARY, *PLACES):
        other = None if name in PLACES else 1
        for against in PREDICATES[name].excludes:
            conflict = contradictions(draft(2, rel(0, name, other), rel(0, against, other)))
            assert conflict.indices == (0, 1), (name, against)


def test_the_shortest_of_several_cycles_is_reported():
    ring = [rel(a, "left_of", (a + 1) % 9) for a in range(9)]
    graph = draft(9, *ring, rel(4, "left_of", 2))
    assert contradictions(graph).indices == (2, 3, 9)


def test_the_derivation_leads_from_the_conflict_to_the_clash():
    graph = draft(4, rel(0, "on", 1), rel(3, "far", 2), rel(2, "under", 1), rel(2, "above", 0))
    conflict = contradictions(graph)
    assert conflict.indices == (0, 2, 3)
    known = {graph.relations[i] for i in conflict.indices}
    for step in conflict.derivation:
        assert set(step.premises) <= known
        known.add(step.relation)
    assert set(conflict.clash) <= known
    assert conflict.clash[0].subject == conflict.clash[0].object


def random_graph(rng, count, number, words=(*BINARY, *PLACES)):
    relations = []
    for _ in range(number):
        name = rng.choice(words)
        a, b = rng.sample(range(count), 2)
        relations.append(rel(a, name, None if name in PLACES else b))
    return draft(count, *relations)


@settings(max_examples=150, deadline=None)
@given(st.randoms(use_true_random=False), st.integers(2, 5), st.integers(1, 14))
def test_a_conflict_is_irreducible_and_its_derivation_sound(rng, count, number):
    graph = random_graph(rng, count, number)
    conflict = contradictions(graph)
    if conflict is None:
        return
    assert contradictions(kept(graph, conflict.indices)) is not None
    for left_out in conflict.indices:
        assert contradictions(kept(graph, [i for i in conflict.indices if i != left_out])) is None
    known = {graph.relations[i] for i in conflict.indices}
    for step in conflict.derivation:
        assert set(step.premises) <= known
        known.add(step.relation)
    assert set(conflict.clash) <= known


@settings(max_examples=100, deadline=None)
@given(st.randoms(use_true_random=False), st.integers(2, 4), st.integers(1, 8))
def test_directions_are_judged_as_brute_force_judges_them(rng, count, number):
    graph = random_graph(rng, count, number, ("left_of", "right_of"))
    possible = any(
        all((at[r.subject] < at[r.object]) == (r.predicate == "left_of") and at[r.subject] != at[r.object]
            for r in graph.relations)
        for at in product(range(count), repeat=count)
    )  # fmt: skip
    assert (contradictions(graph) is None) == possible


@settings(max_examples=60, deadline=None)
@given(st.randoms(use_true_random=False), st.integers(2, 4), st.integers(1, 8))
def test_a_cycle_is_no_longer_than_the_shortest_conflict(rng, count, number):
    graph = random_graph(rng, count, number, ("left_of", "above", "on", "right_of"))
    conflict = contradictions(graph)
    if conflict is not None and conflict.kind == "cycle":
        for size in range(1, len(conflict.indices)):
            for some in combinations(range(len(graph.relations)), size):
                assert contradictions(kept(graph, some)) is None


def test_no_graph_read_off_boxes_contradicts_itself():
    rng = random.Random("boxes")
    for _ in range(300):
        boxes, depths = scene(rng, 5)
        assert contradictions(draft(5, *facts(boxes, depths))) is None


def test_a_statement_of_several_relations_stands_or_falls_as_one():
    statements = [[rel(0, "on", 1), rel(0, "above", 1)], [rel(1, "near", 2)], [rel(0, "left_of", 1), rel(0, "below", 1)]]
    assert conflict_among(3, statements).indices == (0, 2)


def test_a_statement_that_contradicts_itself_is_a_conflict_alone():
    statements = [[rel(1, "above", 0)], [rel(0, "above", 1), rel(0, "below", 1)]]
    assert conflict_among(2, statements).indices == (1,)


def smallest_by_force(graph):
    everything = range(len(graph.relations))
    for size in range(len(graph.relations) + 1):
        for gone in combinations(everything, size):
            if contradictions(kept(graph, [i for i in everything if i not in gone])) is None:
                return size
    raise AssertionError("even the empty graph contradicts itself")


@settings(max_examples=50, deadline=None)
@given(st.randoms(use_true_random=False), st.integers(2, 4), st.integers(1, 9))
def test_a_repair_drops_as_few_relations_as_brute_force(rng, count, number):
    graph = random_graph(rng, count, number, ("left_of", "right_of", "on", "near", "far", "inside", "top", "bottom"))
    mended = repair(graph)
    assert contradictions(mended.draft) is None
    assert mended.exact
    assert mended.at_least == len(mended.dropped) == smallest_by_force(graph)
    assert mended.draft.relations == tuple(r for i, r in enumerate(graph.relations) if i not in mended.dropped)


def test_a_consistent_graph_needs_no_repair():
    graph = draft(3, rel(0, "left_of", 1), rel(1, "left_of", 2))
    assert repair(graph).dropped == ()


def test_what_is_broken_by_itself_is_dropped():
    graph = draft(2, rel(0, "left_of", 0), rel(0, "left_of", 1), rel(0, "near", 9))
    mended = repair(graph)
    assert (mended.dropped, mended.exact, mended.at_least) == ((0, 2), True, 2)


def test_twenty_relations_are_always_mended_exactly():
    for seed in range(40):
        rng = random.Random(seed)
        mended = repair(random_graph(rng, 3 + seed % 4, 20))
        assert mended.exact
        assert contradictions(mended.draft) is None


def test_ten_pairs_of_opposites_lose_ten():
    pairs = [rel(a, name, a + 1) for a in range(10) for name in ("left_of", "right_of")]
    mended = repair(draft(11, *pairs))
    assert (len(mended.dropped), mended.exact) == (10, True)


def test_a_repair_of_a_large_graph_says_whether_it_is_the_smallest():
    for seed in range(6):
        graph = random_graph(random.Random(seed), 30, 150, ("left_of", "above", "behind"))
        mended = repair(graph)
        assert contradictions(mended.draft) is None
        assert mended.at_least <= len(mended.dropped)
        assert mended.exact == (mended.at_least == len(mended.dropped))
        again = [i for i in range(150) if i not in mended.dropped]
        for index in mended.dropped:
            assert contradictions(kept(graph, sorted([*again, index]))) is not None


def test_a_long_chain_closed_at_its_ends_is_one_cycle():
    chain = [rel(a, "above", b) for a, b in pairwise(range(40))]
    conflict = contradictions(draft(40, *chain, rel(39, "above", 0)))
    assert conflict.indices == tuple(range(40))
    assert conflict.kind == "cycle"
