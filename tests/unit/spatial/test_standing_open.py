"""What holds something behind its doors stands open with its inside to the camera, and only then."""

import pytest

from agents.planner import RulePlanner
from schemas.events import SeedOptions
from schemas.graph import Relation, SpatialGraph
from schemas.ids import make_seed
from spatial.knowledge.knowledge_base import categories
from spatial.knowledge.renderer_capabilities import pictures_only
from spatial.layout import NoLayout
from spatial.reasoning.draft import Draft
from spatial.world import bodies, solve_world
from spatial.world.solid_capabilities import solids_only

SOLID = solids_only("solid")
OPEN = {name: [form for form in kind.forms if not kind.is_closed(form)] for name, kind in bodies().items()}
STEP_DEGREES = 15


def planned(scene: str, count: int, **options: object) -> list[SpatialGraph]:
    seed = make_seed(scene, count, options=SeedOptions.model_validate(options))
    found = [RulePlanner(SOLID).plan_now(seed, k) for k in range(count)]
    return [graph for graph in found if isinstance(graph, SpatialGraph)]


def test_four_things_can_stand_open():
    assert {name for name, forms in OPEN.items() if forms} == {"cabinet", "wardrobe", "refrigerator", "stove"}


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("scene", "thing", "holder"),
    [("kitchen", "bottle", "refrigerator"), ("dining room", "teapot", "cabinet"), ("kitchen", "loaf of bread", "stove")],
)
def test_what_holds_something_stands_open_and_looks_at_the_camera(scene: str, thing: str, holder: str):
    graphs = planned(scene, 4, required_relations=[(thing, "inside", holder)], max_objects=4)
    assert len(graphs) >= 3
    for graph in graphs:
        assert graph.world is not None
        held = [body for body in graph.world.bodies if body.where == "inside"]
        assert held
        for body in held:
            assert body.support is not None
            below = graph.world.bodies[body.support]
            assert below.form in OPEN[graph.objects[body.support].category]
            assert abs(below.heading + 90) <= STEP_DEGREES
            assert sum(abs(a - b) for a, b in zip(body.position, below.position, strict=True)) < sum(below.size)


@pytest.mark.thorough
def test_what_holds_nothing_is_closed():
    graphs = planned("kitchen", 10, required_objects=["refrigerator"]) + planned(
        "bedroom", 10, required_objects=["wardrobe"]
    )
    assert len(graphs) > 10
    for graph in graphs:
        assert graph.world is not None
        holders = {body.support for body in graph.world.bodies if body.where == "inside"}
        for thing, body in zip(graph.objects, graph.world.bodies, strict=True):
            assert thing.id in holders or body.form not in OPEN[thing.category]


def test_only_a_renderer_that_shows_open_doors_puts_things_behind_them():
    holder = categories()["refrigerator"]
    assert "bottle" in SOLID.holds(holder)
    assert pictures_only("collage").holds(holder) == holder.holds == ()


def test_what_is_said_to_be_held_is_known_and_has_a_body():
    assert {name for kind in bodies().values() for name in kind.holds} <= bodies().keys()


def test_what_is_in_a_thing_that_does_not_open_is_refused_with_the_reason():
    stated = Relation(subject=0, predicate="inside", object=1)
    with pytest.raises(NoLayout, match="mug is in dresser, which has no place for it"):
        solve_world(Draft(("mug", "dresser"), (stated,), "bedroom"), [(), ()], (512, 512), 1)
