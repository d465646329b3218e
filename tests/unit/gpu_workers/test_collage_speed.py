"""Shortcuts of drawing give the very pixels that the long way gives."""

import numpy as np
import pytest
from PIL import Image

from gpu_workers.collage import colour
from gpu_workers.collage.backdrop_context import BackdropContext
from gpu_workers.collage.brush import Brush, column, stretched
from gpu_workers.collage.drawing_pen import WOOD, shaded
from gpu_workers.collage.furniture.furniture_style import Look
from gpu_workers.collage.furniture.furniture_table import KEPT_PICTURES, furniture
from gpu_workers.collage.shapes import box_above
from gpu_workers.collage.sketch import Sketch

TOP, FOOT = (250, 20, 60), (10, 200, 90)


@pytest.mark.parametrize("size", [(1, 1), (7, 3), (300, 41), (512, 200)])
def test_a_stretched_column_is_what_resizing_makes_of_it(size: tuple[int, int]):
    gradient = column(64, ((0.0, TOP), (0.4, FOOT), (1.0, TOP)))
    assert stretched(gradient, size).tobytes() == gradient.resize(size).tobytes()


def test_a_wider_picture_is_stretched_both_ways():
    picture = Image.effect_noise((9, 9), 40).convert("RGB")
    assert stretched(picture, (40, 30)).tobytes() == picture.resize((40, 30)).tobytes()


def test_a_picture_that_was_packed_is_the_one_that_was_drawn():
    furniture.cache_clear()
    looks = [Look(None, None, variant, (), False) for variant in range(2)]
    first = furniture("table", 1.6, looks[0])
    for number in range(KEPT_PICTURES + 1):  # until the picture itself is no longer kept
        furniture("rug", 1.0 + number / 1000, looks[1])
    again = furniture("table", 1.6, looks[0])
    assert again is not first
    assert (again.mode, again.size, again.tobytes()) == (first.mode, first.size, first.tobytes())


@pytest.mark.parametrize("level", [0, 24, 254, 255])
def test_the_box_of_values_above_a_level(level: int):
    mask = Image.new("L", (20, 10))
    mask.putpixel((3, 4), level)
    assert box_above(mask, level) is None
    if level < 255:
        mask.putpixel((5, 6), level + 1)
        assert box_above(mask, level) == (5, 6, 6, 7)


def test_the_nearest_colour_of_a_tone_is_found_one_by_one_too():
    known = {name: [colour._lab(np.array(tone) / 255) for tone in tones[1:]] for name, tones in colour.RAMPS.items()}
    for tone in [(r, g, b) for r in range(8, 256, 48) for g in range(8, 256, 48) for b in range(8, 256, 48)]:
        lab = colour._lab(np.array(tone, dtype=np.float32) / 255)
        far = {name: min(float(np.linalg.norm(lab - each)) for each in tones) for name, tones in known.items()}
        for name in colour.RAMPS:
            assert colour._is_named(tone, name) == (min((name, *colour.BASIC), key=far.__getitem__) == name)


def test_a_surface_is_lit_as_by_the_formula():
    mask = np.zeros((60, 90), np.uint8)
    mask[10:50, 15:80] = 255
    lit = shaded(mask, (120, 90, 40), WOOD, 3.0)
    assert lit.shape == (60, 90, 3)
    assert lit.dtype == np.uint8
    upper_right, lower_left = lit[12, 70].astype(int), lit[47, 20].astype(int)
    assert upper_right.sum() > lower_left.sum(), "the light comes from the upper right"


def test_a_sheet_that_was_laid_is_clean_for_the_next_sketch():
    brush = Brush(BackdropContext("zoo", (128, 128), 60, 3))
    first = Sketch(brush)
    first.rect((10, 10, 40, 30), TOP)
    first.lay()
    before = brush.image.copy()
    second = Sketch(brush)
    assert not brush.sheets, "it took the sheet that was given back"
    second.show((0, 0, 20, 20), lambda _on, _area: None)
    second.lay()
    assert brush.image.tobytes() == before.tobytes()
    assert [sheet.getbbox() for sheet in brush.sheets] == [None, None]


def test_a_sheet_of_another_size_is_left_alone():
    brush = Brush(BackdropContext("zoo", (128, 128), 60, 3))
    Sketch(brush).lay()
    assert brush.take_sheet((7, 7)) is None
    assert brush.take_sheet((256, 256)) is not None
    assert brush.take_sheet((256, 256)) is None
