"""Keeps the local cache of ids up to date with the table.

In: a snapshot of the table.  Out: which sample ids it has.
Reads the ids of new versions from the log; reads the id column of every file where there is no usable cache.  Memory does
not grow with the table.
"""

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pyarrow.fs
import pyarrow.parquet

from dataset.table.delta_table import DataFile, Table
from dataset.table.id_cache import CacheDamaged, IdCache
from dataset.table.table_errors import DamagedTable, LogGone, Vacuumed
from schemas.errors import RetryableError

ID = "sample_id"
VERSIONS_AT_ONCE = 200
"""Versions whose ids are in memory together: some 100,000 ids at 500 rows per commit."""

FILES_AT_ONCE = 64
READERS = 4
"""Files read at a time, which hides an object store's latency."""

IDS_AT_ONCE = 500_000
"""Ids sorted together before they are inserted; larger chunks fill faster and take more memory (about 50 MB)."""


class IdIndex:
    """The ids of one table. Not thread-safe. `open_ids` opens the file of a folder and a table's id."""

    def __init__(self, folder: Path, open_ids: Callable[[Path, str], IdCache] = IdCache, id_column: str = ID) -> None:
        self._folder, self._open_ids, self._column = folder, open_ids, id_column
        self._seen: IdCache | None = None
        self._table_id = ""

    def known(self, ids: Iterable[str]) -> set[str]:
        """Those of `ids` that the table held at the last `catch_up`. Raises RetryableError when the file was damaged."""
        if self._seen is None:
            return set()
        try:
            return self._seen.known(ids)
        except CacheDamaged as error:
            self._seen = None
            raise RetryableError(f"the index of sample ids was damaged and is made anew: {error}", "table") from error

    def catch_up(self, table: Table) -> None:
        """Add all ids of the snapshot. Raises RetryableError when the table cannot be read."""
        seen = self._of(table)
        if seen.version == table.version:
            return
        try:
            _advance(seen, table, self._column)
        except CacheDamaged as error:
            self._seen = None
            raise RetryableError(f"the index of sample ids was damaged and is made anew: {error}", "table") from error

    def record_commit(self, ids: Iterable[str], before: int, table: Table) -> None:
        """Add `ids` that were just committed on version `before`; other writers' commits are left to `catch_up`."""
        if self._seen is not None and self._seen.version == before and table.version == before + 1:
            try:
                self._seen.add(ids, table.version, table.mark)
            except CacheDamaged:
                self._seen = None  # the rows are safe; the next `catch_up` starts over

    def close(self) -> None:
        """Release the file for the next process."""
        if self._seen is not None:
            self._seen.close()
            self._seen = None

    def _of(self, table: Table) -> IdCache:
        if self._seen is not None and self._table_id != table.id:
            self.close()
        if self._seen is None:
            try:
                seen = self._open_ids(self._folder, table.id)
            except (OSError, sqlite3.Error) as error:  # a full disk is no fault of the events
                raise RetryableError(f"the index of ids cannot be kept in {self._folder}: {error}", "disk") from error
            try:
                if seen.version is not None and not table.had(seen.version, seen.mark):
                    seen.version = None  # of what the table was before an older copy replaced it
            except RetryableError:
                seen.close()
                raise
            self._seen, self._table_id = seen, table.id
        return self._seen


def _advance(seen: IdCache, table: Table, column: str) -> None:
    if seen.version is not None and seen.version < table.version:
        try:
            for first in range(seen.version + 1, table.version + 1, VERSIONS_AT_ONCE):
                last = min(first + VERSIONS_AT_ONCE - 1, table.version)
                seen.add(table.added_values(first, last, column), last, table.mark if last == table.version else None)
            return
        except LogGone:
            pass
    seen.fill(stored_ids(table, column), table.version, table.mark)


def stored_ids(table: Table, column: str = ID) -> Iterator[list[str]]:
    """Every id of the snapshot, in chunks."""
    chunk: list[str] = []
    files = table.files()
    folder = table.folder(files)
    with ThreadPoolExecutor(READERS, thread_name_prefix="ids") as pool:
        for start in range(0, len(files), FILES_AT_ONCE):
            for ids in pool.map(lambda file: ids_in(table, folder, file, column), files[start : start + FILES_AT_ONCE]):
                chunk += ids
                if len(chunk) >= IDS_AT_ONCE:
                    yield chunk
                    chunk = []
    yield chunk


def ids_in(table: Table, folder: pyarrow.fs.FileSystem, file: DataFile, id_column: str = ID) -> Sequence[str]:
    """The ids in one file of the snapshot, read from its id column alone. Raises RetryableError, also where the file is
    broken: a writer goes on as soon as somebody has put it back."""
    try:
        with table.reading(file), folder.open_input_file(file.path) as source:
            column = pyarrow.parquet.ParquetFile(source).read([id_column], use_threads=False).column(0)
    except (DamagedTable, Vacuumed) as error:
        raise RetryableError(str(error), "table") from error
    ids: list[str] = column.to_pylist()
    return ids
