"""Poison is what its file says, for as long as the file is there; so is the time that a picture takes."""

import time
from pathlib import Path

from tests.chaos.poison import Marked, mark


def test_what_is_poison_and_how_long_a_picture_takes_changes_while_processes_run(tmp_path: Path):
    path = tmp_path / "poison.json"
    render, agents = Marked(path, "render"), Marked(path, "agents")
    mark(path, {"render": ["a", "b"]}, 0.2)
    assert ("a" in render, "c" in render, "a" in agents) == (True, False, False)
    assert (render.at_all, agents.at_all) == (True, False)
    began = time.monotonic()
    render.pause(1)
    assert time.monotonic() - began >= 0.2
    mark(path, {"render": ["c"]}, 0.0)
    assert ("a" in render, "c" in render) == (False, True)
    path.unlink()
    assert "c" not in render
    began = time.monotonic()
    render.pause(1000)
    assert time.monotonic() - began < 10
