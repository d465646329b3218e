"""The scene from above: bodies and cameras at their places, to scale, and what proofs measure between them."""

import json
import math
from itertools import pairwise

import pytest

from dataset.gallery.views.floor_plan import EDGE, WIDTH, floor_plan
from dataset.gallery.views.row_views import view
from dataset.table.row_encoding import rows_of
from schemas.interfaces import Sample

SOUTH = [1, 0, 0, 0, 0, 0, -1, 1.5, 0, 1, 0, 4, 0, 0, 0, 1]
"""A camera at (0, -4, 1.5) that looks along +y: its rows are right, down and forward in the world."""


def thing(number: int, x: float, y: float, heading: float = 0.0, front: bool = False) -> dict:
    return {
        "id": number, "name": f"thing {number}", "colour": number, "position": [x, y, 0.5], "size": [1.0, 2.0, 1.0],
        "heading": heading, "has_front": front, "distance": 4.0,
    }  # fmt: skip


def row(objects: list[dict], questions: list[dict] | None = None) -> dict:
    camera = {"intrinsics": [500.0, 500.0, 250.0, 250.0], "world_to_camera": SOUTH}
    return {"width": 500, "camera": camera, "objects": objects, "questions": questions or []}


def corners(body: dict) -> list[tuple[float, float]]:
    return [tuple(map(float, pair.split(","))) for pair in body["points"].split()]


def test_bodies_are_to_scale_turned_as_they_stand_and_in_the_drawing():
    objects = [thing(0, 0, 0), thing(1, 3, 1, heading=90)]
    plan = floor_plan(row(objects), objects)
    assert plan is not None
    lengths = [[math.dist(a, b) for a, b in pairwise(c)] for c in map(corners, plan["bodies"])]
    metre = lengths[0][0]
    assert lengths[0] == pytest.approx([metre, 2 * metre, metre], rel=0.02)
    flat, upright = ([max(c) - min(c) for c in zip(*corners(body), strict=True)] for body in plan["bodies"])
    assert flat == pytest.approx([2 * metre, metre], rel=0.02), "its depth lies along x"
    assert upright == pytest.approx([metre, 2 * metre], rel=0.02), "turned by a quarter"
    first, second = (body["at"] for body in plan["bodies"])
    assert (second[0] - first[0], first[1] - second[1]) == pytest.approx((3 * metre, metre), abs=0.3), "y goes up"
    for x, y in (corner for body in plan["bodies"] for corner in corners(body)):
        assert EDGE - 1 <= x <= WIDTH - EDGE + 1
        assert EDGE - 1 <= y <= plan["height"] - EDGE + 1


def test_a_camera_stands_where_it_is_and_looks_where_it_looks():
    objects = [thing(0, 0, 0)]
    plan = floor_plan(row(objects), objects)
    assert plan is not None
    (camera,) = plan["cameras"]
    (x, y), *ends = (tuple(map(float, pair.split(","))) for pair in camera["cone"].split())
    assert (x, y) == camera["at"]
    assert x == pytest.approx(plan["bodies"][0]["at"][0])
    assert all(end[1] < y for end in ends), "forward is up"
    assert ends[0][0] - x == pytest.approx(x - ends[1][0]), "as far to the right as to the left"
    half = math.degrees(math.atan2(abs(ends[0][0] - x), y - ends[0][1]))
    assert half == pytest.approx(math.degrees(math.atan(0.5)), abs=0.5)


def test_only_what_has_a_front_shows_it():
    objects = [thing(0, 0, 0), thing(1, 3, 0, heading=90, front=True)]
    plan = floor_plan(row(objects), objects)
    assert plan is not None
    plain, turned = plan["bodies"]
    assert plain["front"] is None
    assert turned["front"][1] < turned["at"][1], "to the north"


@pytest.mark.parametrize(
    ("query", "things", "texts"),
    [
        ({"op": "how_far"}, [0, 1], ["3 m"]),
        ({"op": "nearest_camera"}, [0, 1], ["4.00 m", "4.00 m"]),
        ({"op": "faces"}, [0, 1], [""]),
        ({"op": "side"}, [0, 1], None),
        ({"op": "how_far"}, [0, 9], None),
    ],
)
def test_questions_in_metres_are_measured_in_the_plan(query, things, texts):
    objects = [thing(0, 0, 0), thing(1, 3, 0)]
    asked = {"id": "q", "objects": things, "answer": "3 m", "certificate": json.dumps({"query": query})}
    plan = floor_plan(row(objects, [asked, {**asked, "id": "damaged", "certificate": "no JSON"}]), objects)
    assert plan is not None
    assert [line["text"] for proof in plan["proofs"] for line in proof["lines"]] == (texts or [])


def test_a_cameras_way_is_drawn_from_the_first_picture_to_the_second():
    objects = [thing(0, 0, 0)]
    asked = {"id": "q", "objects": [0], "answer": "left", "certificate": json.dumps({"query": {"op": "camera_moved"}})}
    further = {
        "width": 500,
        "camera": {"intrinsics": [500.0, 500.0, 250.0, 250.0], "world_to_camera": [1, 0, 0, 2, *SOUTH[4:]]},
    }
    plan = floor_plan(row(objects, [{**asked, "views": [1, 0]}]), objects, [further])
    assert plan is not None
    ((line,),) = (proof["lines"] for proof in plan["proofs"])
    assert (line["from"], line["to"]) == (plan["cameras"][1]["at"], plan["cameras"][0]["at"])
    assert line["from"][0] < line["to"][0], "2 m to the left of the first one"


def test_a_scene_that_is_not_in_metres_has_no_plan():
    assert floor_plan({"width": 500, "camera": None}, [{"id": 0, "position": None, "size": None}]) is None


@pytest.mark.thorough
def test_the_plan_of_a_real_scene_has_all_of_its_bodies_and_cameras(view_samples: list[Sample]):
    for found in rows_of(view_samples).to_pylist():
        plan = floor_plan(found, view(found, "picture")["objects"], found["views"] or ())
        assert plan is not None
        assert [body["id"] for body in plan["bodies"]] == [thing["id"] for thing in found["objects"]]
        assert len(plan["cameras"]) == 1 + len(found["views"] or ())
        assert 2 <= len(plan["xs"]) <= 13 or 2 <= len(plan["ys"]) <= 13
