"""Drawings as data: every line says a stroke, and a stroke does what it says."""

import numpy as np
import pytest

from gpu_workers.collage.drawing_pen import GLASS, WOOD, Pen, darker
from gpu_workers.collage.drawings.recipe import COLOURS, colour_of, recipe_drawings, stroke_of
from gpu_workers.collage.furniture.furniture_style import Look
from spatial.knowledge.knowledge_base import categories
from tests.fakes.collage import other_drawings


def picture(name: str, look: Look) -> np.ndarray:
    pen = Pen(categories()[name].aspect)
    recipe_drawings()[name](pen, look)
    return np.asarray(pen.done()).astype(int)


def test_every_recipe_is_of_a_category_that_is_drawn():
    assert len(recipe_drawings()) >= 80
    assert all(categories()[name].drawn for name in recipe_drawings().keys() - other_drawings())


def test_a_line_is_a_stroke():
    stroke = stroke_of("rect wood+10 0,10 20,30 r=4 grain n=3 by=25,0")
    assert (stroke.shape, stroke.colour, stroke.points) == ("rect", "wood+10", ((0.0, 10.0), (20.0, 30.0)))
    assert (stroke.radius, stroke.finish, stroke.times, stroke.step) == (4.0, WOOD, 3, (25.0, 0.0))
    assert stroke_of("tube red 0,0 5,5 -2,8 d=2.5 glass").finish == GLASS


@pytest.mark.parametrize(
    ("line", "why"), [("blob red 0,0 1,1", "'blob' is no shape"), ("rect red 0,0 1", "unpack"), ("rect", "unpack")]
)
def test_what_is_no_stroke_is_refused(line: str, why: str):
    with pytest.raises(ValueError, match=why):
        stroke_of(line)


def test_a_colour_is_named_chosen_by_the_look_or_asked_for():
    plain = Look(variant=1)
    assert colour_of("red", plain, ()) == COLOURS["red"]
    assert colour_of("red-20", plain, ()) == darker(COLOURS["red"], 0.2)
    assert colour_of("tint", plain, ((1, 2, 3), (4, 5, 6))) == (4, 5, 6)
    assert colour_of("tint", Look(colour=(9, 9, 9)), ((1, 2, 3),)) == (9, 9, 9)
    assert colour_of("wood", Look(colour=(9, 9, 9)), ()) == (9, 9, 9)


def test_a_recipe_can_be_recoloured_and_has_variants_of_its_own():
    red, blue = picture("curtain", Look(colour=(224, 60, 60))), picture("curtain", Look(colour=(60, 90, 220)))
    middle = red.shape[0] // 2, red.shape[1] // 2
    assert red[middle][0] > red[middle][2] + 60
    assert blue[middle][2] > blue[middle][0] + 60
    assert not np.array_equal(picture("curtain", Look(variant=0)), picture("curtain", Look(variant=1)))
