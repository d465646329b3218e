"""The example that writes other benchmarks' files as questions: rows of each published form, which `skg eval` accepts."""

import base64
import csv
import importlib.util
import json
from io import BytesIO
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image

from dataset.evaluation.eval_items import FileQuestions, Item

FILE = Path("examples/benchmark_questions.py")
_SPEC = importlib.util.spec_from_file_location("benchmark_questions", FILE)
assert _SPEC is not None
assert _SPEC.loader is not None
EXAMPLE = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(EXAMPLE)


def png() -> bytes:
    file = BytesIO()
    Image.new("RGB", (8, 8), "red").save(file, "PNG")
    return file.getvalue()


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    for name in ("one.png", "two.png", *(f"scannet/scene0011_00/{k:04d}.png" for k in range(130))):
        (tmp_path / "pictures" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "pictures" / name).write_bytes(png())
    return tmp_path / "pictures"


def written(file: Path, rows: list[dict[str, Any]]) -> Path:
    """The rows in the form of the file's suffix."""
    if file.suffix == ".parquet":
        pq.write_table(pa.Table.from_pylist(rows), file)
    elif file.suffix == ".tsv":
        with file.open("w", newline="") as lines:
            table = csv.DictWriter(lines, list(rows[0]), delimiter="\t")
            table.writeheader()
            table.writerows(rows)
    elif file.suffix == ".json":
        file.write_text(json.dumps(rows))
    else:
        file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return file


def converted(benchmark: str, file: Path, pictures: Path) -> list[Item]:
    out = file.parent / "out"
    assert EXAMPLE.main([benchmark, str(file), "--pictures", str(pictures), "--out", str(out)]) == 0
    questions = FileQuestions(out / "questions.jsonl")
    assert [len(picture.more) + 1 for _, picture in questions.with_pictures()] == [i.pictures for i in questions.items()]
    return list(questions.items())


MINDCUBE = {
    "id": "among_1", "category": ["perpendicular"], "type": "among", "images": ["one.png", "two.png"], "gt_answer": "C",
    "question": "From these images: where is the box from the second view? A. Above B. Under C. Front D. Behind",
}  # fmt: skip
VIEWSPATIAL = {
    "question_type": "Camera perspective - Relative Direction", "image_path": ["one.png"], "answer": "B. front-left",
    "question": "Where is the chair in relation to the lamp?", "choices": "A. left\nB. front-left\nC. right\nD. back",
}  # fmt: skip
SRBENCH = {
    "index": 7, "question": "Which is higher?", "A": "the cup", "B": "the lamp", "C": "", "D": "", "answer": "B",
    "category": "height_higher", "image": base64.b64encode(png()).decode(),
}  # fmt: skip
SPAR = {
    "id": "a/1", "question": "Which way did the camera move?\nA. left\nB. right\nC. up\nD. down", "answer": "A",
    "task": "camera_motion_infer", "image": [{"bytes": png(), "path": None}, {"bytes": png(), "path": None}],
}  # fmt: skip
SPATIAL457 = {"image_filename": "one.png", "question": "Is there a red bus?", "answer": "yes", "question_index": 3}
VSI = {
    "id": 5, "dataset": "scannet", "scene_name": "scene0011_00", "question_type": "object_rel_distance",
    "question": "Which is closest to the sofa?", "options": ["A. lamp", "B. table"], "ground_truth": "B",
}  # fmt: skip

FORMS: dict[str, tuple[str, dict[str, Any], tuple[str, tuple[str, ...], str, int]]] = {
    "mindcube": (
        "jsonl", MINDCUBE,
        ("From these images: where is the box from the second view?", ("Above", "Under", "Front", "Behind"), "Front", 2),
    ),
    "viewspatial": (
        "json", VIEWSPATIAL,
        ("Where is the chair in relation to the lamp?", ("left", "front-left", "right", "back"), "front-left", 1),
    ),
    "3dsrbench": ("tsv", SRBENCH, ("Which is higher?", ("the cup", "the lamp"), "the lamp", 1)),
    "spar-bench": ("parquet", SPAR, ("Which way did the camera move?", ("left", "right", "up", "down"), "left", 2)),
    "spatial457": ("json", SPATIAL457, ("Is there a red bus?", ("Yes", "No"), "Yes", 1)),
    "vsi-bench": ("jsonl", VSI, ("Which is closest to the sofa?", ("lamp", "table"), "table", 44)),
}  # fmt: skip


@pytest.mark.parametrize("benchmark", FORMS)
def test_a_published_row_becomes_a_question_that_eval_accepts(benchmark: str, tmp_path: Path, pictures: Path):
    form, row, wanted = FORMS[benchmark]
    [item] = converted(benchmark, written(tmp_path / f"rows.{form}", [row]), pictures)
    assert (item.question, item.choices, item.answer, item.pictures) == wanted


def test_every_format_has_a_row_here():
    assert FORMS.keys() == EXAMPLE.FORMATS.keys()


def test_what_has_no_choices_or_pictures_or_was_asked_before_is_left_out_and_counted(
    tmp_path: Path, pictures: Path, capsys: pytest.CaptureFixture[str]
):
    rows = [
        VSI,
        VSI,
        {**VSI, "id": 6, "question_type": "object_abs_distance", "options": None, "ground_truth": "1.5"},
        {**VSI, "id": 8, "scene_name": "scene0012_00"},
        {**VSI, "id": 9, "ground_truth": "F"},
    ]
    assert len(converted("vsi-bench", written(tmp_path / "rows.jsonl", rows), pictures)) == 1
    told = capsys.readouterr().out
    for reason in ("1 questions that are asked twice", "1 questions without choices", "1 pictures are missing"):
        assert reason in told
    assert "1 choices that do not name the answer" in told


def mindcube_row(text: str, answer: str) -> tuple[str, dict[str, Any]]:
    return "mindcube", {**MINDCUBE, "question": text, "gt_answer": answer}


def spar_row(text: str, answer: str) -> tuple[str, dict[str, Any]]:
    return "spar-bench", {**SPAR, "question": text, "answer": answer}


HOW = "\nYour answer can only include one of options A, B, C or D."

WHOLE = [
    (
        mindcube_row("In view A. the cup is here. Where is it? A. Left B. Right", "B"),
        ("In view A. the cup is here. Where is it?", ("Left", "Right"), "Right"),
    ),
    (
        spar_row("The first picture is the observer's.\nWhich is closer?\nA. lamp\nB. table\nC. bed\nD. door" + HOW, "B"),
        ("The first picture is the observer's.\nWhich is closer?", ("lamp", "table", "bed", "door"), "table"),
    ),
    (
        spar_row("Which is closer?\nPick one. A. 0.7 B. 1.3 C. 1.6 D. 1.0" + HOW.replace("\n", " "), "D"),
        ("Which is closer?\nPick one.", ("0.7", "1.3", "1.6", "1.0"), "1.0"),
    ),
    (
        spar_row("Which one?\nA. left, above, closer\nB. left, , closer\nC. at view A. or B.\nD. right", "C"),
        ("Which one?", ("left, above, closer", "left, , closer", "at view A. or B.", "right"), "at view A. or B."),
    ),
]


@pytest.mark.parametrize("told", WHOLE, ids=lambda told: told[1][0][:20])
def test_all_that_comes_before_the_choices_is_asked(told: Any, tmp_path: Path, pictures: Path):
    (benchmark, row), wanted = told
    form = "parquet" if benchmark == "spar-bench" else "jsonl"
    [item] = converted(benchmark, written(tmp_path / f"rows.{form}", [row]), pictures)
    assert (item.question, item.choices, item.answer) == wanted


@pytest.mark.parametrize(
    "text",
    [
        "Where is it? A. Left B. Right C. Left A. again",
        "Where is it? A. Left C. Right",
        "Look from A. and then at B. the cup",
        "Where is it?\nA. left\nB. right\nSay why.",
        "Where is it?\nA. left B. right\nC. up D. down",
    ],
)
def test_a_question_whose_choices_are_not_understood_is_left_out_and_counted(
    text: str, tmp_path: Path, pictures: Path, capsys: pytest.CaptureFixture[str]
):
    file = written(tmp_path / "rows.jsonl", [mindcube_row(text, "A")[1]])
    assert EXAMPLE.main(["mindcube", str(file), "--pictures", str(pictures), "--out", str(tmp_path / "out")]) == 1
    assert "1 choices that are not lettered in order at the end" in capsys.readouterr().out


def test_an_answer_is_a_letter_or_a_choice_and_never_the_first_letter_of_another_word(tmp_path: Path, pictures: Path):
    for answer, wanted in (("B. front-left", 1), ("front-left", 1), ("(B)", 1), ("Behind it", 0), ("B. back", 0)):
        file = written(tmp_path / "rows.json", [{**VIEWSPATIAL, "answer": answer}])
        arguments = ["viewspatial", str(file), "--pictures", str(pictures), "--out", str(tmp_path / "out")]
        assert EXAMPLE.main(arguments) == (0 if wanted else 1), answer


def test_a_file_of_another_benchmark_is_named_as_such(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    file = written(tmp_path / "rows.jsonl", [{"text": "other"}])
    assert EXAMPLE.main(["mindcube", str(file), "--out", str(tmp_path / "out")]) == 1
    assert "no row of mindcube: KeyError: 'question'" in capsys.readouterr().err
