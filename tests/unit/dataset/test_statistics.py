"""Statistics: counts that agree with the rows, yield that adds up, a page with charts."""

import json
import shutil
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree

import pytest
from starlette.testclient import TestClient

from dataset.analysis.charts import CHARTS, write_statistics
from dataset.analysis.info import info
from dataset.analysis.statistics import statistics
from dataset.analysis.svg_bars import number_in_words
from dataset.gallery.sample_search import SampleFilter, SampleSearch
from dataset.gallery.web_app import application
from dataset.review.review_report import report_in_words
from dataset.review.verdict_table import Verdict, add_verdicts
from dataset.table.columns import COLUMNS
from dataset.table.delta_table import Table
from dataset.table.rejection_table import REJECTION_COLUMNS, rejections_uri, rows_of
from dataset.table.table_errors import NoDataset
from schemas.graph import UNDERSTOOD, UNDERSTOOD_NOTE
from schemas.ids import make_seed
from schemas.interfaces import Sample
from tests.fakes.events import make_graph, make_picture, make_qa, make_rejection
from tests.fakes.gallery import shown
from tests.fakes.line import store_rows


@pytest.fixture(scope="module")
def uri(tmp_path_factory) -> str:
    """Twelve samples of two scenes, and three rejections."""
    address = str(tmp_path_factory.mktemp("statistics") / "table")
    names = [("cat", "dog"), ("cat", "cow"), ("<b>cat</b>", "dog")]
    graphs = [make_graph(index=i, categories=names[i % 3], scene=("kitchen", "park")[i % 2]) for i in range(12)]
    store_rows(address, [Sample(make_qa(graph), make_picture(graph)) for graph in graphs])
    lost = [Sample(make_rejection(make_seed("x", 3), index), None) for index in range(3)]
    Table.create(rejections_uri(address), REJECTION_COLUMNS).append(rows_of(lost), {})
    return address


def test_counts_are_those_of_the_rows(uri: str):
    found = statistics(uri)
    assert (found.samples, found.questions) == (12, 24)
    assert found.objects == dict(Counter({"cat": 8, "dog": 8, "<b>cat</b>": 4, "cow": 4}).most_common())
    assert found.objects_in_all == 4
    assert found.scenes == {"kitchen": 6, "park": 6}
    assert found.density == {"2": 12}
    assert found.relations == {"bottom_left": 12, "left_of": 12}
    assert found.kinds == {"presence": 12, "relation": 12}
    assert found.answers == {"presence": {"no": 12}, "relation": {"yes": 12}}
    assert sum(found.splits.values()) == 12


@pytest.mark.thorough
def test_samples_are_counted_by_how_their_concept_was_understood(tmp_path: Path):
    graphs = [make_graph(index=index) for index in range(4)]
    words = ["named", "named", "nearest", '\\"understood\\":\\"model\\"']
    for number, word in enumerate(words):
        notes = {UNDERSTOOD_NOTE if number < 3 else "said": word}
        provenance = graphs[number].provenance.model_copy(update={"notes": notes})
        graphs[number] = graphs[number].model_copy(update={"provenance": provenance})
    uri = store_rows(str(tmp_path / "table"), [Sample(make_qa(graph), make_picture(graph)) for graph in graphs])
    counts = {"named": 2, "nearest": 1, "unknown": 1}
    assert statistics(uri).understood == info(uri)["understood"] == counts
    search = SampleSearch(uri)
    search.refresh()
    assert dict(search.facets.understood) == counts
    assert search.search(SampleFilter(understood="nearest"), 1)[0] == 1
    assert 'value="nearest"' in TestClient(application(shown(uri))).get("/", headers={"Host": "127.0.0.1"}).text
    page = write_statistics(statistics(uri), tmp_path / "statistics").read_text("utf-8")
    assert UNDERSTOOD["named"] in page


def test_yield_adds_up_and_names_its_reasons(uri: str):
    found = statistics(uri)
    assert [(s.stage, s.reached, s.passed) for s in found.stages] == [("agents", 15, 12), ("examine", 12, 12)]
    (loss,) = found.losses
    assert (loss.stage, loss.gate, loss.reason, loss.count) == ("agents", "layout", "no_layout", 3)
    assert loss.meaning


def test_without_rejections_the_rest_is_there(tmp_path: Path):
    graph = make_graph()
    uri = store_rows(str(tmp_path / "table"), [Sample(make_qa(graph), make_picture(graph))])
    assert statistics(uri).losses == ()


def test_an_empty_table_has_nothing_of_anything(tmp_path: Path):
    uri = str(tmp_path / "table")
    Table.create(uri, COLUMNS)
    found = statistics(uri)
    assert (found.samples, found.objects) == (0, {})
    assert write_statistics(found, tmp_path / "out").exists()


def test_no_table_is_said_to_be_none(tmp_path: Path):
    with pytest.raises(NoDataset):
        statistics(str(tmp_path / "nowhere"))


@pytest.mark.thorough
def test_a_page_with_charts_and_numbers_comes_out(uri: str, tmp_path: Path):
    page = write_statistics(statistics(uri), tmp_path / "out")
    text = page.read_text("utf-8")
    for name, title in CHARTS.items():
        chart = ElementTree.parse(page.parent / f"{name}.svg").getroot()
        assert chart.get("aria-label") == title
        assert f'id="{name}"' in text
    assert "<b>cat</b>" not in text
    assert "&lt;b&gt;cat&lt;/b&gt;" in text
    assert "<img" not in text, "no pictures on white in the dark"
    assert "://" not in text, "nothing is loaded from elsewhere"
    assert json.loads((page.parent / "statistics.json").read_text("utf-8"))["samples"] == 12


@pytest.mark.thorough
def test_charts_show_names_as_text_and_counts_in_full(uri: str, tmp_path: Path):
    found = replace(statistics(uri), objects={'<x> & "y"': 1_234_567, "猫": 3})
    write_statistics(found, tmp_path)
    chart = ElementTree.parse(tmp_path / "objects.svg").getroot()
    words = [text.text for text in chart.iter("{http://www.w3.org/2000/svg}text")]
    assert words == [CHARTS["objects"], '<x> & "y"', "1,234,567", "猫", "3"]
    longest, shortest = (float(bar.get("width")) for bar in chart.iter("{http://www.w3.org/2000/svg}rect"))
    assert (longest, shortest) == (400.0, 1.0)
    assert number_in_words(0.4567) == "0.457"


@pytest.mark.thorough
def test_what_people_say_of_the_dataset_is_in_its_statistics_and_its_info(uri: str, tmp_path: Path):
    copied = shutil.copytree(uri, tmp_path / "table")
    assert statistics(str(copied)).review is None
    assert info(str(copied))["review"] is None
    event = make_qa(make_graph(index=0, categories=("cat", "dog"), scene="kitchen"))
    said = {"sample_id": event.sample_id, "reviewer": "ada", "at": datetime(2026, 3, 1, tzinfo=UTC), "dataset_version": 1}
    (first, second) = (question.id for question in event.questions)
    add_verdicts(
        str(copied),
        [
            Verdict(**said, question_id=first, verdict="flag", reason="ambiguous"),
            Verdict(**said, question_id=second, verdict="accept"),
        ],
    )
    review = statistics(str(copied)).review
    assert review is not None
    assert review == info(str(copied))["review"]
    assert (review["questions"], review["disputed"]["all"]["accuracy"]) == (2, 0.5)
    page = write_statistics(statistics(str(copied)), tmp_path / "out").read_text("utf-8")
    assert "50.0 % (9.5 to 90.5), 1 of 2" in page
    assert "ambiguous 1" in page
    assert report_in_words(review) == (
        "1 reviewer, 1 sample, 2 questions; disputed: all 0.500 (0.095 to 0.905), presence 0.000 (0.000 to 0.793), "
        "relation 1.000 (0.207 to 1.000)"
    )
