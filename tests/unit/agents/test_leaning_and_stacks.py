"""What leans has something to lean on in planned graphs, and stacks are built from bottom to top."""

import pytest

from agents.planner import RulePlanner
from schemas.events import Rejection, SeedOptions
from schemas.graph import SpatialGraph
from schemas.ids import make_seed
from spatial.knowledge.knowledge_base import categories, scene_kinds
from spatial.knowledge.renderer_capabilities import pictures_only
from spatial.layout.layout_check import verify
from spatial.reasoning.draft import draft_of

PLANNER = RulePlanner(pictures_only("collage"))


def planned(concept: str, count: int, **options: object) -> list[SpatialGraph]:
    seed = make_seed(concept, count, options=SeedOptions.model_validate(options))
    outcomes = [PLANNER.plan_now(seed, index) for index in range(count)]
    assert [outcome.detail for outcome in outcomes if isinstance(outcome, Rejection)] == []
    return [outcome for outcome in outcomes if isinstance(outcome, SpatialGraph)]


def props_of(graph: SpatialGraph) -> dict[int, int]:
    found = {r.subject: r.object for r in graph.relations if r.predicate == "leaning_on" and r.object is not None}
    return found | {r.object: r.subject for r in graph.relations if r.predicate == "props_up" and r.object is not None}


@pytest.mark.thorough
@pytest.mark.parametrize("scene", ["backyard", "barnyard", "farm", "garage"])
def test_nothing_that_must_lean_stands_by_itself_on_the_ground(scene: str):
    assert any(categories()[name].leaning for name in scene_kinds()[scene].categories)
    seen = 0
    for graph in planned(scene, 120, min_objects=5, max_objects=8):
        for thing in graph.objects:
            seen += thing.id in props_of(graph)
            assert thing.id in props_of(graph) or not categories()[thing.category].must_lean
    assert seen


@pytest.mark.parametrize("concept", ["a ladder leaning against a tree", "a broom leaning on a cupboard in a kitchen"])
def test_a_concept_says_what_leans_on_what(concept: str):
    for graph in planned(concept, 4):
        names = [thing.category for thing in graph.objects]
        pairs = [(names[a], names[b]) for a, b in props_of(graph).items()]
        assert pairs[:1] in ([("ladder", "tree")], [("broom", "cabinet")])
        assert len(props_of(graph)) == sum(r.predicate in ("leaning_on", "props_up") for r in graph.relations)
        assert verify(draft_of(graph), graph.layout) == ()


def test_a_required_rake_is_given_something_to_lean_on():
    for graph in planned("orchard", 6, required_objects=("rake",), max_objects=3):
        rake = next(thing.id for thing in graph.objects if thing.category == "rake")
        assert rake in props_of(graph)


def test_a_required_rake_that_has_no_room_for_more_stands_by_itself():
    [graph] = planned("orchard", 1, required_objects=("rake",), max_objects=1, min_objects=1)
    assert [thing.category for thing in graph.objects] == ["rake"]


def test_a_stack_is_built_from_bottom_to_top_and_carries_nothing_else():
    stated = (("mug", "on_stack", "crate and crate"),)
    for graph in planned("attic", 6, required_relations=stated, min_objects=5, max_objects=6):
        [stack] = [r for r in graph.relations if r.predicate == "on_stack"]
        assert [graph.objects[i].category for i in (stack.subject, stack.object or 0, *stack.others)] == [
            "mug",
            "crate",
            "crate",
        ]
        on = {(r.subject, r.object) for r in graph.relations if r.predicate == "on"}
        on |= {(r.object, r.subject) for r in graph.relations if r.predicate == "supports"}
        assert {(stack.subject, stack.object), (stack.object, stack.others[0])} <= on
        assert sum(lower in (stack.object, *stack.others) for _, lower in on) == 2


def test_things_that_lean_on_each_other_in_a_ring_end_in_a_rejection():
    stated = (("ladder", "leaning_on", "fence"), ("fence", "leaning_on", "ladder"))
    outcome = PLANNER.plan_now(make_seed("farm", 1, options=SeedOptions(required_relations=stated)), 0)
    assert isinstance(outcome, SpatialGraph | Rejection)
