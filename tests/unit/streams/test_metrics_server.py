"""`/metrics`, `/healthz` and the registry of processes."""

import json
import os
import socket
import urllib.request
from pathlib import Path
from urllib.error import HTTPError

import pytest

from streams.metrics_server import serving
from streams.problems import PortInUse
from streams.settings import ProcessSettings


def get(port: int, path: str, accept: str = "*/*") -> tuple[str, str]:
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers={"Accept": accept})
    with urllib.request.urlopen(request, timeout=5) as answer:
        return answer.headers["Content-Type"], answer.read().decode()


def test_metrics_are_served_in_the_format_that_is_asked_for(tmp_path: Path) -> None:
    with serving("render", ProcessSettings(state_dir=tmp_path), lambda: True) as port:
        kind, text = get(port, "/metrics")
        assert kind.startswith("text/plain")
        assert "# TYPE skg_consumed_events_total counter" in text
        kind, text = get(port, "/metrics", "application/openmetrics-text; version=1.0.0")
        assert kind.startswith("application/openmetrics-text")
        assert text.endswith("# EOF\n")


def test_a_probe_hears_whether_the_process_is_stuck(tmp_path: Path) -> None:
    well = [True]
    with serving("render", ProcessSettings(state_dir=tmp_path), lambda: well[0]) as port:
        assert get(port, "/healthz")[1] == "ok\n"
        well[0] = False
        with pytest.raises(HTTPError, match="503"):
            get(port, "/healthz")
        with pytest.raises(HTTPError, match="404"):
            get(port, "/")


def test_a_process_is_registered_while_it_lives(tmp_path: Path) -> None:
    with serving("write", ProcessSettings(state_dir=tmp_path), lambda: True) as port:
        (entry,) = (tmp_path / "processes").iterdir()
        found = json.loads(entry.read_text())
        assert (found["kind"], found["pid"], found["port"]) == ("write", os.getpid(), port)
    assert list((tmp_path / "processes").iterdir()) == []


def test_a_port_in_use_is_named(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        settings = ProcessSettings(state_dir=tmp_path, metrics_port=port)
        with pytest.raises(PortInUse, match=f"127.0.0.1:{port} is in use: set SKG_METRICS_PORT"):
            serving("render", settings, lambda: True).__enter__()
    assert not (tmp_path / "processes").exists()
