"""The command line: help that helps, errors in one line with the right exit code, nothing heavy at start."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import pytest

from schemas.events import STAGES
from schemas.topics import TOPICS
from streams.cli.root import run
from streams.services import local_services
from streams.services.local_services import Endpoints
from streams.services.service_spec import Keys

pytestmark = pytest.mark.thorough

COMMANDS = (  # noqa: SIM905 - rows of words read best
    "demo up down topics seed agents render examine write status tail replay requests dataset spatial config gallery eval "
    "audit lineage balance rejections whatif lag-exporter knowledge phrases ingest capacity doctor models eyes review"
).split()


@dataclass(frozen=True)
class Done:
    """How a call ended."""

    returncode: int
    stdout: str
    stderr: str


Skg = Callable[..., Done]


@pytest.fixture
def skg(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], tmp_path: Path) -> Skg:
    """Run the command in this process, with no setting but those given."""
    for name in [name for name in os.environ if name.startswith("SKG_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setenv("SKG_STATE_DIR", str(tmp_path / "state"))

    def call(*arguments: str, **environment: str) -> Done:
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        code = run(arguments)
        return Done(code, *capfd.readouterr())

    return call


def test_help_lists_every_command_with_an_example(skg: Skg):
    text = " ".join(skg("--help").stdout.split())
    for command in COMMANDS:
        assert f" {command} " in text
    assert text.count("Example:") == len(COMMANDS)


def test_the_version_is_that_of_the_installed_package(skg: Skg, tmp_path: Path):
    assert skg("--version", PATH=str(tmp_path)).stdout == f"skg-factory {version('skg-factory')}\n"


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_of_its_own(skg: Skg, command: str):
    done = skg(command, "--help")
    assert done.returncode == 0
    assert "Example:" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("seed", ""), "concept: must have 1 to 200 characters"),
        (("seed", "x" * 201), "this one has 201"),
        (("seed",), "give either a concept or --file"),
        (("seed", "park", "--file", "x"), "give either a concept or --file"),
        (("seed", "--file", "x", "--require", "cat", "--count", "5"), "--count, --require: options of a concept"),
        (("seed", "park", "--family", "direction=much"), "'much' is not a number"),
        (("seed", "park", "--family", "direction=1", "--family", "direction=2"), "--family direction is given twice"),
        (("seed", "park", "--min-objects", "6", "--max-objects", "3"), "min_objects 6 is above max_objects 3"),
        (("seed", "--file", "/nowhere/seeds.jsonl"), "/nowhere/seeds.jsonl: No such file"),
        (("demo", "--seeds", "/nowhere/seeds.jsonl"), "/nowhere/seeds.jsonl: No such file"),
        (("tail", "skg.nothing"), "is no topic"),
        (("demo", "--graphs", "0"), "--graphs"),
        (("replay",), "say which ones with --stage"),
        (("replay", "--again"), "`skg replay --all --again`"),
        (("replay", "--all", "--stage", "render"), "--all takes everything, and --stage only some: give one of them"),
        (("replay", "--reason", "bogus", "--all"), "--reason 'bogus': there are "),
        (("rejections", "replay", "--reason", "bogus", "--all"), "--reason 'bogus': there are "),
        (("rejections", "replay", "--reason", "no_questions", "--all"), "--all takes everything, and --reason only some"),
        (("replay", "--stage", "balance"), "--stage 'balance': there are agents, render, examine, write"),
        (("replay", "--topic", "skg.nothing"), "--topic 'skg.nothing': there are skg.seeds, skg.graphs"),
        (("replay", "--reason", "unlucky"), "--reason 'unlucky': there are undecodable, wrong_major_version"),
        (("replay", "--dry-run", "--since", "yesterday"), "'yesterday' is no time"),
        (("replay", "--all", "--dry-run", "--until", "2h", "--since", "1h"), "--since is not before --until"),
        (("replay", "--until", "2h", "--since", "1h"), "--since is not before --until"),
        (("up", "--kafka", "foo"), "no such kind: 'foo'; there are tansu, apache"),
        (("render", "--renderer", "foo"), "--renderer foo: no such renderer; there are collage"),
        (("dataset", "export", "--format", "llava"), "give a folder with --out"),
        (("dataset", "info", "--version", "yesterday"), "--version yesterday: give a version's number"),
        (("dataset", "export", "--format", "llava", "--out", "x", "--split", "dev"), "--split dev: there are"),
        (("dataset", "info", "ftp://x"), "ftp://x: a dataset is in a folder or at s3://bucket/path"),
        (("dataset", "prove-split", "/nowhere"), "there is no dataset at /nowhere"),
        (("audit", "/nowhere"), "/nowhere is no folder"),
    ],
)
def test_bad_input_ends_with_a_reason_and_exit_code_2(skg: Skg, arguments: tuple[str, ...], says: str):
    done = skg(*arguments)
    assert done.returncode == 2, done.stderr
    assert says in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ("audit", "http://me:opensesame@host/dataset"),
        ("seed", "--file", "http://me:opensesame@host/seeds"),
        ("dataset", "info", "ftp://me:opensesame@host/dataset"),
        ("ingest", "--images", "/tmp", "--annotations", "https://me:opensesame@host/annotations"),
    ],
)
def test_a_password_in_an_address_of_the_command_line_is_not_repeated(skg: Skg, arguments: tuple[str, ...]):
    done = skg(*arguments)
    assert done.returncode == 2
    assert "me:***@" in done.stderr
    assert "opensesame" not in done.stdout + done.stderr


@pytest.mark.parametrize("forgets", [True, False])
def test_a_broker_that_keeps_everything_in_memory_is_told_beside_the_settings(
    skg: Skg, monkeypatch: pytest.MonkeyPatch, forgets: bool
):
    endpoints = Endpoints("127.0.0.1:9", "http://127.0.0.1:9", Keys("a", "b"), 6.0, forgets)
    monkeypatch.setattr(local_services, "up", lambda *_: endpoints)
    done = skg("up")
    assert (done.returncode, "in memory" in done.stderr) == (0, forgets)
    assert all(line.startswith(("export ", "unset ")) for line in done.stdout.splitlines())


@pytest.mark.parametrize("command", [("write",), ("dataset", "info")])
def test_a_dataset_at_an_address_of_another_kind_is_refused(skg: Skg, command: tuple[str, ...]):
    done = skg(*command, SKG_DATASET_URI="ftp://x")
    assert done.returncode == 2
    assert done.stderr.startswith("skg: SKG_DATASET_URI: ")
    assert len(done.stderr.strip().splitlines()) == 1


def test_a_seeds_file_with_a_faulty_line_publishes_nothing_and_names_the_line(skg: Skg, tmp_path: Path):
    path = tmp_path / "seeds.jsonl"
    path.write_text('{"concept": "park"}\n{"concept": "park", "count": "many"}\n')
    done = skg("seed", "--file", str(path))  # no broker is there: it must not even be asked
    assert done.returncode == 2
    assert f"{path}, line 2: count" in done.stderr


@pytest.mark.parametrize("command", [("seed", "park"), ("topics", "apply"), ("topics", "check"), ("tail", "skg.qa")])
def test_an_unreachable_broker_is_one_line_with_its_address(skg: Skg, command: tuple[str, ...]):
    done = skg(*command, SKG_KAFKA_BOOTSTRAP="127.0.0.1:9", SKG_CONNECT_TIMEOUT_S="0.5")
    assert done.returncode == 2
    assert "127.0.0.1:9 (SKG_KAFKA_BOOTSTRAP)" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr


@pytest.mark.parametrize("kind", STAGES)
def test_a_process_without_its_broker_says_so_and_ends_when_it_is_told_to_give_up(skg: Skg, kind: str):
    done = skg(kind, SKG_KAFKA_BOOTSTRAP="127.0.0.1:9", SKG_GIVE_UP_S="0.5")
    assert done.returncode == 2
    assert "waiting for Kafka at 127.0.0.1:9 (SKG_KAFKA_BOOTSTRAP): connection refused" in done.stderr
    last = json.loads(done.stderr.splitlines()[-1])["event"]
    assert last.startswith("cannot reach Kafka at 127.0.0.1:9 (SKG_KAFKA_BOOTSTRAP)")
    assert "SKG_GIVE_UP_S" in last
    assert "Traceback" not in done.stderr


def test_a_setting_that_is_no_number_is_named(skg: Skg):
    done = skg("render", SKG_METRICS_PORT="http")
    assert done.returncode == 2
    assert done.stderr.startswith("skg: SKG_METRICS_PORT: ")


@pytest.mark.parametrize("kind", ["render", "write"])
@pytest.mark.parametrize("given", ["401", "-1", "5%"])
def test_a_held_out_share_that_is_none_is_named(skg: Skg, kind: str, given: str):
    done = skg(kind, SKG_HELD_OUT_PER_MILLE=given)
    assert done.returncode == 2
    assert done.stderr.startswith("skg: SKG_HELD_OUT_PER_MILLE: ")
    assert f"(got '{given}')" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_settings_that_do_not_go_together_are_told_without_all_the_others(skg: Skg):
    done = skg("render", SKG_KAFKA_INSTANCE="a", SKG_KAFKA_SESSION_S="60", SKG_S3_SECRET_KEY="zq9")
    assert done.returncode == 2
    assert "SKG_KAFKA_INSTANCE needs SKG_KAFKA_SESSION_S" in done.stderr
    assert "zq9" not in done.stderr


def test_config_shows_settings_and_masks_secrets(skg: Skg):
    done = skg("config", SKG_S3_SECRET_KEY="open-sesame", SKG_S3_BUCKET="mine")
    assert "open-sesame" not in done.stdout
    assert "SKG_S3_SECRET_KEY" in done.stdout
    assert any("mine" in line and "SKG_S3_BUCKET" in line for line in done.stdout.splitlines())
    assert "skg-secret" not in done.stdout


def test_a_dataset_that_is_not_there_is_one_line(skg: Skg, tmp_path: Path):
    for command in ("info", "files"):
        done = skg("dataset", command, str(tmp_path / "none"))
        assert done.returncode == 2
        assert str(tmp_path / "none") in done.stderr
        assert "Traceback" not in done.stderr


def test_status_without_processes_shows_zeros(skg: Skg):
    done = skg("status", "--json")
    assert {stage["processes"] for stage in json.loads(done.stdout).values()} == {0}


HEAVY = {
    "torch", "faust", "kafka", "minio", "deltalake", "datasets", "ortools", "pyarrow", "numpy",
    "agents.concepts.concept_reading", "dataset.audit.audit_run", "spatial.questions.answer_rules", "spatial.world",
}  # fmt: skip


@pytest.mark.parametrize(
    ("code", "also"),
    [
        ("from streams.cli.root import build; build()", set()),
        ("from streams.demo.renderer_options import COLLAGE; import streams.demo;"
         "from streams.setting_faults import require_all; require_all(COLLAGE.given())", set()),
        ("import streams.composition", {"kafka", "minio"}),
        ("import streams.demo.demo_watch", {"kafka", "minio", "agents.concepts.concept_reading"}),
    ],
    ids=["any command", "a demo before its services start", "any stage", "a demo while its stages start"],
)  # fmt: skip
def test_starting_loads_no_heavy_library(code: str, also: set[str]):
    code = f"import sys; {code}; print(*sorted({HEAVY!r} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert set(done.stdout.split()) <= also


def test_every_topic_can_be_named_in_the_help_of_tail(skg: Skg):
    text = skg("tail", "--help").stdout
    assert all(topic in "".join(text.split()) for topic in TOPICS)


def test_ctrl_c_while_the_command_still_loads_ends_it_quietly(tmp_path: Path):
    (tmp_path / "typer.py").write_text("raise KeyboardInterrupt\n")  # Ctrl-C, at a moment that does not depend on luck
    command = [sys.executable, "-m", "streams.cli", "--help"]
    environment = os.environ | {"PYTHONPATH": str(tmp_path)}
    done = subprocess.run(command, check=False, capture_output=True, text=True, env=environment)
    assert (done.returncode, done.stderr) == (130, "")


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (("two dogs on a beach", "--dry-run"), 0, "'two dogs on a beach': scene beach"),
        (("kitchen", "--dry-run"), 0, "'kitchen': scene kitchen (named)"),
        (("three kats in a kitchen", "--dry-run"), 2, "nothing is known of kats (nearest: cat"),
        (("three kats in a kitchen", "--dry-run", "--anyway"), 0, "left out: kats (nearest: cat"),
        (("a mysterious kitchen", "--dry-run"), 0, "left out: mysterious"),
        (("kitchen", "--dry-run", "--require", "unicorn"), 2, "there is no category 'unicorn'"),
        (("kitchen", "--require", "unicorn"), 2, "nothing was published; --anyway publishes it"),
        (("kitchen", "--dry-run", "--anyway", "--require", "unicorn"), 0, "'kitchen': scene kitchen (named)"),
    ],
)
def test_a_seed_says_how_it_is_understood_before_a_broker_is_asked(skg, arguments: tuple[str, ...], code: int, says: str):
    done = skg("seed", *arguments)
    assert done.returncode == code, done.stderr
    assert says in done.stdout + done.stderr
