"""Pictures of scenes in metres are filled by their things, and show only places that can be known."""

from random import Random

import numpy as np

from agents.planner import RulePlanner
from schemas.events import Rejection
from schemas.graph import SpatialGraph
from schemas.ids import make_seed
from spatial.knowledge.knowledge_base import scene_kinds
from spatial.knowledge.renderer_capabilities import pictures_only
from spatial.world.footprints import box_corners
from spatial.world.solid_capabilities import solids_only, unshown_scenes
from spatial.world.views.framing import LONGEST, SHARES, framed_views
from spatial.world.views.viewpoints import View, choose_view, to_boxes

SIDE = 512
CHAIRS = box_corners(np.array([[-0.4, 0.6, 0.45], [0.5, 0.8, 0.45]]), np.array([0.5, 0.5, 0.9]), np.array([-90.0, -75.0]))


def far_view() -> View:
    """A view of a room that was chosen for something larger than two chairs."""
    return choose_view("room", [(0.5, 0.5, 0.9), (2.4, 0.9, 0.9)], SIDE, Random(3))


def bounds(view: View) -> tuple[np.ndarray, np.ndarray]:
    boxes, _ = to_boxes(view.camera, CHAIRS)
    return boxes[:, :2].min(axis=0), boxes[:, 2:].max(axis=0)


def test_a_frame_is_filled_by_what_stands_in_it_and_cuts_nothing():
    for seed in range(20):
        low, high = bounds(next(framed_views(far_view(), CHAIRS, Random(seed))))
        assert low.min() >= 0
        assert high.max() <= SIDE
        assert SHARES[0][0] - 1e-6 <= (high - low).max() / SIDE <= SHARES[0][1] + 1e-6


def test_a_frame_keeps_the_pose_and_square_pixels():
    view = far_view()
    for framed in framed_views(view, CHAIRS, Random(1)):
        fx, fy, _, _ = framed.camera.intrinsics
        assert fx == fy
        assert 1.0 <= fx / view.camera.intrinsics[0] <= LONGEST
        assert np.array_equal(framed.camera.world_to_camera, view.camera.world_to_camera)


def test_the_last_frame_is_the_view_itself():
    view = far_view()
    assert list(framed_views(view, CHAIRS, Random(1)))[-1] is view


def test_a_place_that_could_not_be_known_is_refused_with_what_is_missing():
    found = RulePlanner(solids_only("solid")).plan_now(make_seed("clothes shop", 1), 0)
    assert isinstance(found, Rejection)
    assert found.reason == "unsatisfiable_options"
    assert "clothes on rails" in found.detail


def test_a_collage_shows_places_that_have_no_bodies():
    assert isinstance(RulePlanner(pictures_only("collage")).plan_now(make_seed("clothes shop", 1), 0), SpatialGraph)


def test_every_refused_place_is_a_scene_and_most_scenes_are_shown():
    assert set(unshown_scenes()) <= set(scene_kinds())
    assert len(unshown_scenes()) < len(scene_kinds()) / 2
