"""Two demos do not share a folder."""

from pathlib import Path

import pytest

from streams.cli.root import run
from streams.demo.demo_folder import AlreadyRunning, lock_folder, require_free
from tests.fakes.events import make_samples
from tests.fakes.gallery import store_samples


def test_a_second_demo_in_the_same_folder_is_told_so_and_one_in_another_is_not(tmp_path: Path):
    with lock_folder(tmp_path / "out"):
        with pytest.raises(AlreadyRunning, match=str(tmp_path / "out")), lock_folder(tmp_path / "out"):
            pytest.fail("the folder is taken")
        with lock_folder(tmp_path / "other"):
            pass


def test_a_folder_is_free_again_when_its_demo_has_ended(tmp_path: Path):
    for _ in range(2):
        with lock_folder(tmp_path):
            pass


def test_a_second_demo_is_told_that_one_runs_and_not_to_add_to_what_that_one_made(tmp_path: Path, capsys):
    store_samples(str(tmp_path / "out" / "dataset"), make_samples(1))
    with lock_folder(tmp_path / "out"):
        assert run(["demo", "--graphs", "1", "--out", str(tmp_path / "out")]) == 2
    said = capsys.readouterr().err
    assert f"a demo is already running in {tmp_path / 'out'}" in said
    assert "--add" not in said


def test_a_free_folder_may_be_used_and_a_locked_one_may_not(tmp_path: Path):
    require_free(tmp_path / "none")
    assert not (tmp_path / "none").exists()
    with lock_folder(tmp_path), pytest.raises(AlreadyRunning):
        require_free(tmp_path)
    require_free(tmp_path)
