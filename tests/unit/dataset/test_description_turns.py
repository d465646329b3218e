"""Descriptions, and questions that leave open whether the picture tells, in exported conversations."""

from typing import Any

import pytest

from dataset.exports.conversation_turns import conversations
from spatial.questions import ask
from spatial.questions.kind_table import KINDS
from tests.fakes.scenes import random_scene

ALONE = ("description", "false_description", "unanswerable")


def row_with(kind: str) -> dict[str, Any]:
    """A row of a random scene with a question of the kind."""
    for seed in range(200):
        scene = random_scene(seed)
        questions = [question.model_dump(mode="json") for question in ask(scene, seed)]
        if any(question["kind"] == kind for question in questions) and len(questions) > 2:
            width, height = scene.canvas
            return {**scene.model_dump(mode="json"), "questions": questions, "width": width, "height": height}
    raise LookupError(kind)


def test_a_description_is_written_without_choices_and_wrong_sentences_a_line_each():
    row = row_with("description")
    [question] = [each for each in row["questions"] if each["kind"] == "description"]
    turns = [turn for [turn] in conversations(row, "one")]
    assert (question["question"], question["answer"]) in [(turn.question, turn.answer) for turn in turns]
    row = row_with("false_description")
    [question] = [each for each in row["questions"] if each["kind"] == "false_description"]
    [turn] = [turn for [turn] in conversations(row, "one") if turn.answer == question["answer"]]
    text, _, *choices = turn.question.split("\n")
    assert (text, choices) == (question["question"], question["choices"])


@pytest.mark.parametrize("kind", ALONE)
def test_what_tells_of_nearly_everything_has_a_conversation_of_its_own(kind: str):
    row = row_with(kind)
    texts = [question["question"] for question in row["questions"] if question["kind"] in ALONE]
    for turns in conversations(row, "many"):
        if any(turn.question.startswith(text) for turn in turns for text in texts):
            assert len(turns) == 1


def test_these_kinds_are_kinds():
    assert set(ALONE) <= set(KINDS)
