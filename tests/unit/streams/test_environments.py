"""A command that needs the extra gpu goes on in the environment beside this one that has it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from schemas.errors import EXTRAS
from streams.cli.environments import interpreter_with

ROOT = Path(__file__).parents[3]

BEGUN = """
import importlib.util, sys
find = importlib.util.find_spec
importlib.util.find_spec = lambda name, *rest: None if name in {lacking!r} else find(name, *rest)
sys.prefix = {prefix!r}
from streams.cli.root import run
sys.exit(run({arguments!r}))
"""
"""A command in an environment without the libraries of `gpu`, wherever the tests run."""


def environment_beside(folder: Path, libraries: tuple[str, ...]) -> Path:
    """An environment of the extra gpu whose interpreter says with what it was called; the one beside it."""
    there = folder / ".venv-gpu"
    for library in libraries:
        (there / "lib" / "python3.11" / "site-packages" / library).mkdir(parents=True)
    (there / "bin").mkdir(parents=True)
    python = there / "bin" / "python"
    python.write_text('#!/bin/sh\necho "$$ $SKG_RENDERER: $@"\nexit 7\n', encoding="utf-8")
    python.chmod(0o755)
    (folder / ".venv").mkdir()
    return folder / ".venv"


def started(here: Path, *arguments: str, **settings: str) -> "subprocess.Popen[str]":
    code = BEGUN.format(lacking=EXTRAS["gpu"], prefix=str(here), arguments=list(arguments))
    around = {**os.environ, "SKG_CONNECT_TIMEOUT_S": "1", "SKG_GIVE_UP_S": "1", **settings}
    pipe = subprocess.PIPE
    return subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, env=around, stdout=pipe, stderr=pipe, text=True)


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("arguments", "settings"),
    [
        (["render"], {"SKG_RENDERER": "gligen", "SKG_RENDER_MODEL": "tiny"}),
        (["render", "--renderer", "gligen", "--model", "tiny"], {"SKG_RENDERER": ""}),
        (["examine"], {"SKG_DETECTOR": "tiny", "SKG_RENDERER": ""}),
        (["demo", "--renderer", "gligen", "--model", "tiny", "--out", "nowhere"], {"SKG_RENDERER": ""}),
        (["demo", "--out", "nowhere"], {"SKG_RENDERER": "gligen", "SKG_RENDER_MODEL": "tiny"}),
    ],
)
def test_the_command_becomes_itself_in_the_environment_that_has_the_extra(
    arguments: list[str], settings: dict[str, str], tmp_path: Path
) -> None:
    process = started(environment_beside(tmp_path, EXTRAS["gpu"]), *arguments, **settings)
    out, err = process.communicate(timeout=60)
    same_process = f"{process.pid} {settings['SKG_RENDERER']}"
    assert out == f"{same_process}: -m streams.cli {' '.join(arguments)}\n", err
    assert process.returncode == 7
    assert f"going on with {tmp_path}/.venv-gpu/bin/python, which has the extra gpu" in err


@pytest.mark.thorough
def test_without_such_an_environment_the_command_says_what_to_install(tmp_path: Path) -> None:
    (tmp_path / ".venv").mkdir()
    process = started(tmp_path / ".venv", "render", SKG_RENDERER="gligen", SKG_RENDER_MODEL="tiny")
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (2, "")
    assert err == "skg: this needs the extra gpu: accelerate is not installed: make setup EXTRAS=gpu\n"


def test_an_environment_without_the_libraries_is_none(tmp_path: Path) -> None:
    assert interpreter_with("gpu", environment_beside(tmp_path, EXTRAS["gpu"][1:])) is None


def test_no_command_goes_round_in_circles(tmp_path: Path) -> None:
    here = environment_beside(tmp_path, EXTRAS["gpu"])
    assert interpreter_with("gpu", here) == tmp_path / ".venv-gpu" / "bin" / "python"
    assert interpreter_with("gpu", tmp_path / ".venv-gpu") is None
    assert interpreter_with("charts", here) is None
