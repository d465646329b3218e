"""Places in exports: each trainer's own numbers, in question and answer."""

from typing import Any

import pytest

from dataset.exports.box_conventions import LLAVA, QWEN, Convention
from dataset.exports.conversation_turns import conversations
from spatial.questions import parse
from tests.fakes.quality_rows import asked, thing

BOX = "Where is the red cup in the picture? Answer with a bounding box as [x, y, width, height] in pixels."
POINT = "Point at the red cup in the picture: answer with a point as [x, y] in pixels."
GIVEN = "In the picture, what is in the bounding box [100, 50, 40, 20], given as x, y, width and height in pixels?"


def row(*questions: dict[str, Any]) -> dict[str, Any]:
    things = [{"id": 0, **thing("cup", (100, 50, 40, 20), 0.1, "red")}, {"id": 1, **thing("plate", (10, 10, 40, 20))}]
    return {"sample_id": "0" * 16, "objects": things, "excluded": [], "questions": questions, "width": 400, "height": 200}


def place(text: str, answer: str, choices: tuple[str, ...] = ()) -> dict[str, Any]:
    return asked(text, answer, {}, kind="grounding", choices=choices, objects=[0])


@pytest.mark.parametrize(
    ("convention", "box", "point"),
    [
        (None, "[100, 50, 40, 20]", "[120, 60]"),
        (LLAVA, "[0.25, 0.25, 0.35, 0.35]", "[0.3, 0.3]"),
        (
            QWEN["thousand"],
            '{"bbox_2d": [250, 250, 350, 350], "label": "red cup"}',
            '{"point_2d": [300, 300], "label": "red cup"}',
        ),
        (
            QWEN["pixel"],
            '{"bbox_2d": [100, 50, 140, 70], "label": "red cup"}',
            '{"point_2d": [120, 60], "label": "red cup"}',
        ),
    ],
)
def test_answers_are_in_the_trainers_numbers(convention: Convention | None, box: str, point: str):
    found = conversations(row(place(BOX, "[100, 50, 40, 20]"), place(POINT, "[120, 60]")), "one", convention)
    assert [turns[0].answer for turns in found] == [box, point]
    assert not any("Answer with one of" in turns[0].question for turns in found)


@pytest.mark.parametrize("name", ["thousand", "pixel"])
def test_the_question_says_which_numbers_it_wants(name: str):
    found = conversations(row(place(BOX, "[100, 50, 40, 20]"), place(POINT, "[120, 60]")), "one", QWEN[name])
    assert [turns[0].question.rpartition("as ")[2] for turns in found] == [
        "JSON with bbox_2d and label.", "JSON with point_2d and label.",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("convention", "words"),
    [
        (LLAVA, "[0.25, 0.25, 0.35, 0.35], given as x1, y1, x2, y2 from 0 to 1?"),
        (QWEN["thousand"], "[250, 250, 350, 350], given as x1, y1, x2, y2 from 0 to 1000?"),
        (QWEN["pixel"], "[100, 50, 140, 70], given as x1, y1, x2, y2 in pixels?"),
    ],
)
def test_a_given_box_is_in_the_trainers_numbers_too(convention: Convention, words: str):
    found = conversations(row(place(GIVEN, "cup", ("cup", "plate"))), "one", convention)
    assert found[0][0].question == f"In the picture, what is in the bounding box {words}\nAnswer with one of: cup, plate."
    assert found[0][0].answer == "cup"


def test_every_sentence_about_a_place_says_its_numbers_in_the_words_that_are_replaced():
    from spatial.questions.wording.realisation import realise, variants

    for text in (BOX, POINT, GIVEN):
        query = parse(text)
        for number in range(variants(query)):
            words = realise(query, number)
            said = conversations(row(place(words, "[1, 2, 3, 4]" if text == BOX else "[1, 2]")), "one", LLAVA)
            assert "pixels" not in said[0][0].question, words


def test_many_turns_put_no_place_beside_what_it_decides():
    side = "On which side of the plate is the red cup in the picture?"
    other = asked(side, "right", {}, kind="direction_open", choices=("left", "right"), objects=[0, 1])
    boxes = [place(BOX, "[100, 50, 40, 20]"), place(BOX.replace("red cup", "plate"), "[10, 10, 40, 20]")]
    boxes[1]["objects"] = [1]
    assert [len(turns) for turns in conversations(row(*boxes, other), "many")] == [2, 1]
    assert len(conversations(row(boxes[0], place(GIVEN, "cup", ("cup", "plate"))), "many")) == 2
