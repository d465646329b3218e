"""The drawing of a proof over the picture: what is measured, at the right place, of every kind of question."""

import json
import math
from typing import Any

import pytest

from dataset.gallery.views.proof_drawing import DRAWINGS, proof_marks, second_marks
from dataset.gallery.views.proof_marks import LINE, apart, measure, nearest_points, words
from dataset.table.row_encoding import rows_of
from schemas.interfaces import Sample
from spatial.questions import question_kinds

CAT, DOG, CUP = [10, 100, 40, 40], [300, 110, 60, 80], [180, 20, 20, 20]
ROW = {
    "width": 400, "height": 400, "camera": None,
    "objects": [
        {"id": number, "category": name, "box": box, "depth": depth}
        for number, (name, box, depth) in enumerate((("cat", CAT, 0.2), ("dog", DOG, 0.6), ("cup", CUP, 0.9)))
    ],
}  # fmt: skip


def question(
    query: dict[str, Any], things: tuple[int, ...], answer: str = "yes", named: tuple[int, ...] | None = None, **more
):
    references = [{"text": "it", "object": number} for number in (things if named is None else named)]
    proof = {"query": query, "references": references, "premises": more.pop("premises", [])}
    return {"id": "q", "objects": list(things), "answer": answer, "certificate": json.dumps(proof), "views": None, **more}


def texts(marks) -> list[str]:
    return [mark["text"] for mark in marks if mark.get("text")]


def forms(marks) -> list[str]:
    return [mark["form"] for mark in marks]


def test_a_side_is_measured_between_the_centres_with_its_share_of_the_picture():
    marks = proof_marks(question({"op": "side", "subject": {}, "object": {}}, (0, 1)), ROW)
    assert texts(marks) == ["300 px, 75%"]
    measured = [mark for mark in marks if mark["form"] == "line" and not mark["dashed"]]
    assert {mark["x1"] for mark in measured} == {30.0, 330.0}
    assert [(mark["x"], mark["y"]) for mark in marks if mark["form"] == "dot"] == [(30.0, 120.0), (330.0, 150.0)]


def test_what_faces_another_thing_has_an_arrow_that_says_so():
    query = {"op": "faces", "subject": {}, "object": {}}
    assert texts(proof_marks(question(query, (0, 1), "yes"), ROW)) == ["faces"]
    assert texts(proof_marks(question(query, (0, 1), "no"), ROW)) == ["does not face"]


def test_height_is_measured_along_the_other_axis():
    query = {"op": "directed", "subject": {}, "predicate": "above", "object": {}}
    assert texts(proof_marks(question(query, (2, 0)), ROW)) == ["90 px, 22%"]


def test_distances_go_from_edge_to_edge_of_both_that_are_compared():
    query = {"op": "closer", "subject": {}, "anchor": {}, "other": {}}
    marks = proof_marks(question(query, (0, 1, 2)), ROW)
    gaps = [math.dist(*nearest_points(box, DOG)) for box in (CAT, CUP)]
    assert texts(marks) == [f"{gap:.0f} px" for gap in gaps]


@pytest.mark.parametrize(
    ("course", "centres"),
    [
        ("left_to_right", [(30.0, 120.0), (190.0, 30.0), (330.0, 150.0)]),
        ("right_to_left", [(330.0, 150.0), (190.0, 30.0), (30.0, 120.0)]),
        ("top_to_bottom", [(190.0, 30.0), (30.0, 120.0), (330.0, 150.0)]),
        ("bottom_to_top", [(330.0, 150.0), (30.0, 120.0), (190.0, 30.0)]),
    ],
)
def test_a_row_is_numbered_in_the_order_of_its_answer_whatever_the_order_of_the_question(
    course: str, centres: list[tuple[float, float]]
):
    query = {"op": "row_order", "course": course, "first": {}, "second": {}, "third": {}}
    for asked in ((0, 1, 2), (2, 0, 1)):
        marks = proof_marks(question(query, asked), ROW)
        numbered = [(mark["text"], (mark["x"], mark["y"])) for mark in marks if mark["form"] == "dot"]
        assert numbered == list(zip("123", centres, strict=True))


def test_depth_is_an_arrow_from_the_nearer_to_the_farther_with_both_depths():
    query = {"op": "deeper", "subject": {}, "predicate": "behind", "object": {}}
    marks = proof_marks(question(query, (1, 0)), ROW)
    assert [(mark["x1"], mark["x2"]) for mark in marks if mark["form"] == "line"] == [(30.0, 330.0)]
    assert texts(marks) == ["depth 0.20", "depth 0.60"]
    assert texts(proof_marks(question(query, (1, 0)), {**ROW, "camera": {}})) == ["depth 0.20 m", "depth 0.60 m"]


def test_distances_from_the_camera_are_those_that_the_row_states():
    objects = [{**thing, "distance": 3.21 if thing["id"] else None} for thing in ROW["objects"]]
    marks = proof_marks(question({"op": "nearest_camera", "things": [{}, {}]}, (0, 1)), {**ROW, "objects": objects})
    assert texts(marks) == ["depth 0.20", "3.21 m"]


def test_counted_things_are_numbered_and_the_reference_is_the_line_between_them():
    query = {"op": "count", "category": "cat", "predicate": "left_of", "anchor": {}}
    marks = proof_marks(question(query, (1, 0, 2), "2", named=(1,)), ROW)
    assert texts(marks) == ["1", "2"]
    assert [(mark["x1"], mark["y1"], mark["x2"], mark["y2"]) for mark in marks if mark["form"] == "line"] == [
        (330.0, 0.0, 330.0, 400)
    ]


@pytest.mark.parametrize(("place", "box"), [("left", (0, 0, 133.3, 400)), ("bottom_right", (266.7, 266.7, 133.3, 133.3))])
def test_a_place_is_the_part_of_the_picture_that_it_means(place, box):
    (part, _) = proof_marks(question({"op": "in_place", "subject": {}, "place": place}, (0,)), ROW)
    assert (part["x"], part["y"], part["w"], part["h"]) == pytest.approx(box)


def test_an_answer_that_is_a_place_is_drawn_there():
    query = {"op": "locate", "form": "box", "subject": {}}
    assert forms(proof_marks(question(query, (0,), "[10, 100, 40, 40]"), ROW)) == ["area", "text"]
    assert texts(proof_marks(question(query, (0,), "[12, 110]"), ROW)) == ["12, 110"]


def test_things_that_are_named_by_others_have_an_arrow_from_them():
    query = {"op": "attribute", "family": "colour", "subject": {"predicate": "nearest", "anchor": {"category": "cup"}}}
    marks = proof_marks(question(query, (0, 2), "red", named=(0,)), ROW)
    assert texts(marks) == ["nearest", "red"]


def test_without_a_drawing_of_its_own_the_relations_of_the_proof_are_arrows():
    premises = [{"relation": [0, "left_of", 1], "drawn": True}, {"relation": [1, "near", 2], "drawn": True}]
    marks = proof_marks(question({"op": "describe"}, (0, 1), premises=premises), ROW)
    assert texts(marks) == ["left of"], "only between the question's own things"


@pytest.mark.parametrize("certificate", ["no JSON", "[]", '{"query": 3}', '{"query": {"op": "side", "subject": {}}}'])
def test_what_cannot_be_read_is_not_drawn(certificate):
    assert proof_marks({**question({}, (0,)), "certificate": certificate}, ROW) == []


def test_of_a_question_about_two_pictures_a_box_that_is_the_answer_is_drawn_over_the_second():
    sides = {**question({"op": "side", "subject": {}, "object": {}}, (0, 1)), "views": [0, 1]}
    assert proof_marks(sides, ROW) == second_marks(sides, 1) == []
    boxes = {**question({"op": "same_box", "subject": {}}, (0,), "[10, 20, 30, 40]"), "views": [1, 0]}
    assert forms(proof_marks(boxes, ROW)) == ["area", "text"]
    assert second_marks(boxes, 1) == []
    assert forms(second_marks({**boxes, "views": [0, 2]}, 2)) == ["area", "text"]


def test_a_measure_of_nothing_is_its_text_alone():
    assert forms(measure((5, 5), (5, 5), 400, "0 px")) == ["text"]


def test_every_drawing_is_of_a_query_that_there_is():
    ops = {
        model.model_fields["op"].default
        for model in vars(question_kinds).values()
        if isinstance(model, type) and "op" in getattr(model, "model_fields", {})
    }
    assert DRAWINGS.keys() - ops == set()


@pytest.mark.thorough
def test_drawings_of_real_questions_lie_in_the_picture(view_samples: list[Sample], solid_samples: list[Sample]):
    drawn = 0
    for row in rows_of([*view_samples, *solid_samples]).to_pylist():
        for asked in row["questions"]:
            for mark in proof_marks(asked, row):
                drawn += 1
                for name in ("x1", "x2", "x"):
                    assert -1 <= mark.get(name, 0) <= 1.1 * row["width"], (asked["question"], mark)
                for name in ("y1", "y2", "y"):
                    assert -1 <= mark.get(name, 0) <= 1.1 * row["height"], (asked["question"], mark)
    assert drawn > 50


def numbered(marks) -> dict[tuple[float, float], str]:
    """The numbers by where they stand."""
    return {(mark["x"], mark["y"]): mark["text"] for mark in marks if mark["form"] == "dot" and mark["text"]}


AT_CAT, AT_DOG, AT_CUP = (30.0, 120.0), (330.0, 150.0), (190.0, 30.0)


@pytest.mark.parametrize(
    ("query", "things", "named", "numbers"),
    [
        ({"op": "count_where", "predicate": "left_of", "anchor": {}, "things": [{}, {}]}, (2, 0, 1), (2, 0, 1),
         {AT_CAT: "1"}),
        ({"op": "odd_one_out", "predicate": "behind", "anchor": {}, "things": [{}, {}]}, (0, 1, 2), (0, 1, 2),
         {AT_DOG: "1", AT_CUP: "2"}),
        ({"op": "compare_counts", "category": "cat", "than": "dog"}, (0, 1, 2), (),
         {AT_CAT: "1", AT_DOG: "1", AT_CUP: "1"}),
        ({"op": "compare_counts", "category": "cat", "predicate": "left_of", "anchor": {}}, (2, 0, 1), (2,),
         {AT_CAT: "1", AT_DOG: "1"}),
        ({"op": "compare_counts", "category": "cup", "predicate": "on", "anchor": {}, "other": {}}, (0, 1, 2), (0, 1),
         {AT_CUP: "1"}),
        ({"op": "count", "category": "cat", "predicate": "left_of", "anchor": {}}, (2, 0), (2,), {AT_CAT: "1"}),
    ],
    ids=["of named ones those that fit", "those that are alike", "by category", "by side", "not the stools", "all"],
)  # fmt: skip
def test_only_what_is_counted_has_a_number_and_each_count_begins_anew(
    query: dict[str, Any], things: tuple[int, ...], named: tuple[int, ...], numbers: dict[tuple[float, float], str]
):
    premises = [{"object": each["id"], "category": each["category"]} for each in ROW["objects"]]
    assert numbered(proof_marks(question(query, things, named=named, premises=premises), ROW)) == numbers


def test_what_is_found_is_related_to_what_is_named_as_the_question_says():
    find = {"op": "find", "anchor": {}}
    assert texts(proof_marks(question({**find, "predicate": "left_of"}, (1, 0), named=(1,)), ROW)) == ["300 px, 75%"]
    assert texts(proof_marks(question({**find, "predicate": "on"}, (1, 2), named=(1,)), ROW)) == ["on"]
    depths = texts(proof_marks(question({**find, "predicate": "behind"}, (0, 1), named=(0,)), ROW))
    assert depths == ["depth 0.20", "depth 0.60"]


def test_words_stay_in_the_picture():
    marks = proof_marks(question({"op": "outermost", "extreme": "leftmost"}, (0,)), ROW)
    (text,) = (mark for mark in marks if mark["form"] == "text")
    assert text["x"] >= len(text["text"]) * 0.018 * 400 / 2


def test_words_of_a_proof_leave_the_names_over_the_picture_free():
    name = (0.4, 0.48, 0.2, 0.04)
    (text,) = apart([words((256, 256), "depth 0.45")], [name], 512, 512)
    top, bottom = text["y"] - LINE * 512 / 2, text["y"] + LINE * 512 / 2
    assert bottom <= 0.48 * 512 + 0.2 or top >= 0.52 * 512 - 0.2
    assert abs(text["y"] - 256) <= 2 * LINE * 512, "near to its place"


def test_words_of_a_proof_leave_each_other_free_and_stay_where_there_is_room():
    one, other = apart([words((256, 256), "depth 0.45"), words((260, 258), "depth 0.50")], [], 512, 512)
    assert (one["x"], one["y"]) == (256, 256)
    assert abs(one["y"] - other["y"]) >= LINE * 512 - 0.2
