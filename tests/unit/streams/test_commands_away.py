"""Every command, with broker and store away: what does one thing and ends says so in one line and exits 2 in time.

A command that is new fails here until somebody says which of these it is.
"""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from schemas.events import STAGES
from streams.broker.reachability import CONNECT_S
from streams.cli.root import build, run

pytestmark = pytest.mark.thorough

TIMEOUT_S = 0.5

IN_TIME_S = CONNECT_S + 3.0
"""The longest attempt at a broker that is mute, and what a command needs besides on a busy machine: its imports."""

TABLE = "s3://skg/dataset"

PROCESSES = {*STAGES, "balance", "lag-exporter"}
"""They wait; tests/chaos/test_outages.py holds them."""

FILTERS = ("normalise", "relate", "check", "solve", "ask", "verify")
PHRASES = ("list", "check")
WORDS = ("scenes", "categories", "relations", "families", "attributes")
LOCAL = {
    "demo", "up", "down", "config", "capacity", "doctor", "models list", "models check",
    *(f"spatial {name}" for name in FILTERS), *(f"knowledge {kind}" for kind in WORDS),
    *(f"phrases {name}" for name in PHRASES)
}  # fmt: skip
"""They reach nothing, or start what they reach."""

MODEL = {"phrases grow"}
"""They reach a language model only; test_phrase_commands.py holds them."""

BROKER = {
    "seed": ["kitchen"],
    "ingest": ["--images", "tests", "--annotations", "tests/fakes/line_of_objects.jsonl"],
    "tail": ["skg.seeds"],
    "replay": ["--all"],
    "requests": [],
    "status": [],
    "topics apply": [],
    "topics check": [],
}
STORE = {
    "gallery": ["--static", "{out}"],
    "eval": ["--out", "{out}"],
    "audit": [TABLE],
    "eyes measure": ["--dataset", TABLE],
    "lineage": ["3fa9"],
    "whatif": [],
    "dataset info": [],
    "dataset files": [],
    "dataset follow": ["--once"],
    "dataset diff": [TABLE, TABLE],
    "dataset export": ["--format", "coco", "--out", "{out}"],
    "dataset push": ["{out}", "--tag", "v1"],
    "dataset subset": ["--out", "{out}"],
    "dataset compact": [],
    "dataset vacuum": [],
    "dataset prove-split": [],
    "dataset stats": [],
    "dataset quality": [],
    "review add": ["3fa9", "accept", "--reviewer", "ada"],
    "review list": [],
    "review report": [],
    "review export": ["--out", "{out}"],
    "rejections list": [],
    "rejections show": ["3fa9"],
    "rejections export": ["--out", "{out}"],
    "rejections replay": ["--all"],
}


def commands(command: Any, path: tuple[str, ...] = ()) -> Iterator[str]:
    inner = getattr(command, "commands", None)
    if inner is None:
        yield " ".join(path)
    for name in inner or ():
        yield from commands(inner[name], (*path, name))


def test_it_is_known_of_every_command_what_it_reaches() -> None:
    known = [*PROCESSES, *LOCAL, *MODEL, *BROKER, *STORE]
    assert sorted(commands(typer.main.get_command(build()))) == sorted(known), "say what the new command reaches"


@pytest.mark.parametrize("command", sorted(commands(typer.main.get_command(build()))))
def test_an_option_that_a_command_does_not_have_is_wrong_usage(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([*command.split(), "--no-such-option"]) == 2
    assert "--no-such-option" in capsys.readouterr().err


@pytest.mark.parametrize("command", sorted({*STORE} - {"audit", "dataset diff", "dataset push", "eyes measure"}))
def test_a_table_that_is_not_there_is_a_wrong_value_wherever_it_is_given(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    given = [*command.split(), *(one.format(out=tmp_path / "out") for one in STORE[command])]
    for arguments in ([*given, "--uri", "nowhere"], [*given, "nowhere"]):
        assert run(arguments) == 2
        told = capsys.readouterr()
        assert (told.out, told.err.startswith("skg: there is no dataset at nowhere")) == ("", True), told
    assert not (tmp_path / "out").exists()


@pytest.fixture
def mute() -> Iterator[str]:
    """An address that accepts connections and never answers."""
    taken: list[socket.socket] = []

    def accept(server: socket.socket) -> None:
        try:
            while True:
                taken.append(server.accept()[0])
        except OSError:
            return

    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=accept, args=(server,), daemon=True).start()
        yield f"127.0.0.1:{server.getsockname()[1]}"
        server.shutdown(socket.SHUT_RDWR)
    for one in taken:
        one.close()


Away = Callable[[str, str, list[str], str], None]


@pytest.fixture
def told(mute: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Away:
    """Calls a command whose services refuse a connection or are mute; one line must name the setting, in time."""

    def call(how: str, command: str, given: list[str], setting: str) -> None:
        address = mute if how == "mute" else "127.0.0.1:9"
        services = {"SKG_KAFKA_BOOTSTRAP": address, "SKG_S3_ENDPOINT": f"http://{address}"}
        if command == "status":
            services = {setting: services[setting]}  # it looks at both, and says of both what is wrong
        keys = {"SKG_S3_ACCESS_KEY": "somebody", "SKG_S3_SECRET_KEY": "something-long"}
        table = TABLE if setting == "SKG_S3_ENDPOINT" else str(tmp_path / "dataset")
        own = {"SKG_DATASET_URI": table, "SKG_STATE_DIR": str(tmp_path), "SKG_CONNECT_TIMEOUT_S": str(TIMEOUT_S)}
        for name, value in (services | keys | own).items():
            monkeypatch.setenv(name, value)
        began = time.monotonic()
        code = run([*command.split(), *(one.format(out=tmp_path / "out") for one in given)])
        took, said = time.monotonic() - began, capsys.readouterr().err
        assert (code, said.count("\n")) == (2, 1), said
        assert said.startswith("skg: ")
        assert setting in said
        assert took < IN_TIME_S, f"{took:.1f} s"

    return call


@pytest.mark.parametrize("command", BROKER)
@pytest.mark.parametrize("how", ["refuses", pytest.param("mute", marks=pytest.mark.thorough)])  # each waits CONNECT_S
def test_a_broker_that_is_away_is_told_in_time(told: Away, how: str, command: str) -> None:
    told(how, command, BROKER[command], "SKG_KAFKA_BOOTSTRAP")


@pytest.mark.parametrize("command", STORE)
@pytest.mark.parametrize("how", ["refuses", "mute"])
def test_a_store_that_is_away_is_told_in_time(told: Away, how: str, command: str) -> None:
    told(how, command, STORE[command], "SKG_S3_ENDPOINT")
