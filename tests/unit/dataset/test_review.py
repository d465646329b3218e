"""What people say of samples: rows beside the dataset, of which the latest count, and what follows from them."""

import json
import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError
from starlette.testclient import TestClient

from dataset.exports import Source, export
from dataset.exports.export_source import LeftOut
from dataset.gallery.rejected_samples import RejectionSearch
from dataset.gallery.sample_search import SampleSearch
from dataset.gallery.web_app import GalleryData, application
from dataset.review.review_exports import export_review
from dataset.review.review_pages import ReviewPages
from dataset.review.review_queue import require_sample, review_queue, whole_ids
from dataset.review.review_report import review_report
from dataset.review.verdict_table import (
    VERDICT_COLUMNS,
    Flagged,
    Verdict,
    add_verdicts,
    all_verdicts,
    counting_verdicts,
    verdicts_uri,
)
from dataset.table.delta_table import Table
from dataset.table.rejection_table import rejections_uri
from dataset.table.table_errors import NoDataset
from schemas.errors import BadInput, UserError
from schemas.events import QAEvent
from streams.cli.root import run
from tests.fakes.events import make_graph, make_qa
from tests.fakes.gallery import store_many

pytestmark = pytest.mark.thorough

P0 = "5f0c/0"
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def grown(lab):
    """Twelve samples."""
    sink = lab.writer()
    sink.open(P0)
    lab.events = [make_qa(make_graph(categories=(f"thing {n}", f"other {n}"))) for n in range(12)]
    sink.append(lab.deliver(sink, P0, 0, lab.events))
    return lab


def said(event: QAEvent, verdict: str, reviewer: str = "ada", minutes: int = 0, question: int | None = None, **more: Any):
    fields = {"reason": "ambiguous"} if verdict == "flag" else {}
    return Verdict(
        sample_id=event.sample_id, question_id=None if question is None else event.questions[question].id,
        verdict=verdict, reviewer=reviewer, at=NOON + timedelta(minutes=minutes), dataset_version=1, **{**fields, **more},
    )  # fmt: skip


def rows_left(uri: str, verdicts: Sequence[Verdict]) -> dict[str, int]:
    """The samples that are left, with their numbers of questions."""
    source = Source.open(uri).without(Flagged.of(verdicts))
    return {row["sample_id"]: len(row["questions"]) for split in source.splits for row in source.rows(split)}


def test_a_verdict_is_a_row_beside_the_dataset_with_the_documented_columns(grown):
    add_verdicts(grown.uri, [said(grown.events[0], "flag", comment="two cups", question=0)])
    table = Table.load(verdicts_uri(grown.uri))
    assert verdicts_uri(grown.uri) == f"{grown.uri}-verdicts"
    assert table.schema.names == VERDICT_COLUMNS.names
    [row] = table.query("SELECT * FROM samples").to_pylist()
    assert row == {
        "verdict_id": all_verdicts(grown.uri)[0].verdict_id, "sample_id": grown.events[0].sample_id,
        "question_id": grown.events[0].questions[0].id, "verdict": "flag", "reason": "ambiguous", "comment": "two cups",
        "reviewer": "ada", "at": NOON, "dataset_version": 1,
    }  # fmt: skip


def test_the_latest_verdict_of_each_reviewer_on_each_thing_counts(grown):
    one, other = grown.events[:2]
    add_verdicts(grown.uri, [said(one, "flag", minutes=1), said(other, "accept"), said(one, "accept", "bob", 2)])
    add_verdicts(grown.uri, [said(one, "accept", minutes=3), said(one, "flag", minutes=0)])
    assert len(all_verdicts(grown.uri)) == 5
    counting = {(each.sample_id, each.reviewer): each.verdict for each in counting_verdicts(grown.uri)}
    assert counting == {
        (one.sample_id, "ada"): "accept",
        (one.sample_id, "bob"): "accept",
        (other.sample_id, "ada"): "accept",
    }


def test_nobody_has_reviewed_a_dataset_without_the_table(grown):
    assert counting_verdicts(grown.uri) == []


@pytest.mark.parametrize(
    "wrong",
    [{"verdict": "perhaps"}, {"reviewer": ""}, {"verdict": "flag", "reason": None}, {"verdict": "flag", "reason": "x"}],
)
def test_a_verdict_without_a_reviewer_or_a_flag_without_a_known_reason_is_none(grown, wrong: dict[str, Any]):
    with pytest.raises(ValidationError):
        said(grown.events[0], **{"verdict": "accept", **wrong})


def test_flagged_samples_and_questions_are_left_out_and_a_sample_without_questions_goes_too(grown):
    whole, partly, emptied, kept = grown.events[:4]
    flags = [said(whole, "flag"), said(partly, "flag", question=0), said(kept, "accept")]
    flags += [said(emptied, "flag", question=number) for number in range(len(emptied.questions))]
    left = rows_left(grown.uri, flags)
    assert len(left) == 10
    assert whole.sample_id not in left
    assert emptied.sample_id not in left
    assert left[partly.sample_id] == len(partly.questions) - 1
    assert left[kept.sample_id] == len(kept.questions)


def test_a_flag_that_its_reviewer_took_back_leaves_nothing_out_and_anothers_does(grown):
    one = grown.events[0]
    add_verdicts(grown.uri, [said(one, "flag"), said(one, "accept", minutes=1)])
    assert len(rows_left(grown.uri, counting_verdicts(grown.uri))) == 12
    add_verdicts(grown.uri, [said(one, "flag", "bob")])
    assert len(rows_left(grown.uri, counting_verdicts(grown.uri))) == 11


def test_an_export_without_what_is_flagged_counts_and_holds_the_rest(grown, capfd: pytest.CaptureFixture[str]):
    add_verdicts(grown.uri, [said(event, "flag") for event in grown.events[:5]])
    out = grown.folder / "hf"
    assert run(["dataset", "export", grown.uri, "--format", "huggingface", "--out", str(out), "--without-flagged"]) == 0
    counted, _, left_out = capfd.readouterr().out.removeprefix(f"{out}: ").strip().partition("; ")
    assert sum(int(part.split()[1]) for part in counted.split(", ")) == 7
    assert left_out == "left out as flagged: 5 samples, 0 questions of others"


def test_questions_that_are_left_out_of_samples_that_stay_are_counted(grown):
    first, second = grown.events[:2]
    flagged = Flagged.of([said(first, "flag"), said(second, "flag", question=0)])
    left_out = Source.open(grown.uri).without(flagged).left_out
    assert left_out == LeftOut(samples=1, questions=1)
    assert str(left_out) == "left out as flagged: 1 sample, 1 question of others"


def test_an_export_of_a_dataset_of_which_all_is_flagged_says_so(grown):
    with pytest.raises(NoDataset, match="reviewers flagged every sample"):
        Source.open(grown.uri).without(Flagged.of([said(event, "flag") for event in grown.events]))


def test_the_report_counts_agreement_and_disputed_kinds_with_intervals(grown):
    first, second = grown.events[:2]
    add_verdicts(
        grown.uri,
        [
            said(first, "flag", question=0),
            said(first, "flag", "bob", question=0, reason="wrong answer"),
            said(second, "accept", question=0),
            said(second, "flag", "bob", question=0),
            said(second, "accept"),
        ],
    )
    found = review_report(grown.uri)
    assert (found["reviewers"], found["samples"], found["questions"], found["flagged_samples"]) == (2, 2, 2, 0)
    assert found["reasons"] == {"ambiguous": 2, "wrong answer": 1}
    assert (found["agreement"]["right"], found["agreement"]["asked"]) == (1, 2)
    whole = found["disputed"]["all"]
    assert (whole["right"], whole["asked"]) == (2, 2)
    assert whole["low"] < 1 == whole["accuracy"]


def test_a_queue_has_every_sample_once_in_one_order_without_those_that_the_reviewer_judged(grown):
    for order in ("random", "stratified"):
        queue = review_queue(grown.uri, order, "ada")
        assert sorted(queue) == sorted(event.sample_id for event in grown.events)
        assert queue == review_queue(grown.uri, order, "bob")
    add_verdicts(grown.uri, [said(grown.events[0], "accept")])
    assert grown.events[0].sample_id not in review_queue(grown.uri, "random", "ada")
    assert grown.events[0].sample_id in review_queue(grown.uri, "random", "bob")


def test_what_is_not_in_the_dataset_cannot_be_judged(grown):
    assert require_sample(grown.uri, grown.events[0].sample_id, [grown.events[0].questions[0].id]) == 1
    with pytest.raises(BadInput, match="there is no sample"):
        require_sample(grown.uri, "' OR 1=1 --", ())
    with pytest.raises(BadInput, match="has no question"):
        require_sample(grown.uri, grown.events[0].sample_id, ["0" * 32])


def test_label_studio_gets_a_task_for_each_judged_thing_and_its_picture(grown):
    event, out = grown.events[0], grown.folder / "label-studio"
    add_verdicts(grown.uri, [said(event, "flag", question=0, comment="why"), said(event, "accept", "bob", 1, question=0)])
    assert export_review(grown.uri, "label-studio", out) == 1
    tasks = json.loads((out / "tasks.json").read_text("utf-8"))
    fields = set(re.findall(r'name="(\w+)"', (out / "labels.xml").read_text("utf-8")))
    for annotation in (each for task in tasks for each in task["annotations"]):
        assert "completed_by" not in annotation, "Label Studio would refuse people that it does not know"
        texts = {one["from_name"]: one["value"] for one in annotation["result"]}
        assert texts.keys() <= fields
        assert texts["reviewer"]["text"] in (["ada"], ["bob"])
    [task] = json.loads((out / "tasks.json").read_text())
    assert task["data"]["question"] == event.questions[0].question
    assert (out / task["data"]["image"]).is_file()
    assert [each["result"][0]["value"]["choices"] for each in task["annotations"]] == [["flag"], ["accept"]]
    assert [part["from_name"] for part in task["annotations"][0]["result"]] == ["verdict", "reason", "comment", "reviewer"]


def test_fiftyone_gets_a_tagged_sample_for_each_picture(grown):
    out = grown.folder / "fiftyone"
    add_verdicts(grown.uri, [said(grown.events[0], "flag"), said(grown.events[1], "accept")])
    assert export_review(grown.uri, "fiftyone", out) == 2
    samples = json.loads((out / "samples.json").read_text())["samples"]
    assert {tag for sample in samples for tag in sample["tags"]} >= {"flagged", "accepted"}
    assert all((out / sample["filepath"]).is_file() for sample in samples)
    with pytest.raises(UserError, match="is not empty"):
        export_review(grown.uri, "fiftyone", out)
    with pytest.raises(UserError, match="there are label-studio, fiftyone"):
        export_review(grown.uri, "csv", grown.folder / "x")


def test_the_command_adds_lists_and_reports(grown, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("SKG_REVIEWER", raising=False)
    sample = grown.events[0].sample_id
    assert run(["review", "add", sample, "accept", "--uri", grown.uri]) == 2
    assert "give --reviewer, or set SKG_REVIEWER" in capfd.readouterr().err
    monkeypatch.setenv("SKG_REVIEWER", "ada")
    assert run(["review", "add", sample, "flag", "--uri", grown.uri]) == 2
    assert "a flag needs a reason: wrong answer" in capfd.readouterr().err
    assert run(["review", "add", sample, "flag", "--reason", "ambigous", "--uri", grown.uri]) == 2
    assert "there is no reason 'ambigous' to flag (did you mean ambiguous?); there are" in capfd.readouterr().err
    assert run(["review", "add", sample, "accept", "--reason", "ambiguous", "--uri", grown.uri]) == 2
    assert "--reason says why something is flagged: an accept has none" in capfd.readouterr().err
    assert run(["review", "add", sample, "flag", "--reason", "bad picture", "--uri", grown.uri]) == 0
    assert run(["review", "add", sample, "accept", "--uri", grown.uri]) == 0
    capfd.readouterr()
    assert run(["review", "list", grown.uri]) == 0
    [row] = map(json.loads, capfd.readouterr().out.splitlines())
    assert (row["sample_id"], row["verdict"], row["reviewer"]) == (sample, "accept", "ada")
    assert run(["review", "list", "--all", grown.uri]) == 0
    assert len(capfd.readouterr().out.splitlines()) == 2
    assert run(["review", "report", grown.uri]) == 0
    assert "1 reviewer looked at 1 sample and 0 questions" in capfd.readouterr().out
    assert run(["review", "report", grown.uri, "--json"]) == 0
    assert json.loads(capfd.readouterr().out)["samples"] == 1


def test_the_command_takes_the_beginning_of_an_id_that_is_of_one_alone(grown, capfd: pytest.CaptureFixture[str]):
    event = grown.events[0]
    asked = event.questions[0].id

    def add(sample: str, *more: str) -> tuple[int, str]:
        code = run(["review", "add", sample, "flag", "--comment", "two cups", "--reviewer", "a", "--uri", grown.uri, *more])
        return code, capfd.readouterr().err

    assert add(f"{event.sample_id[:10]}…", "--question", asked[:10])[0] == 0
    [stored] = all_verdicts(grown.uri)
    assert (stored.sample_id, stored.question_id, stored.reason) == (event.sample_id, asked, "other")
    for sample, question, why in (
        (event.sample_id[:3], asked, "give at least 4 of its characters"),
        ("0" * 12, asked, "begins with 000000000000"),
        (event.sample_id[:10], "0" * 12, "has no question that begins with 000000000000"),
        (event.sample_id, "' OR", "is no question id"),
    ):
        code, said_so = add(sample, "--question", question)
        assert (code, why in said_so) == (2, True), said_so
    assert len(all_verdicts(grown.uri)) == 1


def test_the_beginning_of_two_ids_is_refused(lab):
    store_many(lab.uri, make_qa(make_graph()), 2, 2)
    with pytest.raises(UserError, match="more than one sample"):
        whole_ids(lab.uri, "0000", None)


def test_a_subset_of_an_export_still_loads(grown):
    source = Source.open(grown.uri).without(Flagged.of([said(grown.events[0], "flag")]))
    assert Path(export(source, "webdataset", grown.folder / "wds")).is_dir()


OWN = {"Origin": "http://127.0.0.1:80", "Host": "127.0.0.1:80"}


@pytest.fixture
def client(grown) -> TestClient:
    samples = SampleSearch(grown.uri)
    rejected = RejectionSearch(rejections_uri(grown.uri))
    data = GalleryData(samples, rejected, reviews=ReviewPages(grown.uri, None, samples.sample))
    data.refresh()
    return TestClient(application(data), base_url="http://127.0.0.1:80", follow_redirects=False)


def form_of(client: TestClient, **more: str) -> dict[str, str]:
    """The form of the page as a person would send it, with these choices."""
    page = client.get("/review").text
    sample = re.search(r'name="sample" value="(\w+)"', page)
    assert sample is not None
    return {"sample": sample[1], "reviewer": "ada", "order": "random", "verdict:sample": "accept", **more}


def test_the_page_stores_what_is_said_and_goes_on_to_the_next_sample(client: TestClient, grown):
    first = form_of(client)
    asked = next(event for event in grown.events if event.sample_id == first["sample"]).questions[0].id
    more = {f"verdict:{asked}": "flag", f"reason:{asked}": "ambiguous", f"comment:{asked}": "zwei Tassen"}
    answer = client.post("/review", data={**first, **more}, headers=OWN)
    assert (answer.status_code, answer.headers["location"]) == (303, "/review?order=random")
    stored = {each.question_id: each for each in all_verdicts(grown.uri)}
    assert (stored[None].verdict, stored[None].reason, stored[None].reviewer) == ("accept", None, "ada")
    assert (stored[asked].verdict, stored[asked].reason, stored[asked].comment) == ("flag", "ambiguous", "zwei Tassen")
    after = client.get("/review")
    assert 'name="reviewer" value="ada"' in after.text  # typed once
    assert first["sample"] not in after.text
    assert "11 samples left for ada" in after.text


def test_a_form_without_a_reason_or_about_nothing_stores_nothing_and_says_why(client: TestClient, grown):
    for change, why in (
        ({"verdict:sample": "flag"}, "a flag needs a reason"),
        ({"verdict:sample": "flag", "comment:sample": " "}, "a flag needs a reason"),
        ({"verdict:sample": ""}, "Nothing was accepted or flagged."),
        ({"reviewer": ""}, "at least 1 character"),
        ({"sample": "0" * 32}, "there is no sample"),
    ):
        answer = client.post("/review", data={**form_of(client), **change}, headers=OWN)
        assert answer.status_code == 422
        assert why in answer.text
    assert all_verdicts(grown.uri) == []


def test_a_form_with_a_fault_comes_back_with_what_was_typed(client: TestClient, grown):
    first = form_of(client)
    asked = next(event for event in grown.events if event.sample_id == first["sample"]).questions[0].id
    typed = {
        "verdict:sample": "flag",
        f"verdict:{asked}": "flag",
        f"reason:{asked}": "ambiguous",
        f"comment:{asked}": '"2" cups',
    }
    page = client.post("/review", data={**first, **typed, "reviewer": "eve"}, headers=OWN).text
    assert "a flag needs a reason" in page
    checked = re.findall(r'<input type="radio" name="verdict:(\w+)" value="(\w+)"[^>]* checked', page)
    assert checked == [("sample", "flag"), (asked, "flag")]
    assert page.count("<option selected>ambiguous</option>") == 1
    assert f'name="comment:{asked}" maxlength="2000" value="&#34;2&#34; cups"' in page
    assert 'name="reviewer" value="eve"' in page


def test_the_page_proposes_no_verdict_of_anything(client: TestClient):
    checked = re.findall(r'<input type="radio" name="verdict:(\w+)" value="(\w*)"[^>]* checked', client.get("/review").text)
    assert len(checked) > 1
    assert {value for _, value in checked} == {""}


def test_a_flag_whose_comment_alone_says_why_has_the_reason_other(client: TestClient, grown):
    client.post("/review", data={**form_of(client), "verdict:sample": "flag", "comment:sample": "two cups"}, headers=OWN)
    [stored] = all_verdicts(grown.uri)
    assert (stored.verdict, stored.reason, stored.comment) == ("flag", "other", "two cups")


def test_another_site_cannot_post_verdicts_and_a_gallery_without_reviews_says_so(client: TestClient, grown):
    assert client.post("/review", data=form_of(client), headers={"Origin": "http://evil.example"}).status_code == 403
    data = GalleryData(SampleSearch(grown.uri), RejectionSearch(rejections_uri(grown.uri)))
    plain = TestClient(application(data), base_url="http://127.0.0.1:80")
    assert plain.get("/review").status_code == 404
    assert "without reviews" in plain.get("/review").text


def test_when_every_sample_was_looked_at_the_page_says_so(client: TestClient, grown):
    add_verdicts(grown.uri, [said(event, "accept") for event in grown.events])
    client.cookies.set("skg-reviewer", "ada")
    assert "You have looked at every sample." in client.get("/review").text
