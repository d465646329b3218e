"""`skg dataset`: what a person sees of growth, exports, subsets and care."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from dataset.table.rejection_table import RejectionsWriter
from dataset.table.sample_writer import DatasetWriter, TableLocation
from schemas.interfaces import Delivery, Sample
from streams.cli.root import run
from tests.fakes.events import make_picture, make_qa, make_rejection, make_samples
from tests.fakes.gallery import store_samples
from tests.fakes.store import InMemoryStore

Skg = Callable[..., tuple[int, str, str]]


@pytest.fixture
def table(tmp_path: Path) -> str:
    """Six samples in two commits, and a rejection."""
    uri = str(tmp_path / "table")
    sink, samples = DatasetWriter(TableLocation(uri, tmp_path / "index"), InMemoryStore()), make_samples(6)
    sink.open("t/0")
    for start in (0, 3):
        part = enumerate(samples[start : start + 3], start)
        sink.append([Delivery("t/0", n, Sample(event, make_picture(event.graph))) for n, event in part])
    rejections = RejectionsWriter(uri, tmp_path / "rejections-index")
    rejections.open("r/0")
    rejections.append([Delivery("r/0", 0, Sample(make_rejection(index=100), None))])
    return uri


@pytest.fixture
def skg(capfd: pytest.CaptureFixture[str]) -> Skg:
    def call(*arguments: object) -> tuple[int, str, str]:
        code = run(["dataset", *map(str, arguments)])
        return code, *capfd.readouterr()

    return call


def test_info_shows_rows_rejections_and_growth(skg: Skg, table: str):
    code, said, _ = skg("info", table)
    assert code == 0
    assert "rows:       6\n" in said
    assert "rejections: agents: no_layout 1\n" in said
    assert said.splitlines()[-1].split()[2:4] == ["+6", "6"] or said.splitlines()[-1].split()[2:4] == ["+3", "6"]


@pytest.mark.thorough
def test_info_shows_the_held_out_share(skg: Skg, table: str):
    assert "held out:   100 scenes of 1,000 for validation, and as many for test" in skg("info", table)[1].splitlines()
    assert json.loads(skg("info", table, "--json")[1])["held_out_per_mille"] == 100


def test_info_and_files_of_an_earlier_version(skg: Skg, table: str):
    assert json.loads(skg("info", table, "--version", 1, "--json")[1])["rows"] == 3
    assert len(skg("files", table, "--version", 1)[1].splitlines()) == 1
    code, _, fault = skg("info", table, "--version", "2099-01-01")
    assert code == 0
    code, _, fault = skg("info", table, "--version", "yesterday")
    assert (code, fault) == (2, "skg: --version yesterday: give a version's number, or a time such as 2026-03-01T12:00\n")
    code, _, fault = skg("files", table, "--version", 7)
    assert (code, fault.count("\n")) == (2, 1)


def test_a_follower_goes_on_from_its_state_file(skg: Skg, table: str, tmp_path: Path):
    state = tmp_path / "seen.txt"
    state.write_text("1\n")
    lines = [json.loads(line) for line in skg("follow", table, "--state", state, "--once")[1].splitlines()]
    assert [line["version"] for line in lines] == [2, 2, 2]
    assert "image" not in lines[0]
    assert state.read_text() == "2\n"
    assert skg("follow", table, "--state", state, "--once")[1] == ""
    state.write_text("rubbish")
    assert "does not hold a version" in skg("follow", table, "--state", state, "--once")[2]


def test_what_comes_between_two_runs_of_a_follower_is_not_lost(skg: Skg, table: str, tmp_path: Path):
    state = tmp_path / "seen.txt"
    assert skg("follow", table, "--state", state, "--once")[:2] == (0, "")
    store_samples(table, make_samples(2, "another seed"))
    lines = skg("follow", table, "--state", state, "--once")[1].splitlines()
    assert [json.loads(line)["version"] for line in lines] == [3, 3]


def test_a_follower_that_cannot_remember_says_so_before_it_gives_anything(skg: Skg, table: str, tmp_path: Path):
    for state in (tmp_path / "nowhere" / "seen.txt", tmp_path):
        code, said, fault = skg("follow", table, "--after", 0, "--state", state, "--once")
        assert (code, said, fault.count("\n")) == (2, "", 1)
        assert "cannot remember" in fault
    state = tmp_path / "seen.txt"
    assert "no version 99" in skg("follow", table, "--after", 99, "--state", state, "--once")[2]
    assert not state.exists()


def test_compact_and_vacuum_tend_both_tables_and_refuse_what_is_unsafe(skg: Skg, table: str):
    _, said, _ = skg("compact", table)
    assert "2 files joined into 1" in said
    assert f"{table}-rejections: 0 files joined" in said
    _, said, _ = skg("vacuum", table, "--dry-run")
    assert said.count("0 files to delete") == 2
    code, _, fault = skg("vacuum", table, "--keep-hours", 5)
    assert code == 2
    assert "not safe" in fault


@pytest.mark.thorough
def test_exports_are_listed_and_written(skg: Skg, table: str, tmp_path: Path):
    assert "lmms-eval" in skg("export", table)[1]
    code, said, _ = skg("export", table, "--format", "llava", "--out", tmp_path / "llava")
    assert code == 0
    assert said.startswith(str(tmp_path / "llava"))
    code, _, fault = skg("export", table, "--format", "llava", "--out", tmp_path / "llava")
    assert (code, fault.count("\n")) == (2, 1)
    assert skg("export", table, "--format", "llava", "--out", tmp_path / "x", "--split", "dev")[0] == 2
    assert skg("export", table, "--format", "llava")[0] == 2
    assert skg("export", table, "--format", "nope", "--out", tmp_path / "x")[0] == 2


@pytest.mark.parametrize(
    ("coordinates", "box"), [((), [31, 62, 62, 94]), (("thousand",), [31, 62, 62, 94]), (("pixel",), [2, 4, 4, 6])]
)
def test_coordinates_of_qwen_vl_count_in_thousandths_or_in_pixels(
    skg: Skg, tmp_path: Path, coordinates: tuple[str, ...], box: list[int]
):
    event = make_qa()
    text = "Give the bounding box of the cat in the picture as [x, y, width, height] in pixels."
    fields = {"question": text, "kind": "grounding", "choices": (), "answer": "[2, 4, 2, 2]"}
    asked = event.questions[0].model_copy(update=fields)
    uri, out = str(tmp_path / "places"), tmp_path / "qwen"
    store_samples(uri, [event.model_copy(update={"questions": (asked,)})])
    more = [part for each in coordinates for part in ("--coordinates", each)]
    assert skg("export", uri, "--format", "qwen-vl", "--out", out, *more)[0] == 0
    said = next(item for path in out.glob("*.json") for item in json.loads(path.read_text()))["conversations"][1]["value"]
    assert json.loads(said) == {"bbox_2d": box, "label": "cat"}


def test_coordinates_that_mean_nothing_are_refused(skg: Skg, table: str, tmp_path: Path):
    for options in (("qwen-vl", "inches"), ("llava", "pixel")):
        code, _, fault = skg("export", table, "--format", options[0], "--out", tmp_path / "x", "--coordinates", options[1])
        assert (code, fault.count("\n")) == (2, 1)


def test_a_subset_that_cannot_be_made_is_one_line(skg: Skg, table: str, tmp_path: Path):
    for wrong, expected in ((["--size", 500], 2), (["--density", "12-6"], 2), (["--only", "sideways"], 2)):
        code, _, fault = skg("subset", table, "--out", tmp_path / "subset", "--split", "all", *wrong)
        assert (code, fault.count("\n")) == (expected, 1), wrong
    assert not (tmp_path / "subset").exists()


@pytest.mark.thorough
def test_a_folder_that_cannot_be_written_is_one_line(skg: Skg, table: str, tmp_path: Path):
    (tmp_path / "file").write_text("in the way")
    for arguments in (("export", "--format", "llava"), ("stats",)):
        code, _, fault = skg(arguments[0], table, *arguments[1:], "--out", tmp_path / "file" / "out")
        assert code == 2
        assert fault.startswith(f"skg: {tmp_path / 'file'}")
        assert fault.count("\n") == 1


def test_a_subset_tells_its_recipe_and_what_came_of_it(skg: Skg, table: str, tmp_path: Path):
    recipe = ("--split", "all", "--size", 2, "--questions", 2, "--density", "1-12")
    told = json.loads(skg("subset", table, *recipe, "--json", "--out", tmp_path / "s")[1])
    assert (told["recipe"]["questions"], told["samples"], told["questions"]) == (2, 2, 4)
    first, second = skg("subset", table, *recipe, "--out", tmp_path / "t")[1].splitlines()
    assert first == f"{tmp_path / 't'}: 2 samples with 4 questions, of {told['available']} that fit the recipe"
    assert second == "recipe: 2 samples of all splits, 2 questions each, 1 to 12 objects, seed 0"


@pytest.mark.thorough
def test_results_do_not_go_into_a_folder_that_is_named_like_a_bucket(skg: Skg, table: str, tmp_path: Path):
    for arguments in (("export", table, "--format", "llava"), ("stats", table)):
        code, _, fault = skg(*arguments, "--out", "s3://bucket/out")
        assert code == 2
        assert "give a folder of this machine" in fault
