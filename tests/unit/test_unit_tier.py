"""The unit tier is quick, and what is left out of it is run by CI all the same."""

import gc
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

BUSY = """
import time

import pytest


def work():
    end = time.process_time() + 0.4
    while time.process_time() < end:
        pass


@pytest.fixture
def costly():
    work()


def test_idle():
    time.sleep(0.4)


def test_works():
    work()


def test_has_a_costly_fixture(costly):
    pass


@pytest.mark.thorough
def test_says_so():
    work()
"""


def recipe(target: str) -> str:
    text = (ROOT / "Makefile").read_text("utf-8")
    found = re.search(rf"^{target}:.*\n((?:\t.*\n)+)", text, re.MULTILINE)
    assert found, f"no target {target}"
    return found[1]


@pytest.mark.thorough
def test_an_unmarked_test_that_works_for_long_fails_and_says_which_marker_it_wants(tmp_path: Path):
    (tmp_path / "test_busy.py").write_text(BUSY)
    options = ["-q", "-p", "tests.fakes.cpu_bound", "-p", "no:cacheprovider", "-o", "markers=thorough: long"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *options, f"--rootdir={tmp_path}", str(tmp_path)],
        cwd=ROOT,
        env={**os.environ, "SKG_TEST_CPU_S": "0.3"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "2 failed, 2 passed" in done.stdout, done.stdout + done.stderr
    for name in ("test_works", "test_has_a_costly_fixture"):
        assert re.search(rf"{name} took 0\.\d s of processor time.*mark it with @pytest\.mark\.thorough", done.stdout)


def test_only_the_quick_command_leaves_out_what_is_thorough():
    assert '-m "not slow and not thorough" tests/unit' in recipe("test-unit")
    assert "tests/unit\n" in recipe("test")
    assert "-m " not in recipe("test")
    assert "make test\n" in (ROOT / ".ci" / "run").read_text("utf-8")
    usual = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["pytest"]["ini_options"]["addopts"]
    assert usual.endswith("-m 'not slow'")


@pytest.mark.parametrize("path", sorted((ROOT / "tests/unit").rglob("test_*_fuzz.py")), ids=lambda path: path.stem)
def test_fuzzers_are_thorough(path: Path):
    assert "\npytestmark = pytest.mark.thorough\n" in path.read_text("utf-8")


def test_what_was_collected_is_left_out_of_garbage_collection():
    assert gc.isenabled()
    assert gc.get_freeze_count() > 100_000
