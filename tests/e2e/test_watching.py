"""`skg status` from outside: a stage that died is named, a broker that is gone is told with its address and in time."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from schemas.ids import make_seed
from streams.operations.seed_publisher import publish_seeds
from tests.conftest import FreshService
from tests.e2e.factory import Factory
from tests.fakes.wait import until

pytestmark = pytest.mark.e2e


def test_a_killed_stage_and_a_stopped_broker_are_told_apart(fresh_broker: FreshService, minio_store, tmp_path: Path):
    running = fresh_broker("apache")
    factory = Factory(running.bootstrap, minio_store, tmp_path)
    elsewhere = factory.environment() | {"SKG_STATE_DIR": str(tmp_path / "another machine")}

    def status(*options: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "streams.cli", "status", *options]
        return subprocess.run(command, env=os.environ | elsewhere, capture_output=True, text=True, check=False)

    with factory.running() as plant:
        factory.work_off([make_seed("kitchen", count=3)], plant)
        until(lambda: status("--json").returncode == 0, 60, "all is well")
        rows = json.loads(status("--json").stdout)
        assert {stage: len(row["members"]) for stage, row in rows.items()} == dict.fromkeys(rows, 1)
        names = {stage: row["members"][0]["client_id"].split("-")[:2] for stage, row in rows.items()}
        assert names == {stage: ["skg", stage] for stage in rows}
        assert {row["processes"] for row in rows.values()} == {0}, "it needs no process of its own machine"
        (entry,) = (tmp_path / "state" / "processes").glob("render-*.json")
        os.kill(json.loads(entry.read_text("utf-8"))["pid"], signal.SIGKILL)
        publish_seeds(factory.kafka, [make_seed("harbour", count=3)])
        until(lambda: status().returncode == 1, 60, "the death of render is noticed")
        done = status("--json")
        row = json.loads(done.stdout)["render"]
        assert (row["members"], row["state"]) == ([], "no_member")
        assert row["lag"] > 0
        assert "render" in status().stdout
    running.stop(0)
    started = time.monotonic()
    done = status()
    assert time.monotonic() - started < 5.0
    assert done.returncode == 2
    assert running.bootstrap in done.stderr
    assert "Traceback" not in done.stderr
