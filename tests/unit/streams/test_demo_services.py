"""What needs no service: ports, export lines, what `skg down` does to a stale state."""

import json
import os
import socket
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from schemas.events import STAGES
from streams import errors
from streams.broker.connection import KafkaConnection, connection_of
from streams.demo.demo_services import ProcessSupervisor, StartingService, local_kafka
from streams.services import Keys, PortInUse, Running, ServiceError, start_broker, start_store
from streams.services.bound_process import Bound, Command
from streams.services.launcher import BROKERS, Spawned
from streams.services.local_services import Endpoints, down, export_lines, up
from streams.services.ports import free_ports, is_free
from streams.services.service_registry import store_keys
from streams.services.service_spec import Place
from tests.fakes.wait import until

AWKWARD = Endpoints("127.0.0.1:9092", "http://127.0.0.1:8333", Keys("skg", "it's $HOME; `id`"), 6.0)


def test_free_ports_are_free_and_different() -> None:
    ports = free_ports(8)
    assert len(set(ports)) == 8
    assert all(is_free(port) for port in ports)


def test_a_port_in_use_is_named_and_nothing_is_started(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        for start in (
            lambda: start_broker("tansu", tmp_path / "x", port),
            lambda: start_store("seaweedfs", tmp_path / "x", port),
            lambda: up(tmp_path / "y", ports={"store": port}),
        ):
            with pytest.raises(PortInUse, match=rf"port {port} .* already in use") as caught:
                start()
            assert isinstance(caught.value, errors.PortInUse)
            assert "\n" not in str(caught.value)
    assert not list(tmp_path.glob("**/log.txt"))


def test_a_shell_reads_export_lines_back_whatever_the_secret() -> None:
    script = export_lines(AWKWARD) + '\nprintf %s "$SKG_S3_SECRET_KEY"'
    said = subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=True, env={}).stdout
    assert said == AWKWARD.keys.secret


def test_a_shell_forgets_how_other_services_are_reached() -> None:
    before = {
        "SKG_S3_CA_FILE": "ca.pem",
        "SKG_S3_SECRET_KEY_FILE": "key",
        "SKG_KAFKA_SECURITY": "SSL",
        "SKG_S3_BUCKET": "b",
    }
    kept = {"SKG_KAFKA_REPLICATION": "3", "SKG_LLM_URL": "http://model"}
    script = export_lines(AWKWARD, before | kept) + "\nenv"
    said = subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=True, env={**before, **kept}).stdout
    after = dict(line.split("=", 1) for line in said.splitlines() if line.startswith("SKG_"))
    assert after == {**kept, **AWKWARD.environment()}


def test_an_unknown_kind_is_refused_with_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(ServiceError, match=r"redpanda.*tansu, apache"):
        up(tmp_path, "redpanda")


def test_down_without_anything_up_says_so(tmp_path: Path) -> None:
    assert down(tmp_path / "nowhere") == ["nothing is up"]
    assert not (tmp_path / "nowhere").exists()


def test_down_leaves_a_process_alone_that_only_has_the_same_id(tmp_path: Path) -> None:
    somebody = Bound(Command(("sleep", "60"), tmp_path / "somebody"))
    entry = {"kind": "tansu", "pid": somebody.pid, "identity": "older", "folder": str(tmp_path), "ports": [1]}
    (tmp_path / "services.json").write_text(json.dumps({"broker": {**entry, "keys": {"access": "a", "secret": "b"}}}))
    assert down(tmp_path) == ["nothing is up"]
    assert somebody.alive
    assert not (tmp_path / "services.json").exists()
    somebody.stop(0)


def test_a_damaged_state_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "services.json").write_text("{")
    with pytest.raises(ServiceError, match=r"services\.json is damaged"):
        up(tmp_path)


def test_the_store_s_keys_are_drawn_once_and_readable_by_their_owner_only(tmp_path: Path) -> None:
    keys = store_keys(tmp_path)
    assert store_keys(tmp_path) == keys
    assert stat.S_IMODE((tmp_path / "store-keys.json").stat().st_mode) == 0o600


@pytest.mark.thorough
def test_installing_without_root_and_network_says_what_it_left_out_and_ends_well(tmp_path: Path) -> None:
    for name in ("helm", "kubectl"):  # unpacking the real ones takes 7 s
        (tmp_path / "bin").mkdir(exist_ok=True)
        (tmp_path / "bin" / name).touch(mode=0o755)
    bare = {
        "PATH": "/nowhere",
        "HOME": str(tmp_path),
        "SKG_CACHE": str(tmp_path),
        "GOPROXY": "off",
        "GOFLAGS": "-modcacherw",
    }
    command = [sys.executable, "-m", "tools.services.install"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=bare, timeout=60)
    lines = [line for line in done.stdout.splitlines() if line.startswith("left out")]
    assert done.returncode == 0, done.stderr
    for title in ("Java 17", "promtool", "Chromium", "Apache Kafka", "MinIO"):
        assert any(line.startswith(f"left out {title}") for line in lines), title
    assert not list(tmp_path.glob("kafka*"))


def test_a_demo_speaks_to_its_own_broker_whatever_is_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "password").write_text("planted-secret")
    for name, value in {
        "BOOTSTRAP": "elsewhere:9094", "SECURITY": "SASL_SSL", "SASL_MECHANISM": "SCRAM-SHA-512", "USERNAME": "me",
        "PASSWORD_FILE": str(tmp_path / "password"), "CA_FILE": "/ca", "CERT_FILE": "/c", "KEY_FILE": "/k",
    }.items():  # fmt: skip
        monkeypatch.setenv(f"SKG_KAFKA_{name}", value)
    assert connection_of(local_kafka("127.0.0.1:9")) == KafkaConnection("127.0.0.1:9")


def sleeping(folder: Path, port: int = 1) -> Running:
    """A service that does nothing."""
    process = Bound(Command(("sleep", "60"), folder))
    return Running("tansu", BROKERS["tansu"], Place(folder, (port,)), process)


def test_the_address_of_a_service_is_known_while_it_starts_and_the_last_one_counts(tmp_path: Path) -> None:
    go_on, moved = threading.Event(), threading.Event()

    def start(spawned: Spawned) -> Running:
        spawned(first)
        go_on.wait(20)
        spawned(second)
        moved.set()
        return second

    first, second = sleeping(tmp_path / "a", 1), sleeping(tmp_path / "b", 2)
    service = StartingService(start)
    assert service.address() is first
    go_on.set()
    assert service.usable() is second
    service.stop()
    assert not second.alive
    first.stop(0)


def test_a_service_that_is_still_starting_is_stopped_with_the_demo(tmp_path: Path) -> None:
    running = sleeping(tmp_path)

    def start(spawned: Spawned) -> Running:
        spawned(running)
        until(lambda: not running.alive, 20, "the service has ended")
        raise ServiceError("it ended while starting")

    service = StartingService(start)
    assert service.address() is running
    service.stop()
    assert not running.alive


def test_a_service_that_cannot_start_says_so_whoever_asks(tmp_path: Path) -> None:
    def start(_spawned: Spawned) -> Running:
        raise ServiceError("it is not installed")

    service = StartingService(start)
    for ask in (service.address, service.usable):
        with pytest.raises(ServiceError, match="it is not installed"):
            ask()
    service.stop()
    assert not list(tmp_path.iterdir())


def test_stages_start_again_with_the_settings_of_services_that_had_to_move(tmp_path: Path) -> None:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SKG_")}
    stages = ProcessSupervisor(tmp_path, {**kept, "SKG_LOG_FORMAT": "before"})  # each says that it is wrong, and ends
    stages.restart({**kept, "SKG_LOG_FORMAT": "after"})
    logs = [tmp_path / stage / "log.txt" for stage in STAGES]
    until(lambda: all("(got 'after')" in log.read_text("utf-8") for log in logs), 60, "every stage has read it")
    stages.stop()
