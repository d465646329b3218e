"""Drawn things: every name that the knowledge base leaves to the pen, and tops that things can stand on."""

import numpy as np
import pytest
from PIL import Image

from gpu_workers.collage.colour import RAMPS, has_colour, rgb_of
from gpu_workers.collage.furniture.furniture_style import Look
from gpu_workers.collage.furniture.furniture_table import DRAWN_WHEN_FILLED, FLAT, drawings, furniture
from spatial.knowledge.categories import Category
from spatial.knowledge.knowledge_base import categories
from tests.fakes.collage import other_drawings

pytestmark = pytest.mark.thorough

NAMES = sorted(c.name for c in categories().values() if c.drawn)
TOPS = [c for c in categories().values() if c.drawn and c.surface is not None and c.rests_on[0] == "floor"]


def test_every_drawn_category_has_its_own_drawing() -> None:
    assert [name for name in NAMES if name not in drawings()] == []


def test_every_drawing_is_used() -> None:
    assert set(drawings()) - set(NAMES) == DRAWN_WHEN_FILLED | other_drawings()
    assert set(NAMES) >= FLAT


@pytest.mark.parametrize("name", NAMES)
def test_a_drawing_fills_its_picture_and_keeps_the_aspect_of_its_category(name: str) -> None:
    category = categories()[name]
    picture = furniture(name, category.aspect, Look(surface=category.surface))
    alpha = np.asarray(picture)[..., 3]
    for edge in (alpha[0], alpha[-1], alpha[:, 0], alpha[:, -1]):
        assert edge.max() > 0
    assert picture.width / picture.height == pytest.approx(category.aspect, rel=0.12)
    assert (alpha >= 128).mean() > 0.08


@pytest.mark.parametrize("category", TOPS, ids=lambda c: c.name)
def test_what_stands_at_the_surface_height_stands_on_something_solid(category: Category) -> None:
    picture = furniture(category.name, category.aspect, Look(surface=category.surface))
    alpha = np.asarray(picture)[..., 3]
    assert category.surface is not None
    row = alpha[min(picture.height - 1, round(category.surface * picture.height))]
    middle = row[round(picture.width * 0.2) : round(picture.width * 0.8)]
    assert (middle >= 128).mean() > 0.4, "a fence has gaps, the others are whole"


def test_a_table_top_is_lighter_than_its_front_edge_so_that_it_is_seen_as_a_top() -> None:
    picture = np.asarray(furniture("table", 1.9, Look(surface=0.06)).convert("L"), dtype=float)
    width, height = picture.shape[1], picture.shape[0]
    middle = slice(round(width * 0.3), round(width * 0.7))
    top, edge = picture[round(0.06 * height), middle].mean(), picture[round(0.155 * height), middle].mean()
    assert top > edge + 10


@pytest.mark.parametrize("colour", ["red", "blue", "green", "yellow", "white", "black", "gray"])
@pytest.mark.parametrize("name", ["table", "sofa", "chair", "bookshelf"])
def test_furniture_of_a_colour_is_seen_in_that_colour(name: str, colour: str) -> None:
    picture = furniture(name, categories()[name].aspect, Look(rgb_of(colour), categories()[name].surface))
    pixels = np.asarray(picture).astype(int)
    mean = pixels[pixels[..., 3] > 200][:, :3].mean(axis=0)
    nearest = min(
        ("red", "blue", "green", "yellow", "white", "black", "gray"), key=lambda c: np.abs(mean - rgb_of(c)).sum()
    )
    assert nearest == colour


def test_boards_of_a_bookshelf_lie_where_things_stand() -> None:
    empty = np.asarray(furniture("bookshelf", 0.55, Look(levels=())).convert("L"), dtype=float)
    held = np.asarray(furniture("bookshelf", 0.55, Look(levels=(0.5,), filled=True)).convert("L"), dtype=float)
    height, middle = held.shape[0], held.shape[1] // 2
    board = held[round(0.5 * height) - 2 : round(0.5 * height) + 10, middle].max()
    assert board > held[round(0.4 * height), middle] + 20
    assert held.shape == empty.shape


def test_every_colour_word_has_three_tones_from_dark_to_light() -> None:
    for low, own, high in RAMPS.values():
        assert sum(low) < sum(own) < sum(high)


def test_a_plain_patch_is_named_by_its_colour() -> None:
    for colour in ("red", "green", "blue", "yellow", "black", "white"):
        assert has_colour(Image.new("RGBA", (20, 20), (*rgb_of(colour), 255)), colour)
