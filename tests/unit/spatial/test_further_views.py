"""Further cameras of a scene: a step that can be seen, the same things before them, nothing that is not built."""

from dataclasses import replace
from random import Random

import numpy as np
import pytest

from agents.planner import RulePlanner
from schemas.graph import SpatialGraph
from schemas.ids import make_seed
from schemas.world import Camera
from spatial.world.pinhole import Pinhole
from spatial.world.solid_capabilities import solids_only
from spatial.world.views.further_views import further_cameras

SIDE = 512
CONCEPTS = ("hallway", "breakfast table", "meadow")


def planned(share: float) -> list[SpatialGraph]:
    planner = RulePlanner(replace(solids_only("solid"), view_share=share))
    found = [planner.plan_now(make_seed(concept, 1), 0) for concept in CONCEPTS]
    return [graph for graph in found if isinstance(graph, SpatialGraph)]


def in_the_open() -> list[SpatialGraph]:
    """Scenes of which some have a thing that a camera can leave out: one scene in five has."""
    planner = RulePlanner(replace(solids_only("solid"), view_share=0.0))
    found = [planner.plan_now(make_seed(concept, 3), 1) for concept in ("meadow", "park", "beach", "farm")]
    return [graph for graph in found if isinstance(graph, SpatialGraph)]


@pytest.fixture(scope="module")
def graphs() -> list[SpatialGraph]:
    found = planned(1.0)
    assert len(found) == len(CONCEPTS)
    return found


def pinhole(camera: Camera) -> Pinhole:
    return Pinhole(camera.intrinsics, np.array(camera.world_to_camera).reshape(4, 4))


def box_of(camera: Pinhole, body: object) -> tuple[np.ndarray, np.ndarray]:
    """Least and most pixels of the corners of an upright body's box."""
    width, depth, height = body.size  # type: ignore[attr-defined]
    turn = np.radians(body.heading)  # type: ignore[attr-defined]
    ahead, across = np.array([np.cos(turn), np.sin(turn), 0]), np.array([np.sin(turn), -np.cos(turn), 0])
    corners = [
        np.array(body.position) + a * depth / 2 * ahead + b * width / 2 * across + (0, 0, c * height / 2)  # type: ignore[attr-defined]
        for a in (-1, 1) for b in (-1, 1) for c in (-1, 1)
    ]  # fmt: skip
    pixels, ahead_m = camera.project(np.array(corners))
    assert ahead_m.min() > 0
    return pixels.min(axis=0), pixels.max(axis=0)


def test_a_share_of_scenes_has_further_cameras_and_the_others_are_as_before(graphs: list[SpatialGraph]):
    plain = planned(0.0)
    counts = [len(graph.world.views) for graph in graphs if graph.world is not None]
    assert all(0 <= count <= 2 for count in counts)
    assert sum(count > 0 for count in counts) >= 2
    for graph, without in zip(graphs, plain, strict=True):
        assert graph.world is not None
        assert without.world == graph.world.model_copy(update={"views": ()})
        assert "views" not in without.model_dump()["world"]
        assert without.layout == graph.layout
    assert planned(0.0) == plain


def test_a_view_cuts_nothing_and_leaves_out_one_thing_at_most():
    left_out = 0
    for graph in [*planned(0.0), *in_the_open()]:
        assert graph.world is not None
        for seed in range(25):
            for view in further_cameras(graph.world, SIDE, Random(seed)):
                bounds = [box_of(pinhole(view), body) for body in graph.world.bodies]
                whole = [low.min() >= 0 and high.max() <= SIDE for low, high in bounds]
                gone = [bool((high <= 0).any() or (low >= SIDE).any()) for low, high in bounds]
                assert all(a != b for a, b in zip(whole, gone, strict=True))
                assert sum(gone) <= 1
                left_out += sum(gone)
    assert left_out > 5


def test_a_camera_takes_a_step_that_can_be_seen_and_keeps_its_lens_and_its_head_upright(graphs: list[SpatialGraph]):
    for graph in graphs:
        assert graph.world is not None
        first, middle = pinhole(graph.world.camera), np.mean([body.position for body in graph.world.bodies], axis=0)
        for view in graph.world.views:
            step = np.linalg.norm(pinhole(view).position - first.position)
            assert step > 0.08 * np.linalg.norm(first.position - middle)
            assert view.intrinsics == graph.world.camera.intrinsics
            assert abs(view.world_to_camera[2]) < 1e-6  # the picture's x axis is level
            turn = np.array(view.world_to_camera).reshape(4, 4)[:3, :3]
            assert np.allclose(turn @ turn.T, np.eye(3), atol=1e-6)


def test_a_camera_in_a_room_stays_between_its_walls():
    graph = next(graph for graph in planned(0.0) if graph.world and graph.world.space.kind == "room")
    assert graph.world is not None
    space = graph.world.space
    for seed in range(60):
        for view in further_cameras(graph.world, SIDE, Random(seed)):
            x, y, z = pinhole(view).position
            assert space.left < x < space.right
            assert y < space.back
            assert space.ground < z < space.height


def test_the_same_numbers_give_the_same_cameras(graphs: list[SpatialGraph]):
    for graph in graphs:
        assert graph.world is not None
        once, again = (further_cameras(graph.world, SIDE, Random(3)) for _ in range(2))
        assert once == again
