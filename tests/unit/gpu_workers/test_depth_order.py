"""Which of two things is nearer is believed only where the map sets them apart by more than what it is off."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest
from scipy import ndimage

from gpu_workers.perception.depth_order import NO_DEPTH, PixelBox, anchored, box_depths, merged, spread_of
from gpu_workers.perception.interfaces import DepthMap

PICTURES = 500
OFFSET = 0.35
"""Of a simulated estimator: what it is off for an object, in units of the scene's depth; 7 % of the depth of most."""

NOISES = (0.02, 0.05, 0.107, 0.2)
"""What it is off for a pixel, in the same units."""

SMOOTH = (0.0, 0.4)
"""Over what share of a thing's side that is about the same; 0: each pixel by itself."""

Believed = Callable[[DepthMap], DepthMap]
"""How a relative map is read."""

SCENES = ([5.0, 5.0], [5.0, 5.0, 8.0], [5.0, 5.0, 2.0])


@dataclass(frozen=True)
class Estimator:
    """Maps of things that fill `size` by `size` pixels, in a row."""

    noise: float
    smooth: float
    size: int

    def boxes(self, count: int) -> list[PixelBox]:
        side = self._side()
        return [(side * number + side // 8, side // 8, self.size, self.size) for number in range(count)]

    def map(self, rng: np.random.Generator, depths: list[float]) -> DepthMap:
        side = self._side()
        found = np.concatenate([np.full((side, side), depth + rng.normal(0, OFFSET)) for depth in depths], axis=1)
        pixels = rng.normal(0, 1, found.shape)
        if self.smooth:
            # a sum of many pixels, of unit spread again: wide enough not to be cut at the edges of the map
            width = round(self.smooth * self.size)
            wide = rng.normal(0, 1, (side + 8 * width, found.shape[1] + 8 * width))
            smooth = ndimage.gaussian_filter(wide, width) * 2 * np.sqrt(np.pi) * width
            pixels = smooth[4 * width :, 4 * width :][:side, : found.shape[1]]
        return (found + self.noise * pixels).astype(np.float32)

    def _side(self) -> int:
        return self.size * 4 // 3


def rates(estimator: Estimator, depths: list[float], pictures: int = PICTURES) -> tuple[float, float]:
    """Shares of pictures in which the first two are ordered, and in which a third one is told rightly from both."""
    rng, boxes, ordered, told = np.random.default_rng(1), estimator.boxes(len(depths)), 0, 0
    for _ in range(pictures):
        found = box_depths(estimator.map(rng, depths), boxes)
        ordered += found[0] != found[1]
        told += len(depths) == 3 and all((found[2] - found[n]) * (depths[2] - depths[n]) > 0 for n in (0, 1))
    return ordered / pictures, told / pictures


@pytest.mark.thorough
@pytest.mark.parametrize("smooth", SMOOTH)
@pytest.mark.parametrize("noise", NOISES)
def test_two_things_at_one_depth_are_ordered_in_at_most_two_pictures_of_a_hundred_whatever_pixels_do(
    noise: float, smooth: float
):
    """The error of a whole thing shows in no pixel: where pixels are smooth it is no smaller."""
    found = [(rates(Estimator(noise, smooth, size), depths), depths) for size in (8, 24) for depths in SCENES]
    assert np.mean([ordered for (ordered, _), _ in found]) <= 0.02
    assert min(told for (_, told), depths in found if len(depths) == 3) >= 0.95


@pytest.mark.parametrize("depths", SCENES)
def test_what_is_three_units_off_is_told_from_both(depths: list[float]):
    ordered, told = rates(Estimator(0.107, 0, 24), depths, 1000)
    assert ordered <= 0.02
    assert len(depths) == 2 or told >= 0.98


@pytest.mark.parametrize("unit", [0.01, 1.0, 1000.0])
@pytest.mark.parametrize("turned", [False, True], ids=["depths", "inverse depths, negative"])
def test_it_does_not_depend_on_the_unit_nor_on_whether_depths_or_their_inverses_are_measured(unit: float, turned: bool):
    def measured(depth: float) -> float:
        return -unit / depth if turned else unit * depth

    for far, is_ordered in ((6.4, False), (6.7, True)):
        near, beyond = merged([measured(5.0), measured(far)], [0.0, 0.0], 3.0, 0.31)
        assert (near < beyond) == is_ordered


@dataclass(frozen=True)
class RelativeEstimator:
    """Maps of inverse depths whose smallest value is 0: a background, a floor from there to the front, two things at one
    distance and a third at the front, in a row.

    `ratio`: how far away the background is, in distances of the front.  `off`: what it is off for a thing, as a share of
    its distance, or of the range of the map where it is `alike` everywhere.
    """

    ratio: float
    off: float
    alike: bool = False
    side = 20
    pixels = 0.004

    def boxes(self) -> list[PixelBox]:
        return [(self.side * number, 0, self.side, self.side) for number in (2, 3, 4)]

    def map(self, rng: np.random.Generator, place: float) -> DepthMap:
        """`place` of the two: 0 at the front, 1 at the background."""
        middle = 1 + (self.ratio - 1) * place
        floor = np.linspace(self._seen(rng, self.ratio), self._seen(rng, 1.0), self.side)
        flat = (self._seen(rng, distance) for distance in (self.ratio, middle, middle, 1.0))
        background, *things = (np.full((self.side, self.side), each) for each in flat)
        found = np.concatenate([background, np.repeat(floor[:, None], self.side, axis=1), *things], axis=1)
        found *= 1 + rng.normal(0, self.pixels, found.shape)
        return np.asarray(found - found.min(), np.float32)

    def _seen(self, rng: np.random.Generator, distance: float) -> float:
        error = float(rng.normal(0, self.off))
        return 1 / distance + error * (1 - 1 / self.ratio) if self.alike else 1 / (distance * (1 + error))


def relative_rates(estimator: RelativeEstimator, place: float, believed: Believed = anchored) -> tuple[float, float]:
    """Shares of pictures in which the two are ordered, and in which the third one is nearer than both."""
    rng, boxes, ordered, told = np.random.default_rng(1), estimator.boxes(), 0, 0
    for _ in range(PICTURES):
        found = box_depths(believed(estimator.map(rng, place)), boxes)
        ordered += found[0] != found[1]
        told += found[2] < min(found[:2])
    return ordered / PICTURES, told / PICTURES


PLACES = (0.0, 0.25, 0.5, 0.75)


@pytest.mark.thorough
@pytest.mark.parametrize("off", [0.05, 0.07, 0.08])
@pytest.mark.parametrize("alike", [False, True], ids=["of the distance", "of the range"])
def test_of_a_relative_estimator_two_at_one_depth_are_ordered_in_at_most_two_pictures_of_a_hundred(off: float, alike: bool):
    for ratio in (5 / 3, 2.0, 5.0, 20.0):
        rates = [relative_rates(RelativeEstimator(ratio, off, alike), place) for place in PLACES]
        assert max(ordered for ordered, _ in rates) <= 0.02
        assert ratio < 5 or min(told for _, told in rates[2:]) >= 0.9, "what is far apart is told"


@pytest.mark.parametrize("place", PLACES)
def test_a_relative_map_is_not_read_as_if_its_farthest_thing_were_infinitely_far(place: float):
    estimator = RelativeEstimator(3.0, 0.07)
    assert relative_rates(estimator, place)[0] <= 0.02
    assert relative_rates(estimator, place, np.negative)[0] >= (0.0, 0.1, 0.3, 0.5)[PLACES.index(place)]


@pytest.mark.thorough
@pytest.mark.parametrize(("ratio", "most"), [(1.5, 0.05), (1.25, 0.12)])
def test_the_limit_that_the_documentation_states_is_that_of_pictures_without_depth(ratio: float, most: float):
    rates = [relative_rates(RelativeEstimator(ratio, 0.08), place)[0] for place in PLACES]
    assert 0.02 < max(rates) <= most


def test_an_anchored_map_depends_on_no_unit_and_on_no_shift_of_one_whose_least_value_is_small():
    rng = np.random.default_rng(4)
    inverse = rng.uniform(0, 1, (8, 8)).astype(np.float32)
    plain = anchored(inverse)
    assert (plain < 0).all()
    assert np.allclose(anchored(inverse * 100), plain * 100, rtol=1e-5)
    assert np.allclose(anchored(inverse - 40), plain, atol=1e-5)
    assert (anchored(inverse + 40) == -(inverse + 40)).all(), "values far from 0 say where infinity is"


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_a_value_that_is_not_finite_stays_so_and_spoils_no_other(value: float):
    inverse = np.array([[0.0, 1.0], [2.0, value]], np.float32)
    found = anchored(inverse)
    assert np.isfinite(found).tolist() == [[True, True], [True, False]]
    assert found[0, 0] == -3.0
    assert not np.isfinite(anchored(np.full((2, 2), value, np.float32))).any()


def test_the_number_of_spreads_is_what_decides():
    assert merged([1.0, 2.0], [0.3, 0.4], 1.9) == [1.0, 2.0]
    assert merged([1.0, 2.0], [0.3, 0.4], 2.1) == [1.5, 1.5]
    assert merged([1.0, 2.0], [0.0, 0.0], 8.0) == [1.0, 2.0]


def test_a_share_of_the_nearer_ones_depth_counts_together_with_spreads():
    assert merged([1.0, 1.3], [0.0, 0.0], 3.0, 0.31) == [1.15, 1.15]
    assert merged([1.0, 1.32], [0.0, 0.0], 3.0, 0.31) == [1.0, 1.32]
    assert merged([1.0, 1.4], [0.058, 0.058], 3.0, 0.31) == [1.0, 1.4]
    assert merged([1.0, 1.4], [0.07, 0.07], 3.0, 0.31) == [1.2, 1.2]


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
    estimator = Estimator(0.1, 0, 24)
    depth, boxes = estimator.map(np.random.default_rng(3), [1.0, 9.0]), estimator.boxes(2)
    assert box_depths(depth, boxes)[0] < box_depths(depth, boxes)[1]
    depth[16, 16] = value
    assert box_depths(depth, boxes) == [NO_DEPTH, NO_DEPTH]
    assert box_depths(None, boxes) == [NO_DEPTH] * 2
    assert box_depths(depth, []) == []
