"""`/metrics`, `/healthz`, `/readyz` and the registry of processes."""

import json
import os
import socket
import struct
import threading
import urllib.request
from http.client import RemoteDisconnected
from pathlib import Path
from typing import Any
from urllib.error import HTTPError

import pytest
from structlog.testing import capture_logs

from monitoring.metrics import StageMetrics
from streams.errors import PortInUse
from streams.operations import metrics_server
from streams.operations.metrics_server import serving
from streams.settings import ProcessSettings
from streams.worker.health import Health


def get(port: int, path: str, accept: str = "*/*") -> tuple[str, str]:
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers={"Accept": accept})
    with urllib.request.urlopen(request, timeout=5) as answer:
        return answer.headers["Content-Type"], answer.read().decode()


def test_metrics_are_served_in_the_format_that_is_asked_for(tmp_path: Path) -> None:
    StageMetrics("render").consumed(1)
    with serving("render", ProcessSettings(state_dir=tmp_path), Health()) as port:
        kind, text = get(port, "/metrics")
        assert kind.startswith("text/plain")
        assert "# TYPE skg_consumed_events_total counter" in text
        kind, text = get(port, "/metrics", "application/openmetrics-text; version=1.0.0")
        assert kind.startswith("application/openmetrics-text")
        assert text.endswith("# EOF\n")


def ask(port: int, path: str) -> tuple[int, str]:
    try:
        return 200, get(port, path)[1]
    except HTTPError as error:
        return error.code, error.read().decode()


def test_probes_hear_apart_whether_the_process_lives_and_whether_it_can_work(tmp_path: Path) -> None:
    health, well, connected = Health(), [True], [False]
    with serving("render", ProcessSettings(state_dir=tmp_path), health) as port:
        health.starting("waiting for Kafka")
        assert (ask(port, "/healthz"), ask(port, "/readyz")) == ((200, "waiting for Kafka\n"), (503, "waiting for Kafka\n"))
        health.running(lambda: well[0], lambda: connected[0])
        assert (ask(port, "/healthz"), ask(port, "/readyz")) == ((200, "ok\n"), (503, "waiting for the broker\n"))
        connected[0] = True
        assert (ask(port, "/healthz"), ask(port, "/readyz")) == ((200, "ok\n"), (200, "ready\n"))
        well[0] = False
        assert (ask(port, "/healthz"), ask(port, "/readyz")) == ((503, "stuck\n"), (503, "stuck\n"))
        assert ask(port, "/")[0] == 404


@pytest.fixture
def handled(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """Set once the server has dealt with a fault."""
    done, handle = threading.Event(), metrics_server._Server.handle_error

    def handle_and_tell(*arguments: Any) -> None:
        handle(*arguments)
        done.set()

    monkeypatch.setattr(metrics_server._Server, "handle_error", handle_and_tell)
    return done


def test_a_scraper_that_hangs_up_before_its_answer_is_no_fault(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], handled: threading.Event
) -> None:
    asked, gone, health = threading.Event(), threading.Event(), Health()

    def answers_late() -> bool:
        asked.set()
        return gone.wait(10)

    with capture_logs() as lines, serving("render", ProcessSettings(state_dir=tmp_path), health) as port:
        health.running(answers_late, lambda: True)
        with socket.create_connection(("127.0.0.1", port)) as scraper:
            scraper.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # its end is a reset
            scraper.sendall(b"GET /healthz HTTP/1.1\r\n\r\n")
            assert asked.wait(10)
        gone.set()
        assert handled.wait(10)
    assert [line["event"] for line in lines] == ["started"]
    assert capfd.readouterr().err == ""


def test_a_fault_of_a_probe_is_one_line(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], handled: threading.Event
) -> None:
    health = Health()

    def fails() -> bool:
        raise ValueError("no such probe")

    with capture_logs() as lines, serving("render", ProcessSettings(state_dir=tmp_path), health) as port:
        health.running(lambda: True, fails)
        with pytest.raises(RemoteDisconnected):
            get(port, "/readyz")
        assert handled.wait(10)
    assert [line["event"] for line in lines] == ["started", "a scrape or a probe was not answered"]
    assert capfd.readouterr().err == ""


def test_a_process_is_registered_while_it_lives(tmp_path: Path) -> None:
    with serving("write", ProcessSettings(state_dir=tmp_path), Health()) as port:
        (entry,) = (tmp_path / "processes").iterdir()
        found = json.loads(entry.read_text())
        assert (found["kind"], found["pid"], found["port"]) == ("write", os.getpid(), port)
    assert list((tmp_path / "processes").iterdir()) == []


def test_entries_of_killed_processes_of_this_machine_are_removed_by_the_next_one_and_no_others(tmp_path: Path) -> None:
    folder, here, gone = tmp_path / "processes", socket.gethostname(), 2_000_000_000
    folder.mkdir()
    for name, entry in {
        "killed": {"pid": gone, "host": here},
        "lives": {"pid": os.getpid(), "host": here},
        "elsewhere": {"pid": gone, "host": f"not-{here}"},
        "older": {"pid": gone},
    }.items():
        (folder / f"{name}.json").write_text(json.dumps(entry))
    (folder / "torn.json").write_text("{")
    with serving("write", ProcessSettings(state_dir=tmp_path), Health()):
        pass
    assert {path.stem for path in folder.iterdir()} == {"lives", "elsewhere", "older", "torn"}


def test_a_port_in_use_is_named(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        settings = ProcessSettings(state_dir=tmp_path, metrics_port=port)
        with pytest.raises(PortInUse, match=f"127.0.0.1:{port} is in use: set SKG_METRICS_PORT"):
            serving("render", settings, Health()).__enter__()
    assert not (tmp_path / "processes").exists()
