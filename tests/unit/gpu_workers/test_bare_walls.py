"""Walls: what is built into a room is left out where something of the graph hangs, in every scene that has a wall."""

from itertools import product

import numpy as np
import pytest

from gpu_workers.collage.backdrop_context import BackdropContext, Foot
from gpu_workers.collage.backdrops.backdrop_table import INDOORS, PAINTERS
from gpu_workers.collage.brush import Brush
from gpu_workers.collage.fixtures.fixture_table import CLEAR, OUT_OF_FOCUS
from gpu_workers.collage.sketch import Sketch
from spatial.knowledge.knowledge_base import categories, scene_kinds

pytestmark = pytest.mark.thorough

FIXTURES = {**OUT_OF_FOCUS, **CLEAR}
SIDE, UNPAINTED = 512, (1, 2, 3)

THE_PLACE_ITSELF = {
    "big top": "the canvas and the tiers are the wall of a circus",
    "dance light": "the wall of a night club is its darkness and its beams",
    "movie screen": "the dark of the hall is its wall; the screen keeps clear",
    "bowling lane": "the lanes end at the back wall from side to side",
    "ring rope": "the ring takes all of the hall",
    "roof rafter": "the slopes of the roof are the walls; the window keeps clear",
    "platform edge": "the posts and the roof of a platform stand before its wall",
    "column": "the beam under the ceiling; the columns keep clear",
}

ROOMS = [kind for kind in scene_kinds().values() if kind.backdrop in INDOORS]
WORDS = sorted({word for kind in ROOMS for word in kind.elements if word in FIXTURES} - set(THE_PLACE_ITSELF))
HUNG = [category for category in categories().values() if "wall" in category.rests_on]


def hung(line: int, across: float, up: float, size: tuple[int, int]) -> Foot:
    """Something on the wall, its middle at these shares of the width and of the wall's height."""
    left, top = round(across * SIDE - size[0] / 2), round(max(0.0, min(up * line - size[1] / 2, line - size[1])))
    return Foot("wall", left, left + size[0], top, top + size[1], "window")


def painted_over(word: str, foot: Foot, line: int) -> float:
    """The share of the foot's box that the fixture alone paints, with that foot in the picture."""
    context = BackdropContext("room", (SIDE, SIDE), line, 3, frozenset({word}), frozenset(), (foot,))
    brush = Brush(context)
    brush.image.paste(UNPAINTED, (0, 0, SIDE, SIDE))
    sheet = Sketch(brush)
    FIXTURES[word](sheet)
    sheet.lay()
    part = np.asarray(brush.image)[int(foot.top) : int(foot.y), max(0, int(foot.left)) : int(foot.right)]
    brush.done()
    return float(np.any(part != UNPAINTED, axis=2).mean())


def test_there_are_things_that_hang_and_rooms_to_hang_them_in():
    assert {"window", "mirror", "wall clock", "framed picture"} <= {category.name for category in HUNG}
    assert len(ROOMS) > 80
    assert "cupboard" in WORDS


@pytest.mark.parametrize("word", WORDS)
def test_what_is_built_into_a_wall_is_left_out_where_something_hangs(word: str):
    line = round(next(kind for kind in ROOMS if word in kind.elements).horizon * SIDE)
    sizes = ((70, 90), (130, 110))
    places = product((0.12, 0.4, 0.7), (0.1, 0.5, 0.9), sizes)
    over = {(x, y, size): painted_over(word, hung(line, x, y, size), line) for x, y, size in places}
    assert max(over.values()) < 0.12, over  # a rod or a handle may reach in


@pytest.mark.parametrize("word", ["movie screen", "roof rafter", "column"])
def test_of_what_is_the_place_itself_the_parts_that_stand_out_keep_clear(word: str):
    line = 300
    middle, aside = hung(line, 0.5, 0.5, (110, 110)), hung(line, 0.97, 0.5, (60, 200))
    drawn = {name: tones_of(word, line, feet) for name, feet in {"bare": (), "hung": (middle, aside)}.items()}
    assert drawn["hung"] < drawn["bare"]


def tones_of(word: str, line: int, feet: tuple[Foot, ...]) -> int:
    """How many colours a fixture brings to an empty wall."""
    brush = Brush(BackdropContext("room", (SIDE, SIDE), line, 3, frozenset({word}), frozenset(), feet))
    sheet = Sketch(brush)
    FIXTURES[word](sheet)
    sheet.lay()
    return len(np.unique(np.asarray(brush.image).reshape(-1, 3), axis=0))


def test_the_blurred_shelves_of_a_shop_keep_clear_of_what_hangs():
    foot = hung(300, 0.5, 0.5, (120, 120))
    box = slice(int(foot.top), int(foot.y)), slice(int(foot.left), int(foot.right))
    seen = []
    for seed, avoid in product(range(6), (frozenset(), frozenset({"shelf"}))):
        brush = Brush(BackdropContext("shop", (SIDE, SIDE), 300, seed, frozenset(), avoid, (foot,)))
        PAINTERS["shop"](brush)
        seen.append(np.asarray(brush.image)[box].std(axis=(0, 1)).max())
    assert max(seen) < 25, seen
