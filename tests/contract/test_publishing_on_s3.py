"""A copy that is published in a bucket: the same files as in a folder, over every store that this machine has."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from dataset.audit import audit
from dataset.exports import Source
from dataset.publishing import FolderPlace, PushRequest, push
from schemas.errors import UserError
from streams.adapters.s3_place import S3Place, s3_place
from streams.settings import StoreSettings
from streams.storage.s3 import connect, storage_options
from tests.fakes.events import make_samples
from tests.fakes.gallery import store_samples

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


def test_a_large_file_goes_in_parts_and_replaces_what_was_there(store: StoreSettings, tmp_path: Path) -> None:
    connect(store, 5.0)
    place = S3Place(store, f"s3://{store.s3_bucket}")
    for letter, size in ((b"a", 12_000_000), (b"b", 3)):
        (tmp_path / "file").write_bytes(letter * size)
        place.put("data/file", tmp_path / "file")
        assert place.read("data/file") == letter * size
    assert place.read("data/other") is None
