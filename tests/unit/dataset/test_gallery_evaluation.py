"""Results of models side by side, and their wrong answers beside the picture; statistics and other slow results."""

import asyncio
import json
import re
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from dataset.evaluation.eval_session import EvalRequest, open_session
from dataset.exports import Source, export
from dataset.gallery.pages import background_result
from dataset.gallery.pages.background_result import BackgroundResult
from dataset.gallery.pages.evaluation_results import compared, runs_in, series_of, wrong_answers
from dataset.gallery.web_app import GalleryData, application
from dataset.review.verdict_table import Verdict, add_verdicts
from dataset.table.delta_table import Table
from schemas.llm.contract import Reply
from tests.fakes.events import make_rejection, make_samples
from tests.fakes.gallery import shown, store_rejections, store_samples
from tests.fakes.wait import until

pytestmark = pytest.mark.thorough


class Saying:
    """Implements `Answerer`: says the same to every question."""

    at_once, max_tokens = 1, 200

    def __init__(self, name: str, says: str) -> None:
        self.name, self._says = name, says

    async def answer(self, item, picture_data) -> Reply:
        return Reply(self._says, "done", self.name, 10, 5, 0.1)


@pytest.fixture
def uri(tmp_path: Path) -> str:
    uri = str(tmp_path / "dataset")
    store_samples(uri, make_samples(6))
    return uri


@pytest.fixture
def results(uri: str, tmp_path: Path) -> Path:
    """Two models on the split of the samples: each has half of the answers right, of one question each."""
    (split,) = {row["split"] for row in shown(uri).samples.search(wanted(), 1)[1]}
    for name, says in (("yes-sayer", "yes"), ("no-sayer", "no")):
        session = open_session(EvalRequest(uri, split), name, tmp_path / "results" / name)
        asyncio.run(session.ask(lambda name=name, says=says: Saying(name, says), lambda: None))
        session.report()
    return tmp_path / "results"


def wanted():
    from dataset.gallery.sample_search import SampleFilter

    return SampleFilter()


def client(uri: str, *results: Path) -> TestClient:
    found = shown(uri)
    return TestClient(application(GalleryData(found.samples, found.rejected, results=results)), base_url="http://localhost")


def test_results_in_a_folder_of_folders_are_found_and_what_cannot_be_read_is_said(results: Path, tmp_path: Path):
    runs, faults = runs_in([results, results / "yes-sayer", tmp_path / "nowhere"])
    assert [run.model for run in runs] == ["no-sayer", "yes-sayer", "yes-sayer"]
    assert faults == [f"{tmp_path / 'nowhere'} holds no result of skg eval (result.json)"]
    (tmp_path / "broken").mkdir()
    for text in ("no JSON", "[]", "{}", '{"run": {"questions": 3}}'):
        (tmp_path / "broken" / "result.json").write_text(text)
        assert "cannot be read" in runs_in([tmp_path / "broken"])[1][0]


def test_models_stand_beside_each_other_and_baselines_once(results: Path):
    series = series_of(runs_in([results])[0])
    assert [(one.name, one.run) for one in series] == [
        ("no-sayer", 0), ("yes-sayer", 1), ("random", None), ("always-left", None),
    ]  # fmt: skip
    groups = dict(compared(series, "kind"))
    assert set(groups) == {"relation", "presence"}
    assert {one.name: score["accuracy"] for one, score in groups["relation"] if one.run is not None} == {
        "no-sayer": 0.0, "yes-sayer": 1.0,
    }  # fmt: skip
    assert [name for name, _ in compared(series, "split")] == [series[0].split]


def test_wrong_answers_are_those_that_the_score_counts(results: Path, uri: str):
    for run in runs_in([results])[0]:
        found = wrong_answers(run, uri, None)
        whole = run.scores["all"]
        assert len(found) == whole["asked"] - whole["right"] == 6
        assert {each.kind for each in found} == {"relation" if run.model == "no-sayer" else "presence"}
        assert {(each.said, each.chosen) for each in found} == {(run.model.partition("-")[0],) * 2}


def test_wrong_answers_to_a_file_of_questions_are_those_that_the_dataset_has(uri: str, tmp_path: Path):
    out = export(Source.open(uri), "questions", tmp_path / "questions")
    (file,) = out.glob("*.jsonl")
    session = open_session(EvalRequest(None, "test", file), "yes-sayer", tmp_path / "of-file")
    asyncio.run(session.ask(lambda: Saying("yes-sayer", "yes"), lambda: None))
    session.report()
    ((run,), _) = runs_in([tmp_path / "of-file"])
    assert not run.is_of_split
    found = wrong_answers(run, uri, None)
    assert len(found) == run.scores["all"]["asked"] - run.scores["all"]["right"] > 0
    page = client(uri, tmp_path / "of-file").get("/evaluation/wrong/0")
    assert page.status_code == 200


def test_baselines_have_intervals_and_say_what_they_do(results: Path, uri: str):
    page = client(uri, results).get("/evaluation").text
    assert "picks any choice" in page
    thin = re.findall(r'<span class="track thin"[^>]*>\s*<span class="range" style="left:[\d.]+%;width:([\d.]+)%', page)
    assert thin
    assert all(float(width) > 0 for width in thin)


def test_the_page_shows_models_with_intervals_and_leads_to_their_wrong_answers(results: Path, uri: str):
    pages = client(uri, results)
    page = pages.get("/evaluation").text
    assert re.findall(r'<th scope="row"><i class="swatch[^>]*></i> ([\w-]+)</th>', page) == ["no-sayer", "yes-sayer"]
    assert "25.4 to 74.6" in page
    wrong = pages.get("/evaluation/wrong/0").text
    assert wrong.count("<article") == 6
    assert 'class="choice right">yes' in wrong
    assert 'class="choice mistaken">no' in wrong
    assert pages.get("/evaluation/wrong/0?kind=presence").text.count("<article") == 0
    assert pages.get("/evaluation/wrong/9").status_code == 404


def test_each_split_of_a_model_has_a_mark_of_its_own_that_a_legend_explains(results: Path, uri: str):
    (folder,) = [path for path in results.iterdir() if path.name == "yes-sayer"]
    found = json.loads((folder / "result.json").read_text("utf-8"))
    found["run"]["questions"]["split"] = "another"
    second = results / "yes-sayer-on-another"
    second.mkdir()
    (second / "result.json").write_text(json.dumps(found))
    page = client(uri, results).get("/evaluation").text
    chart = page[page.index('id="by-kind"') :].partition("</section>")[0]
    marks = set(re.findall(r'<span class="c(\d+)">.*?class="dot m(\d)"', chart))
    assert len(marks) == 3, "two models, one of them on two splits"
    legend = re.findall(r'class="swatch c(\d+) m(\d)"[^>]*></i> ([\w-]+) <span class="soft">(\w+)</span>', chart)
    assert {(colour, mark) for colour, mark, *_ in legend} == marks
    assert len({(name, split) for *_, name, split in legend}) == 3
    assert len(set(re.findall(r'class="glyph".*?aria-hidden="true">(.)<', chart))) == 2 * len(baselines_of(found))


def baselines_of(result: dict) -> list[str]:
    return list(result["baselines"])


def test_where_only_baselines_were_asked_no_page_says_that_every_answer_was_right(uri: str, tmp_path: Path):
    (split,) = {row["split"] for row in shown(uri).samples.search(wanted(), 1)[1]}
    open_session(EvalRequest(uri, split), None, tmp_path / "baselines").report()
    pages = client(uri, tmp_path / "baselines")
    page = pages.get("/evaluation").text
    assert f"No model was asked: <code>skg eval {uri} --url URL</code>" in page
    assert "/evaluation/wrong/" not in page
    wrong = pages.get("/evaluation/wrong/0")
    assert (wrong.status_code, "Every answer was right" in wrong.text) == (404, False)
    assert "only baselines were asked" in wrong.text


def test_without_results_it_is_said_how_to_have_some(uri: str):
    page = client(uri).get("/evaluation").text
    assert f"<code>skg gallery {uri} --eval eval-out</code>" in page, "of the dataset that is shown"
    assert f"<code>skg eval {uri} --out eval-out</code>" in page


def test_answers_that_are_still_written_are_read_as_far_as_they_are_whole(results: Path, uri: str):
    log = results / "no-sayer" / "answers.jsonl"
    log.write_text(log.read_text() + '{"id": "cut')
    (run, _) = runs_in([results])[0]
    assert len(wrong_answers(run, uri, None)) == 6


def test_statistics_are_a_page_of_the_gallery_and_follow_the_dataset(uri: str):
    store_rejections(uri, [make_rejection()])
    page = client(uri).get("/statistics").text
    assert "6 samples with 12 questions" in page
    assert "<img" not in page, "charts are of the page, not pictures on white"
    assert page.count('class="fill"') > 5
    assert "Nobody reviewed this dataset yet" in page


def test_statistics_of_nothing_say_what_to_do(tmp_path: Path):
    assert 'href="/factory"' in client(str(tmp_path / "none")).get("/statistics").text


def test_a_slow_result_keeps_no_page_waiting(monkeypatch):
    monkeypatch.setattr(background_result, "WAIT_S", 0.01)
    monkeypatch.setattr(background_result, "EVERY_S", 0.0)
    ready, version = threading.Event(), [1]

    def slow() -> int:
        ready.wait(20)
        return version[0]

    result = BackgroundResult(slow, lambda: version[0])
    assert result.newest() is None
    ready.set()
    until(lambda: result.newest() == 1, 10, "the first result")
    ready.clear()
    version[0] = 2
    assert result.newest() == 1, "the last one, while the next is computed"
    ready.set()
    until(lambda: result.newest() == 2, 10, "the second result")


def test_a_single_look_after_a_while_shows_the_result_of_now(monkeypatch):
    now, version = [1000.0], [1]
    monkeypatch.setattr(background_result, "monotonic", lambda: now[0])
    monkeypatch.setattr(background_result, "WAIT_S", 20.0)
    result = BackgroundResult(lambda: version[0], lambda: version[0], every_s=2.0)
    assert result.newest() == 1
    version[0], now[0] = 2, now[0] + 60
    assert result.newest() == 2, "nobody looked for a minute: the last result is of then"


def test_a_result_that_comes_while_a_look_gives_up_is_not_lost(monkeypatch):
    computed = threading.Event()

    def gives_up_at_the_last_moment(running, _):
        computed.set()
        running[0].result(20)

    monkeypatch.setattr(background_result, "wait", gives_up_at_the_last_moment)
    result = BackgroundResult(lambda: computed.wait(20) and 7, lambda: 1)
    assert result.newest() == 7


def test_statistics_follow_what_reviewers_say(monkeypatch, uri: str):
    monkeypatch.setattr(background_result, "EVERY_S", 0.0)
    monkeypatch.setattr(background_result, "WAIT_S", 20.0)
    monkeypatch.setattr(background_result, "monotonic", iter(range(0, 10**6, 100)).__next__)
    pages = client(uri)
    assert "Nobody reviewed this dataset yet" in pages.get("/statistics").text
    sample = Table.load(uri).query("SELECT sample_id FROM samples LIMIT 1")["sample_id"][0].as_py()
    said = {"verdict": "flag", "reason": "other", "comment": "no", "reviewer": "ada"}
    about = {"sample_id": sample, "question_id": None, "dataset_version": 1, "at": datetime.now(UTC)}
    add_verdicts(uri, [Verdict(**said, **about)])
    assert "Nobody reviewed this dataset yet" not in pages.get("/statistics").text


def test_a_result_that_fails_is_tried_again():
    calls = []

    def failing() -> int:
        calls.append(None)
        if len(calls) == 1:
            raise ValueError("not now")
        return 7

    result = BackgroundResult(failing, lambda: 1)
    with pytest.raises(ValueError, match="not now"):
        result.newest()
    assert result.newest() == 7


def test_a_log_of_answers_is_only_read(results: Path, uri: str):
    before = {path: path.read_bytes() for path in results.rglob("*") if path.is_file()}
    client(uri, results).get("/evaluation/wrong/0")
    assert {path: path.read_bytes() for path in results.rglob("*") if path.is_file()} == before
