"""The split of a scene: content alone decides, in the shares that are promised."""

from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dataset.audit.questions.split_membership import scene_split
from schemas.base import Name
from schemas.bounds import MAX_HELD_OUT_PER_MILLE
from schemas.events import HELD_OUT_WHERE_UNSTATED
from schemas.graph import SpatialGraph
from schemas.ids import make_seed
from spatial.splits import DEFAULT_HELD_OUT_PER_MILLE, SPLITS, TEST, TRAIN, VALIDATION, scene_hash, split_of, split_of_hash
from tests.fakes.event_strategies import of
from tests.fakes.events import make_graph


def rearranged(graph: SpatialGraph) -> SpatialGraph:
    """The same situation: other order of objects, other places, other words."""
    order = list(reversed(range(len(graph.objects))))
    place = {old: new for new, old in enumerate(order)}
    return graph.model_copy(
        update={
            "graph_id": "f" * 32,
            "seed_id": "e" * 32,
            "concept": "said differently",
            "objects": tuple(
                graph.objects[old].model_copy(update={"id": new, "attributes": ()}) for new, old in enumerate(order)
            ),
            "relations": tuple(
                r.model_copy(update={"subject": place[r.subject], "object": None if r.object is None else place[r.object]})
                for r in reversed(graph.relations)
            ),
            "layout": graph.layout.model_copy(update={"boxes": tuple(reversed(graph.layout.boxes))}),
        }
    )


names = of(Name)


@settings(max_examples=50, deadline=None)
@given(st.tuples(names, names), names)
def test_the_same_situation_has_one_split_however_it_is_told(categories, scene):
    graph = make_graph(categories=categories, scene=scene)
    assert split_of(rearranged(graph), 100) == split_of(graph, 100)


def test_another_request_for_the_same_scene_changes_nothing():
    assert scene_hash(make_graph(make_seed("one"), 0)) == scene_hash(make_graph(make_seed("two"), 5))


def test_another_category_scene_or_relation_is_another_scene():
    graph = make_graph()
    turned = graph.model_copy(update={"relations": (graph.relations[0].model_copy(update={"predicate": "above"}),)})
    others = [make_graph(categories=("cat", "cow")), make_graph(scene="kitchen"), turned]
    assert len({scene_hash(one) for one in [graph, *others]}) == 4


def test_a_hash_stays_what_it_was_in_earlier_releases():
    assert scene_hash(make_graph()) == "24e60983422fdbd9e460fb80834869bc"


@pytest.fixture(scope="module")
def graphs() -> list[SpatialGraph]:
    return [make_graph(categories=(f"thing {n}", "dog")) for n in range(4000)]


@pytest.mark.thorough
@pytest.mark.parametrize("held_out", [50, DEFAULT_HELD_OUT_PER_MILLE, MAX_HELD_OUT_PER_MILLE])
def test_scenes_are_shared_out_in_the_promised_shares(graphs, held_out):
    counts = Counter(split_of(graph, held_out) for graph in graphs)
    assert set(counts) == set(SPLITS)
    for split, per_mille in ((TRAIN, 1000 - 2 * held_out), (VALIDATION, held_out), (TEST, held_out)):
        assert abs(counts[split] / 4000 - per_mille / 1000) < 0.025


@pytest.mark.thorough
def test_a_larger_share_takes_scenes_from_train_alone(graphs):
    for small, large in pairwise([0, 1, 50, 51, 100, 250, 399, MAX_HELD_OUT_PER_MILLE]):
        moves = {(split_of(graph, small), split_of(graph, large)) for graph in graphs}
        assert {before for before, after in moves if before != after} <= {TRAIN}
        assert len({after for before, after in moves if before == TRAIN}) > 1 or large - small < 50


def test_without_a_share_everything_is_for_training():
    assert {split_of(make_graph(categories=(f"thing {n}", "dog")), 0) for n in range(300)} == {TRAIN}


@pytest.mark.parametrize(
    ("place", "split"), [(0, TRAIN), (899, TRAIN), (900, VALIDATION), (949, VALIDATION), (950, TEST), (999, TEST)]
)
def test_a_table_that_states_no_share_keeps_the_splits_that_it_had(place, split):
    found = f"{1000 * 77 + place:032x}"
    assert split_of_hash(found, HELD_OUT_WHERE_UNSTATED) == split
    assert scene_split(found, HELD_OUT_WHERE_UNSTATED) == split


@given(st.integers(0, 2**128 - 1), st.integers(0, MAX_HELD_OUT_PER_MILLE))
def test_the_audit_computes_the_same_splits_by_its_own_rule(number, held_out):
    assert scene_split(f"{number:032x}", held_out) == split_of_hash(f"{number:032x}", held_out)
