"""`faust -A streams.app worker` as an operator runs it: settings that are wrong, and a broker that is not there."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.fakes.wait import until

SAYS_S, ENDS_S = 15.0, 10.0
"""With the start of Python and Faust, on two busy cores."""

NOBODY = "127.0.0.1:1"


Faust = Callable[[Mapping[str, str]], tuple[subprocess.Popen[bytes], Path]]


@pytest.fixture
def faust(tmp_path: Path) -> Iterator[Faust]:
    """Starts a worker; gives the process and its log."""
    with ExitStack() as running:

        def start(environment: Mapping[str, str]) -> tuple[subprocess.Popen[bytes], Path]:
            log = tmp_path / "faust.log"
            out = running.enter_context(log.open("wb"))
            command = [sys.executable, "-m", "faust", "-A", "streams.app", "worker"]
            settings = {"SKG_STATE_DIR": str(tmp_path), "PYTHONPATH": str(Path.cwd())}
            process = subprocess.Popen(command, env=os.environ | settings | environment, stdout=out, stderr=out)
            running.callback(process.kill)
            return process, log

        yield start


@pytest.mark.parametrize(
    ("environment", "line"),
    [
        ({"SKG_KNOWLEDGE": "/nowhere"}, "SKG_KNOWLEDGE: there is no folder /nowhere"),
        ({"SKG_KAFKA_SECURITY": "SASL_SSL"}, "SKG_KAFKA_USERNAME is missing: SKG_KAFKA_SASL_MECHANISM=PLAIN needs it"),
        (
            {"SKG_AGENTS_IN_FLIGHT": "none"},
            "SKG_AGENTS_IN_FLIGHT: *(got 'none'); "
            "SKG_AGENTS_IN_FLIGHT is for: seeds processed concurrently; the default is 16",
        ),
    ],
)
def test_a_wrong_setting_ends_in_one_line(faust: Faust, environment: Mapping[str, str], line: str) -> None:
    process, log = faust(environment)
    assert process.wait(SAYS_S) == 2
    start, _, end = line.partition("*")
    (said,) = log.read_text().splitlines()
    said = json.loads(said)["event"] if said.startswith("{") else said.removeprefix("skg: ")
    assert said.startswith(start)
    assert said.endswith(end)


def test_it_waits_for_a_broker_that_is_away_and_ends_when_it_is_told_to(faust: Faust) -> None:
    process, log = faust({"SKG_KAFKA_BOOTSTRAP": NOBODY})
    until(lambda: f"waiting for Kafka at {NOBODY} (SKG_KAFKA_BOOTSTRAP)" in log.read_text(), SAYS_S, "the line")
    assert process.poll() is None
    process.send_signal(signal.SIGTERM)
    process.wait(ENDS_S)
    assert "Traceback" not in log.read_text()


def test_it_gives_up_where_a_setting_says_so(faust: Faust) -> None:
    began = time.monotonic()
    process, log = faust({"SKG_KAFKA_BOOTSTRAP": NOBODY, "SKG_GIVE_UP_S": "1"})
    assert process.wait(SAYS_S + ENDS_S) != 0
    assert time.monotonic() - began > 1
    assert "gave up after 1 s, as SKG_GIVE_UP_S says" in log.read_text()
