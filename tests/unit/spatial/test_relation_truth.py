"""What holds of two boxes, and by how much."""

import json
import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spatial.relations.predicate_table import BINARY, PREDICATES, inverse
from spatial.relations.relation_truth import FAR_UNITS, NEAR_UNITS, RESOLUTION, cell, distance, holds, places, relate
from tests.fakes.constructed_boxes import any_box

pytestmark = pytest.mark.thorough

CANVAS = (100, 100)
NSR1K = Path("../shared/data/nsr1k_spatial_train.json")

sizes = st.one_of(st.integers(1, 60), st.floats(0.01, 60))
offsets = st.one_of(st.integers(-20, 90), st.floats(-20, 90))
boxes = st.tuples(offsets, offsets, sizes, sizes)
depths = st.one_of(st.none(), st.floats(0, 9), st.integers(0, 3))


def test_left_and_right_are_the_viewers_by_the_centres():
    held = relate((0, 0, 10, 10), (30, 0, 10, 10), CANVAS)
    assert held["left_of"] == pytest.approx(0.3)
    assert "right_of" not in held


def test_y_runs_down():
    assert relate((0, 0, 10, 10), (0, 40, 10, 10), CANVAS)["above"] == pytest.approx(0.4)


def test_equal_centres_mean_neither_direction():
    assert not {"left_of", "right_of", "above", "below"} & set(relate((10, 10, 10, 10), (12, 12, 6, 6), CANVAS))


def test_floating_point_noise_is_no_direction():
    held = relate((0.1, 0, 0.2, 0.1), (0.15, 0.5, 0.1, 0.1), (1, 1))
    assert not {"left_of", "right_of"} & set(held)


def test_the_smaller_depth_is_in_front():
    a, b = (0, 0, 9, 9), (5, 5, 9, 9)
    assert relate(a, b, CANVAS, 1.0, 3.5)["in_front_of"] == 2.5
    assert relate(a, b, CANVAS, 3.5, 1.0)["behind"] == 2.5
    assert not {"in_front_of", "behind"} & set(relate(a, b, CANVAS, 2, 2))
    assert not {"in_front_of", "behind"} & set(relate(a, b, CANVAS, 2, None))


TABLE = (20, 50, 60, 40)


def test_a_cup_whose_foot_is_on_the_table_top_is_on_it():
    held = set(relate((40, 40, 10, 10), TABLE, CANVAS))
    assert {"on", "over", "above", "touching", "near"} <= held
    assert "next_to" not in held


def test_a_cup_may_stand_anywhere_from_the_edge_to_the_middle_of_the_table():
    for foot, expected in ((49, False), (50, True), (60, True), (70, True), (71, False)):
        assert holds("on", (40, foot - 30, 10, 30), TABLE, CANVAS) is expected, foot


def test_a_floating_cup_is_over_and_not_on():
    held = relate((40, 20, 10, 10), TABLE, CANVAS)
    assert "over" in held
    assert "on" not in held


def test_a_cat_under_a_table_does_not_carry_it():
    held = relate((40, 80, 20, 15), TABLE, CANVAS)
    assert "under" in held
    assert "supports" not in held


def test_a_table_supports_what_is_on_it_and_is_under_it():
    assert {"supports", "under", "below"} <= set(relate(TABLE, (40, 40, 10, 10), CANVAS))


def test_below_without_common_extent_is_not_under():
    assert "under" not in relate((0, 95, 10, 5), TABLE, CANVAS)


def test_a_box_within_a_box_is_inside_and_a_box_is_not_inside_its_equal():
    assert "inside" in relate((25, 55, 10, 10), TABLE, CANVAS)
    assert "contains" in relate(TABLE, (25, 55, 10, 10), CANVAS)
    assert "inside" in relate((20, 50, 10, 10), TABLE, CANVAS)
    assert not {"inside", "contains"} & set(relate(TABLE, TABLE, CANVAS))


def test_touching_begins_where_the_gap_ends():
    assert "touching" in relate((0, 0, 10, 10), (10, 10, 5, 5), CANVAS)
    assert "touching" not in relate((0, 0, 10, 10), (11, 0, 5, 5), CANVAS)


def test_near_and_far_include_their_thresholds():
    a = (0, 0, 4, 4)
    for gap, expected in ((1, {"near"}), (2, set()), (3, {"far"})):
        b = (4 + gap, 0, 4, 4)
        assert distance(a, b) == gap / 4
        assert {"near", "far"} & set(relate(a, b, CANVAS)) == expected
    assert (NEAR_UNITS, FAR_UNITS) == (0.25, 0.75)


def test_next_to_is_near_on_a_common_level():
    a = (0, 0, 10, 10)
    assert "next_to" in relate(a, (11, 5, 10, 10), CANVAS)
    assert "next_to" not in relate(a, (11, 10, 10, 10), CANVAS)
    assert "next_to" not in relate(a, (14, 5, 10, 10), CANVAS)


def test_next_to_may_overlap_by_a_fifth_of_the_smaller_box():
    a = (0, 0, 10, 10)
    assert "next_to" in relate(a, (8, 0, 10, 10), CANVAS)
    assert "next_to" not in relate(a, (7, 0, 10, 10), CANVAS)


@settings(max_examples=150, deadline=None)
@given(boxes, boxes, depths, depths)
def test_relate_lists_just_what_holds_each_with_a_positive_margin(a, b, depth_a, depth_b):
    found = relate(a, b, CANVAS, depth_a, depth_b)
    pair = None if depth_a is None or depth_b is None else (depth_a, depth_b)
    assert set(found) == {name for name in BINARY if holds(name, a, b, CANVAS, pair)}
    assert all(margin > 0 for margin in found.values())


@settings(max_examples=150, deadline=None)
@given(boxes, boxes)
def test_the_pair_turned_round_gives_the_inverses_with_the_same_margins(a, b):
    assert relate(b, a, CANVAS) == pytest.approx({inverse(p): margin for p, margin in relate(a, b, CANVAS).items()})


@settings(max_examples=100, deadline=None)
@given(boxes, boxes)
def test_nothing_that_holds_is_excluded_by_something_else_that_holds(a, b):
    held = set(relate(a, b, CANVAS))
    for name in held:
        assert not held & set(PREDICATES[name].excludes)
        assert set(PREDICATES[name].implies) <= held


@settings(max_examples=100, deadline=None)
@given(boxes, boxes)
def test_distance_is_symmetric_and_grows_with_the_gap(a, b):
    assert distance(a, b) == distance(b, a)
    right = (b[0] + max(0, a[0] + a[2] - b[0]) + 3, *b[1:])
    further = (right[0] + 5, *b[1:])
    assert distance(a, further) > distance(a, right)


def test_a_shared_edge_has_the_smallest_margin_there_is():
    assert relate((0, 0, 10, 10), (10, 0, 10, 10), CANVAS)["touching"] == RESOLUTION


@pytest.mark.parametrize(
    ("box", "word"),
    [
        ((0, 0, 0, 5), "positive"),
        ((0, 0, 5, -1), "positive"),
        ((0, 0, float("nan"), 5), "finite"),
        ((float("inf"), 0, 5, 5), "finite"),
        ((1e300, 0, 5, 5), "finite"),
        ((0, 0, 5), "3 numbers"),
    ],
)
def test_a_bad_box_is_refused_with_its_reason(box, word):
    good = (0, 0, 5, 5)
    for pair in ((box, good), (good, box)):
        with pytest.raises(ValueError, match=word):
            relate(*pair, CANVAS)


def test_a_bad_canvas_or_depth_is_refused():
    a = (0, 0, 5, 5)
    with pytest.raises(ValueError, match="canvas"):
        relate(a, a, (0, 100))
    with pytest.raises(ValueError, match="finite"):
        relate(a, a, CANVAS, float("nan"), 1)


def test_a_place_takes_no_second_box_and_a_relation_needs_one():
    a = (0, 0, 5, 5)
    assert holds("top_left", a, None, CANVAS)
    with pytest.raises(ValueError, match="no object"):
        holds("top_left", a, a, CANVAS)
    with pytest.raises(ValueError, match="needs"):
        holds("left_of", a, None, CANVAS)


def test_the_upper_third_is_the_top_and_its_left_end_the_top_left():
    assert set(places((5, 5, 10, 10), CANVAS)) == {"top_left", "top", "left"}
    assert set(places((45, 5, 10, 10), CANVAS)) == {"top"}
    assert set(places((45, 45, 10, 10), CANVAS)) == {"center"}
    assert set(places((90, 45, 10, 10), CANVAS)) == {"right"}
    assert places((45, 0, 10, 20), CANVAS)["top"] == pytest.approx(1 / 3 - 0.1)


def test_a_centre_on_a_line_is_on_neither_side_of_it():
    assert set(places((25, 35, 10, 20), (90, 90))) == set()
    assert cell((25, 35, 10, 20), (90, 90)) is None


def test_a_cell_is_one_of_nine():
    assert cell((45, 5, 10, 10), CANVAS) == "top"
    assert cell((95, 95, 10, 10), CANVAS) == "bottom_right"
    assert cell((45, 45, 10, 10), CANVAS) == "center"


def test_places_do_not_depend_on_the_size_of_the_canvas():
    rng = random.Random(1)
    for _ in range(200):
        box = any_box(rng)
        twice = tuple(2 * value for value in box)
        assert set(places(box, (60, 90))) == set(places(twice, (120, 180)))


@pytest.mark.parametrize("size", [480, 512, 640, 768, 1024, 1080, 2048])
def test_normalised_boxes_are_related_as_their_pixels_are(size):
    rng = random.Random(size)
    for _ in range(2_000):
        a, b = ([*(rng.randint(0, 20) for _ in "xy"), *(rng.randint(1, 20) for _ in "wh")] for _ in "ab")
        shrunk = [[value / size for value in box] for box in (a, b)]
        assert set(relate(*shrunk, (1, 1))) == set(relate(a, b, (size, size))), (a, b)


@pytest.mark.skipif(not NSR1K.exists(), reason="the shared data is not here")
def test_the_centre_rule_agrees_with_people_wherever_their_boxes_are_real():
    says = {"left": "left_of", "right": "right_of", "top": "above", "bottom": "below"}
    judged = 0
    for row in json.loads(NSR1K.read_text()):
        a, b = row["obj1"][1], row["obj2"][1]
        if row["relation"] in says and min(*a[2:], *b[2:]) > 0:
            judged += 1
            assert says[row["relation"]] in relate(a, b, (1, 1)), row
    assert judged > 500
