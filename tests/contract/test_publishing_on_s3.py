"""A copy that is published in a bucket: the same files as in a folder, over every store that this machine has."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from dataset.audit import audit
from dataset.exports import Source
from dataset.publishing import FolderPlace, PushRequest, push
from schemas.errors import UserError
from streams.adapters.s3_place import S3Place, s3_place
from streams.cli.root import run
from streams.settings import StoreSettings
from streams.storage.s3 import connect, storage_options
from tests.fakes.events import make_samples
from tests.fakes.gallery import store_samples
from tests.fakes.left_behind import services_environment

pytestmark = pytest.mark.contract

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def source(tmp_path: Path) -> Source:
    uri = str(tmp_path / "table")
    store_samples(uri, make_samples(8))
    return Source.open(uri)


def test_a_copy_in_a_bucket_is_that_of_a_folder(source: Source, store: StoreSettings, tmp_path: Path) -> None:
    connect(store, 5.0)
    uri = f"s3://{store.s3_bucket}/published/cats"
    request = PushRequest(source, "v1", NOON)
    place = s3_place(store, uri, 5.0)
    record = push(request, place)
    assert record == push(request, FolderPlace(tmp_path / "pub"))
    for path in ("README.md", "tags.json", "v1/README.md", "v1/published.json", *(f"v1/{name}" for name in record.files)):
        assert place.read(path) == (tmp_path / "pub" / path).read_bytes(), path
    assert audit(f"{uri}/v1", storage_options(store)).rows == 8
    with pytest.raises(UserError, match=f"the tag v1 is at {uri} already"):
        push(request, place)


def test_copies_and_tables_in_buckets_are_compared_as_those_of_folders_are(
    store: StoreSettings, tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    connect(store, 5.0)
    bucket, options = f"s3://{store.s3_bucket}/compared", storage_options(store)
    for name, samples in (("few", make_samples(4)), ("many", make_samples(6))):
        store_samples(f"{bucket}/{name}", samples, options)
        push(
            PushRequest(Source.open(f"{bucket}/{name}", options), "v1", NOON), s3_place(store, f"{bucket}/pub-{name}", 5.0)
        )
    for name, value in services_environment("127.0.0.1:9", store, tmp_path).items():
        monkeypatch.setenv(name, value)
    for first in ("few", "pub-few", "pub-few/v1"):
        for second in ("many", "pub-many", "pub-many/v1"):
            assert run(["dataset", "diff", f"{bucket}/{first}", f"{bucket}/{second}", "--json"]) == 0
            found = json.loads(capfd.readouterr().out)
            assert (found["both"], found["only_first"]["samples"], found["only_second"]["samples"]) == (4, 0, 2)
    assert run(["dataset", "diff", f"{bucket}/few", f"{bucket}/nothing"]) == 2
    assert f"there is no dataset at {bucket}/nothing" in capfd.readouterr().err
    begun = s3_place(store, f"{bucket}/begun", 5.0)
    (tmp_path / "record").write_text('{"published": null}')
    begun.put("published.json", tmp_path / "record")
    begun.put("data/train-00000.parquet", tmp_path / "record")
    assert run(["dataset", "diff", f"{bucket}/few", f"{bucket}/begun"]) == 2
    assert "is not complete: its push was interrupted" in capfd.readouterr().err


def test_a_large_file_goes_in_parts_and_replaces_what_was_there(store: StoreSettings, tmp_path: Path) -> None:
    connect(store, 5.0)
    place = S3Place(store, f"s3://{store.s3_bucket}")
    for letter, size in ((b"a", 12_000_000), (b"b", 3)):
        (tmp_path / "file").write_bytes(letter * size)
        place.put("data/file", tmp_path / "file")
        assert place.read("data/file") == letter * size
    assert place.read("data/other") is None
