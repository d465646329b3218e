"""Questions about two pictures in exports: each trainer's form for several pictures, boxes in its convention."""

import importlib.util
import json
import re
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import datasets
import numpy as np
import pytest

from dataset.evaluation.eval_items import FileQuestions, SplitQuestions
from dataset.exports import Source, export
from dataset.exports.formats import FORMATS
from dataset.quality.quality_rows import read_rows
from dataset.table.columns import COLUMNS
from dataset.table.delta_table import Table
from dataset.table.held_out_share import properties_of
from dataset.table.row_encoding import rows_of
from schemas.errors import BadInput
from schemas.interfaces import Sample
from spatial.splits import DEFAULT_HELD_OUT_PER_MILLE
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


def shown_elsewhere(uri: str, samples: list[Sample], views: list[int]) -> str:
    """A table of one sample of the training split, of which one question shows these pictures; the sample's id."""
    stored = rows_of(samples)
    row = next(each for each in stored.to_pylist() if each["split"] == "train")
    row["questions"][0]["views"] = views
    table = Table.create(uri, COLUMNS, properties=properties_of(DEFAULT_HELD_OUT_PER_MILLE))
    table.append(type(stored).from_pylist([row], schema=stored.schema), {})
    return str(row["sample_id"])


@pytest.mark.parametrize("views", [[0, 7], [-1, 0], [3]])
def test_a_question_that_shows_a_picture_which_is_not_there_is_named_in_a_line(
    view_samples: list[Sample], tmp_path: Path, views: list[int]
):
    uri = str(tmp_path / "table")
    sample = shown_elsewhere(uri, view_samples, views)
    words = rf"sample {sample}: question \w+ shows picture -?\d, and the sample has (picture 0 alone|0 to \d)$"
    for form in FORMATS:
        with pytest.raises(BadInput, match=words) as told:
            export(Source.open(uri, split="train"), form, tmp_path / form)
        assert "\n" not in str(told.value)
        assert not (tmp_path / form).exists()
    with pytest.raises(BadInput, match=words):
        list(SplitQuestions(uri, "train").with_pictures())


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


def of_views(rows: dict[str, Row]) -> list[tuple[str, int, Row]]:
    """Every picture of a further camera with its sample and its number."""
    return [(name, k, view) for name, row in rows.items() for k, view in enumerate(row["views"] or (), start=1)]


def test_coco_has_each_further_picture_with_the_boxes_that_are_seen_in_it(table: str, rows: dict[str, Row], tmp_path: Path):
    out = export(Source.open(table), "coco", tmp_path / "out")
    read = json.loads((out / "annotations" / "instances_train.json").read_text())
    names = {category["id"]: category["name"] for category in read["categories"]}
    found = {(image["sample_id"], image.get("view", 0)): image for image in read["images"]}
    assert len(found) == len(read["images"]) == len(rows) + len(of_views(rows)) > len(rows)
    for sample_id, number, view in of_views(rows):
        image = found[sample_id, number]
        assert (out / "train" / image["file_name"]).read_bytes() == view["image"]["bytes"]
        assert (image["width"], image["height"]) == (view["width"], view["height"])
        boxes = [(names[box["category_id"]], box["bbox"]) for box in read["annotations"] if box["image_id"] == image["id"]]
        assert boxes == [(thing["category"], thing["box"]) for thing in view["objects"]]


def test_bop_has_each_further_picture_with_the_bodies_of_its_scene_where_it_shows_them(
    table: str, rows: dict[str, Row], tmp_path: Path
):
    out = export(Source.open(table, split="train"), "bop", tmp_path / "out")
    scene = out / "train" / "000000"
    cameras, poses, infos = (json.loads((scene / f"scene_{name}.json").read_text()) for name in ("camera", "gt", "gt_info"))
    assert len(cameras) == len(rows) + len(of_views(rows))
    bodies: dict[str, set[int]] = {}
    for number, camera in cameras.items():
        bodies.setdefault(camera["sample_id"], set()).update(pose["obj_id"] for pose in poses[number])
        assert (scene / "rgb" / f"{int(number):06}.png").is_file()
        matrix = np.array(camera["cam_K"]).reshape(3, 3)
        for pose, info in zip(poses[number], infos[number], strict=True):
            seen = matrix @ pose["cam_t_m2c"]
            x, y, width, height = info["bbox_obj"]
            at = np.clip(seen[:2] / seen[2] + 0.5, 0, 256)
            assert (np.array([x, y]) - 2 <= at).all()
            assert (at <= np.array([x + width, y + height]) + 2).all()
    seen_ids = {
        name: {thing["id"] for each in (row, *(row["views"] or ())) for thing in each["objects"]}
        for name, row in rows.items()
    }
    assert {name: len(found) for name, found in bodies.items()} == {name: len(found) for name, found in seen_ids.items()}


def test_lines_of_questions_are_the_questions_of_an_evaluation_with_their_pictures(
    table: str, rows: dict[str, Row], tmp_path: Path
):
    out = export(Source.open(table), "questions", tmp_path / "out")
    read = {item.id: (item, picture) for item, picture in FileQuestions(out / "train.jsonl").with_pictures()}
    for item, picture in SplitQuestions(table, "train").with_pictures():
        again, shown_again = read.pop(item.id)
        assert again == replace(item, roles=None)
        assert [each.data for each in shown_again.all] == [each.data for each in picture.all]
    assert read == {}


def test_lines_of_samples_have_every_column_and_their_pictures_beside_them(
    table: str, rows: dict[str, Row], tmp_path: Path
):
    out = export(Source.open(table), "jsonl", tmp_path / "out")
    lines = [json.loads(line) for line in (out / "train.jsonl").read_text().splitlines()]
    assert {line["sample_id"] for line in lines} == set(rows)
    for line in lines:
        row = rows[line["sample_id"]]
        assert list(line) == list(row)
        assert (out / line["image"]).read_bytes() == row["image"]["bytes"]
        assert (out / line["depth_map"]).read_bytes() == row["depth_map"]["bytes"]
        views = [{**view, "image": view["image"]["bytes"]} for view in row["views"] or ()]
        assert [{**view, "image": (out / view["image"]).read_bytes()} for view in line["views"] or ()] == views
        pictures = ("image", "depth_map", "views")
        assert {k: v for k, v in line.items() if k not in pictures} == {k: v for k, v in row.items() if k not in pictures}
    loaded = datasets.load_dataset("json", data_files=str(out / "train.jsonl"), cache_dir=str(tmp_path / "cache"))
    assert loaded["train"]["sample_id"][:] == [line["sample_id"] for line in lines]


def test_the_measures_of_quality_keep_no_picture_in_memory(table: str):
    kept = [row.plain for row in read_rows(table)]
    assert any(row["views"] for row in kept)
    assert "bytes" not in repr(kept)
