"""The object store over the fake and over every store that this machine has."""

import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from pydantic import SecretStr

from schemas.errors import RetryableError
from schemas.interfaces import ObjectStore, StoredObject
from streams.cli.setup_commands.service_looks import Finding, service_findings
from streams.errors import AccessDenied
from streams.settings import StoreSettings
from streams.storage.s3 import S3Store, connect
from tests.fakes.store import InMemoryStore

pytestmark = pytest.mark.contract


@pytest.fixture(params=["memory", "seaweedfs", "minio"])
def objects(request: pytest.FixtureRequest) -> Iterator[ObjectStore]:
    if request.param == "memory":
        yield InMemoryStore()
    else:
        yield connect(request.getfixturevalue(f"{request.param}_store"), 20)


def picture(data: bytes = b"picture") -> StoredObject:
    return StoredObject(data, "image/webp", {"truth": "abc"})


def test_what_is_put_comes_back_with_its_type_and_metadata(objects: ObjectStore) -> None:
    assert objects.put_if_absent("images/aa/1.webp", picture())
    assert objects.get("images/aa/1.webp") == picture()


def test_what_is_not_there_is_none(objects: ObjectStore) -> None:
    assert objects.get("images/aa/none.webp") is None


@pytest.mark.parametrize("key", ["k" * 300, "\u00e4" * 600, "images/aa/1.webp/below", "images/aa"])
def test_a_key_that_no_store_can_hold_holds_nothing(objects: ObjectStore, key: str) -> None:
    objects.put_if_absent("images/aa/1.webp", picture())
    assert objects.get(key) is None


def test_the_second_put_of_a_key_changes_nothing(objects: ObjectStore) -> None:
    assert objects.put_if_absent("images/aa/1.webp", picture())
    assert not objects.put_if_absent("images/aa/1.webp", picture(b"another"))
    found = objects.get("images/aa/1.webp")
    assert found is not None
    assert found.data == b"picture"


def test_of_sixteen_writers_of_one_key_one_wins_and_all_read_its_bytes(objects: ObjectStore) -> None:
    def write(number: int) -> tuple[bool, bytes]:
        won = objects.put_if_absent("images/bb/same.webp", picture(f"writer {number}".encode()))
        found = objects.get("images/bb/same.webp")
        assert found is not None
        return won, found.data

    with ThreadPoolExecutor(16) as pool:
        outcomes = list(pool.map(write, range(16)))
    assert sum(won for won, _ in outcomes) == 1
    (kept,) = {data for _, data in outcomes}
    assert kept == f"writer {[won for won, _ in outcomes].index(True)}".encode()


def test_a_picture_larger_than_one_part_is_one_conditional_put(objects: ObjectStore) -> None:
    large = picture(b"x" * 6_000_000)
    assert objects.put_if_absent("images/cc/large.png", large)
    assert not objects.put_if_absent("images/cc/large.png", large)
    found = objects.get("images/cc/large.png")
    assert found is not None
    assert len(found.data) == 6_000_000


def test_keys_are_listed_by_prefix_in_order(objects: ObjectStore) -> None:
    for name in ("images/b/2", "images/a/1", "other/3", "images/b/1"):
        objects.put_if_absent(name, picture())
    assert list(objects.keys("images/")) == ["images/a/1", "images/b/1", "images/b/2"]
    assert list(objects.keys("nothing/")) == []


def test_a_bucket_is_created_once_and_opening_it_again_is_harmless(store: StoreSettings) -> None:
    settings = store.model_copy(update={"s3_bucket": f"new-{uuid4().hex[:8]}"})
    first = connect(settings, 10)
    first.put_if_absent("k", picture())
    assert connect(settings, 10).get("k") == picture()


def test_a_bucket_that_is_missing_may_be_there_later(minio_store: StoreSettings) -> None:
    # SeaweedFS makes a bucket when something is put into it.
    lost = S3Store(minio_store.model_copy(update={"s3_bucket": f"lost-{uuid4().hex[:8]}"}))
    with pytest.raises(RetryableError):
        lost.put_if_absent("k", picture())


def test_wrong_keys_are_refused_at_once_with_the_address(store: StoreSettings) -> None:
    wrong = store.model_copy(update={"s3_secret_key": SecretStr("not-the-secret")})
    with pytest.raises(AccessDenied, match=store.s3_endpoint) as told:
        connect(wrong, 10)
    assert "SKG_S3_SECRET_KEY" in str(told.value)


def test_a_link_lets_anybody_read_one_object_and_no_other(store: StoreSettings) -> None:
    objects = connect(store, 10)
    objects.put_if_absent("images/a/1", picture())
    objects.put_if_absent("images/a/2", picture())
    link = objects.link("images/a/1", 60)
    with urllib.request.urlopen(link) as answer:
        assert answer.read() == b"picture"
    with pytest.raises(urllib.error.HTTPError, match="403"):
        urllib.request.urlopen(link.replace("images/a/1", "images/a/2"))


def doctor_finds(settings: StoreSettings, monkeypatch: pytest.MonkeyPatch, **changed: str) -> Finding:
    """What `skg doctor` says of a store with these settings."""
    values = {
        "S3_ENDPOINT": settings.s3_endpoint,
        "S3_BUCKET": settings.s3_bucket,
        "S3_ACCESS_KEY": settings.s3_access_key.get_secret_value(),
        "S3_SECRET_KEY": settings.s3_secret_key.get_secret_value(),
    }
    for name, value in (values | changed).items():
        monkeypatch.setenv(f"SKG_{name}", value)
    (found,) = [one for one in service_findings() if one.what == "store"]
    return found


def test_the_doctor_asks_the_bucket_with_the_keys(store: StoreSettings, monkeypatch: pytest.MonkeyPatch) -> None:
    well = doctor_finds(store, monkeypatch)
    assert (well.state, store.s3_bucket in well.detail) == ("ok", True)
    for name in ("S3_SECRET_KEY", "S3_ACCESS_KEY"):
        refused = doctor_finds(store, monkeypatch, **{name: "of-somebody-else"})
        assert (refused.state, "refused these keys" in refused.detail) == ("wrong", True)
        assert "correct SKG_S3_ACCESS_KEY and SKG_S3_SECRET_KEY" in refused.remedy


def test_a_bucket_that_a_stage_would_make_is_no_fault_and_the_doctor_does_not_make_it(
    store: StoreSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = f"t-{uuid4().hex[:12]}"
    for _ in range(2):
        found = doctor_finds(store, monkeypatch, S3_BUCKET=name)
        assert (found.state, f"has no bucket {name} (SKG_S3_BUCKET) yet" in found.detail) == ("absent", True)
    connect(store.model_copy(update={"s3_bucket": name}), 20)
    assert doctor_finds(store, monkeypatch, S3_BUCKET=name).state == "ok"
