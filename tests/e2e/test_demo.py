"""The demo as its user runs it: a command, a folder, an exit code, and no process left behind."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from dataset.reading.loading import sample_ids_by_file
from tests.fakes.slow_params import slow
from tests.fakes.wait import until

pytestmark = pytest.mark.e2e

BOUND_S = 10.0
"""From Ctrl-C, or from the last outcome, to the exit."""


def _start(out: Path, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "streams.cli", "demo", "--out", str(out), *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def _processes_of(out: Path) -> list[str]:
    """Command lines of every process that names the folder in its arguments or works in it."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            line = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            where = str((entry / "cwd").readlink())
        except OSError:
            continue
        if str(out) in line or where.startswith(str(out)):
            found.append(line)
    return found


def _stored(out: Path) -> set[str]:
    return {one for _, ids in sample_ids_by_file(str(out / "dataset"), {}) for one in ids}


@pytest.fixture
def running(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """A demo in the middle of its work."""
    demo = _start(tmp_path, "--graphs", "400")
    until(lambda: len(_processes_of(tmp_path)) >= 6, 30, "services and stages run")
    until(lambda: _stored(tmp_path) or demo.poll() is not None, 60, "the first samples are stored")
    yield demo
    demo.kill()
    demo.communicate()


def test_the_demo_ends_by_itself_leaves_a_gallery_and_the_same_seeds_again_add_nothing(tmp_path: Path):
    for more in ((), ("--add",)):
        demo = _start(tmp_path, "--graphs", "25", *more)
        said, _ = demo.communicate(timeout=120)
        assert demo.returncode == 0, said
        assert _processes_of(tmp_path) == []
        assert "accepted" in said
        samples = _stored(tmp_path)
        assert 15 <= len(samples) <= 25
        assert f"accepted   {len(samples)} of 25" in said
    page = (tmp_path / "gallery" / "index.html").read_text("utf-8")
    assert len(list((tmp_path / "gallery" / "images").iterdir())) == len(samples)
    assert "http://" not in page.replace("http://www.w3.org", "")


@pytest.mark.parametrize("number", [signal.SIGINT, slow(signal.SIGTERM)])
def test_an_interrupted_demo_leaves_no_process_and_exits_130(
    running: subprocess.Popen[str], tmp_path: Path, number: signal.Signals
):
    os.kill(running.pid, number)
    said, _ = running.communicate(timeout=BOUND_S)
    assert running.returncode == 130
    assert f"samples are in {tmp_path / 'dataset'}; the same command with --add makes more" in said
    assert _processes_of(tmp_path) == []


def test_a_killed_demo_takes_its_processes_with_it(running: subprocess.Popen[str], tmp_path: Path):
    running.kill()
    until(lambda: not _processes_of(tmp_path), BOUND_S, "everything that the demo started is gone")
