"""Names over a picture: beside the boxes of their things, over no small thing and no other name where there is room."""

import re
from itertools import combinations
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from dataset.gallery.views.label_places import HEIGHT_PX, LETTER_PX, PADDING_PX, TILE_PX, LabelPlace, label_places

Area = tuple[float, float, float, float]
SIDE = 512


def thing(name: str, x: int, y: int, w: int, h: int) -> dict[str, Any]:
    return {"name": name, "box": (x, y, w, h)}


def area_of(name: str, place: LabelPlace) -> Area:
    """Where the name is on the contact sheet, in pixels of a picture of `SIDE`."""
    wide, high = ((PADDING_PX + LETTER_PX * len(name)) * SIDE / TILE_PX, HEIGHT_PX * SIDE / TILE_PX)
    held = dict(re.findall(r"(left|right|top|bottom):(-?[\d.]+)%", place.style))
    x = SIDE * float(held["left"]) / 100 if "left" in held else SIDE - SIDE * float(held["right"]) / 100 - wide
    y = SIDE * float(held["top"]) / 100 if "top" in held else SIDE - SIDE * float(held["bottom"]) / 100 - high
    return x, y, wide, high


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
    assert area_of("sofa", place)[:2] == (0.0, 0.0)


@given(st.lists(st.tuples(*[st.integers(0, 400)] * 2, *[st.integers(1, 110)] * 2), min_size=1, max_size=12))
def test_no_name_leaves_the_picture(boxes: list[tuple[int, int, int, int]]):
    things = [thing(f"thing {number}", *box) for number, box in enumerate(boxes)]
    for one, place in zip(things, label_places(things, SIDE, SIDE), strict=True):
        x, y, wide, high = area_of(one["name"], place)
        assert min(x, y) >= -1
        assert max(x + wide, y + high) <= SIDE + 1
