"""The resting poses of sprites: turned, laid flat, with an edge; and which things of the knowledge base have one."""

import numpy as np
import pytest
from PIL import Image

from gpu_workers.collage.sprites.resting_pose import TAPER, posed
from gpu_workers.collage.sprites.sprite_library import cropped
from spatial.knowledge.categories import Pose
from spatial.knowledge.knowledge_base import categories


def bar(width: int, height: int) -> Image.Image:
    return Image.new("RGBA", (width, height), (200, 60, 40, 255))


def test_what_stands_on_end_lies_along_the_ground_when_it_is_turned():
    lying = cropped(posed(bar(20, 100), Pose(turn=90)))
    assert lying.width == pytest.approx(100, abs=2)
    assert lying.height == pytest.approx(20, abs=2)


def test_a_flat_thing_is_lower_and_its_far_edge_is_narrower():
    lying = posed(bar(200, 200), Pose(flat=0.4))
    assert lying.size == (200, 80)
    opaque = np.asarray(lying)[..., 3] > 128
    assert opaque[-2].sum() == pytest.approx(200, abs=4)
    assert opaque[1].sum() == pytest.approx(200 * (1 - 2 * TAPER), abs=4)


def test_a_thick_thing_has_a_darker_edge_below_its_upper_side():
    lying = posed(bar(200, 100), Pose(flat=0.5, thick=0.1))
    assert lying.size == (200, 70)
    above, below = np.asarray(lying)[25, 100, :3], np.asarray(lying)[66, 100, :3]
    assert below.sum() < 0.8 * above.sum()


def test_a_pose_that_changes_nothing_leaves_the_picture_as_it_is():
    assert posed(bar(30, 40), Pose()).tobytes() == bar(30, 40).tobytes()


@pytest.mark.parametrize(
    "name", ["hammer", "pencil", "spoon", "pair of scissors", "t-shirt", "coin", "ring buoy", "doughnut"]
)
def test_a_thing_that_cannot_stand_on_end_is_wider_than_high(name: str):
    assert categories()[name].aspect > 1.3
