"""`skg ingest` on the command line: what it says, and its exit codes."""

import json
from pathlib import Path

import pytest

from streams.cli.root import run
from tests.fakes.annotated import photographs, written


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    content = photographs(tmp_path, 2)
    content["images"].append({"id": 7, "file_name": "gone.jpg", "width": 10, "height": 10})
    content["annotations"][0]["iscrowd"] = 1
    written(tmp_path / "instances.json", content)
    return tmp_path


def skg(folder: Path, *more: str, file: str = "instances.json") -> int:
    return run(["ingest", "--images", str(folder), "--annotations", str(folder / file), "--dry-run", *more])


def test_what_was_left_out_and_what_was_not_taken_is_said(folder: Path, capsys: pytest.CaptureFixture[str]):
    assert skg(folder) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("000000000000.png (images[0]): left out: a crowd of ")
    assert lines[1] == "gone.jpg (images[2]): not taken: there is no such file"
    assert lines[2:] == [
        "3 records: 2 pictures would be published with 7 objects, 1 not taken; of 1 something was left out"
    ]


def test_as_json_there_is_an_object_a_record_and_one_of_the_counts(folder: Path, capsys: pytest.CaptureFixture[str]):
    assert skg(folder, "--json") == 0
    *told, counts = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [one["file"] for one in told] == ["000000000000.png", "000000000001.png", "gone.jpg"]
    assert len({one["seed_id"] for one in told[:2]}) == 2
    assert told[2]["refused"] == "there is no such file"
    assert counts == {"records": 3, "requests": 2, "refused": 1, "objects": 7, "with_left_out": 1}


def test_nothing_that_fits_is_a_failure_and_bad_input_a_line(folder: Path, capsys: pytest.CaptureFixture[str]):
    (folder / "none.jsonl").write_text('{"image": "gone.png", "objects": []}')
    assert skg(folder, file="none.jsonl") == 1
    (folder / "bad.json").write_text("{")
    assert skg(folder, file="bad.json") == 2
    assert run(["ingest", "--images", str(folder / "x"), "--annotations", "y"]) == 2
    said = capsys.readouterr().err.splitlines()
    assert [line.rpartition("/")[2] for line in said] == [
        "bad.json, line 1: not JSON: Expecting property name enclosed in double quotes at column 2",
        "x: there is no such folder",
    ]
