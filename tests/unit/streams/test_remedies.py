"""What commands say beside an error: what of `skg up` runs here, which datasets there are, values in plain words."""

import json
import os
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from pydantic import ValidationError

from dataset.table.columns import COLUMNS
from dataset.table.delta_table import Table
from schemas.errors import RetryableError
from schemas.texts.fault_words import in_plain_words
from streams.cli.dataset_commands.gallery_commands import without_dataset
from streams.cli.remedies import DEPTH, MOST_NAMED, datasets_below, for_missing_dataset, for_service
from streams.cli.root import run
from streams.cli.setup_commands.doctor_command import findings
from streams.cli.setup_commands.service_looks import look_at_store, service_findings
from streams.demo.demo_folder import Places
from streams.demo.demo_run import DemoOptions, checked_seeds, require_unused
from streams.demo.demo_summary import Counted, samples_in
from streams.services.bound_process import identity
from streams.services.service_registry import STATE
from streams.settings import RenderSettings, StoreSettings
from streams.storage.s3 import KeysRefused
from streams.storage.s3_credentials import NoKeys
from tests.fakes.events import make_rejection, make_samples
from tests.fakes.gallery import store_rejections, store_samples

pytestmark = pytest.mark.thorough


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of its own without settings."""
    for name in [name for name in os.environ if name.startswith(("SKG_", "AWS_"))]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def table_at(path: Path) -> None:
    (path / "_delta_log").mkdir(parents=True)
    (path / "_delta_log" / f"{0:020}.json").write_text("{}\n")


def running(state: Path, port: int) -> None:
    """A registry that names this process as the broker of the folder."""
    state.mkdir()
    one = {
        "kind": "tansu", "pid": os.getpid(), "identity": identity(os.getpid()) or "", "folder": str(state),
        "ports": [port, port + 1], "keys": {"access": "a", "secret": "b"},
    }  # fmt: skip
    (state / STATE).write_text(json.dumps({"broker": one}))


def test_tables_are_found_below_a_folder_but_not_those_beside_them_nor_hidden_ones(here: Path):
    for name in ("a/dataset", "b", "a/dataset-rejections", ".skg/dataset", "/".join("d" * (DEPTH + 1))):
        table_at(here / name)
    assert datasets_below(Path()) == ["a/dataset", "b"]
    assert for_missing_dataset() == "there are a/dataset, b"


def test_of_many_tables_a_few_are_named(here: Path):
    assert for_missing_dataset() == ""
    for number in range(MOST_NAMED + 2):
        table_at(here / f"t{number}")
    assert for_missing_dataset().count(",") == MOST_NAMED
    assert for_missing_dataset().endswith("…")


def test_a_broker_that_is_away_is_beside_what_runs_in_this_folder(here: Path, monkeypatch: pytest.MonkeyPatch):
    assert 'eval "$(skg up)" starts a broker and a store' in for_service("broker")
    running(here / ".skg", 9433)
    assert "runs one at 127.0.0.1:9433" in for_service("broker")
    assert "starts a broker" in for_service("store")
    monkeypatch.setenv("SKG_KAFKA_BOOTSTRAP", "127.0.0.1:9433")
    assert "`skg down` and `skg up` start it anew" in for_service("broker")
    (here / ".skg" / STATE).write_text("{")
    assert for_service("broker") == for_service("model") == ""


@pytest.mark.parametrize(
    ("setting", "given", "words"),
    [
        ("render_batch", "many", "a whole number is needed"),
        ("render_guidance", "much", "a number is needed"),
        ("metrics_port", "-1", "at least 0 is needed"),
        ("metrics_port", "70000", "at most 65535 is allowed"),
        ("dead_letter_share", "0", "more than 0 is needed"),
        ("log_format", "xml", "one of 'auto', 'json' or 'console' is needed"),
    ],
)
def test_a_value_of_another_kind_is_told_in_plain_words(setting: str, given: str, words: str):
    with pytest.raises(ValidationError) as caught:
        RenderSettings(**{setting: given})
    assert in_plain_words(caught.value.errors()[0]) == words


@pytest.fixture
def said(capfd: pytest.CaptureFixture[str]) -> pytest.CaptureFixture[str]:
    capfd.readouterr()
    return capfd


def test_a_wrong_path_names_the_datasets_there_are(here: Path, said: pytest.CaptureFixture[str]):
    table_at(here / "demo-out" / "dataset")
    assert run(["dataset", "info", "TYPO"]) == 2
    assert "there is no dataset at TYPO; there are demo-out/dataset" in said.readouterr().err
    assert run(["audit", "."]) == 2
    assert "there are tables in it: demo-out/dataset" in said.readouterr().err


def test_a_folder_of_many_tables_says_how_many_are_not_named(here: Path, said: pytest.CaptureFixture[str]):
    for number in range(11):
        table_at(here / f"t{number:02}" / "dataset")
    assert run(["audit", "."]) == 2
    assert "t07/dataset and 3 more" in said.readouterr().err


def test_a_published_copy_is_no_missing_dataset(here: Path, said: pytest.CaptureFixture[str]):
    store_samples(str(here / "dataset"), make_samples(2))
    assert run(["dataset", "push", "dataset", "copies", "--tag", "v1"]) == 0
    said.readouterr()
    for place in ("copies", "copies/v1"):
        assert run(["dataset", "info", place]) == 2
        assert f"{place} is a published copy, not a table: `skg audit {place}` checks it" in said.readouterr().err


def test_completion_is_installed_for_no_shell_that_is_named(
    here: Path, said: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("HOME", str(here))
    assert run(["--install-completion", "bogus"]) == 2
    assert "--install-completion takes no value" in said.readouterr().err
    assert list(here.iterdir()) == []


def test_a_folder_that_cannot_be_written_is_blamed_by_its_own_name(here: Path, said: pytest.CaptureFixture[str]):
    store_samples(str(here / "dataset"), make_samples(2))
    assert run(["dataset", "export", "dataset", "--format", "llava", "--out", "/proc/x"]) != 0
    told = said.readouterr().err
    assert "/proc: nothing can be written in this folder" in told
    assert "/proc/." not in told


def test_a_demo_does_not_add_to_a_used_folder_unless_it_is_told_to(here: Path, said: pytest.CaptureFixture[str]):
    store_samples(str(here / "out" / "dataset"), make_samples(2))
    assert run(["demo", "--out", "out"]) == 2
    whole = "there is a dataset of 2 samples at out/dataset: --add adds to it, --out names another folder"
    assert said.readouterr().err == f"skg: {whole}\n"


def test_a_demo_refuses_the_files_of_seeds_that_publishing_refuses(here: Path, said: pytest.CaptureFixture[str]):
    (here / "mine.txt").write_text("a cat behind an astronaut\na park\n3 kats\n", "utf-8")
    assert run(["seed", "--file", "mine.txt"]) == 2
    refused = said.readouterr().err
    assert "nothing is known of astronaut" in refused
    assert "nothing is known of kats" in refused
    assert run(["demo", "--seeds", "mine.txt", "--out", "out"]) == 2
    assert said.readouterr().err == refused.replace("published; --anyway publishes it", "started; --anyway starts it")
    assert not (here / "out").exists()


def test_a_demo_takes_refused_concepts_where_it_is_told_to(here: Path):
    (here / "mine.txt").write_text("3 kats\n", "utf-8")
    show = DemoOptions(here / "mine.txt", None, here / "out", anyway=True)
    assert [seed.concept for seed in checked_seeds(show)] == ["3 kats"]


def test_a_table_without_a_sample_as_an_interrupted_demo_leaves_it_is_in_nobodys_way(here: Path):
    show = DemoOptions(None, None, here / "out")
    assert require_unused(Places(show.out), show) == frozenset()
    Table.create(str(here / "out" / "dataset"), COLUMNS)
    assert require_unused(Places(show.out), show) == frozenset()


def test_a_demo_says_how_many_samples_are_new():
    assert samples_in(Counted(0, 9)) == "9 samples"
    assert samples_in(Counted(9, 2)) == "11 samples, 2 of them new"
    assert samples_in(Counted(9, 0)).startswith("9 samples, all of them there before: the same requests")


def test_a_demo_begins_nothing_where_its_renderer_cannot_draw(
    here: Path, said: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("SKG_SOLID_PYTHON", "/nowhere/python")
    assert run(["demo", "--renderer", "solid", "--out", "out"]) == 2
    told = said.readouterr()
    assert "Blender is not installed (/nowhere/python is no interpreter): run `make setup EXTRAS=solid`" in told.err
    assert told.out == ""
    assert not (here / "out").exists()


def test_the_doctor_does_not_take_an_interpreter_without_blender_for_one(
    here: Path, said: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("SKG_SOLID_PYTHON", sys.executable)
    run(["doctor"])
    found = said.readouterr().out
    assert "Blender is not installed" in found
    assert "has no bpy" in found
    assert "make setup EXTRAS=solid" in found


def test_the_doctor_finds_nothing_wrong_where_nothing_is_configured(said: pytest.CaptureFixture[str]):
    assert run(["doctor"]) == 0
    told = said.readouterr().out
    assert "nothing runs here" in told
    assert "planning by rules" in told


def test_the_doctor_says_what_helps_where_a_configured_service_is_away(
    said: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # nothing listens there
        monkeypatch.setenv("SKG_KAFKA_BOOTSTRAP", f"127.0.0.1:{taken.getsockname()[1]}")
        monkeypatch.setenv("SKG_S3_ENDPOINT", f"http://127.0.0.1:{taken.getsockname()[1]}")
        assert run(["doctor", "--json"]) == 1
    found = {one["what"]: one for one in map(json.loads, said.readouterr().out.splitlines())}
    for what in ("broker", "store"):
        assert found[what]["state"] == "wrong"
        assert "skg up" in found[what]["remedy"]


class _Page(BaseHTTPRequestHandler):
    """A web server with one page of well-formed HTML, or a redirection to it, or bytes that are no text."""

    def do_GET(self) -> None:
        status, kind, body = self.server.page  # type: ignore[attr-defined]
        self.send_response(status)
        if status == 302:
            self.send_header("Location", "/elsewhere")
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    do_HEAD = do_GET

    def log_message(self, *args: object) -> None: ...


@pytest.fixture
def web_server() -> Iterator[ThreadingHTTPServer]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Page)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(
    "page",
    [
        (200, "text/html; charset=utf-8", b"<!DOCTYPE html>\n<html><body>Welcome</body></html>"),
        (404, "text/html", b"<!DOCTYPE html>\n<html><body>No such page</body></html>"),
        (401, "text/plain", b"\xff\xfe"),
        (302, "text/html", b""),
        (200, "application/json", b"{}"),
    ],
    ids=["page", "no page", "no text", "redirection", "json"],
)
def test_the_doctor_finds_a_web_server_that_is_no_store(
    web_server: ThreadingHTTPServer, page: tuple[int, str, bytes], monkeypatch: pytest.MonkeyPatch
):
    web_server.page = page  # type: ignore[attr-defined]
    monkeypatch.setenv("SKG_S3_ENDPOINT", f"http://127.0.0.1:{web_server.server_address[1]}")
    monkeypatch.setenv("SKG_S3_ACCESS_KEY", "a")
    monkeypatch.setenv("SKG_S3_SECRET_KEY", "b")
    (found,) = [one for one in service_findings() if one.what == "store"]
    assert found.state == "wrong"
    assert f"answers, but not as S3 does (HTTP {page[0]}, {page[1].partition(';')[0]})" in found.detail
    assert "correct SKG_S3_ENDPOINT" in found.remedy


def test_the_doctor_says_that_a_store_has_no_keys(web_server: ThreadingHTTPServer, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SKG_S3_ENDPOINT", f"http://127.0.0.1:{web_server.server_address[1]}")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    (found,) = [one for one in service_findings() if one.what == "store"]
    assert (found.state, "set SKG_S3_ACCESS_KEY and SKG_S3_SECRET_KEY" in found.detail) == ("wrong", True)


def test_every_look_of_the_doctor_that_is_not_well_says_what_helps_or_is_not_needed():
    assert [one for one in findings() if one.state == "wrong" and not one.remedy] == []


def test_a_shell_completes_commands(said: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch):
    for name, value in (("_SKG_COMPLETE", "complete_bash"), ("COMP_WORDS", "skg lin"), ("COMP_CWORD", "1")):
        monkeypatch.setenv(name, value)
    run([])
    assert said.readouterr().out.split() == ["lineage"]


def test_a_command_that_there_is_not_is_told_those_that_there_are(said: pytest.CaptureFixture[str]):
    assert run(["knowledge", "bogus"]) == 2
    assert "there are scenes, categories, relations, families, attributes" in said.readouterr().err
    assert run(["dmeo"]) == 2
    assert "Did you mean 'demo'?" in said.readouterr().err


def test_an_unknown_language_model_of_a_demo_is_refused_before_anything_begins(
    here: Path, said: pytest.CaptureFixture[str]
):
    assert run(["demo", "--llm", "bogus", "--out", "out"]) == 2
    assert said.readouterr() == ("", "skg: --llm bogus: there are stub and env\n")
    assert run(["demo", "--llm", "env", "--out", "out"]) == 2
    assert said.readouterr() == ("", "skg: --llm env: SKG_LLM_URL is not set\n")
    assert not (here / "out").exists()


@pytest.mark.parametrize("command", [["status"], ["requests"], ["seed", "kitchen"]])
def test_a_missing_broker_is_said_with_what_runs_here(command: list[str], said: pytest.CaptureFixture[str], monkeypatch):
    monkeypatch.setenv("SKG_CONNECT_TIMEOUT_S", "0.2")
    monkeypatch.setenv("SKG_KAFKA_BOOTSTRAP", "127.0.0.1:9")
    assert run(command) == 2
    told = said.readouterr().err
    assert "cannot reach Kafka at 127.0.0.1:9 (SKG_KAFKA_BOOTSTRAP)" in told
    assert 'nothing of `skg up` runs in this folder; eval "$(skg up)" starts a broker and a store' in told


def test_every_command_says_of_a_missing_dataset_which_there_are(here: Path, said: pytest.CaptureFixture[str]):
    table_at(here / "out" / "dataset")
    for name in ("info", "prove-split", "quality"):
        assert run(["dataset", name, "nowhere"]) in (1, 2)
        assert said.readouterr().err == "skg: there is no dataset at nowhere; there are out/dataset\n"


@pytest.mark.parametrize(
    ("command", "fault"),
    [
        (["demo", "--graphs", "0"], "'--graphs': at least 1 is needed (got '0')"),
        (["gallery", "--port", "99999"], "'--port': at most 65535 is allowed (got '99999')"),
        (["dataset", "follow", "--after", "two"], "'--after': a whole number is needed (got 'two')"),
    ],
)
def test_an_option_says_in_plain_words_which_values_it_takes(
    command: list[str], fault: str, said: pytest.CaptureFixture[str]
):
    assert run(command) == 2
    assert f"Invalid value for {fault}\n" in said.readouterr().err


def test_a_mistyped_path_elsewhere_names_the_datasets_of_its_folder(here: Path, said: pytest.CaptureFixture[str]):
    table_at(here / "far" / "out" / "dataset")
    (here / "near").mkdir()
    os.chdir(here / "near")
    for command in (["dataset", "info"], ["audit"], ["gallery"], ["eval"]):
        assert run([*command, str(here / "far" / "out" / "datast")]) == 2
        told = said.readouterr()
        assert told.out == ""
        assert f"there are {here / 'far' / 'out' / 'dataset'}" in told.err


def test_a_table_of_rejections_is_no_dataset_to_audit(here: Path, said: pytest.CaptureFixture[str]):
    store_rejections(str(here / "dataset"), [make_rejection()])
    assert run(["audit", "dataset-rejections"]) == 2
    assert "this is a table of rejections, which lies beside a dataset" in said.readouterr().err


@pytest.mark.parametrize(
    "command", [["rejections", "list"], ["requests"], ["whatif"], ["lineage", "3fa9"], ["dataset", "info"]]
)
def test_a_table_is_an_argument_or_an_option_and_not_both(command: list[str], said: pytest.CaptureFixture[str]):
    if command != ["requests"]:  # which asks the broker first
        for given in (["nowhere"], ["--uri", "nowhere"], ["--uri=nowhere"]):
            assert run([*command, *given]) == 2
            assert "there is no dataset at nowhere" in said.readouterr().err
    assert run([*command, "one", "--uri", "two"]) == 2
    assert "the table is given twice: one and --uri two" in said.readouterr().err


@pytest.mark.parametrize(
    ("command", "there"),
    [
        (["export"], "there is `skg dataset export` and `skg rejections export` and `skg review export`"),
        (["compact"], "there is `skg dataset compact`"),
        (["prove-splits"], "there is `skg dataset prove-split`"),
    ],
)
def test_a_command_of_another_family_is_named_with_its_family(
    command: list[str], there: str, said: pytest.CaptureFixture[str]
):
    assert run(command) == 2
    assert there in said.readouterr().err


def refusing(error: Exception) -> Callable[[StoreSettings, float], bool]:
    def answers(_: StoreSettings, __: float) -> bool:
        raise error

    return answers


def test_amazon_is_asked_where_no_store_is_named_and_there_are_keys():
    settings = StoreSettings(s3_endpoint="", s3_region="eu-north-1")
    (there,) = look_at_store(settings, lambda _, __: True)
    assert (there.state, "Amazon's S3 in eu-north-1" in there.detail) == ("ok", True)
    (refused,) = look_at_store(settings, refusing(KeysRefused("s3.eu-north-1.amazonaws.com does not take these keys")))
    assert (refused.state, "SKG_S3_ACCESS_KEY" in refused.remedy) == ("wrong", True)
    (away,) = look_at_store(settings, refusing(RetryableError("no answer")))
    assert (away.state, "set SKG_S3_ENDPOINT" in away.remedy) == ("wrong", True)
    (nothing,) = look_at_store(settings, refusing(NoKeys("no keys")))
    assert (nothing.state, "no keys are found" in nothing.detail) == ("absent", True)
    (keyless,) = look_at_store(StoreSettings(s3_endpoint="http://127.0.0.1:9"), refusing(NoKeys("no keys")))
    assert keyless.state == "wrong"


def test_a_diff_of_a_mistyped_name_names_tables_and_published_copies(here: Path, said: pytest.CaptureFixture[str]):
    table_at(here / "out" / "dataset")
    (here / "pub" / "v1").mkdir(parents=True)
    (here / "pub" / "v1" / "published.json").write_text("{}")
    assert run(["dataset", "diff", "pub/v2", "out/dataset"]) == 2
    assert said.readouterr().err == "skg: there is no dataset at pub/v2; there are pub/v1\n"
    assert run(["dataset", "diff", "nothing", "out/dataset"]) == 2
    assert said.readouterr().err == "skg: there is no dataset at nothing; there are out/dataset, pub/v1\n"


def test_an_audit_takes_the_table_of_the_settings(
    here: Path, said: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    store_samples(str(here / "out" / "dataset"), make_samples(1))
    monkeypatch.setenv("SKG_DATASET_URI", "out/dataset")
    assert run(["audit"]) in {0, 1}
    assert "1 samples" in said.readouterr().out


@pytest.mark.parametrize(
    ("there", "words"),
    [
        ((), "`skg demo` makes one in demo-out/dataset"),
        (("a/dataset", "b/dataset"), "there are a/dataset, b/dataset: give one, as in `skg gallery PATH`"),
    ],
)
def test_a_gallery_without_a_dataset_says_what_to_do(here: Path, there: tuple[str, ...], words: str):
    for path in there:
        table_at(here / path)
    assert without_dataset("dataset") == f"there is no dataset at dataset yet, its pages are empty until there is; {words}"


def test_the_doctor_says_in_words_what_an_extra_brings():
    details = {each.what: each.detail for each in findings()}
    assert "the embedded broker" in details["extra local"]
    assert not [detail for what, detail in details.items() if what.startswith("extra") and "calfkit" in detail]
