"""The split of a scene: content alone decides, in the shares that are promised."""

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.base import Name
from schemas.graph import SpatialGraph
from schemas.ids import make_seed
from spatial.splits import PER_MILLE, scene_hash, split_of
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
    assert split_of(rearranged(graph)) == split_of(graph)


def test_another_request_for_the_same_scene_changes_nothing():
    assert scene_hash(make_graph(make_seed("one"), 0)) == scene_hash(make_graph(make_seed("two"), 5))


def test_another_category_scene_or_relation_is_another_scene():
    graph = make_graph()
    turned = graph.model_copy(update={"relations": (graph.relations[0].model_copy(update={"predicate": "above"}),)})
    others = [make_graph(categories=("cat", "cow")), make_graph(scene="kitchen"), turned]
    assert len({scene_hash(one) for one in [graph, *others]}) == 4


def test_a_hash_stays_what_it_was_in_earlier_releases():
    assert scene_hash(make_graph()) == "24e60983422fdbd9e460fb80834869bc"


@pytest.mark.thorough
def test_scenes_are_shared_out_in_the_promised_shares():
    counts = Counter(split_of(make_graph(categories=(f"thing {n}", "dog"))) for n in range(4000))
    assert set(counts) == set(PER_MILLE)
    for split, per_mille in PER_MILLE.items():
        assert abs(counts[split] / 4000 - per_mille / 1000) < 0.015
