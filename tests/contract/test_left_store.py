"""After a demo its pictures are still read: by what-if, exports of rejections, and the gallery."""

import json
import os
from pathlib import Path

import pytest

from schemas.interfaces import StoredObject
from streams.cli.root import run
from streams.demo.demo_folder import AlreadyRunning, lock_folder
from streams.demo.demo_services import STORE
from streams.demo.left_store import STATE, LeftStore
from streams.services import start_store
from streams.settings import StoreSettings
from streams.storage.s3 import S3Store
from tests.fakes.line import collage_line
from tests.unit.streams.test_whatif import USUAL, drawn, judged_by

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


def test_commands_read_the_pictures_of_rejections_that_a_demo_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
):
    for name in [name for name in os.environ if name.startswith(("SKG_", "AWS_"))]:
        monkeypatch.delenv(name)
    uri, line = str(tmp_path / "dataset"), collage_line(tmp_path / "sprites")
    judged_by(USUAL, line, drawn(line), uri)
    (tmp_path / STATE).mkdir()
    running = start_store("seaweedfs", tmp_path / STORE)
    try:
        kept = S3Store(_reached(running.endpoint))
        for key, stored in line.store.objects.items():
            kept.put_if_absent(key, stored)
    finally:
        running.stop(5)
    assert run(["whatif", uri, "--json"]) == 0
    found = json.loads(capfd.readouterr().out)
    assert found["duplicate"]["now"] == found["duplicate"]["then"] > 0, "judged by their pictures"
    assert run(["rejections", "export", uri, "--reason", "duplicate", "--out", str(tmp_path / "out")]) == 0
    assert len(list((tmp_path / "out" / "images").iterdir())) == found["duplicate"]["now"]
