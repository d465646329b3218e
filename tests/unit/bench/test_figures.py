"""Figures of a bench run: kept, shown and compared, and parts that are left out with a word."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.bench import __main__ as bench
from tests.bench import start
from tests.bench.figures import Figure, NotHere, changes, page, quantile, save, table

ON = {"at": "2026-01-02T03:04:05+00:00", "processor": "P", "cores": 2, "memory_gb": 4, "python": "3", "load_before": 0.1}
FIGURES = [Figure("a/rate", 12345.6, "rows/s", 7, "zstd", "1,000"), Figure("a/time", 0.01234, "ms", 9)]


def runs(*values: float, unit: str = "ms") -> list[dict[str, Figure]]:
    return [{"it": Figure("it", value, unit, 1)} for value in values]


def test_a_run_is_kept_as_figures_and_as_a_line_of_the_history(tmp_path: Path):
    for _ in range(2):
        save(FIGURES, ON, tmp_path / "bench.json", tmp_path / "deep" / "history.jsonl")
    kept = json.loads((tmp_path / "bench.json").read_text())
    assert kept[0] == {
        "name": "a/rate", "value": 12345.6, "unit": "rows/s", "n": 7, "limited_by": "zstd", "goal": "1,000"
    }  # fmt: skip
    lines = [json.loads(line) for line in (tmp_path / "deep" / "history.jsonl").read_text().splitlines()]
    assert [line["figures"]["a/time"] for line in lines] == [{"value": 0.01234, "unit": "ms"}] * 2


def test_a_table_and_a_page_say_each_figure_with_its_limit_and_its_goal():
    assert table(FIGURES).splitlines()[1].split() == ["a/rate", "12,346", "rows/s", "7", "1,000", "zstd"]
    assert "| a/rate | 12,346 | rows/s | 7 | 1,000 | zstd |" in page(FIGURES, ON)
    assert "2026-01-02" in page(FIGURES, ON)


def test_what_became_slower_than_runs_of_one_version_differ_is_worse():
    (slower,) = changes(runs(10, 10.1, 9.9), runs(12, 12.1, 11.9))
    assert slower.is_worse
    assert slower.ratio == pytest.approx(10 / 12)
    (noisy,) = changes(runs(8, 10, 13), runs(11, 12, 10))
    assert not noisy.is_worse
    (faster,) = changes(runs(10, 10, 10, unit="rows/s"), runs(12, 12, 12, unit="rows/s"))
    assert faster.ratio == pytest.approx(1.2)


def test_less_of_what_a_machine_spends_is_better():
    (share,) = changes(runs(4, unit="% of the machine"), runs(8, unit="% of the machine"))
    (growth,) = changes(runs(1, unit="times as much"), runs(2, unit="times as much"))
    assert share.is_worse
    assert growth.is_worse


def test_a_quantile_is_the_nearest_rank():
    assert quantile([3, 1, 2], 0.5) == 2
    assert quantile([1, 2, 3, 4], 0.99) == 4


def test_a_part_whose_services_are_missing_is_left_out_with_the_reason(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    def measured() -> Iterator[Figure]:
        yield FIGURES[0]
        raise NotHere("minio is not installed: run `make services`")

    monkeypatch.setattr(start, "measured", measured)
    assert bench.run(["start"]) == FIGURES[:1]
    assert "start: not measured here: minio is not installed" in capsys.readouterr().err


def test_an_unknown_part_is_named_with_those_that_there_are(capsys: pytest.CaptureFixture[str]):
    assert bench.main(["nothing"]) == 2
    assert "there is no part 'nothing'; there are spatial" in capsys.readouterr().err


def test_a_revision_is_asked_for_the_parts_that_it_has(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    (tmp_path / "tests" / "bench").mkdir(parents=True)
    (tmp_path / "tests" / "bench" / "__main__.py").write_text("PARTS = {'stages': '', 'start': ''}\n")
    assert bench._known_to(tmp_path, ["spatial", "stages"]) == ["stages"]
    assert "spatial: not compared" in capsys.readouterr().err
    with pytest.raises(NotHere, match="none of these parts"):
        bench._known_to(tmp_path, ["spatial"])
