"""Processes bound to their starter: with plain sleeping programs, so that neither broker nor store is needed."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from streams.services import ServiceError
from streams.services.bound_process import Bound, Command, Detached, identity
from tests.fakes.wait import until

STARTER = """
import os, signal, sys
from pathlib import Path
from streams.services.bound_process import Bound, Command
service = Bound(Command(("sleep", "60"), Path(sys.argv[1])), loose=sys.argv[2] == "loose")
if sys.argv[2] == "forked" and os.fork() == 0:
    signal.pause()
print(service.pid, flush=True)
signal.pause()
"""

STUBBORN = "import signal, time; signal.signal(15, signal.SIG_IGN); print('deaf', flush=True); time.sleep(60)"


@pytest.fixture
def sleeper(tmp_path: Path) -> Iterator[Bound]:
    service = Bound(Command(("sleep", "60"), tmp_path / "sleeper"))
    yield service
    service.stop(0)


@pytest.mark.thorough
@pytest.mark.parametrize("manner", ["bound", "loose", "forked"])
def test_a_service_dies_with_a_starter_that_is_killed(manner: str, tmp_path: Path) -> None:
    starter = subprocess.Popen(
        [sys.executable, "-c", STARTER, str(tmp_path), manner], stdout=subprocess.PIPE, start_new_session=True
    )
    assert starter.stdout is not None
    pid = int(starter.stdout.readline())
    assert identity(pid)
    starter.kill()
    starter.wait()
    until(lambda: identity(pid) is None, 5, "the service is gone")
    if manner == "forked":
        os.killpg(starter.pid, signal.SIGKILL)  # the copy that holds the starter's pipe open
    starter.stdout.close()


def test_a_service_dies_with_its_watchdog(sleeper: Bound) -> None:
    os.kill(sleeper._watchdog.pid, signal.SIGKILL)
    until(lambda: identity(sleeper.pid) is None, 5, "the service is gone")
    assert not sleeper.alive


@pytest.mark.thorough
def test_a_service_outlives_the_thread_that_started_it(tmp_path: Path) -> None:
    with ThreadPoolExecutor(1) as pool:
        service = pool.submit(Bound, Command(("sleep", "60"), tmp_path)).result()
    with pytest.raises(AssertionError, match="not within"):
        until(lambda: not service.alive, 0.5, "the service is gone")
    service.stop(0)


def test_a_service_that_ends_on_its_own_is_noticed(tmp_path: Path) -> None:
    service = Bound(Command(("sh", "-c", "echo so long; exit 3"), tmp_path))
    until(lambda: not service.alive, 5, "its end is noticed")
    assert service.command.log.read_text() == "so long\n"
    service.stop(1)


def test_a_service_that_ignores_the_request_is_killed_after_its_grace(tmp_path: Path) -> None:
    service = Bound(Command((sys.executable, "-c", STUBBORN), tmp_path))
    until(lambda: "deaf" in service.command.log.read_text(), 5, "it ignores SIGTERM")
    service.stop(0.2)
    assert not service.alive
    assert identity(service.pid) is None


def test_stopping_takes_the_service_s_own_children_along(tmp_path: Path) -> None:
    service = Bound(Command(("sh", "-c", "sleep 60 & echo $!; wait"), tmp_path))
    child = int(until(service.command.log.read_text, 5, "it says its child's id"))
    service.stop(0)
    until(lambda: identity(child) is None, 5, "the child is gone")


def test_a_released_service_stays_until_it_is_stopped(tmp_path: Path) -> None:
    released = Bound(Command(("sleep", "60"), tmp_path), loose=True).release()
    assert released.alive
    released.stop(1)
    assert not released.alive


def test_another_process_with_the_same_id_is_left_alone(sleeper: Bound) -> None:
    Detached(sleeper.pid, "of a process that ended long ago").stop(1)
    assert sleeper.alive


def test_the_environment_is_the_one_that_was_given(tmp_path: Path) -> None:
    service = Bound(Command(("/usr/bin/env",), tmp_path, {"ONLY": "this"}))
    until(lambda: not service.alive, 5, "it ends")
    assert "ONLY=this" in service.command.log.read_text().splitlines()
    assert "HOME=" not in service.command.log.read_text()


def test_a_program_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(ServiceError, match="no-such-program"):
        Bound(Command(("no-such-program",), tmp_path))


def test_files_that_a_killed_service_would_leave_behind_are_removed(tmp_path: Path) -> None:
    left = tmp_path / "service.sock"
    service = Bound(Command(("sh", "-c", f"touch {left}; exec sleep 60"), tmp_path, leftovers=(left, tmp_path / "never")))
    until(left.exists, 5, "the service has begun")
    service.stop(0)
    assert not left.exists()
