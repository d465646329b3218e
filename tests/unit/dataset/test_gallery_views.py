"""A sample's page shows what further cameras see, with the same names and colours, and which pictures a question shows."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from dataset.gallery import write_gallery
from dataset.gallery.web_app import application
from dataset.review.review_pages import ReviewPages
from dataset.table.row_encoding import rows_of
from schemas.interfaces import Sample
from tests.fakes.events import make_picture, make_samples
from tests.fakes.gallery import shown
from tests.fakes.line import store_rows

pytestmark = pytest.mark.thorough


@pytest.fixture
def client(view_samples: list[Sample], tmp_path: Path) -> TestClient:
    plain = make_samples(1)[0]
    uri = store_rows(str(tmp_path / "table"), [*view_samples, Sample(plain, make_picture(plain.graph))])
    return TestClient(application(shown(uri)), base_url="http://127.0.0.1:80")


def test_each_camera_has_a_figure_with_the_boxes_of_what_it_sees(client: TestClient, view_samples: list[Sample]):
    for row in rows_of([sample for sample in view_samples if sample.views]).to_pylist():
        page = client.get(f"/sample/{row['sample_id']}").text
        figures = re.findall(r"<figure.*?</figure>", page, re.DOTALL)
        assert len(figures) == 1 + len(row["views"])
        colours = dict(re.findall(r'class="box (c\d)" data-object="(\d+)"', figures[0]))
        for number, (figure, view) in enumerate(zip(figures[1:], row["views"], strict=True), start=1):
            assert f'src="/view/{row["sample_id"]}/{number}"' in figure
            assert [int(one) for one in re.findall(r'<g class="box c\d" data-object="(\d+)"', figure)] == [
                thing["id"] for thing in view["objects"]
            ]
            for colour, one in re.findall(r'class="box (c\d)" data-object="(\d+)"', figure):
                assert colours[colour] == one
            assert client.get(f"/view/{row['sample_id']}/{number}").content == view["image"]["bytes"]


def test_a_question_says_which_cameras_it_lights_and_captions_say_which_of_them_has_masks(
    client: TestClient, view_samples: list[Sample]
):
    for sample in view_samples:
        page = client.get(f"/sample/{sample.event.sample_id}").text
        cameras = 1 + len(sample.views)
        assert re.findall(r'data-view="(\d+)"', page) == [str(number) for number in range(cameras) if cameras > 1]
        for question in sample.event.questions:
            (tag,) = re.findall(rf'<details[^>]* data-question="{question.id}"[^>]*>', page)
            assert ("data-views" in tag) == bool(question.views)
            assert not question.views or f'data-views="{list(question.views)}"' in tag
        has_masks = bool(re.search(r'class="layer', page))
        assert page.count("boxes alone, masks and depth are of camera 1") == (cameras - 1 if has_masks else 0)


def test_a_question_about_two_pictures_says_which(client: TestClient, view_samples: list[Sample]):
    asked = [
        (sample.event, question)
        for sample in view_samples
        for question in sample.event.questions
        if len(question.views) > 1
    ]
    assert asked
    for event, question in asked:
        page = client.get(f"/sample/{event.sample_id}").text
        first, second = (f"camera {number + 1}" for number in question.views)
        assert f"first {first}, then {second}" in page
        assert "In the first picture" in page
        assert "The first camera is at" in page


def test_a_sample_with_one_camera_shows_no_others_and_a_number_beyond_them_is_no_picture(
    client: TestClient, view_samples: list[Sample]
):
    plain = make_samples(1)[0].sample_id
    assert "Other cameras" not in client.get(f"/sample/{plain}").text
    assert client.get(f"/view/{plain}/1").status_code == 404
    assert client.get(f"/view/{view_samples[0].event.sample_id}/0").status_code == 404
    assert client.get(f"/view/{view_samples[0].event.sample_id}/9").status_code == 404
    assert client.get("/view/none/1").status_code == 404


def test_who_reviews_sees_what_further_cameras_see(view_samples: list[Sample], tmp_path: Path):
    several = [sample for sample in view_samples if sample.views]
    uri = store_rows(str(tmp_path / "several"), several)
    data = shown(uri)
    reviews = ReviewPages(uri, None, data.samples.sample, data.samples.views)
    page = TestClient(application(replace(data, reviews=reviews)), base_url="http://127.0.0.1:80").get("/review").text
    (sample,) = set(re.findall(r'src="/image/(\w+)"', page))
    assert f'src="/view/{sample}/1"' in page
    questions = next(one.event.questions for one in several if one.event.sample_id == sample)
    of_two = [question for question in questions if len(question.views) > 1]
    assert ("In the first picture" in page) is bool(of_two), "the proof, folded"
    assert page.count("then ") >= len(of_two)


def test_the_page_from_disk_has_further_cameras_masks_and_depths_as_files(view_samples: list[Sample], tmp_path: Path):
    uri = store_rows(str(tmp_path / "table"), view_samples)
    page = write_gallery(uri, tmp_path / "page")
    html = page.read_text("utf-8")
    sources = re.findall(r'src="([^"]+)"', html)
    assert all((page.parent / source).is_file() for source in sources)
    for sample in view_samples:
        for number, picture in enumerate(sample.views, start=1):
            (name,) = {source for source in sources if source.startswith(f"images/{sample.event.sample_id}-{number}.")}
            assert (page.parent / name).read_bytes() == picture
        for layer in ("masks", "depth"):
            assert f"images/{sample.event.sample_id}-{layer}.png" in sources
