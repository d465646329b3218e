"""The planner as its callers see it: graphs with true layouts, or rejections that can be judged again."""

import asyncio
import inspect

import pytest

from agents.placing import CANVAS
from agents.planner import RulePlanner
from gpu_workers.renderers import capabilities_of
from schemas.codec import decode
from schemas.events import Rejection, SeedConcept, SeedOptions
from schemas.graph import SpatialGraph
from schemas.ids import make_seed
from schemas.interfaces import Planner
from schemas.reasons import GATES, REASONS
from schemas.topics import SEEDS
from spatial.knowledge.knowledge_base import scene_kinds
from spatial.layout import verify
from spatial.reasoning.draft import draft_of

PLANNER = RulePlanner(capabilities_of("collage"))
GRAPHS_A_SCENE = 50


def planned(seed: SeedConcept, index: int = 0) -> SpatialGraph:
    found = PLANNER.plan_now(seed, index)
    assert isinstance(found, SpatialGraph), found
    return found


def rejected(seed: SeedConcept, index: int = 0) -> Rejection:
    found = PLANNER.plan_now(seed, index)
    assert isinstance(found, Rejection)
    return found


def with_options(concept: str, **options: object) -> SeedConcept:
    return make_seed(concept, count=10, options=SeedOptions.model_validate(options))


def test_it_is_a_planner():
    planner: Planner = PLANNER
    assert inspect.iscoroutinefunction(planner.plan)


def test_a_plan_is_the_same_at_once_and_beside_the_event_loop():
    seed = make_seed("busy street market at dawn")
    assert asyncio.run(PLANNER.plan(seed, 3)) == PLANNER.plan_now(seed, 3)


@pytest.mark.thorough
def test_the_event_loop_goes_on_while_it_plans():
    async def both() -> int:
        seed = with_options("living room", min_objects=10, max_objects=12)
        work = asyncio.gather(*(PLANNER.plan(seed, i) for i in range(40)))  # one may be done before threads take turns
        ticks = 0
        while not work.done():
            await asyncio.sleep(0)
            ticks += 1
        return ticks

    assert asyncio.run(both()) > 3


@pytest.mark.thorough
@pytest.mark.parametrize("scene", scene_kinds())
def test_fifty_graphs_of_a_scene_are_laid_out_with_hardly_a_failure(scene):
    seed = make_seed(scene, count=GRAPHS_A_SCENE)
    found = [PLANNER.plan_now(seed, i) for i in range(GRAPHS_A_SCENE)]
    graphs = [g for g in found if isinstance(g, SpatialGraph)]
    assert len(graphs) > 0.98 * GRAPHS_A_SCENE, [r.detail for r in found if isinstance(r, Rejection)]
    assert len({g.graph_id for g in graphs}) == len(graphs)
    assert len({draft_of(g) for g in graphs}) > 0.9 * len(graphs)
    for graph in graphs:
        assert verify(draft_of(graph), graph.layout) == ()
        assert graph.layout.canvas == CANVAS
        assert 2 <= len(graph.objects) <= 5


def test_where_a_graph_came_from_is_said():
    graph = planned(make_seed("busy street market at dawn"), 1)
    assert graph.scene == "street market"
    assert graph.concept == "busy street market at dawn"
    assert graph.index == 1
    assert graph.provenance.parents == (graph.seed_id,)
    assert graph.provenance.notes["scene"] == "street market: named"


def test_a_nearest_scene_is_said_with_its_score():
    graph = planned(make_seed("grandmother's kitchen"))
    assert graph.scene == "kitchen"
    assert graph.provenance.notes["scene"].startswith("kitchen: nearest by words, score 0.")


def test_an_unknown_concept_is_rejected_and_can_be_judged_again():
    seed = make_seed("quantum chromodynamics", count=7)
    found = rejected(seed, 4)
    assert (found.stage, found.gate, found.reason) == ("agents", "concept", "unknown_concept")
    assert found.source_topic == SEEDS
    again = decode(SEEDS, found.source)
    assert isinstance(again, SeedConcept)
    assert (again.seed_id, again.first, again.count) == (seed.seed_id, 4, 1)
    assert rejected(again, again.first) == found
    assert rejected(seed, 5).rejection_id != found.rejection_id


def test_relations_that_no_layout_can_keep_are_rejected_with_the_conflict():
    seed = with_options(
        "park",
        required_relations=(("cat", "inside", "basket"), ("cat", "top left", None), ("basket", "bottom right", None)),
    )
    found = rejected(seed)
    assert (found.gate, found.reason) == ("layout", "unsatisfiable")
    assert len(found.conflict) == 3
    assert found.evidence["objects"]


def test_a_contradiction_in_the_options_is_rejected_before_anything_is_drawn():
    seed = with_options("park", required_relations=(("cat", "left of", "dog"), ("cat", "right of", "dog")))
    found = rejected(seed)
    assert (found.gate, found.reason) == ("consistency", "contradiction")
    assert [r.predicate for r in found.conflict] == ["left_of", "right_of"]


def test_options_are_honoured_in_the_finished_graph():
    seed = with_options(
        "kitchen",
        min_objects=4,
        max_objects=6,
        required_objects=("apple", "apple"),
        required_relations=(("apple", "on top of", "table"), ("cat", "beside", "chair")),
        excluded=("dog",),
    )
    for i in range(10):
        graph = planned(seed, i)
        names = [o.category for o in graph.objects]
        assert names.count("apple") >= 2
        assert "dog" not in names
        assert "dog" in graph.excluded
        said = {(names[r.subject], r.predicate, r.object if r.object is None else names[r.object]) for r in graph.relations}
        assert {("apple", "on", "table"), ("apple", "above", "table"), ("cat", "next_to", "chair")} <= said


@pytest.mark.parametrize(
    "options",
    [
        {"required_objects": ("elephant", "whale"), "max_objects": 2},
        {"required_relations": (("elephant", "on", "balloon"),)},
        {"required_relations": (("cat", "on", "cat"),)},
        {"families": {"containment": 1.0}},
        {"families": {"nonsense": 3.0}},
        {"min_objects": 12, "max_objects": 12},
        {"min_objects": 1, "max_objects": 1, "required_relations": (("cat", "on", "table"),)},
        {"excluded": tuple(list(scene_kinds()["kitchen"].categories)[:30])},
        {"excluded": tuple(scene_kinds()["kitchen"].categories)},
    ],
    ids=lambda options: str(options)[:70],
)
def test_whatever_is_asked_ends_in_a_graph_or_in_a_reason(options):
    for i in range(3):
        found = PLANNER.plan_now(with_options("kitchen", **options), i)
        if isinstance(found, Rejection):
            assert found.gate in GATES
            assert found.reason in REASONS
            assert found.detail
        else:
            assert verify(draft_of(found), found.layout) == ()


def test_other_renderers_are_given_every_attribute_and_a_prompt_that_names_nothing_absent():
    planner = RulePlanner(capabilities_of("diffusers"))
    seed = with_options("street market", min_objects=3, max_objects=6)
    for i in range(10):
        graph = planner.plan_now(seed, i)
        assert isinstance(graph, SpatialGraph)
        assert len(graph.prompt.phrases) == len(graph.objects)
        for name in graph.excluded:
            assert name in graph.prompt.negative
            assert name not in graph.prompt.positive
            assert name not in graph.prompt.background
