"""A question that its picture does not answer stands with its twin: in subsets, without what is flagged, in the audit."""

from typing import Any

import pytest

from dataset.audit.questions.question_check import question_faults
from dataset.reading.picture_twins import chosen_with_twins, twin_of, with_twins
from dataset.review.verdict_table import Flagged
from spatial.questions.rules.unknown_rules import UNKNOWN
from tests.fakes.scenes import random_scene

Question = dict[str, Any]


def question(one: str, text: str, answer: str, *views: int) -> Question:
    return {"id": one, "question": text, "answer": answer, "views": list(views)}


BLIND, TOLD = question("b", "Where is the cat?", UNKNOWN, 1), question("t", "Where is the cat?", "left")
ALONE, OTHER = question("a", "Which is it?", UNKNOWN), question("o", "Is it?", "yes")
ROW = [BLIND, OTHER, TOLD, ALONE]


def test_a_twin_has_the_same_text_and_is_answered():
    assert twin_of(BLIND, ROW) == TOLD
    assert twin_of(TOLD, ROW) is None
    assert twin_of(ALONE, ROW) is None  # of one picture: nothing else could be asked


def test_what_lost_its_twin_is_left_out_and_nothing_else():
    assert with_twins([BLIND, OTHER, ALONE], ROW) == [OTHER, ALONE]
    assert with_twins([TOLD, OTHER], ROW) == [TOLD, OTHER]
    assert with_twins(ROW, ROW) == ROW


@pytest.mark.parametrize(
    ("number", "chosen"),
    [(1, [OTHER]), (2, [BLIND, TOLD]), (3, [BLIND, TOLD, OTHER]), (4, [BLIND, TOLD, OTHER, ALONE])],
)
def test_a_choice_takes_both_twins_or_passes_on(number: int, chosen: list[Question]):
    assert chosen_with_twins(ROW, number) == chosen


def test_a_question_of_which_the_twin_is_flagged_is_left_out_too():
    kept = Flagged(frozenset(), frozenset({"t"})).kept({"sample_id": "s", "questions": ROW})
    assert kept is not None
    assert kept["questions"] == [OTHER, ALONE]


def test_the_audit_finds_a_question_that_lost_its_twin():
    scene = random_scene(1)
    for questions, wanted in (([BLIND], 1), ([BLIND, TOLD], 0), ([ALONE], 0)):
        made = [{**each, "choices": [], "kind": "unanswerable", "objects": [], "certificate": "{}"} for each in questions]
        row = {
            "sample_id": "s", "split": "train", "objects": [], "relations": [], "excluded": [], "views": None,
            "questions": made,
        }  # fmt: skip
        assert sum(fault.kind == "missing_twin" for fault in question_faults(row, scene)) == wanted
