"""The table of columns in README has every column of the table."""

import re
from pathlib import Path

from dataset.table.columns import COLUMNS

README = Path(__file__).parents[3] / "README.md"


def test_every_column_is_in_the_readme():
    table = README.read_text("utf-8").partition("| column | type |")[2].partition("\n\n")[0]
    named = {name for line in table.splitlines() for name in re.findall(r"`(\w+)`", line.partition(" | ")[0])}
    assert set(COLUMNS.names) <= named
