"""A gallery over a damaged table shows what can be read, says what cannot on every page, and logs it once."""

from pathlib import Path

import structlog
from starlette.testclient import TestClient

from dataset.gallery.web_app import GalleryData, application
from dataset.table.delta_table import Table
from tests.fakes.events import make_samples
from tests.fakes.gallery import shown, store_samples

PAGES = ("/", "/coverage", "/statistics", "/rejected", "/factory")


def visited(data: GalleryData) -> TestClient:
    return TestClient(application(data, hosts=None), raise_server_exceptions=True)


def with_one_file_away(uri: str) -> tuple[Path, bytes]:
    """Five samples in two files, of which the one with two is away."""
    samples = make_samples(5)
    store_samples(uri, samples[:3])
    (first,) = Table.load(uri).files()
    store_samples(uri, samples[3:])
    (second,) = {file.path for file in Table.load(uri).files()} - {first.path}
    away = Path(uri) / second
    data = away.read_bytes()
    away.unlink()
    return away, data


def test_every_page_says_which_file_is_away_and_the_rest_is_shown(tmp_path: Path):
    uri = str(tmp_path / "dataset")
    away, data = with_one_file_away(uri)
    gallery = shown(uri)
    client = visited(gallery)
    for page in PAGES:
        assert f"its file {away.name} is missing" in client.get(page).text, page
    sheet = client.get("/").text
    assert "3 pictures" in sheet
    assert "being read" not in sheet
    away.write_bytes(data)
    gallery.refresh()
    sheet = client.get("/").text
    assert ("5 pictures" in sheet, 'class="damage"' in sheet) == (True, False)


def test_a_fault_is_logged_once_and_its_end_too(tmp_path: Path):
    uri = str(tmp_path / "dataset")
    away, data = with_one_file_away(uri)
    with structlog.testing.capture_logs() as lines:
        gallery = shown(uri)
        for _ in range(3):
            gallery.refresh()
        away.write_bytes(data)
        gallery.refresh()
        gallery.refresh()
    assert [line["event"] for line in lines] == ["a table cannot be read", "the table can be read again"]
    assert "\x1b" not in lines[0]["error"]


def test_a_picture_of_a_file_that_broke_since_says_which(tmp_path: Path):
    uri = str(tmp_path / "dataset")
    store_samples(uri, make_samples(1))
    gallery = shown(uri)
    (file,) = Table.load(uri).files()
    (Path(uri) / file.path).unlink()
    answer = visited(gallery).get(f"/image/{make_samples(1)[0].sample_id}")
    assert (answer.status_code, f"its file {file.path} is missing" in answer.text) == (503, True)
