"""A copy in memory of a table's small columns, in step with the table: the one file that imports duckdb.

In: a Delta table that grows, is compacted, may not exist yet.  Out: answers to SQL.
Takes over whole Parquet files as they come and go, so a look at an unchanged table costs a read of its log.
Pictures and long texts stay in the files; every row knows its file and its place there.
"""

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet

from dataset.table.delta_table import DataFile, NoDataset, Options, Table
from schemas.errors import RetryableError

ROWS_AT_ONCE = 2048
"""Rows taken over together: their provenance is read too, some 10 MB."""

LEVELS = {"list", "element", "item", "array"}
"""What Parquet puts between a list's name and its fields; writers differ."""

ROW = "row_in_file"

LISTS = {"attributes", "things"}
"""Columns, and fields of structs, that are lists of texts."""

SETTINGS: dict[str, str | bool | int | float | list[str]] = {
    "threads": 2,
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
}


@dataclass(frozen=True)
class Shape:
    """A copy: its columns as SQL over the file's rows (called `part`), and the Parquet leaves that this needs.

    `later` are columns among them that files from before they were added lack.
    """

    columns: Mapping[str, str]
    leaves: frozenset[str]
    later: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Place:
    """Where a row lies: its file's path in the table and its number in the file."""

    file: DataFile
    row: int


class Copy:
    """Thread-safe. `table` is the snapshot that the copy shows, None before there is one; `reading`: not yet
    whole; `changes` counts its steps, so that answers can be kept between two of them.
    """

    def __init__(self, uri: str, options: Options, shape: Shape) -> None:
        self._uri, self._options, self._shape = uri, options, shape
        self._database = duckdb.connect(":memory:", config=SETTINGS)
        self._lock = threading.Lock()
        self._files: dict[int, DataFile] = {}
        self._next = 1
        self._shown: tuple[str, int] | None = None
        self.table: Table | None = None
        self.changes = 0
        self.reading = False
        self._empty()

    def refresh(self) -> bool:
        """Take over what changed in the table; whether anything did. Raises RetryableError."""
        with self._lock:
            table = self._newest()
            if table is None or (table.id, table.version) == self._shown:
                return False
            if self._shown is not None and table.id != self._shown[0]:
                self._empty()
            self.table, self.reading = table, True
            try:
                self._follow(table)
            except duckdb.Error as error:
                raise RetryableError(f"{self._uri} holds files of another form: {error}") from error
            self._shown, self.reading = (table.id, table.version), False
            return True

    def query(self, sql: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """The rows of an answer; the copy is called `rows` there, with `file` and `row` beside its own columns."""
        with closing(self._database.cursor()) as cursor:
            return list(cursor.execute(sql, list(values)).fetchall())

    def column(self, sql: str, values: Sequence[object] = ()) -> npt.NDArray[np.int64]:
        """The answer to a query for one column of numbers: much faster than rows where there are many."""
        with closing(self._database.cursor()) as cursor:
            found: npt.NDArray[np.int64] = next(iter(cursor.execute(sql, list(values)).fetchnumpy().values()))
            return found

    def table_of(self, sql: str) -> pa.Table:
        """The answer to a query as a table, for another copy to look into."""
        with closing(self._database.cursor()) as cursor:
            return cursor.sql(sql).to_arrow_table()

    def work_over(self, sql: str, tables: Mapping[str, pa.Table]) -> None:
        """Change the copy by a statement that may look into other tables."""
        with self._lock, closing(self._database.cursor()) as cursor:
            for name, table in tables.items():
                cursor.register(name, table)
            cursor.execute(sql)
            self.changes += 1

    def place(self, file: int, row: int) -> Place | None:
        """Where a row with these values of `file` and `row` lies; None when the file has gone meanwhile."""
        found = self._files.get(file)
        return None if found is None else Place(found, row)

    def _newest(self) -> Table | None:
        try:
            return Table.load(self._uri, self._options)
        except NoDataset:
            return None

    def _empty(self) -> None:
        self._files, self._next = {}, 1
        part = pa.table({name: pa.nulls(0, kind) for name, kind in self._types().items()})
        with closing(self._database.cursor()) as cursor:
            cursor.register("part", part)
            cursor.execute(f"CREATE OR REPLACE TABLE rows AS SELECT {self._selected(0)} FROM part")
        self.changes += 1

    def _follow(self, table: Table) -> None:
        """A step a file; but one step in all where files went, so that no reader sees a row twice or not at all."""
        files = {file.path: file for file in table.files()}
        gone = {number for number, file in self._files.items() if file.path not in files}
        known = {file.path for file in self._files.values()}
        new = [file for file in files.values() if file.path not in known]
        for step in [new] if gone else [[file] for file in new]:
            self._step(table, gone, step)

    def _step(self, table: Table, gone: set[int], new: Sequence[DataFile]) -> None:
        numbered = dict(enumerate(new, self._next))
        with closing(self._database.cursor()) as cursor:  # what is not committed when it closes is undone
            cursor.begin()
            for number in gone:
                cursor.execute("DELETE FROM rows WHERE file = ?", [number])
            for number, file in numbered.items():
                for part in _parts(table, file, self._shape.leaves):
                    cursor.register("part", self._whole(part))
                    cursor.execute(f"INSERT INTO rows SELECT {self._selected(number)} FROM part")
            kept = {number: file for number, file in self._files.items() if number not in gone}
            self._files, self._next = {**kept, **numbered}, self._next + len(new)
            cursor.commit()
        self.changes += 1

    def _whole(self, part: pa.Table) -> pa.Table:
        """With nothing in the columns that files of this age do not have."""
        for name, kind in self._types().items():
            if name in self._shape.later and name not in part.column_names:
                part = part.append_column(name, pa.nulls(part.num_rows, kind))
        return part

    def _selected(self, number: int) -> str:
        own = ", ".join(f"{sql} AS {name}" for name, sql in self._shape.columns.items())
        return f"{number}::INTEGER AS file, {ROW}::INTEGER AS row, {own}"

    def _types(self) -> dict[str, pa.DataType]:
        """Of an empty part: nested leaves as lists of structs of texts, others as texts."""
        nested: dict[str, list[str]] = {}
        for leaf in sorted(self._shape.leaves):
            name, _, field = leaf.partition(".")
            nested.setdefault(name, []).extend([field] if field else [])
        return {ROW: pa.int32(), **{name: _type(name, fields) for name, fields in nested.items()}}


def _type(name: str, fields: Sequence[str]) -> pa.DataType:
    if fields:
        return pa.list_(pa.struct([(field, _type(field, ())) for field in fields]))
    return pa.list_(pa.string()) if name in LISTS else pa.string()


def _parts(table: Table, file: DataFile, wanted: frozenset[str]) -> Iterator[pa.Table]:
    try:
        with table.folder([file]).open_input_file(file.path) as source:
            parquet = pyarrow.parquet.ParquetFile(source)
            found = [column.path for column in parquet.schema if _plain(column.path) in wanted]
            first = 0
            for batch in parquet.iter_batches(ROWS_AT_ONCE, columns=found, use_threads=False):
                numbers = pa.array(range(first, first + batch.num_rows), pa.int32())
                yield pa.Table.from_batches([batch]).append_column(ROW, numbers)
                first += batch.num_rows
    except OSError as error:
        raise RetryableError(f"{file.path} cannot be read: {error}") from error


def _plain(path: str) -> str:
    return ".".join(part for part in path.split(".") if part not in LEVELS)
