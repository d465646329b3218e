"""A recording is what promtool reads: runs, gaps that begin stale, series that come later."""

from pathlib import Path

import pytest
import yaml
from prometheus_client import Counter

from streams.operations.metrics_server import serving
from streams.settings import ProcessSettings
from streams.worker.health import Health
from tools.record_series import Recording, metrics_in, notation, shown


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ([0.0, 0.0, 0.0], "0x2"),
        ([1.0, 2.5, 2.5], "1 2.5x1"),
        ([None, None, 3.0], "_ _x1 3"),
        ([3.0, None, None, 3.0], "3 stale _x1 3"),
        ([None], "_"),
    ],
)
def test_values_are_told_in_the_notation_of_promtool(values: list[float | None], words: str) -> None:
    assert notation(values) == words


def test_a_series_that_comes_later_or_goes_has_gaps_and_moments_have_their_seconds(tmp_path: Path) -> None:
    recording = Recording(15.0)
    recording.add({"skg_a": 1.0})
    recording.add({'skg_b{stage="write"}': 2.0})
    recording.mark("render is killed")
    recording.add({"skg_a": 1.0})
    recording.write(tmp_path / "all.yaml")
    recording.write(tmp_path / "some.yaml", {"skg_b"})
    found = yaml.safe_load((tmp_path / "all.yaml").read_text("utf-8"))
    assert found["series"] == [
        {"series": "skg_a", "values": "1 stale 1"},
        {"series": 'skg_b{stage="write"}', "values": "_ 2 stale"},
    ]
    assert (found["interval_s"], found["moments"]) == (15.0, {"render is killed": 30.0})
    assert [each["series"] for each in yaml.safe_load((tmp_path / "some.yaml").read_text("utf-8"))["series"]] == [
        'skg_b{stage="write"}'
    ]


def test_what_a_process_shows_has_its_instance(tmp_path: Path) -> None:
    Counter("skg_recorded", "Something that a test records.", ["stage"]).labels("render").inc(3)
    with serving("render", ProcessSettings(state_dir=tmp_path), Health()) as port:
        found = shown(tmp_path)
    assert found[f'skg_recorded_total{{instance="127.0.0.1:{port}",stage="render"}}'] == 3
    assert not [name for name in found if not name.startswith("skg_") or "_created" in name]


def test_rules_name_their_metrics() -> None:
    assert metrics_in("sum(rate(skg_accepted_total[5m])) > skg:x:sum and skg_hung == 1") == {
        "skg_accepted_total",
        "skg_hung",
    }
