"""Coverage: what the dataset has of each cell, beside the targets of the balance, and asking for more of it."""

import re
from html import unescape

import pytest
from starlette.testclient import TestClient

from dataset.gallery.interfaces import BalanceTargets
from dataset.gallery.pages.coverage_counts import LEVELS, kinds_by_split, mix, scenes_by_relation, shade
from dataset.gallery.sample_search import SampleSearch
from dataset.gallery.web_app import GalleryData, application
from schemas.ids import make_seed
from tests.fakes.events import make_graph, make_qa
from tests.fakes.gallery import NotedFactory, shown, store_samples

pytestmark = pytest.mark.thorough

TARGETS = BalanceTargets(
    {
        "scenes": {"kitchen": 0.5, "park": 0.5},
        "relations": {"direction": 0.75, "place": 0.25},
        "kinds": {"relation": 1.0},
        "density": {"1": 0.2, "2-3": 0.8},
    },
    0.1,
    "targets.yaml",
)


@pytest.fixture
def uri(tmp_path) -> str:
    """Three samples of kitchens and one of a park: each has a left of and a bottom left, of which the first is drawn."""
    uri = str(tmp_path / "dataset")
    scenes = ["kitchen", "kitchen", "kitchen", "park"]
    store_samples(uri, [make_qa(make_graph(make_seed("x", 9), index, scene=scene)) for index, scene in enumerate(scenes)])
    return uri


@pytest.fixture
def samples(uri: str) -> SampleSearch:
    found = SampleSearch(uri)
    found.refresh()
    return found


def client(uri: str, factory: NotedFactory | None = None, targets: BalanceTargets | None = None) -> TestClient:
    found = shown(uri, factory)
    data = GalleryData(found.samples, found.rejected, factory, targets=targets)
    return TestClient(application(data), base_url="http://127.0.0.1:80")


def test_each_cell_counts_the_samples_that_have_both(samples: SampleSearch):
    found = scenes_by_relation(samples)
    assert list(found.rows) == ["kitchen", "park"], "those with most samples first"
    assert found.columns == ["left_of", "bottom_left"]
    assert found.counts == {
        ("kitchen", "left_of"): 3, ("kitchen", "bottom_left"): 3, ("park", "left_of"): 1, ("park", "bottom_left"): 1,
    }  # fmt: skip


def test_questions_are_counted_by_kind_and_split(samples: SampleSearch):
    found = kinds_by_split(samples)
    assert set(found.rows) == {"relation", "presence"}
    assert sum(found.counts.values()) == samples.facets.questions == 8
    assert found.columns == ["train", "validation", "test"], "also those that have none"


def test_a_shade_is_darker_the_more_there_is():
    assert shade(0, 9) == 0
    shades = [shade(count, 100) for count in range(1, 101)]
    assert shades == sorted(shades)
    assert (shades[0], shades[-1]) == (1, LEVELS)


def test_shares_are_of_what_the_targets_name_and_what_lacks_is_said(samples: SampleSearch):
    axes = {entry["axis"]: {value["name"]: value for value in entry["values"]} for entry in mix(samples, TARGETS)}
    assert axes["scenes"]["kitchen"]["there"] == 0.75
    assert axes["scenes"]["park"]["lacks"]
    assert not axes["scenes"]["kitchen"]["lacks"]
    assert (axes["relations"]["direction"]["there"], axes["relations"]["place"]["there"]) == (1.0, 0.0), "drawn ones alone"
    assert axes["density"]["2-3"]["count"] == 4
    assert mix(SampleSearch("nowhere"), TARGETS)[0]["values"][0]["there"] == 0


def test_what_is_there_and_not_named_by_the_targets_is_said_beside_them(uri: str, samples: SampleSearch):
    some = BalanceTargets({"scenes": {"park": 1.0}, "density": {"7-9": 1.0}, "kinds": {"presence": 1.0}}, 0.1, "few.yaml")
    scenes, density, kinds = mix(samples, some)
    assert scenes["values"][0]["there"] == 1.0, "of what is named"
    assert (scenes["outside"], scenes["total"], scenes["others"]) == (3, 4, [("kitchen", 3)])
    assert (density["outside"], density["others"]) == (4, [("2", 4)])
    assert kinds["others"] == [("relation", 4)]
    page = re.sub(r"<[^>]+>|\s+", " ", client(uri, targets=some).get("/coverage").text)
    assert re.search(r"Not among the targets: 3 of 4, as\s+kitchen\s+3", page)
    assert "Not among" not in client(uri, targets=TARGETS).get("/coverage").text.partition("<h3>kinds</h3>")[0]


def test_a_cell_shows_its_samples_and_asks_for_more_of_it(uri: str):
    factory = NotedFactory()
    page = client(uri, factory).get("/coverage").text
    cell = next(
        link for link in re.findall(r'hx-get="(/coverage/cell[^"]+)"', page) if "park" in link and "left_of" in link
    )
    part = client(uri, factory).get(unescape(cell)).text
    assert "1 sample<" in part
    (form,) = re.findall(r"<form.*?</form>", part, re.DOTALL)
    fields = dict(re.findall(r'name="(\w+)"[^>]* value="([^"]*)"', form))
    assert fields == {"concept": "park", "family": "direction", "count": "10"}
    (target,) = re.findall(r'action="([^"]+)"', form)
    answer = client(uri, factory).post(target, data=fields, headers={"Sec-Fetch-Site": "same-origin"})
    assert answer.status_code == 200
    (sent,) = factory.published
    assert (sent.concept, sent.family, sent.count) == ("park", "direction", "10")


def test_the_maps_and_the_mix_count_anew_when_a_request_has_its_outcomes(uri: str):
    page = client(uri, NotedFactory()).get("/coverage?all=yes&scene=park").text
    for part in ("counted", "mix"):
        (tag,) = re.findall(rf'<\w+[^>]* id="{part}"[^>]*>', page)
        assert f'hx-select="#{part}"' in tag
        assert 'hx-get="/coverage?all=yes&amp;scene=park"' in tag
        assert 'hx-trigger="request-done from:body"' in tag


def test_a_kind_of_question_is_asked_for_in_the_rarest_scene_with_relations_that_favour_it(uri: str):
    part = client(uri, NotedFactory()).get("/coverage/cell?kind=direction_yes_no&split=test").text
    assert re.findall(r"<option>(.*?)</option>", part) == ["park", "kitchen"]
    assert 'name="family" value="direction"' in part
    assert "There is none yet" in part


def test_without_a_factory_nothing_is_asked_for_and_without_targets_it_is_said_how_to_have_some(uri: str):
    pages = client(uri)
    assert "<form" not in pages.get("/coverage/cell?scene=park").text
    assert "--targets FILE" in pages.get("/coverage").text
    shown_targets = client(uri, targets=TARGETS).get("/coverage").text
    assert "--targets FILE" not in shown_targets
    assert "25 % of 50 %, lacks" in re.sub(r"\s+", " ", shown_targets)


def test_a_chosen_cell_is_there_without_scripts(uri: str):
    assert "1 sample<" in client(uri).get("/coverage?scene=park&relation=left_of").text


def test_an_empty_dataset_says_what_to_do(tmp_path):
    assert 'href="/factory"' in client(str(tmp_path / "none")).get("/coverage").text
