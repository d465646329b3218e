"""The tool that makes a dataset for measurements: as many samples as asked for, of every concept, the same ones again."""

import json
from pathlib import Path

import pytest

from dataset.reading.row_reader import batches
from dataset.table.delta_table import Table
from dataset.table.held_out_share import share_of
from spatial.knowledge.knowledge_base import scene_kinds
from streams.operations.seeds import SAMPLE_SEEDS
from streams.seed_files.seed_reading import read_seeds
from tests.fakes.collage import make_sprites
from tools.make_dataset import concepts_of, default_seeds, main


@pytest.fixture
def seeds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A kitchen, a park, and a kitchen with other options."""
    monkeypatch.setenv("SKG_SPRITES_DIR", str(make_sprites(tmp_path / "sprites")))
    lines = [{"concept": "kitchen"}, {"concept": "park"}, {"concept": "kitchen", "options": {"min_objects": 4}}]
    path = tmp_path / "seeds.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


def _made(seeds: Path, out: Path, *more: str) -> list[dict[str, str]]:
    assert main(["--samples", "3", "--out", str(out), "--seeds", str(seeds), "--processes", "1", *more]) == 0
    found = batches(Table.load(str(out)), ["sample_id", "scene"])
    return [row for batch in found for row in batch.to_pylist()]


@pytest.mark.thorough
def test_samples_are_divided_among_the_concepts_and_are_the_same_again(seeds: Path, tmp_path: Path):
    rows = _made(seeds, tmp_path / "one")
    assert [row["scene"] for row in rows] == ["kitchen", "kitchen", "park"]
    assert rows == _made(seeds, tmp_path / "two")
    other = _made(seeds, tmp_path / "three", "--salt", "other")
    assert not {row["sample_id"] for row in rows} & {row["sample_id"] for row in other}


def test_the_table_keeps_the_held_out_share_of_the_setting(seeds: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SKG_HELD_OUT_PER_MILLE", "300")
    _made(seeds, tmp_path / "one")
    assert share_of(Table.load(str(tmp_path / "one"))) == 300


@pytest.mark.thorough
def test_processes_make_no_difference(seeds: Path, tmp_path: Path):
    assert _made(seeds, tmp_path / "one") == _made(seeds, tmp_path / "two", "--processes", "2")


def test_all_scenes_and_sample_seeds_are_asked_for_by_default():
    concepts = concepts_of(default_seeds(), 1000)
    assert sum(concept.wanted for concept in concepts) == 1000
    assert max(c.wanted for c in concepts) - min(c.wanted for c in concepts) <= 1
    assert {c.seeds[0].concept for c in concepts} == {*scene_kinds(), *(s.concept for s in read_seeds(SAMPLE_SEEDS))}


def test_a_table_that_is_there_and_a_file_that_is_not_are_one_line(
    seeds: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    _made(seeds, tmp_path / "one")
    capsys.readouterr()
    assert main(["--samples", "1", "--out", str(tmp_path / "one"), "--seeds", str(seeds), "--processes", "1"]) == 2
    assert capsys.readouterr().err.endswith(f"make_dataset: there is a dataset at {tmp_path / 'one'} already\n")
    assert main(["--out", str(tmp_path / "two"), "--seeds", str(tmp_path / "none")]) == 2
    assert "No such file" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main(["--samples", "0", "--out", "x"])
