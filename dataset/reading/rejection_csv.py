"""Rejections as a table for spreadsheets.

In: the small fields of rejections (`dataset.reading.rejection_story`).  Out: lines of CSV.
A cell that a spreadsheet would run as a formula gets an apostrophe before it; JSON lines hold the texts as they are.
"""

import csv
from collections.abc import Iterable, Iterator, Mapping
from io import StringIO
from typing import Any

from dataset.reading.rejection_story import SUMMARY_FIELDS

COLUMNS = (*SUMMARY_FIELDS, "retried", "time")

FORMULAS = ("=", "+", "-", "@", "\t", "\r")
"""With what spreadsheets take a cell for a formula."""


def csv_lines(rows: Iterable[Mapping[str, Any]], further: tuple[str, ...] = ()) -> Iterator[str]:
    """The header and a line for each rejection, each with its line end. `further`: columns besides the small fields."""
    columns = (*COLUMNS, *further)
    yield _line(columns)
    for row in rows:
        yield _line([_cell(row[name]) for name in columns])


def _line(cells: Iterable[object]) -> str:
    text = StringIO()
    csv.writer(text).writerow(cells)
    return text.getvalue()


def _cell(value: object) -> object:
    if isinstance(value, bool):
        return str(value).lower()
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULAS) else value
