"""What floats is placed where the ground is water, and nowhere else; nothing is put on what has no top."""

import pytest

from agents.planner import RulePlanner
from agents.scene_inventory import build_inventory
from gpu_workers.solid.scenery.place_table import place_of
from schemas.events import Rejection, SeedOptions
from schemas.graph import SpatialGraph
from schemas.ids import make_seed
from spatial.knowledge.knowledge_base import categories, scene_kinds
from spatial.world.body_table import bodies
from spatial.world.solid_capabilities import solids_only
from spatial.world.views.viewpoints import AFLOAT
from spatial.world.world_solver import space_kind_of

SOLID = solids_only("solid")
DRAWN = [name for name in scene_kinds() if SOLID.lacks(name) is None]


@pytest.mark.parametrize("scene", ["open sea", "lake"])
def test_what_floats_is_drawn_where_the_ground_is_water(scene: str):
    planner = RulePlanner(SOLID)
    seed = make_seed(scene, 6, options=SeedOptions(max_objects=4))
    graphs = [planner.plan_now(seed, number) for number in range(6)]
    solved = [graph for graph in graphs if isinstance(graph, SpatialGraph)]
    assert len(solved) >= 5
    assert {"sailboat", "canoe"} & {thing.category for graph in solved for thing in graph.objects}
    for graph in solved:
        assert graph.world is not None
        for thing, body in zip(graph.objects, graph.world.bodies, strict=True):
            if thing.category in {"sailboat", "canoe"}:
                assert body.position[2] - body.size[2] / 2 == pytest.approx(0, abs=0.01), "it is on the water"


def test_the_ground_is_water_where_things_are_placed_as_if_it_were():
    seed = make_seed("a dog", 1)
    graph = next(g for g in (RulePlanner(SOLID).plan_now(seed, k) for k in range(9)) if isinstance(g, SpatialGraph))
    outdoors = [name for name in DRAWN if space_kind_of(name) == "open"]
    floats = {name for name in outdoors if place_of(graph.model_copy(update={"scene": name})).floats}
    assert floats == {name for name in outdoors if scene_kinds()[name].backdrop in AFLOAT}


@pytest.mark.parametrize("concept", ["a canoe in a harbour", "a sailboat in a living room"])
def test_what_only_floats_is_refused_where_things_stand_on_land(concept: str):
    found = RulePlanner(SOLID).plan_now(make_seed(concept, 1), 0)
    assert isinstance(found, Rejection)
    assert any(name in found.detail for name in ("canoe", "sailboat"))


def test_nothing_is_offered_on_a_body_without_a_top():
    topless = {name for name, body in bodies().items() if not any(body.surfaces_of(form, False) for form in body.forms)}
    assert {"rock", "log", "crate", "fence"} <= {name for name in topless if categories()[name].supports}
    for scene in DRAWN:
        inventory = build_inventory(scene, SOLID)
        assert not any(inventory.on[name].names for name in topless & set(inventory.weights)), scene
