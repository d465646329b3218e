"""Seeds as a table with a header: CSV, TSV, or what a spreadsheet writes with semicolons.

In: text whose first written line names the columns.  Out: a line for each row.
Columns are `concept` and any of `count`, `first`, `context` and the options of a seed that are numbers, words or lists of
words (divided by ; or |).  An empty cell says nothing.
"""

import csv
import re
from collections.abc import Iterator, Mapping, Sequence

from schemas.texts.written_text import shown
from streams.seed_files.seed_lines import BadLine, SeedLine, is_written

DELIMITERS = ("\t", ",", ";")
NUMBERS = frozenset({"count", "first", "min_objects", "max_objects"})
LISTS = frozenset({"required_objects", "excluded"})
OPTIONS = frozenset({"min_objects", "max_objects", "salt"}) | LISTS
COLUMNS = ("concept", "count", "first", "context", "min_objects", "max_objects", "required_objects", "excluded", "salt")

_NUMBER = re.compile(r"[+-]?\d{1,18}", re.ASCII)


def delimiter_of(line: str) -> str | None:
    """What divides the columns of a header, None where the line is no header with `concept`."""
    for delimiter in DELIMITERS:
        try:
            names = [_name(cell) for row in csv.reader([line], delimiter=delimiter, skipinitialspace=True) for cell in row]
        except csv.Error:
            continue
        if "concept" in names:
            return delimiter
    return None


def table_lines(text: str, delimiter: str) -> Iterator[SeedLine]:
    """A line for each row below the header. A quoted cell may have line breaks: a row's number is that of its first."""
    header: Sequence[str] | None = None
    for number, row in _rows(text, delimiter):
        if isinstance(row, BadLine):
            yield _faulty(number, row)
        elif header is None:
            header = [_name(cell) for cell in row]
            fault = _header_fault(header)
            if fault is not None:
                yield _faulty(number, fault)
                return
        else:
            yield SeedLine(number, lambda header=header, row=row: _values(header, row))  # type: ignore[misc]


def _rows(text: str, delimiter: str) -> Iterator[tuple[int, list[str] | BadLine]]:
    lines = text.split("\n")
    skipped = next(place for place, line in enumerate(lines) if is_written(line))
    reader = csv.reader([f"{line}\n" for line in lines[skipped:]], delimiter=delimiter, skipinitialspace=True, strict=True)
    while True:
        number = skipped + reader.line_num + 1
        try:
            row = next(reader, None)
        except csv.Error as error:
            yield number, BadLine("not a row of a table: " + str(error).replace("\t", "\\t"))
            return
        if row is None:
            return
        if is_written("".join(row)):
            yield number, row


def _faulty(number: int, fault: BadLine) -> SeedLine:
    def raised() -> object:
        raise fault

    return SeedLine(number, raised)


def _header_fault(header: Sequence[str]) -> BadLine | None:
    unknown = [name for name in header if name not in COLUMNS]
    if unknown:
        return BadLine(f"there is no column {shown(unknown[0])}; there are {', '.join(COLUMNS)}")
    twice = [name for name in header if header.count(name) > 1]
    return BadLine(f"the column {shown(twice[0])} is there twice") if twice else None


def _name(cell: str) -> str:
    return cell.strip().casefold()


def _values(header: Sequence[str], row: Sequence[str]) -> Mapping[str, object]:
    """The fields of the request. Raises BadLine."""
    if len(row) != len(header):
        raise BadLine(f"{len(row)} cells where the header has {len(header)}; put texts with delimiters into quotes")
    found = {name: _value(name, cell.strip()) for name, cell in zip(header, row, strict=True) if cell.strip()}
    options = {name: value for name, value in found.items() if name in OPTIONS}
    return {**{name: value for name, value in found.items() if name not in OPTIONS}, "options": options}


def _value(name: str, cell: str) -> object:
    if name in LISTS:
        return [word.strip() for word in re.split(r"[;|]", cell) if word.strip()]
    if name not in NUMBERS:
        return cell
    if not _NUMBER.fullmatch(cell):
        raise BadLine(f"{name}: must be a whole number, not {shown(cell)}")
    return int(cell)
