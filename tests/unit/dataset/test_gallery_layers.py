"""Masks and depths over a sample's picture, where its scene is in metres."""

import re
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from starlette.testclient import TestClient

from dataset.gallery.templates_engine import HERE
from dataset.gallery.views.layer_pictures import PALETTE, depth_picture
from dataset.gallery.web_app import application
from dataset.solid.run_lengths import mask_of
from dataset.table.row_encoding import rows_of
from schemas.interfaces import Sample
from tests.fakes.events import make_picture, make_samples
from tests.fakes.gallery import shown
from tests.fakes.line import store_rows

pytestmark = pytest.mark.thorough


@pytest.fixture
def client(solid_samples: list[Sample], tmp_path: Path) -> TestClient:
    """A gallery of one sample in metres and one of another renderer."""
    plain = make_samples(1)[0]
    uri = store_rows(str(tmp_path / "table"), [solid_samples[0], Sample(plain, make_picture(plain.graph))])
    return TestClient(application(shown(uri)), base_url="http://127.0.0.1:80")


def pixels(data: bytes) -> np.ndarray:
    with Image.open(BytesIO(data)) as picture:
        return np.asarray(picture)


def test_masks_have_the_colours_of_their_boxes_and_nothing_else_is_covered(client: TestClient, solid_samples: list[Sample]):
    (row,) = rows_of(solid_samples[:1]).to_pylist()
    answer = client.get(f"/masks/{row['sample_id']}")
    assert answer.headers["content-type"] == "image/png"
    shown_masks = pixels(answer.content)
    for number, thing in enumerate(row["objects"]):
        mask = mask_of(thing["mask"])
        assert (shown_masks[mask, :3] == tuple(bytes.fromhex(PALETTE[number]))).all()
    anything = np.any([mask_of(thing["mask"]) for thing in row["objects"]], axis=0)
    assert np.array_equal(shown_masks[..., 3] > 0, anything)


def test_near_is_light_and_far_is_dark_and_unknown_is_black(client: TestClient, solid_samples: list[Sample]):
    answer = client.get(f"/depth/{solid_samples[0].event.sample_id}")
    assert pixels(answer.content).shape == (128, 128, 3)
    buffer = BytesIO()
    Image.fromarray(np.array([[0, 900, 2000, 9000]], np.uint16)).save(buffer, "PNG")
    unknown, near, middle, far = pixels(depth_picture(buffer.getvalue()))[0].sum(axis=-1).tolist()
    assert unknown == 0 < far < middle < near


def test_the_page_offers_the_layers_where_they_are_known_and_works_without_scripts(
    client: TestClient, solid_samples: list[Sample]
):
    solid = client.get(f"/sample/{solid_samples[0].event.sample_id}").text
    assert re.findall(r'data-layer="(.)"', solid) == ["b", "m", "d"]
    assert re.findall(r'class="layer (\w+)"', solid) == ["masks", "depth"]
    plain = make_samples(1)[0].sample_id
    assert re.findall(r'data-layer="(.)"', client.get(f"/sample/{plain}").text) == ["b"]
    sheet = client.get("/").text
    assert sheet.count('class="layer masks"') == 1, "only of the one in metres"
    assert client.get(f"/masks/{plain}").status_code == client.get(f"/depth/{plain}").status_code == 404
    assert client.get("/masks/none").status_code == client.get("/depth/none").status_code == 404


def test_the_colours_are_those_of_the_style_sheet():
    style = (HERE / "gallery.css").read_text("utf-8")
    assert tuple(re.findall(r"\.c\d+ \{ --c: #(\w{6});", style)) == PALETTE
