"""Every kind of service keeps the same promises: usable when handed over, bounded in stopping, gone with its parent."""

import json
import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from kafka import KafkaAdminClient
from kafka.admin import NewTopic
from pydantic import SecretStr

from schemas.codec import Message
from schemas.interfaces import StoredObject
from streams.broker.clients import Publisher, Reader
from streams.broker.connection import KafkaConnection
from streams.errors import Refused
from streams.services import Running
from streams.services.bound_process import identity
from streams.services.local_services import down
from streams.services.ports import is_free
from streams.settings import KafkaSettings, StoreSettings
from streams.storage.s3 import S3Store
from tests.conftest import FreshService
from tests.fakes.services import require
from tests.fakes.wait import until

pytestmark = pytest.mark.contract

KINDS = ["tansu", "apache", "seaweedfs", "minio"]
BROKERS, STORES = KINDS[:2], KINDS[2:]
KEEPERS = ["apache", "seaweedfs", "minio"]
"""Tansu keeps everything in memory."""

STARTER = """
import signal, sys
from pathlib import Path
from tests.fakes.services import start
service = start(sys.argv[1], Path(sys.argv[2]))
print(service.pid, *service.recipe.leftovers(service.place), flush=True)
signal.pause()
"""

UP = """
import json, sys
from pathlib import Path
from streams.services.local_services import up
print(json.dumps(up(Path(sys.argv[1]), *sys.argv[2:]).environment()))
"""


def create_topic(bootstrap: str) -> str:
    topic = f"t-{uuid.uuid4().hex[:8]}"
    with closing(KafkaAdminClient(bootstrap_servers=[bootstrap])) as admin:
        admin.create_topics([NewTopic(topic, 1, 1)])
    return topic


def publish(bootstrap: str, topic: str, count: int) -> None:
    with closing(Publisher(KafkaConnection.plain(bootstrap))) as publisher:
        publisher.publish([Message(topic, b"key", b"%d" % number, ()) for number in range(count)])


def read(bootstrap: str, topic: str, count: int) -> list[bytes | None]:
    values: list[bytes | None] = []
    with closing(Reader(KafkaConnection.plain(bootstrap), [topic])) as reader:

        def enough() -> bool:
            values.extend(record.value for record in reader.poll(0.2))
            return len(values) >= count

        until(enough, 20, f"{count} records are read")
    return values


@pytest.mark.parametrize("kind", BROKERS)
def test_a_broker_is_handed_over_empty_and_gives_back_what_it_took(kind: str, fresh_broker: FreshService) -> None:
    bootstrap = fresh_broker(kind).bootstrap
    with closing(KafkaAdminClient(bootstrap_servers=[bootstrap])) as admin:
        assert [topic for topic in admin.list_topics() if not topic.startswith("__")] == []
    topic = create_topic(bootstrap)
    publish(bootstrap, topic, 100)
    assert read(bootstrap, topic, 100) == [b"%d" % number for number in range(100)]


@pytest.mark.parametrize("kind", STORES)
def test_a_store_takes_the_first_put_and_starts_empty(kind: str, fresh_store: FreshService) -> None:
    store = S3Store(fresh_store(kind).settings())
    assert list(store.keys("")) == []
    assert store.put_if_absent("a/b", StoredObject(b"bytes", "image/webp"))
    found = store.get("a/b")
    assert found is not None
    assert found.data == b"bytes"


def test_a_store_refuses_wrong_keys(store: StoreSettings) -> None:
    wrong = store.model_copy(update={"s3_secret_key": SecretStr("not-the-secret")})
    with pytest.raises(Refused):
        list(S3Store(wrong).keys(""))
    unknown = store.model_copy(update={"s3_access_key": SecretStr("nobody")})
    with pytest.raises(Refused):
        S3Store(unknown).put_if_absent("k", StoredObject(b"bytes", "image/webp"))


@pytest.mark.parametrize("kind", KINDS)
def test_a_service_stops_within_its_grace_and_frees_its_ports(kind: str, fresh_service: FreshService) -> None:
    service = fresh_service(kind)
    before = time.monotonic()
    service.stop()
    assert time.monotonic() - before < service.recipe.stop_s + 3
    assert identity(service.pid) is None
    until(lambda: all(map(is_free, service.place.ports)), 5, "the ports are free")
    assert not any(path.exists() for path in service.recipe.leftovers(service.place))


@pytest.mark.parametrize("kind", KINDS)
def test_a_service_dies_with_a_parent_that_is_killed(kind: str, tmp_path: Path) -> None:
    require(kind)
    parent = subprocess.Popen([sys.executable, "-c", STARTER, kind, str(tmp_path)], stdout=subprocess.PIPE)
    assert parent.stdout is not None
    first, *leftovers = parent.stdout.readline().decode().split()
    pid = int(first)
    assert identity(pid)
    parent.kill()
    parent.wait()
    parent.stdout.close()
    until(lambda: identity(pid) is None, 5, f"{kind} is gone")
    until(lambda: not any(Path(path).exists() for path in leftovers), 5, "nothing is left behind")


@pytest.mark.parametrize("kind", KEEPERS)
def test_a_killed_service_starts_again_in_its_place_with_what_it_kept(kind: str, fresh_service: FreshService) -> None:
    service = fresh_service(kind)
    keep_something(service)
    os.kill(service.pid, signal.SIGKILL)
    until(lambda: not service.alive, 5, "it is dead")
    again = fresh_service(kind, service.place.folder, service.place.ports[0])
    assert again.bootstrap == service.bootstrap
    assert kept_something(again)


def keep_something(service: Running) -> None:
    if service.kind in STORES:
        S3Store(service.settings()).put_if_absent("kept", StoredObject(b"bytes", "image/webp"))
        return
    with closing(KafkaAdminClient(bootstrap_servers=[service.bootstrap])) as admin:
        admin.create_topics([NewTopic("kept", 1, 1)])
    publish(service.bootstrap, "kept", 3)


def kept_something(service: Running) -> bool:
    if service.kind in STORES:
        return S3Store(service.settings()).get("kept") is not None
    return read(service.bootstrap, "kept", 3) == [b"0", b"1", b"2"]


@pytest.fixture
def state_dir(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path / "state"
    down(tmp_path / "state")


def run_up(state_dir: Path, *kinds: str) -> dict[str, str]:
    """In a process of its own, which is over when this returns."""
    done = subprocess.run(
        [sys.executable, "-c", UP, str(state_dir), *kinds], capture_output=True, text=True, check=True, timeout=120
    )
    environment: dict[str, str] = json.loads(done.stdout)
    return environment


@pytest.mark.parametrize(("broker", "store"), [("tansu", "seaweedfs"), ("apache", "minio")])
def test_what_is_up_stays_up_until_it_is_taken_down(broker: str, store: str, state_dir: Path) -> None:
    require(broker)
    require(store)
    environment = run_up(state_dir, broker, store)
    assert run_up(state_dir) == environment, "without a wish, what is up is told"
    bootstrap = KafkaSettings(kafka_bootstrap=environment["SKG_KAFKA_BOOTSTRAP"]).kafka_bootstrap
    topic = create_topic(bootstrap)
    publish(bootstrap, topic, 1)
    settings = StoreSettings(
        s3_endpoint=environment["SKG_S3_ENDPOINT"],
        s3_access_key=SecretStr(environment["SKG_S3_ACCESS_KEY"]),
        s3_secret_key=SecretStr(environment["SKG_S3_SECRET_KEY"]),
        s3_bucket=environment["SKG_S3_BUCKET"],
    )
    assert S3Store(settings).put_if_absent("a", StoredObject(b"bytes", "image/webp"))
    pids = [one["pid"] for one in json.loads((state_dir / "services.json").read_text()).values()]
    before = time.monotonic()
    assert [line.partition(" ")[0] for line in down(state_dir)] == ["stopped", "stopped"]
    assert time.monotonic() - before < 10
    assert [identity(pid) for pid in pids] == [None, None]
    assert down(state_dir) == ["nothing is up"]


def test_up_starts_again_what_has_died_and_keeps_its_address(state_dir: Path) -> None:
    environment = run_up(state_dir)
    broker, store = json.loads((state_dir / "services.json").read_text()).values()
    os.kill(broker["pid"], signal.SIGKILL)
    until(lambda: identity(broker["pid"]) is None, 5, "the broker is dead")
    assert run_up(state_dir) == environment
    assert json.loads((state_dir / "services.json").read_text())["store"]["pid"] == store["pid"]
