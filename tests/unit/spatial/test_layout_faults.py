"""Faults of somebody else's layouts, named exactly."""

import json
import math
from pathlib import Path

import pytest

from schemas.graph import Relation
from spatial.layout import Fault, faults

CANVAS = (512, 512)


def rel(subject: int, predicate: str, other: int | None = None) -> Relation:
    return Relation(subject=subject, predicate=predicate, object=other)


def found(*boxes, relations=(), canvas=CANVAS, depth=None):
    return faults([f"thing {i}" for i in range(len(boxes))], relations, canvas, boxes, depth)


def test_a_good_layout_has_none():
    assert found((10, 10, 100, 100), (300, 10, 100, 100), relations=[rel(0, "left_of", 1)]) == ()


@pytest.mark.parametrize(
    ("box", "kind"),
    [
        (None, "missing_object"),
        ((10, 10, 0, 50), "zero_size"),
        ((10, 10, 50, -1), "zero_size"),
        ((math.nan, 10, 50, 50), "not_finite"),
        ((10, 10, math.inf, 50), "not_finite"),
        ((1e308, 10, 1e308, 50), "not_finite"),
        ((10, -1e300, 50, 50), "not_finite"),
        ((10, 10, 1e-320, 50), "zero_size"),
        ((-1, 10, 50, 50), "out_of_bounds"),
        ((480, 10, 50, 50), "out_of_bounds"),
        ((10, 480, 50, 50), "out_of_bounds"),
        ((0, 0, 512, 512), "full_canvas"),
    ],
)
def test_a_bad_box_has_one_fault_of_its_own(box, kind):
    assert found(box) == (Fault(kind, (0,)),)
    assert Fault(kind, (1,)) in found((200, 200, 50, 50), box)


def test_a_bad_box_takes_no_part_in_faults_of_pairs():
    boxes = ((200, 200, 50, 50), (200, 200, 0, 0), None, (math.nan, 200, 50, 50))
    kinds = {fault.kind for fault in found(*boxes, relations=[rel(0, "left_of", 1), rel(0, "left_of", 2)])}
    assert kinds == {"zero_size", "missing_object", "not_finite"}


def test_boxes_of_absurd_numbers_can_be_compared_with_others():
    boxes = ((1e308, 0, 1e308, 9), (0, 0, 1e-320, 1e-320), (0, 0, 2e-320, 2e-320), (10, 10, 9, 9))
    kinds = [fault.kind for fault in found(*boxes, relations=[rel(0, "left_of", 3), rel(3, "left_of", 1)])]
    assert kinds == ["not_finite", "zero_size", "zero_size"]


def test_objects_without_an_entry_are_missing():
    assert faults(["cat", "dog"], [], CANVAS, [(10, 10, 50, 50)]) == (Fault("missing_object", (1,)),)


def test_a_box_shared_by_two_is_named_once():
    assert found((10, 10, 50, 50), (10, 10, 50, 50)) == (Fault("shared_box", (0, 1)),)


def test_an_overlap_counts_from_a_fifth_of_the_smaller_box_on():
    assert found((0, 0, 100, 100), (80, 0, 200, 100)) == ()
    assert found((0, 0, 100, 100), (79, 0, 200, 100)) == (Fault("overlap", (0, 1)),)


@pytest.mark.parametrize("predicate", ["on", "supports", "inside", "contains", "under", "over", "in_front_of", "behind"])
def test_a_relation_may_allow_an_overlap_either_way_round(predicate):
    boxes = ((10, 10, 100, 100), (20, 20, 100, 100))
    assert found(*boxes, relations=[rel(0, predicate, 1)]) == ()
    assert found(*boxes, relations=[rel(1, predicate, 0)]) == ()


@pytest.mark.parametrize("predicate", ["left_of", "near", "next_to"])
def test_other_relations_do_not_allow_an_overlap(predicate):
    assert Fault("overlap", (0, 1)) in found((10, 10, 100, 100), (20, 20, 100, 100), relations=[rel(0, predicate, 1)])


def test_the_cup_on_the_tray_on_the_table_may_overlap_the_table():
    boxes = ((100, 96, 30, 14), (50, 100, 150, 20), (20, 105, 400, 200))
    relations = [rel(0, "on", 1), rel(1, "on", 2)]
    assert found(*boxes, relations=relations) == ()
    assert [fault.kind for fault in found(*boxes)] == ["overlap", "overlap", "overlap"]


@pytest.mark.parametrize(
    ("predicate", "wrong"),
    [("left_of", True), ("right_of", False), ("above", True), ("below", False), ("near", False)],
)
def test_a_direction_the_wrong_way_round_is_named_with_its_subject_first(predicate, wrong):
    boxes = ((300, 300, 50, 50), (10, 10, 50, 50))
    expected = (Fault("wrong_side", (0, 1)),) if wrong else ()
    assert found(*boxes, relations=[rel(0, predicate, 1)]) == expected


def test_equal_centres_are_on_no_side():
    assert found((10, 10, 50, 50), (10, 300, 50, 50), relations=[rel(0, "left_of", 1)]) == (Fault("wrong_side", (0, 1)),)


def test_depth_is_judged_only_where_it_is_given():
    boxes, relations = ((10, 10, 50, 50), (300, 10, 50, 50)), [rel(0, "in_front_of", 1)]
    assert found(*boxes, relations=relations) == ()
    assert found(*boxes, relations=relations, depth=(1, 2)) == ()
    assert found(*boxes, relations=relations, depth=(2, 1)) == (Fault("wrong_side", (0, 1)),)


def test_any_unit_of_the_canvas_will_do_and_rounding_is_no_fault():
    assert found((0.1, 0.7, 0.2, 0.1 + 0.2), canvas=(1, 1)) == ()
    assert found((0.0, 0.0, 1.0, 1.0), canvas=(1, 1)) == (Fault("full_canvas", (0,)),)


def test_relations_that_dangle_or_name_one_thing_twice_are_left_to_others():
    assert found((10, 10, 50, 50), relations=[rel(0, "left_of", 7), rel(0, "left_of", 0), rel(0, "top_left")]) == ()


GPT4 = Path("../shared/data/layoutgpt_gpt4_spatial.json")
WORDS = {"left": "left_of", "right": "right_of", "top": "above", "under": "below", "underneath": "below", "below": "below"}


def gpt4_layouts():
    """Relation and boxes of the layouts that list two objects, both of which the prompt names, in its order."""
    for item in json.loads(GPT4.read_text()):
        prompt = item["prompt"].lower()
        predicate = next((p for word, p in WORDS.items() if word in prompt.rstrip(".").split()), None)
        named = sorted((prompt.find(name.lower()), box) for name, box in item["object_list"])
        if predicate and len(named) == 2 and named[0][0] >= 0:
            yield predicate, [[x, y, right - x, bottom - y] for _, (x, y, right, bottom) in named]


@pytest.mark.skipif(not GPT4.exists(), reason="the published layouts are not here")
def test_layouts_by_gpt4_that_have_it_the_wrong_way_round_are_named():
    judged = wrong = 0
    for predicate, boxes in gpt4_layouts():
        kinds = {fault.kind for fault in found(*boxes, relations=[rel(0, predicate, 1)], canvas=(1, 1))}
        (ax, ay, aw, ah), (bx, by, bw, bh) = boxes
        ways = {"left_of": bx + bw / 2 - ax - aw / 2, "above": by + bh / 2 - ay - ah / 2}
        ways |= {"right_of": -ways["left_of"], "below": -ways["above"]}
        if abs(ways[predicate]) > 1e-9:
            assert ("wrong_side" in kinds) == (ways[predicate] < 0)
        judged += 1
        wrong += "wrong_side" in kinds
    assert judged > 900
    assert 15 <= wrong <= 25
