"""Reads the table of rejections row by row.

In: a snapshot.  Out: rows as plain values, oldest first, with values derived for columns that older files lack.
Memory is bounded by a row group.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

import pyarrow.fs
import pyarrow.parquet

from dataset.table.delta_table import DataFile, Options, Table
from dataset.table.rejection_table import NEXT_ATTEMPT, concept_of, judged_event, rejections_uri
from dataset.table.table_errors import NoDataset

Row = dict[str, Any]

OUTCOME = ("rejection_id", "seed_id", "index", "stage", "gate", "reason", "retried", "kept_at", "undated")
"""The columns that decide a rejection's outcome. `undated`: an older row without a time; the file's time is used, which
compaction makes later."""

FALLBACK_COLUMNS = {"retried": ("evidence",), "concept": ("source_topic", "source")}
"""Columns from which the value is derived in files that are older than a column."""


def table_of(uri: str, options: Options = None) -> Table | None:
    """The rejections of the dataset at `uri`, None where there are none yet. Raises NoDataset, RetryableError."""
    try:
        return Table.load(rejections_uri(uri), options)
    except NoDataset:
        Table.load(uri, options)
        return None


def rows(table: Table, columns: Sequence[str]) -> Iterator[Row]:
    """The rows, in the order in which they were stored. `kept_at` is never null. Raises DamagedTable,
    RetryableError, Vacuumed."""
    files = table.files()
    folder = table.folder(files)
    for file in files:
        yield from _of_file(table, folder, file, columns)


def _of_file(table: Table, folder: pyarrow.fs.FileSystem, file: DataFile, columns: Sequence[str]) -> Iterator[Row]:
    with table.reading(file), folder.open_input_file(file.path) as source:
        parquet = pyarrow.parquet.ParquetFile(source)
        there = set(parquet.schema_arrow.names)
        read = [name for name in columns if name in there]
        lacking = [name for name in columns if name not in there and name != "undated"]
        read += [name for old in lacking for name in FALLBACK_COLUMNS.get(old, ()) if name not in read]
        for number in range(parquet.num_row_groups):
            for row in parquet.read_row_group(number, columns=read, use_threads=False).to_pylist():
                full_rows = {**dict.fromkeys(lacking), **row}
                yield {name: _value(name, full_rows, file) for name in columns}


def _value(name: str, row: Row, file: DataFile) -> Any:
    if name == "undated":
        return row["kept_at"] is None
    value = row[name]
    if name == "kept_at":
        return (value or datetime.fromtimestamp(file.written / 1000, UTC)).astimezone(UTC)
    if name == "retried" and value is None:
        return NEXT_ATTEMPT in (row.get("evidence") or "")
    if name == "concept" and value is None and "source" in row:
        return concept_of(judged_event(row["source_topic"], row["source"]))
    return value
