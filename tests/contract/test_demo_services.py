"""The demo's services: one place for the pictures, whether broker and store are kept or not."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from pydantic import SecretStr

from schemas.interfaces import StoredObject
from streams.demo.demo_services import DemoServices
from streams.services.local_services import NOTHING, down
from streams.settings import StoreSettings
from streams.storage.s3 import S3Store

pytestmark = pytest.mark.contract


@pytest.fixture
def out(tmp_path: Path) -> Iterator[Path]:
    """A demo's output folder; what is kept there is stopped at the end."""
    yield tmp_path
    down(tmp_path / "state")


def store_of(environment: dict[str, str]) -> S3Store:
    """The store that these settings reach."""
    return S3Store(
        StoreSettings(
            s3_endpoint=environment["SKG_S3_ENDPOINT"],
            s3_access_key=SecretStr(environment["SKG_S3_ACCESS_KEY"]),
            s3_secret_key=SecretStr(environment["SKG_S3_SECRET_KEY"]),
            s3_bucket=environment["SKG_S3_BUCKET"],
        )
    )


def demo(out: Path, stack: ExitStack, *, keep: bool) -> dict[str, str]:
    """What a demo does first."""
    return DemoServices(out, out / "state", stack, keep=keep).usable()


def test_a_kept_store_holds_the_pictures_of_earlier_demos_and_later_demos_find_its_own(out: Path):
    with ExitStack() as stack:
        store_of(demo(out, stack, keep=False)).put_if_absent("first", StoredObject(b"1", "image/webp"))
    with ExitStack() as stack:
        kept = store_of(demo(out, stack, keep=True))
        assert kept.get("first") is not None
        kept.put_if_absent("second", StoredObject(b"2", "image/webp"))
    down(out / "state")
    with ExitStack() as stack:
        assert store_of(demo(out, stack, keep=False)).get("second") is not None


def test_a_demo_uses_what_an_earlier_one_left_running_and_leaves_it_running(out: Path):
    with ExitStack() as stack:
        kept = demo(out, stack, keep=True)
    with ExitStack() as stack:
        assert demo(out, stack, keep=False) == kept
    assert [line.partition(" ")[0] for line in down(out / "state")] == ["stopped", "stopped"]
    assert down(out / "state") == [NOTHING]
