"""A setting that outlives a change of folder: the commands say whose services they speak of."""

from pathlib import Path

import pytest

from streams.cli.root import run


def said_by_down(here: Path, state: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> str:
    here.mkdir(exist_ok=True)
    monkeypatch.chdir(here)
    monkeypatch.setenv("SKG_STATE_DIR", str(state))
    assert run(["down"]) == 0
    return capsys.readouterr().err


@pytest.mark.parametrize("here", ["here", ".", "there/below"])
def test_services_of_another_folder_are_said_to_be_so(
    here: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    state = tmp_path / "there" / ".skg"
    state.parent.mkdir()
    said = said_by_down(tmp_path / here, state, monkeypatch, capsys)
    assert said == f"skg: these are the services of {state}; unset SKG_STATE_DIR for those of this folder\n"


def test_services_of_this_folder_need_no_word(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    assert said_by_down(tmp_path, tmp_path / ".skg", monkeypatch, capsys) == ""
    assert said_by_down(tmp_path, tmp_path / "out" / "state", monkeypatch, capsys) == ""
