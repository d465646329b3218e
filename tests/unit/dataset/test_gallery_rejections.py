"""The gallery's page of rejections: pictures, and files that say what the command says."""

import csv
import json
import re

import pytest
from starlette.testclient import TestClient

from dataset.gallery.web_app import application
from schemas.codec import encode
from schemas.errors import RetryableError
from schemas.ids import make_seed
from schemas.topics import IMAGES
from streams.cli.root import run
from tests.fakes.events import make_graph, make_qa, make_rejection, make_rendered
from tests.fakes.gallery import shown, store_rejections, store_samples

pytestmark = pytest.mark.thorough

PETS = make_seed("café: a cat beside a dog", 9)
RENDERED = make_rendered(make_graph(PETS, 1))
WITH_PICTURE = make_rejection(PETS, 1).model_copy(
    update={"stage": "examine", "gate": "relation", "reason": "violated_relation", "image": RENDERED.image,
            "source_topic": IMAGES, "source": encode(RENDERED), "rejection_id": "ab" * 16}
)  # fmt: skip
WITHOUT = make_rejection(PETS, 2).model_copy(update={"source": encode(PETS), "detail": "=1+1"})


@pytest.fixture
def uri(tmp_path) -> str:
    uri = str(tmp_path / "dataset")
    store_samples(uri, [make_qa()])
    store_rejections(uri, [WITHOUT, WITH_PICTURE])
    return uri


def client(uri: str, pictures=None) -> TestClient:
    return TestClient(application(shown(uri, pictures=pictures)), base_url="http://127.0.0.1:80")


def address(event) -> str:
    return f"/rejected/image/{event.rejection_id}"


def test_a_rejected_picture_is_shown_where_the_store_is_known(uri):
    asked = client(uri, {RENDERED.image.key: b"picture"}.get)
    page = asked.get("/rejected").text
    assert re.findall(r'<img[^>]* src="([^"]+)"', page) == [address(WITH_PICTURE)] * 2, "as a thumbnail, and large"
    answer = asked.get(address(WITH_PICTURE))
    assert (answer.status_code, answer.content) == (200, b"picture")
    assert answer.headers["content-type"] == RENDERED.image.media_type
    assert asked.get(address(WITHOUT)).status_code == 404
    assert asked.get("/rejected/image/none").status_code == 404


def test_a_picture_that_is_gone_and_a_store_that_is_away_are_said(uri):
    def away(_: str) -> bytes:
        raise RetryableError("nobody answers")

    assert client(uri, {}.get).get(address(WITH_PICTURE)).status_code == 404
    assert client(uri, away).get(address(WITH_PICTURE)).status_code == 503
    assert "<img" not in client(uri).get("/rejected").text
    assert client(uri).get(address(WITH_PICTURE)).status_code == 404


def test_what_the_filters_leave_is_taken_along_as_the_command_lists_it(uri, capsys):
    assert run(["rejections", "list", "--uri", uri, "--json"]) == 0
    told = {line["rejection_id"]: line for line in map(json.loads, capsys.readouterr().out.splitlines())}
    files = client(uri)
    found = {line["rejection_id"]: line for line in map(json.loads, files.get("/rejected.jsonl").text.splitlines())}
    assert {name: {**line, "time": None} for name, line in found.items()} == {
        name: {**line, "time": None} for name, line in told.items()
    }
    (one,) = files.get("/rejected.jsonl?reason=violated_relation&page=7").text.splitlines()
    assert json.loads(one)["rejection_id"] == WITH_PICTURE.rejection_id


def test_the_table_opens_in_a_spreadsheet_and_runs_nothing_there(uri):
    answer = client(uri).get("/rejected.csv")
    assert answer.content.startswith(b"\xef\xbb\xbf")
    assert 'filename="rejections.csv"' in answer.headers["content-disposition"]
    rows = {row["rejection_id"]: row for row in csv.DictReader(answer.content.decode("utf-8-sig").splitlines())}
    assert rows[WITHOUT.rejection_id]["detail"] == "'=1+1"
    assert rows[WITH_PICTURE.rejection_id]["concept"] == PETS.concept


def test_words_are_searched_in_the_concept_in_either_spelling(uri):
    assert "2 of 2" in client(uri).get("/rejected", params={"words": "cafe\u0301"}).text
