"""Rooms that are shown whole: both far corners are in the frame, and the floor has any size that is asked about."""

from random import Random

import numpy as np
import pytest

from spatial.world.footprints import box_corners
from spatial.world.views import room_views
from spatial.world.views.room_views import FLOORS_M2, LONGEST, RIM, WIDEST, far_corners, floor_area, side_walls
from spatial.world.views.viewpoints import LEAST_PX, View, choose_view, to_boxes

SIDE, SEEDS = 512, 300
SIZES = [(0.5, 0.5, 0.9), (0.6, 0.5, 0.7)]
CHAIRS = box_corners(np.array([[-0.4, 0.6, 0.45], [0.5, 0.8, 0.35]]), np.array([0.5, 0.5, 0.9]), np.array([-90.0, -75.0]))


def view_of(kind: str, seed: int) -> View:
    return choose_view(kind, SIZES, SIDE, Random(seed))  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def shown() -> list[tuple[View, View]]:
    """Views of rooms with the first that shows the room whole, of those that have one."""
    found = []
    for seed in range(SEEDS):
        view = view_of("room", seed)
        whole = next(room_views.room_views(view, CHAIRS, False, Random(seed)), None)
        found += [] if whole is None else [(view, whole)]
    return found


def walls_of(view: View) -> tuple[float, float, float]:
    return *side_walls(view.left, view.right), view.back


def test_about_a_quarter_of_the_rooms_is_shown_whole_and_nothing_else(shown: list[tuple[View, View]]):
    assert 0.15 * SEEDS <= len(shown) <= 0.35 * SEEDS
    for kind in ("table", "open"):
        assert not [
            1 for seed in range(40) if list(room_views.room_views(view_of(kind, seed), CHAIRS, False, Random(seed)))
        ]


def test_both_far_corners_and_all_things_are_in_the_frame_and_large_enough(shown: list[tuple[View, View]]):
    for _, whole in shown:
        feet, depth = whole.camera.project(far_corners(walls_of(whole)))
        boxes, _ = to_boxes(whole.camera, CHAIRS)
        assert depth.min() > 0
        assert min(feet.min(), boxes[:, :2].min()) >= (RIM - 1e-6) * SIDE - 0.01
        assert max(feet.max(), boxes[:, 2:].max()) <= (1 - RIM + 1e-6) * SIDE + 0.01
        assert (boxes[:, 2:] - boxes[:, :2]).max(axis=1).min() >= LEAST_PX


def test_walls_leave_the_things_their_region_and_the_room_is_neither_a_corridor_nor_too_wide_for_the_lens(
    shown: list[tuple[View, View]],
):
    for view, whole in shown:
        (left, right, back), (inner_left, inner_right, near) = walls_of(whole), walls_of(view)
        assert left <= inner_left
        assert right >= inner_right
        assert back >= near
        assert (back - whole.camera.position[1]) / (right - left) <= LONGEST + 1e-6
        assert SIDE / whole.camera.intrinsics[0] <= WIDEST + 1e-6
        assert np.array_equal(whole.camera.world_to_camera, view.camera.world_to_camera)


def test_floors_of_all_sizes_occur_and_none_beyond(shown: list[tuple[View, View]]):
    areas = [floor_area(walls_of(whole), whole.camera.position) for _, whole in shown]
    assert min(areas) >= FLOORS_M2[0]
    assert max(areas) <= FLOORS_M2[1]
    assert max(areas) >= 4 * min(areas)


def test_the_far_wall_stays_where_things_hang_on_it():
    large = [choose_view("room", [(2.2, 2.0, 0.9), (0.5, 0.5, 0.9)], SIDE, Random(seed)) for seed in range(SEEDS)]
    found = [(view, w) for n, view in enumerate(large) for w in room_views.room_views(view, CHAIRS, True, Random(n))]
    assert found
    assert all(whole.back == pytest.approx(view.back) for view, whole in found)
