"""Shortcuts of drawing give the pixels that the long way gives, or such as nobody tells apart."""

import numpy as np
import pytest
from PIL import Image, ImageDraw

from gpu_workers.collage import colour
from gpu_workers.collage.backdrop_context import BackdropContext
from gpu_workers.collage.brush import (
    _SPARE,
    MOST_SPARE,
    Brush,
    _corners,
    column,
    give_back,
    stretched,
    take_sheet,
)
from gpu_workers.collage.drawing_pen import RGB, WOOD, Point, _bevel, _slope, shaded
from gpu_workers.collage.furniture.furniture_style import Look
from gpu_workers.collage.furniture.furniture_table import KEPT_PICTURES, furniture
from gpu_workers.collage.looks import TONES, toned
from gpu_workers.collage.shapes import box_above, faded, rounded
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
    assert lit.shape == (60, 90, 4)
    assert lit.dtype == np.uint8
    assert (lit[..., 3] == 255).all()
    upper_right, lower_left = lit[12, 70, :3].astype(int), lit[47, 20, :3].astype(int)
    assert upper_right.sum() > lower_left.sum(), "the light comes from the upper right"


@pytest.mark.parametrize("radius", [2.0, 7.0, 16.0])
def test_a_bevel_of_coarse_pixels_is_the_one_of_fine_pixels(radius: float):
    mask = np.zeros((120, 160), np.uint8)
    mask[20:100, 30:140] = 255
    apart = np.abs(_bevel(mask, radius) - _slope(Image.fromarray(mask), radius))
    assert apart.mean() < 0.03
    assert apart.max() < 0.13, "a wide blur of fine pixels has steps of its own, as a picture has 256 levels"


def test_many_lights_in_coarse_pixels_are_what_each_is_alone():
    lights: list[tuple[Point, Point, RGB, float]] = [
        ((40.0, 60.0), (70.0, 30.0), (255, 255, 200), 0.34),
        ((90.0, 80.0), (60.0, 24.0), (20, 60, 30), 0.22),
        ((400.0, 80.0), (10.0, 24.0), (20, 60, 30), 0.22),
    ]
    pictures = []
    for together in (True, False):
        brush = Brush(BackdropContext("zoo", (130, 110), 60, 3))
        brush.gradient(0, 110, ((0.0, (120, 160, 90)), (1.0, (90, 140, 80))))
        if together:
            brush.glows(lights)
        else:
            for light in lights:
                brush.glow(*light)
        pictures.append(np.asarray(brush.image).astype(int))
    apart = np.abs(pictures[0] - pictures[1])
    assert apart.mean() < 1.0
    assert apart.max() <= 8
    assert np.ptp(pictures[0][..., 0]) > 40


def test_the_edges_of_words_are_mixed_with_what_is_below_them():
    brush = Brush(BackdropContext("zoo", (128, 64), 60, 3))
    brush.image.paste((100, 100, 100), (0, 0, 128, 64))
    sketch = Sketch(brush)
    sketch.write((64, 20), "WORDS", 24, (250, 120, 100))
    sketch.lay()
    pixels = np.asarray(brush.image)
    assert pixels[..., 0].max() > 230
    assert pixels.min() >= 90, "no channel is beyond both colours"
    assert pixels[..., 2].max() <= 101


def test_a_usual_tone_leaves_a_picture_as_it_is():
    sprite = Image.new("RGBA", (6, 6), (200, 100, 50, 130))
    assert toned(sprite, TONES[0]) is sprite
    darker, paler = toned(sprite, (0.8, 1.0)), toned(sprite, (1.0, 0.5))
    assert darker.getpixel((2, 2)) == (160, 80, 40, 130)
    assert paler.getpixel((2, 2)) == (162, 112, 87, 130)


def test_a_rectangle_without_a_radius_is_the_one_with_radius_nought():
    for corners in ((3.0, 4.0, 30.5, 21.5), (0.4, 0.6, 3.6, 3.7), (5.0, 5.0, 6.0, 9.0)):
        plain, slow = Image.new("L", (40, 30)), Image.new("L", (40, 30))
        rounded(ImageDraw.Draw(plain), corners, 0, fill=255)
        ImageDraw.Draw(slow).rounded_rectangle(corners, 0, fill=255)
        assert plain.tobytes() == slow.tobytes()


def test_shapes_that_know_where_they_are_leave_a_clean_mask():
    brush = Brush(BackdropContext("zoo", (96, 80), 60, 3))
    brush.rect((-20, -30, 60, 45), TOP, FOOT, 8)
    brush.rect((90, 70, 60, 45), TOP)
    brush.poly([(-5, 3), (200, 40), (20, 300)], TOP, FOOT, 0.7, 3.0)
    brush.rect((400, 400, 10, 10), TOP)
    brush.poly([(-9, -9), (-3, -4), (-8, -2)], TOP)
    assert brush._mask.getbbox() is None
    assert brush.image.getpixel((10, 10)) != (0, 0, 0)


def test_a_sheet_that_was_laid_is_clean_for_the_next_picture():
    brush = Brush(BackdropContext("zoo", (131, 117), 60, 3))
    first = Sketch(brush)
    sheet = first._layer
    first.rect((10, 10, 40, 30), TOP)
    first.lay()
    assert take_sheet("RGBa", (7, 7)).size == (7, 7), "one of another size is left alone"
    second = Sketch(brush)
    assert second._layer is sheet
    assert sheet.getbbox() is None
    second.show((0, 0, 20, 20), lambda _on, _area: None)
    second.lay()
    mask = brush._mask
    brush.done()
    assert take_sheet("L", mask.size) is mask
    assert mask.getbbox() is None


def test_only_some_sheets_are_kept():
    for number in range(3 * MOST_SPARE):
        give_back(Image.new("L", (10 + number, 3)))
    assert len(_SPARE) == MOST_SPARE


@pytest.mark.parametrize("size", [(512, 512), (300, 120), (64, 48)])
def test_a_picture_is_darkened_at_its_edges_as_if_it_were_everywhere(size: tuple[int, int]):
    brush = Brush(BackdropContext("zoo", size, 60, 3))
    brush.image.paste((200, 180, 160), (0, 0, *size))
    whole = brush.image.copy()
    brush.vignette(0.34)
    whole.paste((40, 26, 60), (0, 0, *size), faded(_corners().resize(size), 0.34))
    assert brush.image.tobytes() == whole.tobytes()
    assert brush.image.getpixel((0, 0)) != (200, 180, 160)
