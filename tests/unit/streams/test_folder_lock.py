"""Two demos do not share a folder."""

from pathlib import Path

import pytest

from streams.demo.demo_folder import AlreadyRunning, lock_folder


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
