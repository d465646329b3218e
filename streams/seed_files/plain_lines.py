"""Seeds as plain text: a concept a line.

In: text.  Out: a line for each concept.  What looks like a table without a header, or like JSON, is refused: nobody means
a concept by it.
"""

import re
from collections.abc import Iterator

from streams.seed_files.seed_lines import BadLine, SeedLine, is_written

_ROW = re.compile(r"\t|[,;]\s*\d+\s*$")
"""A tab, or a number behind the last delimiter."""


def plain_lines(text: str) -> Iterator[SeedLine]:
    """A concept for each written line."""
    for number, line in enumerate(text.split("\n"), 1):
        if is_written(line):
            yield SeedLine(number, lambda line=line: _values(line))  # type: ignore[misc]


def _values(line: str) -> dict[str, object]:
    concept = line.strip()
    if _ROW.search(concept):
        raise BadLine("looks like a row of a table; begin the file with a header: concept,count")
    if concept.startswith(("{", "[")):
        raise BadLine("looks like JSON in a file of plain lines; write JSON, a table with a header or a concept a line")
    return {"concept": concept}
