"""Open places look like what they are called, keep clear of what is asked about, and show nothing that is excluded."""

import json
from random import Random

import numpy as np
import pytest

from agents.planner import RulePlanner
from gpu_workers.solid.scenery.fillers import fillers
from gpu_workers.solid.scenery.hours import HOURS, choose_hour
from gpu_workers.solid.scenery.open_places import BUILT, FEATURES, RIDGES, open_place
from gpu_workers.solid.scenery.place_table import OF_BACKDROP, TABLE, far_edge, place_of, places
from schemas.graph import SpatialGraph
from schemas.ids import make_seed
from spatial.knowledge.knowledge_base import scene_kinds
from spatial.world.body_table import bodies
from spatial.world.solid_capabilities import solids_only
from spatial.world.world_solver import space_kind_of

pytestmark = pytest.mark.thorough

SCENES = ("city street", "park", "beach", "winter village", "train station", "farm")
CARRIED_M = 0.01
FEATURES_FILE = "gpu_workers/solid/scenery/open_places.py"


@pytest.fixture(scope="module", params=SCENES)
def graph(request: pytest.FixtureRequest) -> SpatialGraph:
    planner = RulePlanner(solids_only("solid"))
    found = (planner.plan_now(make_seed(request.param, 20), k) for k in range(20))
    return next(one for one in found if isinstance(one, SpatialGraph))


def open_scenes() -> list[str]:
    return [name for name in scene_kinds() if space_kind_of(name) == "open"]


def test_what_places_name_is_known():
    for place in places().values():
        names = {name for stand in place.stands for name in stand.names}
        assert names - set(bodies()) == set(), f"{place.name}: edit spatial/world/bodies/"
        features = {band.has for band in place.bands} | {place.has}
        assert features - {None, *FEATURES} == set(), f"{place.name}: edit {FEATURES_FILE}"
        assert set(place.far) - set(RIDGES) == set(), f"{place.name}: edit {FEATURES_FILE}"


def test_scenes_under_the_sky_show_at_least_thirty_different_places(graph: SpatialGraph):
    shown = {place_of(graph.model_copy(update={"scene": name})).name for name in open_scenes()}
    assert len(shown) >= 30


def test_every_scene_under_the_sky_has_a_place_of_its_own_or_of_its_backdrop():
    stated = {scene for row in json.loads(TABLE.read_text("utf-8")).values() for scene in row.get("scenes", ())}
    others = [scene_kinds()[name].backdrop for name in open_scenes() if name not in stated]
    missing = {backdrop for backdrop in others if OF_BACKDROP.get(backdrop, backdrop) not in places()}
    assert missing == set(), f"edit {TABLE}, or OF_BACKDROP beside it"
    assert stated - set(scene_kinds()) == set(), f"edit {TABLE}"


def test_surroundings_rise_from_the_ground_only_behind_or_beside_what_is_asked_about(graph: SpatialGraph):
    assert graph.world is not None
    edge = far_edge(graph.world)
    for seed in range(6):
        for placed in open_place(graph, Random(seed)).parts:
            points = placed.part.mesh.points @ placed.pose[:3, :3].T + placed.pose[:3, 3]
            raised = points[points[:, 2] > 0.25]
            assert (raised[:, 1] >= edge - CARRIED_M).all() or np.abs(raised[:, 0]).min() > graph.world.space.right


def test_nothing_is_built_where_houses_are_excluded(graph: SpatialGraph):
    without = graph.model_copy(update={"excluded": ("house",)})
    for seed in range(6):
        assert not open_place(without, Random(seed)).elements & BUILT


def test_no_second_fence_is_built_where_one_is_an_object_or_excluded(graph: SpatialGraph):
    """A question about the fence would leave open which one is meant."""
    for scene, built in (("farm", "rail fence"), ("backyard", "board fence"), ("rooftop", "railing")):
        benches = tuple(thing.model_copy(update={"category": "bench"}) for thing in graph.objects)
        there = graph.model_copy(update={"scene": scene, "excluded": (), "objects": benches})
        assert {built, "fence"} <= open_place(there, Random(1)).elements
        fenced = (there.objects[0].model_copy(update={"category": "fence"}), *there.objects[1:])
        for other in (there.model_copy(update={"objects": fenced}), there.model_copy(update={"excluded": ("fence",)})):
            made = open_place(other, Random(1))
            assert not {built, "fence"} & made.elements
            assert len(made.parts) < len(open_place(there, Random(1)).parts)


def test_what_stands_in_the_distance_stands_where_the_place_says(graph: SpatialGraph):
    assert graph.world is not None
    stands, edge = place_of(graph).stands, far_edge(graph.world)
    for filler in (one for seed in range(6) for one in fillers(graph, Random(seed))):
        far = filler.body.position[1] - edge
        allowed = [stand for stand in stands if filler.category in stand.names]
        assert any(stand.near <= far <= stand.far + 1.0 for stand in allowed)


def test_all_hours_come_and_night_is_the_only_one_without_daylight():
    chosen = {choose_hour(Random(seed)).name for seed in range(200)}
    assert chosen == set(HOURS)
    assert [hour.name for hour in HOURS.values() if hour.sun < 1] == ["night"]
