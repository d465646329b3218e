"""The demo's services: one place for the pictures, whether broker and store are kept or not."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest
from pydantic import SecretStr

from schemas.interfaces import StoredObject
from streams.demo.demo_services import DemoServices
from streams.services import Running
from streams.services.bound_process import Command
from streams.services.launcher import start_recipe
from streams.services.local_services import NOTHING, down
from streams.services.seaweedfs import SEAWEEDFS, SEAWEEDFS_MINI
from streams.services.service_spec import Place, ServiceSpec
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


@pytest.mark.parametrize("spec", [SEAWEEDFS, SEAWEEDFS_MINI], ids=["server", "mini"])
def test_a_store_whose_port_was_taken_meanwhile_starts_on_another_and_tells_both_addresses(
    spec: ServiceSpec, tmp_path: Path
):
    spawned: list[Running] = []
    with ExitStack() as stack:

        def command(place: Place) -> Command:
            if not spawned:
                stack.enter_context(socket.create_server(("127.0.0.1", place.ports[0])))
            return spec.command(place)

        place = Place(tmp_path / "store", ())
        with start_recipe("seaweedfs", replace(spec, command=command), place, spawned=spawned.append) as store:
            assert [one.place.ports for one in spawned[1:]] == [store.place.ports]
            assert spawned[0].endpoint != store.endpoint
            S3Store(store.settings()).put_if_absent("key", StoredObject(b"1", "image/webp"))
