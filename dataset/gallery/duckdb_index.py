"""A copy in memory of a table's small columns, kept up to date: the one file that imports duckdb.

In: a Delta table that grows, is compacted, may not exist yet.  Out: results of SQL queries.
Loads and drops whole Parquet files as the table's snapshots change; an unchanged table costs one read of its log.
Pictures and long texts stay in the files; every row has its file and its row number there.
"""

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet

from dataset.table.delta_table import DataFile, Options, Table
from dataset.table.table_errors import DamagedTable, NoDataset
from schemas.errors import RetryableError
from schemas.graph import UNDERSTOOD_IN_ROW

ROWS_AT_ONCE = 2048
"""Rows loaded in one batch: with their provenance some 10 MB."""

LEVELS = {"list", "element", "item", "array"}
"""Names that Parquet puts between a list's name and its fields; writers differ."""

ROW = "row_in_file"

LISTS = {"attributes", "things", "others"}
"""Columns and struct fields that are lists of strings."""

TRUTHS = {"drawn"}
"""Struct fields that are true or false."""

UNDERSTOOD = f"coalesce(nullif(regexp_extract(provenance, '{UNDERSTOOD_IN_ROW}', 1), ''), 'unknown')"
"""SQL for how the planner understood a sample's concept; reads the leaf `provenance`."""

SETTINGS: dict[str, str | bool | int | float | list[str]] = {
    "threads": 2,
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
}


@dataclass(frozen=True)
class CopySchema:
    """A copy's columns as SQL over a file's rows (called `part`), and the Parquet leaves that the SQL reads.

    `later` are columns among them that older files lack.
    """

    columns: Mapping[str, str]
    leaves: frozenset[str]
    later: frozenset[str] = frozenset()


@dataclass(frozen=True)
class RowLocation:
    """The location of a row: its file in the table and its number in the file."""

    file: DataFile
    row: int


class TableCopy:
    """Thread-safe. `table` is the snapshot of the copy, None before there is one; `reading`: it is not fully loaded,
    or was not looked for yet;
    `changes` counts the changes of the copy, so that results can be cached between them.
    """

    def __init__(self, uri: str, options: Options, shape: CopySchema) -> None:
        self._uri, self._options, self._shape = uri, options, shape
        self._database = duckdb.connect(":memory:", config=SETTINGS)
        self._lock = threading.Lock()
        self._files: dict[int, DataFile] = {}
        self._next = 1
        self._view: tuple[str, int] | None = None
        self.table: Table | None = None
        self.changes = 0
        self.reading = True
        self._clear()

    def refresh(self) -> bool:
        """Apply the table's changes; returns whether there were any. Raises RetryableError; DamagedTable for the first file
        that is missing or broken, after what all others hold was copied."""
        with self._lock:
            table = self._newest()
            if table is None or (table.id, table.version) == self._view:
                self.reading = False
                return False
            if self._view is not None and table.id != self._view[0]:
                self._clear()
            self.table, self.reading = table, True
            try:
                self._apply_changes(table)
            except duckdb.Error as error:
                raise RetryableError(f"{self._uri} holds files of another form: {error}") from error
            except DamagedTable:
                self.reading = False
                raise
            self._view, self.reading = (table.id, table.version), False
            return True

    def refresh_and(self, count: Callable[[], None]) -> bool:
        """As `refresh`; counts anew where the copy changed, also where a broken file was met."""
        before = self.changes
        try:
            return self.refresh()
        finally:
            if self.changes != before:
                count()

    def query(self, sql: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """The rows of a query's result; the copy is the table `rows`, with `file` and `row` beside its own columns."""
        with closing(self._database.cursor()) as cursor:
            return list(cursor.execute(sql, list(values)).fetchall())

    def column(self, sql: str, values: Sequence[object] = ()) -> npt.NDArray[np.int64]:
        """The result of a query for one column of integers: much faster than rows where there are many."""
        with closing(self._database.cursor()) as cursor:
            found: npt.NDArray[np.int64] = next(iter(cursor.execute(sql, list(values)).fetchnumpy().values()))
            return found

    def arrow_table(self, sql: str) -> pa.Table:
        """The result of a query as an Arrow table, for use in another copy."""
        with closing(self._database.cursor()) as cursor:
            return cursor.sql(sql).to_arrow_table()

    def update_rows(self, sql: str, tables: Mapping[str, pa.Table]) -> None:
        """Change the copy by a statement that may read other tables."""
        with self._lock, closing(self._database.cursor()) as cursor:
            for name, table in tables.items():
                cursor.register(name, table)
            cursor.execute(sql)
            self.changes += 1

    def location(self, file: int, row: int) -> RowLocation | None:
        """The location of the row with these values of `file` and `row`; None when the file was dropped meanwhile."""
        found = self._files.get(file)
        return None if found is None else RowLocation(found, row)

    def _newest(self) -> Table | None:
        try:
            return Table.load(self._uri, self._options)
        except NoDataset:
            return None

    def _clear(self) -> None:
        self._files, self._next = {}, 1
        part = pa.table({name: pa.nulls(0, kind) for name, kind in self._types().items()})
        with closing(self._database.cursor()) as cursor:
            cursor.register("part", part)
            cursor.execute(f"CREATE OR REPLACE TABLE rows AS SELECT {self._select_list(0)} FROM part")
        self.changes += 1

    def _apply_changes(self, table: Table) -> None:
        """One transaction per file; a single one where files were removed, so that no reader sees a row twice or never.
        Raises DamagedTable after all steps were tried."""
        files = {file.path: file for file in table.files()}
        gone = {number for number, file in self._files.items() if file.path not in files}
        known = {file.path for file in self._files.values()}
        new = [file for file in files.values() if file.path not in known]
        damage: DamagedTable | None = None
        for step in [new] if gone else [[file] for file in new]:
            try:
                self._replace_files(table, gone, step)
            except DamagedTable as error:
                damage = damage or error
        if damage is not None:
            raise damage

    def _replace_files(self, table: Table, gone: set[int], new: Sequence[DataFile]) -> None:
        numbered = dict(enumerate(new, self._next))
        with closing(self._database.cursor()) as cursor:  # closing rolls back what is not committed
            cursor.begin()
            for number in gone:
                cursor.execute("DELETE FROM rows WHERE file = ?", [number])
            for number, file in numbered.items():
                for part in _parts(table, file, self._shape.leaves):
                    cursor.register("part", self._with_missing_columns(part))
                    cursor.execute(f"INSERT INTO rows SELECT {self._select_list(number)} FROM part")
            cached = {number: file for number, file in self._files.items() if number not in gone}
            self._files, self._next = {**cached, **numbered}, self._next + len(new)
            cursor.commit()
        self.changes += 1

    def _with_missing_columns(self, part: pa.Table) -> pa.Table:
        """The part with nulls in columns that older files lack."""
        for name, kind in self._types().items():
            if name in self._shape.later and name not in part.column_names:
                part = part.append_column(name, pa.nulls(part.num_rows, kind))
        return part

    def _select_list(self, number: int) -> str:
        own = ", ".join(f"{sql} AS {name}" for name, sql in self._shape.columns.items())
        return f"{number}::INTEGER AS file, {ROW}::INTEGER AS row, {own}"

    def _types(self) -> dict[str, pa.DataType]:
        """The types of an empty part: nested leaves as lists of structs of strings, others as strings."""
        nested: dict[str, list[str]] = {}
        for leaf in sorted(self._shape.leaves):
            name, _, field = leaf.partition(".")
            nested.setdefault(name, []).extend([field] if field else [])
        return {ROW: pa.int32(), **{name: _type(name, fields) for name, fields in nested.items()}}


def _type(name: str, fields: Sequence[str]) -> pa.DataType:
    if fields:
        return pa.list_(pa.struct([(field, _type(field, ())) for field in fields]))
    if name in TRUTHS:
        return pa.bool_()
    return pa.list_(pa.string()) if name in LISTS else pa.string()


def _parts(table: Table, file: DataFile, wanted: frozenset[str]) -> Iterator[pa.Table]:
    with table.reading(file), table.folder([file]).open_input_file(file.path) as source:
        parquet = pyarrow.parquet.ParquetFile(source)
        found = [column.path for column in parquet.schema if plain_path(column.path) in wanted]
        first = 0
        for batch in parquet.iter_batches(ROWS_AT_ONCE, columns=found, use_threads=False):
            numbers = pa.array(range(first, first + batch.num_rows), pa.int32())
            yield pa.Table.from_batches([batch]).append_column(ROW, numbers)
            first += batch.num_rows


def plain_path(path: str) -> str:
    """The path of a leaf without the names that writers put between a list and its fields: `objects.box`."""
    return ".".join(part for part in path.split(".") if part not in LEVELS)
