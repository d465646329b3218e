"""The real sprites, where they have been fetched: every category has its picture, and planned graphs become scenes."""

from pathlib import Path

import numpy as np
import pytest

from gpu_workers.collage import CollageRenderer
from gpu_workers.collage.colour import RAMPS, tinted
from gpu_workers.collage.sprites.fetch import default_sprites_dir, is_complete
from gpu_workers.collage.sprites.sprite_library import load_sprite
from spatial.knowledge.knowledge_base import categories
from tests.fakes.collage import Thing, make_scene
from tests.fakes.cpu_speed import reference_cpu_s

FOLDER: Path = default_sprites_dir()

pytestmark = pytest.mark.skipif(not is_complete(FOLDER), reason=f"no sprites in {FOLDER}; fetch them with make setup")

PER_IMAGE_S = 0.12
"""CPU seconds that a warm worker may take for a picture."""


@pytest.mark.thorough
def test_every_category_has_a_sprite_or_a_drawing() -> None:
    for category in categories().values():
        assert category.drawn or load_sprite(FOLDER, category.sprite or "")


@pytest.mark.thorough
def test_a_sprite_has_the_aspect_that_the_knowledge_base_says() -> None:
    for category in categories().values():
        if category.sprite:
            sprite = load_sprite(FOLDER, category.sprite, category.pose)
            assert sprite.width / sprite.height == pytest.approx(category.aspect, rel=0.03), category.name


def test_a_tinted_sprite_keeps_its_shape() -> None:
    for category in list(categories().values())[::9]:
        if category.sprite and category.tint:
            sprite = load_sprite(FOLDER, category.sprite)
            for colour in ("red", "white"):
                assert colour in RAMPS
                assert np.array_equal(np.asarray(tinted(sprite, colour))[..., 3], np.asarray(sprite)[..., 3])


SCENES = [
    make_scene(
        "kitchen", [Thing("table", (120, 320, 247, 130), 0.4), Thing("teapot", (180, 260, 80, 68), 0.39)], [(1, "on", 0)]
    ),
    make_scene("park", [Thing("tree", (300, 180, 180, 200), 0.6), Thing("dog", (100, 350, 100, 90), 0.3, ("brown",))]),
    make_scene("harbour", [Thing("sailboat", (80, 220, 110, 110), 0.7), Thing("barrel", (320, 390, 75, 100), 0.1)]),
    make_scene(
        "city street", [Thing("car", (100, 330, 160, 115), 0.3, ("blue",)), Thing("bicycle", (330, 380, 130, 90), 0.2)]
    ),
]


@pytest.mark.thorough
def test_a_warm_worker_draws_a_picture_within_its_time() -> None:
    renderer = CollageRenderer(FOLDER)
    renderer.render(SCENES, [1, 2, 3, 4])
    assert reference_cpu_s(lambda: renderer.render(SCENES, [1, 2, 3, 4])) / len(SCENES) < PER_IMAGE_S
