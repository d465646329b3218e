"""Names over a picture: beside the boxes of their things, over no small thing and no other name where there is room."""

import re
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dataset.gallery.views.label_places import HEIGHT_PX, LETTER_PX, PADDING_PX, TILE_PX, WIDEST, LabelPlace, label_places

Area = tuple[float, float, float, float]
SIDE = 512


def thing(name: str, x: int, y: int, w: int, h: int) -> dict[str, Any]:
    return {"name": name, "box": (x, y, w, h)}


FONT_PX = 10.24
"""The size of a name's letters on the contact sheet."""


def distance(css: str, picture_px: float, font_px: float) -> float:
    """A length of CSS in pixels of a page where the picture's side has so many."""
    sums = re.sub(r"([\d.]+)%", lambda share: str(float(share[1]) * picture_px / 100), css)
    sums = re.sub(r"([\d.]+)em", lambda sizes: str(float(sizes[1]) * font_px), sums).replace("px", "")
    return float(eval(sums, {"min": min, "max": max}))


def area_of(name: str, place: LabelPlace, picture_px: float = TILE_PX, font_px: float = FONT_PX) -> Area:
    """Where the name is over a picture of so many pixels of the page, in pixels of a picture of `SIDE`."""
    wide = min(WIDEST * picture_px, PADDING_PX + LETTER_PX * font_px / FONT_PX * len(name))
    high = HEIGHT_PX * font_px / FONT_PX
    held = {side: distance(css, picture_px, font_px) for side, css in (part.split(":") for part in place.style.split(";"))}
    x = held["left"] if "left" in held else picture_px - held["right"] - wide
    y = held["top"] if "top" in held else picture_px - held["bottom"] - high
    left, top, width, height = (value * SIDE / picture_px for value in (x, y, wide, high))
    return left, top, width, height


def common(a: Area, b: Area) -> float:
    wide, high = min(a[0] + a[2], b[0] + b[2]) - max(a[0], b[0]), min(a[1] + a[3], b[1] + b[3]) - max(a[1], b[1])
    return wide * high if wide > 0.1 and high > 0.1 else 0.0  # styles are rounded


def test_no_small_thing_is_hidden_and_no_name_by_another():
    things = [thing("crab", 60, 315, 24, 24), thing("ring buoy", 395, 278, 42, 25), thing("palm tree", 195, 165, 145, 170),
              thing("sandcastle", 155, 380, 60, 45), thing("cloud", 385, 65, 100, 65)]  # fmt: skip
    areas = [area_of(one["name"], place) for one, place in zip(things, label_places(things, SIDE, SIDE), strict=True)]
    assert not [one["name"] for one in things[:2] for area in areas if common(area, one["box"])]
    assert not [pair for pair in combinations(areas, 2) if common(*pair)]


def test_a_thing_that_fills_the_picture_has_its_name_inside():
    (place,) = label_places([thing("sofa", 0, 0, SIDE, SIDE)], SIDE, SIDE)
    assert area_of("sofa", place)[:2] == pytest.approx((0.0, 0.0), abs=1)


@given(st.lists(st.tuples(*[st.integers(0, 400)] * 2, *[st.integers(1, 110)] * 2), min_size=1, max_size=12))
def test_no_name_leaves_the_picture(boxes: list[tuple[int, int, int, int]]):
    things = [thing(f"thing {number}", *box) for number, box in enumerate(boxes)]
    for one, place in zip(things, label_places(things, SIDE, SIDE), strict=True):
        for picture_px, font_px in ((TILE_PX, FONT_PX), (560, 11.52)):
            x, y, wide, high = area_of(one["name"], place, picture_px, font_px)
            assert min(x, y) >= -1
            assert max(x + wide, y + high) <= SIDE + 1


@given(st.tuples(*[st.integers(0, 400)] * 2, *[st.integers(1, 110)] * 2), st.sampled_from(["cat", "steam locomotive"]))
def test_a_name_touches_its_box_on_a_large_picture(box: tuple[int, int, int, int], name: str):
    (place,) = label_places([thing(name, *box)], SIDE, SIDE)
    x, y, wide, high = area_of(name, place, 900, 11.52)
    apart = max(box[0] - (x + wide), x - (box[0] + box[2]), box[1] - (y + high), y - (box[1] + box[3]))
    assert apart <= 12
