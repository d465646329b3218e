"""What is mistyped is blamed on the option that was typed, with what there is and what it was meant for."""

from pathlib import Path

import pytest

from streams.cli.root import run
from tests.fakes.events import make_samples
from tests.fakes.gallery import store_samples


@pytest.fixture
def table(tmp_path: Path) -> str:
    uri = str(tmp_path / "dataset")
    store_samples(uri, make_samples(2))
    return uri


@pytest.mark.parametrize("command", [("render",), ("demo", "--out", "made")])
def test_an_unknown_renderer_is_blamed_on_the_option(command, tmp_path: Path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert run([*command, "--renderer", "colage"]) == 2
    said = capsys.readouterr().err
    assert said.startswith("skg: --renderer colage: no such renderer (did you mean collage?); there are collage, solid")
    assert "SKG_RENDERER" not in said
    assert list(tmp_path.iterdir()) == []


def test_a_missing_file_of_questions_is_named_once(tmp_path: Path, capsys):
    missing = tmp_path / "nope.jsonl"
    assert run(["eval", "--questions", str(missing), "--out", str(tmp_path / "out")]) == 2
    assert capsys.readouterr().err == f"skg: {missing}: No such file or directory\n"


def test_a_reason_that_is_none_is_said_to_be_so_before_anything_is_read(capsys):
    assert run(["review", "add", "0000", "flag", "--reason", "ambigous", "--uri", "nowhere"]) == 2
    said = capsys.readouterr().err
    assert said.startswith("skg: --reason: there is no reason 'ambigous' to flag (did you mean ambiguous?); there are ")


def test_a_gallery_of_results_that_are_nowhere_is_refused(table: str, tmp_path: Path, capsys):
    assert run(["gallery", table, "--port", "0", "--eval", str(tmp_path / "nowhere")]) == 2
    assert f"--eval {tmp_path / 'nowhere'}: there is no such folder" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("gallery", "TABLE", "--port", "0", "--targets", "nope.yaml"), "--targets nope.yaml: there is no such file"),
        (("balance", "--targets", "nope.yaml"), "nope.yaml: No such file or directory (--targets)"),
        (("gallery", "TABLE", "--static", "FILE"), "this is a file; give a folder"),
        (("dataset", "push", "TABLE", "out", "--quality", "nope.json"), "--quality nope.json: No such file or directory\n"),
        (("demo", "--renderer", "gligen", "--model", "nothere", "--out", "made"), "--model: nothere is neither a folder"),
        (("render", "--renderer", "gligen", "--model", "nothere"), "--model: nothere is neither a folder"),
    ],
)
def test_what_an_option_names_is_blamed_on_the_option(words, said, table: str, monkeypatch, capsys):
    here = Path(table).parent
    monkeypatch.chdir(here)
    (here / "file").write_text("mine")
    places = {"TABLE": table, "FILE": str(here / "file")}
    assert run([places.get(word, word) for word in words]) == 2
    fault = capsys.readouterr().err
    assert said in fault
    assert "SKG_" not in fault
    assert fault.count("\n") == 1
