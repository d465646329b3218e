"""`skg eval` against a real HTTP server that speaks the OpenAI API."""

import base64
import json
from collections.abc import Callable
from itertools import cycle
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
    assert (exam.returncode, exam.stderr) == (2, "skg: --split exam: there are train, validation, test\n")


def test_a_model_of_no_folder_is_refused_before_anything_is_loaded(skg_eval, uri, tmp_path):
    done = skg_eval(uri, "--model", str(tmp_path / "nowhere"))
    assert done.returncode == 2
    assert f"--model {tmp_path / 'nowhere'}: there is no such folder" in done.stderr


@pytest.mark.thorough
def test_without_a_name_the_only_model_of_the_endpoint_is_asked(skg_eval, uri, tmp_path):
    with serving(right) as stub:
        done = skg_eval(uri, "--split", split_of(uri), "--url", stub.url, "--out", str(tmp_path / "out"))
    assert "12 of 12" in done.stdout
    assert f"asking stub, the model at {stub.url}" in done.stderr
    assert {asked.model for asked in stub.asked} == {"stub"}


def test_without_a_name_an_endpoint_of_several_models_is_refused_with_their_names(skg_eval, uri, tmp_path, monkeypatch):
    with serving(right) as stub:
        monkeypatch.setattr(stub, "models", ("seer", "writer"))
        done = skg_eval(uri, "--url", stub.url, "--out", str(tmp_path / "out"))
    assert (done.returncode, stub.asked) == (2, [])
    assert done.stderr == f"skg: which model at {stub.url}? give its name with --name; there are seer, writer\n"


def completion(message: dict[str, object], finish: str) -> StubResponse:
    """A reply with any message, which the model ended or the server cut."""
    body = {"choices": [{"message": message, "finish_reason": finish}], "usage": {"completion_tokens": 40}}
    return StubResponse(raw=json.dumps(body))


def thinking(asked: StubRequest) -> StubResponse:
    """Thinks in every way that servers have, and comes to an answer where there is room for it."""
    if asked.body["max_tokens"] > 40:
        return completion({"content": "<think>It could be A.</think>" + json.loads(right(asked).text)["answer"]}, "stop")
    return next(thinking.cut)  # type: ignore[attr-defined]


@pytest.mark.thorough
def test_replies_that_are_cut_empty_or_unreadable_are_told_apart_beside_the_score(skg_eval, uri, tmp_path):
    in_content = completion({"content": "<think>It could be A, so Answer: A. But"}, "length")
    apart = completion({"content": None, "reasoning_content": "It could be A, so Answer: A"}, "length")
    empty, vague = completion({"content": None}, "stop"), completion({"content": "perhaps"}, "stop")
    thinking.cut = cycle([in_content, apart, empty, vague])
    ask = ("--split", split_of(uri), "--name", "seer", "--parallel", "1")
    with serving(thinking) as stub:
        done = skg_eval(uri, *ask, "--url", stub.url, "--max-tokens", "40", "--out", str(tmp_path / "short"))
        again = skg_eval(uri, *ask, "--url", stub.url, "--max-tokens", "40", "--out", str(tmp_path / "short"))
        assert len(stub.asked) == 12
        mixed = skg_eval(uri, *ask, "--url", stub.url, "--out", str(tmp_path / "short"))
        roomy = skg_eval(uri, *ask, "--url", stub.url, "--out", str(tmp_path / "roomy"))
    assert "0 of 12; without an answer: 6 cut, 3 empty, 3 unreadable" in done.stdout
    assert "cut, counted as wrong: cut at 40 tokens while thinking (6)" in done.stdout
    assert "--max-tokens gives replies more room than 40 tokens" in done.stdout
    assert again.stdout == done.stdout
    faults = json.loads((tmp_path / "short" / "result.json").read_text())["faults"]
    assert faults["cut"] == {"count": 6, "causes": {"cut at 40 tokens while thinking": 6}}
    assert faults["empty"] == {"count": 3, "causes": {"no text": 3}}
    assert (mixed.returncode, "holds the answers of another run" in mixed.stderr) == (2, True)
    assert "12 of 12" in roomy.stdout
    assert "without an answer" not in roomy.stdout


@pytest.mark.parametrize("limit", ["0", "15", "131073", "many"])
def test_a_limit_out_of_bounds_is_refused(skg_eval, uri, limit):
    done = skg_eval(uri, "--max-tokens", limit)
    assert done.returncode == 2
    assert "--max-tokens" in done.stderr


@pytest.mark.thorough
def test_without_a_model_the_baselines_answer(skg_eval, uri, tmp_path):
    done = skg_eval(uri, "--split", split_of(uri), "--out", str(tmp_path / "out"))
    assert done.returncode == 0, done.stderr
    assert [line.split()[0] for line in done.stdout.splitlines()][:3] == ["answered", "random", "always-left"]
    assert not (tmp_path / "out" / NAME).exists()


def test_all_pictures_of_a_question_are_sent_in_their_order(skg_eval, tmp_path):
    pictures = [make_picture(event.graph) for event in make_samples(2)]
    for name, data in zip(("1.png", "2.png"), pictures, strict=True):
        (tmp_path / name).write_bytes(data)
    line = {"images": ["1.png", "2.png"], "question": "Which shows a cat?", "choices": ["1", "2"], "answer": "1"}
    path = tmp_path / "questions.jsonl"
    path.write_text(json.dumps(line))
    with serving(lambda _: StubResponse(json.dumps({"answer": "A"}))) as stub:
        done = skg_eval("--questions", str(path), "--url", stub.url, "--name", "seer", "--out", str(tmp_path / "out"))
        [asked] = stub.asked
    assert done.returncode == 0, done.stderr
    text, *links = asked.body["messages"][0]["content"]
    assert text["text"].startswith("Look at the 2 pictures and")
    assert [base64.b64decode(link["image_url"]["url"].partition("base64,")[2]) for link in links] == pictures
