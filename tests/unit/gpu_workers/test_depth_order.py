"""Which of two things is nearer is believed only where the map sets them apart by more than their own spread."""

import numpy as np
import pytest

from gpu_workers.perception.depth_order import NO_DEPTH, box_depths, merged, spread_of
from gpu_workers.perception.interfaces import DepthMap

SIDE, PICTURES = 32, 2000
OFFSET, NOISE = 0.35, 0.107
"""Of a simulated estimator: what it is off for an object, and for a pixel; in units of the scene's depth."""

BOXES = [(4, 4, 24, 24), (36, 4, 24, 24), (68, 4, 24, 24)]


def simulated(rng: np.random.Generator, depths: list[float]) -> DepthMap:
    """A map of objects at these depths."""
    found = np.full((SIDE, SIDE * len(depths)), 9.0)
    for number, depth in enumerate(depths):
        found[:, SIDE * number : SIDE * (number + 1)] = depth + rng.normal(0, OFFSET)
    return (found + rng.normal(0, NOISE, found.shape)).astype(np.float32)


@pytest.mark.parametrize("depths", [[5.0, 5.0], [5.0, 5.0, 8.0], [5.0, 5.0, 2.0]])
def test_two_things_at_one_depth_are_ordered_in_at_most_two_pictures_of_a_hundred(depths: list[float]):
    rng, ordered, told = np.random.default_rng(1), 0, 0
    for _ in range(PICTURES):
        found = box_depths(simulated(rng, depths), BOXES[: len(depths)])
        ordered += found[0] != found[1]
        told += len(depths) == 3 and all((found[2] - found[n]) * (depths[2] - depths[n]) > 0 for n in (0, 1))
    assert ordered / PICTURES <= 0.02
    assert len(depths) == 2 or told / PICTURES >= 0.98, "what is three units off is told from both"


def test_the_number_of_spreads_is_what_decides():
    assert merged([1.0, 2.0], [0.3, 0.4], 1.9) == [1.0, 2.0]
    assert merged([1.0, 2.0], [0.3, 0.4], 2.1) == [1.5, 1.5]
    assert merged([1.0, 2.0], [0.0, 0.0], 8.0) == [1.0, 2.0]


def test_doubt_is_passed_on_and_reaches_no_farther():
    assert merged([3.0, 1.0, 2.0, 9.0], [0.1] * 4, 8.0) == [2.0, 2.0, 2.0, 9.0]
    assert merged([1.0, 5.0, 2.0], [0.0, 4.0, 0.0], 1.0) == [2.0, 2.0, 2.0], "one that may be anywhere joins all"


def test_a_spread_is_that_of_the_thing_and_not_of_the_rim_of_its_box():
    part = np.zeros((10, 10), np.float32)
    part[:, :2] = 50.0
    assert spread_of(part) == 0.0
    normal = np.random.default_rng(2).normal(3, 0.5, (200, 200)).astype(np.float32)
    assert spread_of(normal) == pytest.approx(0.5, rel=0.02)


@pytest.mark.parametrize("value", [np.nan, np.inf, 1e30])
def test_a_map_with_impossible_values_says_nothing(value: float):
    depth = simulated(np.random.default_rng(3), [1.0, 9.0])
    assert box_depths(depth, BOXES[:2])[0] < box_depths(depth, BOXES[:2])[1]
    depth[10, 10] = value
    assert box_depths(depth, BOXES[:2]) == [NO_DEPTH, NO_DEPTH]
    assert box_depths(None, BOXES) == [NO_DEPTH] * 3
    assert box_depths(depth, []) == []
