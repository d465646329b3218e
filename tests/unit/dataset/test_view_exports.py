"""Questions about two pictures in exports: each trainer's form for several pictures, boxes in its convention."""

import importlib.util
import json
import re
from pathlib import Path
from types import ModuleType
from typing import Any

import datasets
import pytest

from dataset.evaluation.eval_items import FileQuestions, SplitQuestions
from dataset.exports import Source, export
from dataset.table.row_encoding import rows_of
from schemas.interfaces import Sample
from tests.fakes.line import store_rows

pytestmark = pytest.mark.thorough

Row = dict[str, Any]
TWO = 2


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory, view_samples: list[Sample]) -> str:
    return store_rows(str(tmp_path_factory.mktemp("views") / "table"), view_samples)


@pytest.fixture(scope="module")
def rows(view_samples: list[Sample]) -> dict[str, Row]:
    return {row["sample_id"]: row for row in rows_of(view_samples).to_pylist() if row["split"] == "train"}


def shown(row: Row, question: Row) -> list[bytes]:
    """The files of the pictures that a question shows."""
    files = [row["image"]["bytes"], *(view["image"]["bytes"] for view in row["views"] or ())]
    return [files[number] for number in question["views"] or [0]]


def of_two(rows: dict[str, Row]) -> list[tuple[Row, Row]]:
    found = [(row, question) for row in rows.values() for question in row["questions"] if question["views"]]
    assert len(found) >= TWO
    return found


def items_in(out: Path, form: str) -> list[Row]:
    if form == "llama-vision":
        return [json.loads(line) for line in (out / "train.jsonl").read_text().splitlines()]
    found: list[Row] = json.loads((out / ("skg_train.json" if form == "sharegpt" else "train.json")).read_text())
    return found


def said(item: Row) -> str:
    """The first message, without pictures."""
    if "messages" in item:
        return str(item["messages"][0]["content"][-1]["text"])
    return str(item["conversations"][0]["value"]).replace("<image>\n", "")


def markers(item: Row) -> int:
    if "messages" in item:
        return sum(part["type"] == "image" for message in item["messages"] for part in message["content"])
    return sum(str(turn["value"]).count("<image>") for turn in item["conversations"])


@pytest.mark.parametrize("turns", ["one", "many"])
@pytest.mark.parametrize("form", ["llava", "qwen-vl", "llama-vision", "sharegpt"])
def test_a_conversation_has_the_pictures_of_its_questions_in_their_order(
    table: str, rows: dict[str, Row], tmp_path: Path, form: str, turns: Any
):
    out = export(Source.open(table).with_turns(turns), form, tmp_path / "out")
    pairs = 0
    for item in items_in(out, form):
        paths = item.get("images") or item["image"]
        names = paths if isinstance(paths, list) else [paths]
        assert markers(item) == len(names)
        files = [(out / name).read_bytes() for name in names]
        text = re.split(r"\n|,? (?:given )?as ", said(item))[0]
        asked = [
            (row, question) for row in rows.values() for question in row["questions"]
            if question["question"].startswith(text) and shown(row, question) == files
        ]  # fmt: skip
        assert asked, text
        pairs += len(names) == TWO
        if len(names) == TWO:
            assert len(item.get("messages") or item["conversations"]) == TWO  # one question, one answer
    assert pairs == len(of_two(rows))


@pytest.mark.parametrize(("form", "most"), [("llava", 1), ("qwen-vl", 1000)])
def test_boxes_among_the_choices_are_in_the_trainers_numbers(
    table: str, rows: dict[str, Row], tmp_path: Path, form: str, most: int
):
    boxed = [question for _, question in of_two(rows) if question["answer"].startswith("[")]
    assert boxed
    out = export(Source.open(table), form, tmp_path / "out")
    answers = [item["conversations"] for item in items_in(out, form) if isinstance(item["image"], list)]
    found = 0
    for question, answer in answers:
        numbers = re.findall(r"\[[^a-z]+?\]", question["value"])
        if numbers:
            assert answer["value"] in numbers
            assert all(0 <= number <= most for each in numbers for number in json.loads(each))
            assert "given as x1, y1, x2, y2" in question["value"]
            found += 1
    assert found == len(boxed)


def helpers_of(out: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("exported_utils", out / "utils.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_benchmark_shows_both_pictures(table: str, rows: dict[str, Row], tmp_path: Path):
    out = export(Source.open(table, split="train"), "lmms-eval", tmp_path / "out")
    docs = datasets.load_dataset(str(out / "data"), cache_dir=str(tmp_path / "cache"))["train"]
    views = {question["id"]: question["views"] for row in rows.values() for question in row["questions"]}
    for doc in docs:
        pictures = helpers_of(out).doc_to_visual(doc)
        assert len(pictures) == len(views[doc["question_id"]] or [0])
    assert any(views[doc["question_id"]] for doc in docs)


def test_an_evaluation_shows_the_pictures_of_each_question(table: str, rows: dict[str, Row]):
    by_id = {question["id"]: (row, question) for row in rows.values() for question in row["questions"]}
    several = 0
    for item, picture in SplitQuestions(table, "train").with_pictures():
        row, question = by_id[item.id]
        assert [each.data for each in picture.all] == shown(row, question)
        assert item.pictures == len(picture.all)
        several += item.pictures == TWO
    assert several == len(of_two(rows))


def test_a_file_of_questions_may_show_two_pictures_of_an_export(table: str, rows: dict[str, Row], tmp_path: Path):
    out = export(Source.open(table), "llama-vision", tmp_path / "out")
    row, question = of_two(rows)[0]
    item = next(
        item
        for item in items_in(out, "llama-vision")
        if len(item["images"]) == TWO and said(item).startswith(question["question"])
    )
    line = {"images": item["images"], **{name: question[name] for name in ("question", "choices", "answer", "kind")}}
    (out / "questions.jsonl").write_text(json.dumps(line))
    ((asked, picture),) = FileQuestions(out / "questions.jsonl").with_pictures()
    assert asked.pictures == TWO
    assert [each.data for each in picture.all] == shown(row, question)
