"""After a demo its pictures are still read: by what-if, exports of rejections, and the gallery."""

from pathlib import Path

import pytest

from schemas.interfaces import StoredObject
from streams.demo.demo_services import STORE
from streams.demo.folder_lock import AlreadyRunning, lock_folder
from streams.demo.left_store import STATE, LeftStore
from streams.services import start_store
from streams.settings import StoreSettings
from streams.storage.s3 import S3Store

PICTURE = StoredObject(b"a picture", "image/webp")


@pytest.fixture
def out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a demo whose store has ended."""
    monkeypatch.delenv("SKG_S3_ENDPOINT", raising=False)
    (tmp_path / STATE).mkdir()
    running = start_store("seaweedfs", tmp_path / STORE)
    try:
        S3Store(_reached(running.endpoint)).put_if_absent("images/one.webp", PICTURE)
    finally:
        running.stop(5)
    return tmp_path


def _reached(endpoint: str) -> StoreSettings:
    from streams.services import LOCAL_KEYS

    return StoreSettings.model_validate(
        {"s3_endpoint": endpoint, "s3_access_key": LOCAL_KEYS.access, "s3_secret_key": LOCAL_KEYS.secret}
    )


def test_the_store_of_a_demo_runs_again_while_its_pictures_are_read(out: Path):
    with LeftStore(str(out / "dataset"), StoreSettings()) as left:
        assert left.has_pictures
        reached = left.reached_by(StoreSettings())
        assert S3Store(reached).get("images/one.webp") == PICTURE
        assert left.reached_by(StoreSettings()) == reached
        with pytest.raises(AlreadyRunning), lock_folder(out):
            pass
    with lock_folder(out):
        assert reached.s3_endpoint


def test_a_store_that_the_settings_name_is_the_one_that_is_asked(out: Path):
    elsewhere = StoreSettings(s3_endpoint="http://127.0.0.1:9")
    with LeftStore(str(out / "dataset"), elsewhere) as left:
        assert left.reached_by(elsewhere) is elsewhere


def test_a_dataset_that_no_demo_made_has_no_store_beside_it(tmp_path: Path):
    with LeftStore(str(tmp_path / "dataset"), StoreSettings()) as left:
        assert not left.has_pictures
        assert left.reached_by(StoreSettings()) == StoreSettings()
