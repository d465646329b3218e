"""A table of which a file is missing or broken: every command says which, in one line, and what to do."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from pyarrow.fs import LocalFileSystem, SubTreeFileSystem

import dataset
from dataset.audit.row_files import BrokenLog
from dataset.audit.row_files import data_files as audited_files
from dataset.table.delta_table import Table
from dataset.table.rejection_table import rejections_uri
from dataset.table.table_errors import DamagedTable, Vacuumed
from streams.cli.root import run
from tests.fakes.events import make_rejection, make_samples
from tests.fakes.gallery import store_rejections, store_samples

Skg = Callable[..., tuple[int, str, str]]

FOUND_NOTHING = 2
"""Of commands whose 1 is an answer."""


@pytest.fixture
def skg(capfd: pytest.CaptureFixture[str]) -> Skg:
    def call(*arguments: object) -> tuple[int, str, str]:
        code = run([str(one) for one in arguments])
        return code, *capfd.readouterr()

    return call


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """Six samples in two commits, versions 1 and 2, and a rejection."""
    uri = tmp_path / "table"
    samples = make_samples(6)
    store_samples(str(uri), samples[:3])
    store_samples(str(uri), samples[3:])
    store_rejections(str(uri), [make_rejection()])
    return uri


def newest_file(table: Path) -> Path:
    (file,) = {file.path for file in Table.load(str(table)).files()} - {
        file.path for file in Table.load(str(table), version=1).files()
    }
    return table / file


def take_away(table: Path) -> str:
    file = newest_file(table)
    file.unlink()
    return f"{file.name} is missing"


def cut_short(table: Path) -> str:
    file = newest_file(table)
    data = file.read_bytes()
    file.write_bytes(data[:100])
    return f"{file.name} has 100 of its {len(data):,} bytes"


def empty(table: Path) -> str:
    file = newest_file(table)
    size = file.stat().st_size
    file.write_bytes(b"")
    return f"{file.name} has 0 of its {size:,} bytes"


def overwrite(table: Path) -> str:
    file = newest_file(table)
    file.write_bytes(b"?" * file.stat().st_size)
    return f"{file.name} cannot be read"


def break_a_line_of_the_log(table: Path) -> str:
    commit = table / "_delta_log" / f"{1:020}.json"
    commit.write_text(commit.read_text()[:80])
    return f"{commit.name} cannot be read: line 1 is no JSON"


def empty_a_commit(table: Path) -> str:
    commit = table / "_delta_log" / f"{1:020}.json"
    commit.write_text("")
    return f"{commit.name} is empty"


def take_a_commit_away(table: Path) -> str:
    commit = table / "_delta_log" / f"{1:020}.json"
    commit.unlink()
    return f"{commit.name} is missing"


OF_A_FILE = (take_away, cut_short, empty, overwrite)
OF_THE_LOG = (break_a_line_of_the_log, empty_a_commit, take_a_commit_away)

READERS: dict[str, tuple[str, ...]] = {
    "info": ("dataset", "info", "TABLE"),
    "export": ("dataset", "export", "TABLE", "--format", "llava", "--out", "OUT"),
    "export of whole rows": ("dataset", "export", "TABLE", "--format", "huggingface", "--out", "OUT"),
    "push": ("dataset", "push", "TABLE", "OUT", "--tag", "v1"),
    "diff": ("dataset", "diff", "TABLE", "OTHER"),
    "diff as the second": ("dataset", "diff", "OTHER", "TABLE"),
    "subset": ("dataset", "subset", "TABLE", "--size", "1", "--split", "all", "--out", "OUT"),
    "stats": ("dataset", "stats", "TABLE", "--out", "OUT"),
    "follow": ("dataset", "follow", "TABLE", "--after", "0", "--once"),
    "compact": ("dataset", "compact", "TABLE"),
    "prove-split": ("dataset", "prove-split", "TABLE"),
    "quality": ("dataset", "quality", "TABLE"),
    "eval": ("eval", "TABLE", "--split", "train", "--out", "OUT"),
    "gallery": ("gallery", "TABLE", "--static", "OUT"),
    "lineage": ("lineage", "0000", "--uri", "TABLE"),
    "whatif": ("whatif", "--uri", "TABLE", "--set", "SKG_QUESTION_MARGIN=2"),
    "review": ("review", "add", "0000", "accept", "--uri", "TABLE"),
}
WITH_AN_ANSWER = ("prove-split", "quality")


def command(name: str, table: Path, other: Path) -> list[str]:
    places = {"TABLE": str(table), "OTHER": str(other), "OUT": str(table.parent / "out")}
    return [places.get(word, word) for word in READERS[name]]


@pytest.mark.parametrize(
    "damage", [take_away, pytest.param(cut_short, marks=pytest.mark.thorough), break_a_line_of_the_log]
)
@pytest.mark.parametrize("name", READERS)
def test_every_command_that_reads_a_damaged_table_says_which_file_it_is(
    skg: Skg, table: Path, name: str, damage, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("SKG_REVIEWER", "ada")
    other = table.parent / "other"
    store_samples(str(other), make_samples(2))
    said = damage(table)
    code, _, fault = skg(*command(name, table, other))
    assert said in fault
    assert f"the table at {table} is damaged" in fault
    assert "put that file back from a copy" in fault
    assert fault.count("\n") == 1
    assert code == (FOUND_NOTHING if name in WITH_AN_ANSWER else 1)


@pytest.mark.parametrize("damage", [*OF_A_FILE, *OF_THE_LOG])
def test_training_code_is_told_which_file_it_is(table: Path, damage, tmp_path: Path):
    said = damage(table)
    with pytest.raises(DamagedTable) as raised:
        dataset.load(str(table), columns=["sample_id", "image"])
    assert said in str(raised.value)


@pytest.mark.parametrize("damage", OF_A_FILE)
def test_the_last_version_that_does_without_a_broken_file_is_named_and_whole(skg: Skg, table: Path, damage):
    damage(table)
    assert "; version 1 is the last without it (--version 1 reads it)" in skg("dataset", "info", table)[2]
    code, said, _ = skg("dataset", "info", table, "--version", 1)
    assert (code, "rows:       3\n" in said) == (0, True)


@pytest.mark.parametrize("name", READERS)
def test_the_option_for_an_earlier_version_is_named_only_by_commands_that_have_it(
    skg: Skg, table: Path, name: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("SKG_REVIEWER", "ada")
    other = table.parent / "other"
    store_samples(str(other), make_samples(2))
    take_away(table)
    words = command(name, table, other)
    usage = skg(*words[: 1 if words[0] in ("eval", "gallery", "lineage", "whatif") else 2], "--help")[1]
    fault = skg(*words)[2]
    assert ("--version" in fault) == ("--version" in usage)


@pytest.mark.parametrize("damage", OF_A_FILE)
def test_a_damaged_table_of_rejections_is_told_too(skg: Skg, table: Path, damage):
    rejections = Path(rejections_uri(str(table)))
    store_rejections(str(table), [make_rejection(index=1)])
    said = damage(rejections)
    out = str(table.parent / "out")
    for words in (("rejections", "list", "--uri"), ("dataset", "info"), ("dataset", "stats", "--out", out)):
        code, _, fault = skg(*words, table)
        assert (code, said in fault, fault.count("\n")) == (1, True, 1)


@pytest.mark.parametrize("damage", OF_THE_LOG)
def test_an_audit_takes_no_broken_log_for_a_smaller_dataset(skg: Skg, table: Path, damage):
    said = damage(table)
    with pytest.raises(BrokenLog):
        audited_files(SubTreeFileSystem(str(table), LocalFileSystem()))
    code, _, fault = skg("audit", table)
    assert (code, f"{1:020}.json" in fault or "version 1, which is missing" in fault) == (1, True), said


@pytest.mark.parametrize("damage", [take_away, cut_short, *OF_THE_LOG])
def test_the_doctor_finds_it_wrong_and_says_what_to_do(skg: Skg, table: Path, damage, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SKG_DATASET_URI", str(table))
    said = damage(table)
    code, found, _ = skg("doctor", "--json")
    (of_dataset,) = [each for each in map(json.loads, found.splitlines()) if each["what"] == "dataset"]
    assert (code, of_dataset["state"]) == (1, "wrong")
    assert said in of_dataset["detail"]
    assert of_dataset["remedy"].startswith("put that file back from a copy")


def test_a_file_that_a_vacuum_deleted_is_no_damage(table: Path):
    before = Table.load(str(table))
    newer = Table.load(str(table))
    newer.compact(2**20)
    newer.vacuum(0, dry_run=False)
    with pytest.raises(Vacuumed, match="read a version after 2"):
        before.query("SELECT questions FROM samples")
