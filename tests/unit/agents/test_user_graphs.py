"""Graphs that users make, in the reference program's JSON form."""

import json
from pathlib import Path

import pytest

from agents.planner import RulePlanner
from agents.rejections import RequestRejected
from agents.user_graphs import read_graph
from gpu_workers.renderers import capabilities_of
from schemas.events import Rejection, SeedOptions
from schemas.graph import Relation, SpatialGraph
from schemas.ids import make_seed
from spatial.layout import verify
from spatial.reasoning.draft import draft_of

DEMO = Path(__file__).parents[4] / "shared" / "data" / "knowledge2data_demo.json"
COLLAGE = capabilities_of("collage")
FORM: dict[str, object] = {
    "scene": "park",
    "chosen_objects": ["cat", "Dogs", "cat"],
    "attributes": {"0": "a black cat", "1": "the white dog"},
    "negative_objects": ["person", "trees"],
    "objects_kg": [[0, "on the left of, near", 1], [2, "behind", 1]],
}


def planned(form: dict[str, object], index: int = 0) -> SpatialGraph | Rejection:
    return RulePlanner(capabilities_of("collage")).plan_now(make_seed("park", options=SeedOptions(graph=form)), index)


def test_a_graph_is_taken_as_it_is():
    made = read_graph(FORM, COLLAGE)
    assert [o.category for o in made.objects] == ["cat", "dog", "cat"]
    assert [o.attributes for o in made.objects] == [("black",), ("white",), ()]
    assert made.relations == (
        Relation(subject=0, predicate="left_of", object=1),
        Relation(subject=0, predicate="near", object=1),
        Relation(subject=2, predicate="behind", object=1),
    )
    assert made.excluded == ("person", "tree")
    assert made.undrawn == ("black cat", "white dog")


def test_it_is_laid_out_and_nothing_is_added():
    graph = planned(FORM)
    assert isinstance(graph, SpatialGraph)
    assert len(graph.objects) == 3
    assert len(graph.relations) == 3
    assert graph.excluded == ("person", "tree")
    assert verify(draft_of(graph), graph.layout) == ()
    assert graph.provenance.notes["user_graph"] == "taken as it is"
    assert graph.provenance.notes["not_drawn"] == "black cat, white dog"


def test_another_index_gives_the_same_graph_with_other_boxes():
    first, second = planned(FORM, 0), planned(FORM, 1)
    assert isinstance(first, SpatialGraph)
    assert isinstance(second, SpatialGraph)
    assert (first.objects, first.relations) == (second.objects, second.relations)
    assert first.layout != second.layout


@pytest.mark.skipif(not DEMO.is_file(), reason="needs ../shared/data")
def test_the_reference_programs_own_example_is_accepted():
    for form in json.loads(DEMO.read_text()):
        graph = planned(form)
        assert isinstance(graph, SpatialGraph)
        assert [o.category for o in graph.objects] == form["chosen_objects"]
        assert graph.excluded == (form["negative_objects"],)


def test_a_scene_that_is_not_known_falls_to_where_the_things_belong_and_says_so():
    graph = planned(FORM | {"scene": "zzyzx", "chosen_objects": ["whale", "dolphin", "shark"], "attributes": {}})
    assert isinstance(graph, SpatialGraph)
    assert graph.scene in ("open sea", "coral reef")
    assert graph.provenance.notes["scene"].startswith("'zzyzx' is not known")


def test_a_graph_that_contradicts_itself_is_rejected_with_the_conflict():
    found = planned(FORM | {"objects_kg": [[0, "left of", 1], [1, "to the left of", 2], [2, "on the left of", 0]]})
    assert isinstance(found, Rejection)
    assert (found.gate, found.reason) == ("consistency", "contradiction")
    assert len(found.conflict) == 3


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"objects_kg": [[0, "left of", 7]]}, "names object 7, the graph has 3"),
        ({"objects_kg": [[0, "left of", True]]}, "names object True"),
        ({"objects_kg": [[0, "left of"]]}, "triples"),
        ({"objects_kg": "left"}, "must be a list"),
        ({"objects_kg": [[0, "flirting with", 1]]}, "flirting with"),
        ({"objects_kg": [[0, "not left of", 1]]}, "negation"),
        ({"objects_kg": [[0, "left of", None]]}, "wrong number"),
        ({"chosen_objects": []}, "has 0 things"),
        ({"chosen_objects": ["cat"] * 51, "objects_kg": []}, "has 51 things"),
        ({"chosen_objects": ["cat", "zorb", "dog"]}, "no picture of 'zorb'"),
        ({"chosen_objects": ["cat", 3, "dog"]}, "chosen_objects must be a text"),
        ({"negative_objects": "dog"}, "both chosen and negative"),
        ({"attributes": {"9": "a cat"}}, "names object 9"),
        ({"attributes": {"x": "a cat"}}, "names object 'x'"),
        ({"attributes": ["a cat"]}, "must be a map"),
        ({"scene": ""}, "scene must be a text"),
        ({"scene": None}, "scene must be a text"),
        ({"boxes": []}, "unknown field 'boxes'"),
    ],
    ids=lambda value: str(value)[:50],
)
def test_a_faulty_graph_is_refused_with_what_is_wrong(change, told):
    with pytest.raises(RequestRejected) as refused:
        read_graph(FORM | change, COLLAGE)
    assert (refused.value.gate, refused.value.reason) == ("concept", "invalid_graph")
    assert told in str(refused.value)


def test_a_renderer_that_reads_words_takes_any_object():
    made = read_graph(FORM | {"chosen_objects": ["cat", "zorb", "dog"], "attributes": {}}, capabilities_of("diffusers"))
    assert [o.category for o in made.objects] == ["cat", "zorb", "dog"]
    assert made.undrawn == ()
