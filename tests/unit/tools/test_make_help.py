"""`make` lists its targets as people read them."""

import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[3]


def test_targets_stand_in_columns_and_commands_as_they_are_typed():
    done = subprocess.run(["make", "-s", "help"], cwd=ROOT, capture_output=True, text=True, check=True)
    lines = done.stdout.splitlines()
    widths = {len(line) - len(line.split(maxsplit=1)[1]) for line in lines}
    assert len(widths) == 1, "every description begins in one column"
    assert 'eval "$(make -s up)"' in done.stdout
    assert "$$" not in done.stdout
