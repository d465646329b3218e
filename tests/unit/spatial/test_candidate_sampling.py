"""Which way things look that have a front, and that nothing else asks to look anywhere."""

from random import Random

import numpy as np
import pytest

from spatial.world.body_table import bodies
from spatial.world.candidate_sampling import STEP_DEGREES, BodySpec, headings
from spatial.world.views.viewpoints import choose_view

DRAWS = np.random.default_rng(1).random(4000)


def off_camera(name: str) -> np.ndarray:
    """Degrees of each heading from the one that looks along the middle of the picture towards the camera."""
    kind = bodies()[name]
    view = choose_view("room", [kind.size], 512, Random(1))
    found = headings(view, BodySpec(kind, kind.forms[0], kind.size), DRAWS)
    return np.abs((found + 90 + 180) % 360 - 180)


@pytest.mark.parametrize("name", ["dog", "car", "bicycle"])
def test_a_long_thing_is_seen_from_its_side_as_well_as_from_its_front(name: str):
    off = off_camera(name)
    off = off[off <= 90]
    assert off.max() == 90
    assert 0.2 < (off > 45).mean() < 0.35
    assert (off <= 30).mean() > 0.5


@pytest.mark.parametrize("name", ["dog", "car", "chair"])
def test_what_is_known_from_behind_looks_away_in_a_third_of_the_cases(name: str):
    """Else whoever says the opposite of the picture's side knows a thing's own left nearly always."""
    off = off_camera(name)
    assert 0.3 < (off > 90).mean() < 0.4
    assert off.max() == 180


@pytest.mark.parametrize("name", ["refrigerator", "television", "piano"])
def test_what_is_known_by_its_front_looks_at_the_camera(name: str):
    assert off_camera(name).max() == 30


@pytest.mark.parametrize("turned", [-1, 0, 1])
@pytest.mark.parametrize("name", ["dog", "refrigerator", "vase"])
def test_every_heading_is_a_whole_number_of_steps(name: str, turned: int):
    kind = bodies()[name]
    for seed in range(20):
        view = choose_view("room", [kind.size], 512, Random(seed))
        found = headings(view, BodySpec(kind, kind.forms[0], kind.size, turned), DRAWS[:100])
        assert set(found % STEP_DEGREES) == {0.0}
        right = view.camera.world_to_camera[0, :2]
        fronts = np.stack([np.cos(np.radians(found)), np.sin(np.radians(found))], axis=1)
        assert turned == 0 or (turned * (fronts @ right) > np.cos(np.radians(10))).all()
