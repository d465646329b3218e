"""A table of many rows: what a writer needs to know every id stays small, and so does each check."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.fakes.big_table import Cost, make_big_table

pytestmark = pytest.mark.thorough

TEN_MILLION = 10_000_000


def cost_of(folder: Path, files: int, rows: int) -> Cost:
    """Measured in a process of its own, whose peak memory counts nothing else."""
    uri = str(folder / "table")
    make_big_table(uri, files, rows)
    command = [sys.executable, "-m", "tests.fakes.big_table", uri, str(folder / "index")]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return Cost(**json.loads(done.stdout))


def test_two_hundred_thousand_ids_are_known_at_the_pace_of_ten_million_in_two_minutes(tmp_path):
    cost = cost_of(tmp_path, 100, 2000)
    assert cost.rebuild_s < 120 * 200_000 / TEN_MILLION + 3  # 3 s for the start of everything
    assert cost.check_median_s < 0.001
    assert cost.peak_mb < 512


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_ten_million_ids_in_twenty_thousand_files_are_known_in_two_minutes(tmp_path):
    cost = cost_of(tmp_path, 20_000, 500)
    assert cost.rebuild_s < 120
    assert cost.check_p99_s < 0.001
    assert cost.append_500_s < 5
    assert cost.peak_mb < 512
