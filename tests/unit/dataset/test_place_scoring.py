"""Boxes and points in evaluation: read from what a model says, and right by their place."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dataset.evaluation.eval_items import Item, SplitQuestions
from dataset.evaluation.eval_session import EvalRequest, open_session
from dataset.evaluation.place_scoring import is_hit, numbers_in, region_of
from dataset.evaluation.prompting import prompt
from dataset.evaluation.reply_outcome import HIT, MISS, outcome_of
from dataset.evaluation.scores import score
from dataset.exports import Source, export
from dataset.exports.formats import counted
from schemas.errors import UserError
from schemas.ids import question_id
from schemas.llm.contract import Reply
from tests.fakes.events import make_qa
from tests.fakes.gallery import store_samples
from tests.unit.dataset.test_evaluation import Knowing, run, write_file

BOX = Item("b", "Where is the cup?", (), "[10, 20, 30, 40]", "grounding", region=(10, 20, 30, 40))


def reply(said: str) -> Reply:
    return Reply(said, "done", "model", 100, 5, 0.1)


POINT = Item("p", "Point at the cup.", (), "[25, 40]", "grounding", region=(10, 20, 30, 40))


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("[10, 20, 30, 40]", (10, 20, 30, 40)),
        ("The box is [10, 20.5, 30, 40].", (10, 20.5, 30, 40)),
        ('{"answer": [25, 40]}', (25, 40)),
        ('{"bbox_2d": [10, 20, 40, 60], "label": "cup"}', (10, 20, 30, 40)),
        ('```json\n[{"point_2d": [25, 40], "label": "cup"}]\n```', (25, 40)),
        ("First I thought [1, 2], but it is [3, 4]", (3, 4)),
        ("<think>[1, 2, 3, 4]</think>no idea", None),
        ("[1, 2, 3]", None),
        ("[true, false]", None),
        ('["a", "b"]', None),
        ("[1e999, 2]", None),
        ("", None),
    ],
)
def test_the_numbers_of_a_response_are_read(said: str, meant: tuple[float, ...] | None):
    assert outcome_of(reply(said), BOX, 200).choice is (
        None if meant is None else HIT if meant[0] == 10 and len(meant) == 4 else MISS
    )
    if "think" not in said:
        assert numbers_in(said) == meant


@given(st.text())
def test_any_text_is_read_without_an_error(said: str):
    assert outcome_of(reply(said), BOX, 200).choice in (None, HIT, MISS)


@pytest.mark.parametrize(
    ("given_box", "right"),
    [((10, 20, 30, 40), True), ((10, 20, 30, 20), True), ((10, 20, 30, 19), False), ((25, 20, 30, 40), False),
     ((10, 20, 0, 40), False), ((25, 40), False), ((300, 300, 30, 40), False)],
)  # fmt: skip
def test_a_box_is_right_from_half_of_the_union_on(given_box: tuple[float, ...], right: bool):
    assert is_hit(given_box, BOX.answer, (10, 20, 30, 40)) is right


@pytest.mark.parametrize(
    ("point", "right"), [((10, 20), True), ((40, 60), True), ((41, 40), False), ((25, 19), False), ((1, 2, 3, 4), False)]
)
def test_a_point_is_right_inside_the_box_of_its_thing(point: tuple[float, ...], right: bool):
    assert is_hit(point, POINT.answer, (10, 20, 30, 40)) is right


def test_an_answer_that_says_no_place_has_no_region():
    assert region_of("[1, 2]", None) is None
    assert region_of("[1, 2, 0, 4]", None) is None
    assert region_of("a long story", (1, 2, 3, 4)) is None


def test_scores_count_hits_and_the_prompt_offers_no_letters():
    found = score([BOX, POINT], {"b": HIT, "p": MISS})
    assert (found["all"]["right"], found["all"]["asked"]) == (1, 2)
    assert found["kind"]["grounding"]["right"] == 1
    assert "A." not in prompt(BOX)


def grounded_sample(kind: str, answer: str):
    event = make_qa()
    text = f"Where is it? {answer}"
    thing = event.scene.objects[1]
    asked = event.questions[0].model_copy(
        update={
            "id": question_id(event.sample_id, text), "question": text, "kind": kind, "choices": (), "answer": answer,
            "objects": (thing.id,),
        }
    )  # fmt: skip
    return event.model_copy(update={"questions": (*event.questions, asked)}), thing


def test_places_of_a_split_are_asked_and_scored_and_descriptions_are_not(tmp_path):
    event, thing = grounded_sample("grounding", "[3, 4]")
    uri = str(tmp_path / "grounded")
    store_samples(uri, [event])
    asked = [item for split in ("train", "validation", "test") for item in items_of(uri, split) if not item.choices]
    assert [(item.answer, item.region) for item in asked] == [("[3, 4]", tuple(thing.box))]
    described, _ = grounded_sample("description", "A cat. A dog.")
    uri = str(tmp_path / "described")
    store_samples(uri, [described])
    assert all(item.choices for split in ("train", "validation", "test") for item in items_of(uri, split))


def test_an_export_says_which_questions_its_form_has_no_place_for(tmp_path):
    events = [grounded_sample("description", "A cat. A dog.")[0]]
    uri = str(tmp_path / "described")
    store_samples(uri, events)
    source = Source.open(uri)
    said = {}
    for form in ("questions", "llava"):
        said[form] = counted(source, form, export(source, form, tmp_path / form))
    assert said["questions"].endswith(
        "1 sample in 2 questions; left out, since this form has no place for them: description 1"
    )
    assert said["llava"].endswith("1 sample in 3 conversations"), "it writes all"


def items_of(uri: str, split: str) -> list[Item]:
    return list(SplitQuestions(uri, split).items())


@pytest.mark.thorough
def test_a_file_may_ask_for_places(tmp_path):
    line = {"image": "pictures/1.png", "question": "Where?", "choices": [], "answer": "[1, 2, 3, 4]", "kind": "grounding"}
    point = {**line, "question": "Point.", "answer": "[2, 3]", "region": [1, 2, 3, 4]}
    session = open_session(EvalRequest(None, "test", write_file(tmp_path, [line, point])), "knowing", tmp_path / "out")
    run(session, Knowing())
    found, _ = session.report()
    assert found["scores"] is not None
    assert found["scores"]["all"]["right"] == 2
    assert found["baselines"]["random"]["all"]["asked"] == 0


@pytest.mark.parametrize(
    "fault",
    [{"kind": "other"}, {"answer": "[1, 2]"}, {"answer": "here"}, {"choices": ["[1, 2, 3, 4]"]}],
)
def test_a_file_whose_place_is_none_is_refused(tmp_path, fault):
    line = {"image": "pictures/1.png", "question": "Where?", "choices": [], "answer": "[1, 2, 3, 4]", "kind": "grounding"}
    with pytest.raises(UserError, match="line 1"):
        open_session(EvalRequest(None, "test", write_file(tmp_path, [{**line, **fault}])), None, tmp_path / "out")
