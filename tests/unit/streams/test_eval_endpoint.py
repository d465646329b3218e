"""`skg eval` against a real HTTP server that speaks the OpenAI API."""

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from dataset.analysis.info import info
from dataset.evaluation.answer_log import NAME
from streams.cli.root import run
from streams.demo.llm_stub import StubRequest, StubResponse, serving
from tests.fakes.events import make_picture, make_samples
from tests.fakes.gallery import store_samples


class Done(NamedTuple):
    returncode: int
    stdout: str
    stderr: str


@pytest.fixture
def uri(tmp_path: Path) -> str:
    found = str(tmp_path / "dataset")
    store_samples(found, make_samples(6))
    return found


@pytest.fixture
def skg_eval(capsys) -> Callable[..., Done]:
    """The command, in this process."""

    def called(*arguments: str) -> Done:
        code = run(["eval", *arguments])
        said = capsys.readouterr()
        return Done(code, said.out, said.err)

    return called


def split_of(uri: str) -> str:
    return next(iter(info(uri)["splits"]))


def parts_of(asked: StubRequest) -> tuple[str, bytes]:
    """The text and the picture of a request."""
    (message,) = asked.body["messages"]
    text, picture = message["content"]
    return text["text"], base64.b64decode(picture["image_url"]["url"].partition("base64,")[2])


def right(asked: StubRequest) -> StubResponse:
    """There is never a tree, and the cat is always on the left."""
    text, _ = parts_of(asked)
    letter = "B" if "tree" in text else "A"
    return StubResponse(json.dumps({"answer": letter}))


@pytest.mark.thorough
@pytest.mark.parametrize("knows_forms", [True, False])
def test_an_endpoint_is_asked_with_the_picture_and_scored(skg_eval, uri, tmp_path, knows_forms):
    with serving(right, knows_forms=knows_forms) as stub:
        done = skg_eval(uri, "--split", split_of(uri), "--url", stub.url, "--name", "seer", "--out", str(tmp_path / "out"))
        pictures = {parts_of(asked)[1] for asked in stub.asked}
    assert done.returncode == 0, done.stderr
    assert pictures == {make_picture(event.graph) for event in make_samples(6)}
    assert "seer" in done.stdout
    assert "12 of 12" in done.stdout
    found = json.loads((tmp_path / "out" / "result.json").read_text())
    assert found["scores"]["all"]["accuracy"] == 1.0
    assert found["scores"]["kind"]["presence"]["asked"] == 6
    assert set(found["baselines"]) >= {"random", "always-left"}


@pytest.mark.thorough
def test_a_run_that_met_a_refusal_to_some_questions_goes_on_with_the_same_command(skg_eval, uri, tmp_path):
    def moody(asked: StubRequest) -> StubResponse:
        return StubResponse(status=400, text="not today") if "tree" in parts_of(asked)[0] else right(asked)

    out = tmp_path / "out"
    for script, code, done_so_far in ((moody, 1, 6), (right, 0, 12)):
        with serving(script) as stub:
            done = skg_eval(uri, "--split", split_of(uri), "--url", stub.url, "--name", "seer", "--out", str(out))
            assert len(stub.asked) >= 6
        assert done.returncode == code, done.stderr
        assert len((out / NAME).read_text().splitlines()) == 1 + done_so_far
    assert "12 of 12" in done.stdout


def test_wrong_use_is_one_line(skg_eval, uri, tmp_path):
    both = skg_eval(uri, "--url", "http://127.0.0.1:1/v1", "--model", "folder")
    assert both.returncode == 2
    exam = skg_eval(uri, "--split", "exam", "--out", str(tmp_path / "out"))
    assert (exam.returncode, exam.stderr) == (1, "skg: no split 'exam'; there are train, validation, test\n")


@pytest.mark.thorough
def test_without_a_model_the_baselines_answer(skg_eval, uri, tmp_path):
    done = skg_eval(uri, "--split", split_of(uri), "--out", str(tmp_path / "out"))
    assert done.returncode == 0, done.stderr
    assert [line.split()[0] for line in done.stdout.splitlines()][:2] == ["random", "always-left"]
    assert not (tmp_path / "out" / NAME).exists()
