"""Blender's interpreter: asked for what it lacks before anything starts, blind to this one's paths, heard when it dies."""

import sys
from pathlib import Path

import pytest

from gpu_workers.solid.blender_interpreter import environment, interpreter_of
from gpu_workers.solid.blender_process import BlenderProcess
from schemas.errors import PermanentError, UserError
from tests.solid.test_blender_process import small_shot


def program(path: Path, text: str) -> Path:
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


def test_an_interpreter_without_blender_is_refused_with_what_helps():
    with pytest.raises(UserError, match=r"has no bpy.*run `make setup EXTRAS=solid`.*SKG_SOLID_PYTHON"):
        interpreter_of({"solid_python": Path(sys.executable)})


@pytest.mark.parametrize("text", ["exit 3", "echo hello", "echo 'lacks nothing' >&2"])
def test_a_program_that_is_no_interpreter_is_refused(tmp_path: Path, text: str):
    with pytest.raises(UserError, match="is no interpreter"):
        interpreter_of({"solid_python": program(tmp_path / "python", text)})


def test_an_interpreter_that_lacks_nothing_is_taken(tmp_path: Path):
    python = program(tmp_path / "python", "echo lacks")
    assert interpreter_of({"solid_python": python}) == python


def test_another_interpreter_finds_its_modules_whatever_this_one_is_told(monkeypatch: pytest.MonkeyPatch):
    for name in ("PYTHONSAFEPATH", "PYTHONPATH", "PYTHONHOME"):
        monkeypatch.setenv(name, "1")
    monkeypatch.setenv("SKG_KEPT", "1")
    given = environment()
    assert given["SKG_KEPT"] == "1"
    assert not {"PYTHONSAFEPATH", "PYTHONPATH", "PYTHONHOME"} & given.keys()


def test_what_blender_wrote_last_is_in_the_error(tmp_path: Path):
    says = "for n in 1 2 3 4 5 6 7 8; do echo line $n >&2; done; echo No module named x >&2; exit 3"
    with pytest.raises(PermanentError, match=r"ended 3 times at the same picture: line 7 / line 8 / No module named x$"):
        BlenderProcess(program(tmp_path / "python", says)).trace(small_shot())


def test_blender_runs_without_the_paths_of_this_interpreter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PYTHONSAFEPATH", "1")
    python = program(tmp_path / "python", 'echo "safe: ${PYTHONSAFEPATH:-unset}" >&2')
    with pytest.raises(PermanentError, match="safe: unset"):
        BlenderProcess(python).trace(small_shot())
