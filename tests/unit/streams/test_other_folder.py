"""A setting that outlives a change of folder: the commands say whose services they speak of."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from streams.cli.root import run
from streams.cli.service_commands import _own_paths
from streams.services.bound_process import identity
from streams.services.local_services import is_up
from streams.settings import WriterSettings


def said_by_down(here: Path, state: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> str:
    here.mkdir(exist_ok=True)
    monkeypatch.chdir(here)
    monkeypatch.setenv("SKG_STATE_DIR", str(state))
    assert run(["down"]) == 0
    return capsys.readouterr().err


@pytest.fixture
def services_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The state of services of the folder `there`, which a process stands for; the current folder is `here`."""
    state, here = tmp_path / "there" / ".skg", tmp_path / "here"
    state.mkdir(parents=True)
    here.mkdir()
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as service:
        one = {"kind": "tansu", "pid": service.pid, "identity": identity(service.pid), "folder": str(state / "broker")}
        keys = {"access": "a", "secret": "b"}
        (state / "services.json").write_text(json.dumps({"broker": {**one, "ports": [9], "keys": keys}}))
        monkeypatch.chdir(here)
        monkeypatch.setenv("SKG_STATE_DIR", str(state))
        monkeypatch.setenv("SKG_DATASET_URI", str(tmp_path / "there" / "dataset"))
        yield state
        service.kill()


@pytest.mark.parametrize("command", ["up", "down"])
def test_services_of_another_folder_are_not_touched_unless_they_are_meant(
    command: str, services_elsewhere: Path, capsys: pytest.CaptureFixture[str]
):
    assert run([command]) == 2
    out, said = capsys.readouterr()
    there = services_elsewhere.parent
    assert (out, said.count("\n")) == ("", 1)
    assert f"SKG_STATE_DIR is of {there}, not of this folder: `unset SKG_STATE_DIR SKG_DATASET_URI`" in said
    assert f"`skg {command} --anyway` for those of {there}" in said
    assert is_up(services_elsewhere)


def test_services_of_another_folder_that_are_meant_are_stopped(
    services_elsewhere: Path, capsys: pytest.CaptureFixture[str]
):
    assert run(["down", "--anyway"]) == 0
    assert "stopped" in capsys.readouterr().out
    assert not is_up(services_elsewhere)


def test_a_dataset_without_a_folder_is_one_of_the_folder_of_the_services(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    settings = WriterSettings(state_dir=tmp_path / "there" / ".skg", dataset_uri="dataset")
    assert _own_paths(settings)["SKG_DATASET_URI"] == str(tmp_path / "there" / "dataset")


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
