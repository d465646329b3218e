"""The lag exporter as a process: it waits for a broker, shows it, says when it is gone, and ends at once on SIGTERM."""

import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from streams.broker.topic_admin import apply
from streams.services.ports import free_ports
from streams.settings import KafkaSettings
from tests.conftest import FreshService
from tests.fakes.wait import until

pytestmark = pytest.mark.contract


@contextmanager
def ending(process: subprocess.Popen[bytes]) -> Iterator[None]:
    """Whatever fails, the process ends."""
    try:
        yield
    finally:
        process.kill()


def test_it_outlives_outages_keeps_no_series_and_ends_at_once(fresh_broker: FreshService, tmp_path: Path) -> None:
    broker_port, port = free_ports(2)
    environment = os.environ | {
        "SKG_KAFKA_BOOTSTRAP": f"127.0.0.1:{broker_port}", "SKG_METRICS_PORT": str(port), "SKG_LAG_EVERY_S": "0.5",
        "SKG_CONNECT_TIMEOUT_S": "3", "SKG_STATE_DIR": str(tmp_path / "state"),
    }  # fmt: skip

    def shown() -> str:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as answer:
                return str(answer.read().decode())
        except OSError:
            return ""

    command = [sys.executable, "-m", "streams.cli", "lag-exporter"]
    with (
        (tmp_path / "log").open("w") as log,
        subprocess.Popen(command, env=environment, stderr=log) as process,
        ending(process),
    ):
        until(lambda: "skg_broker_up 0.0" in shown(), 30, "it serves before there is a broker")
        running = fresh_broker("apache", None, broker_port)
        apply(KafkaSettings(kafka_bootstrap=running.bootstrap))
        series = 'skg_group_lag_events{partition="3",stage="render",topic="skg.graphs"} 0.0'
        until(lambda: series in shown(), 60, "the group of render is shown")
        running.stop(0)
        until(
            lambda: "skg_broker_up 0.0" in shown() and "skg_group_lag_events{" not in shown(), 30, "nothing stale is shown"
        )
        before, started = (tmp_path / "log").read_text("utf-8"), time.monotonic()
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
        assert time.monotonic() - started < 3.0
    said = (tmp_path / "log").read_text("utf-8")
    assert "SKG_KAFKA_BOOTSTRAP" in said
    assert "Traceback" not in said.removeprefix(before), "the end is quiet"
