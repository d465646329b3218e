"""Reads whole rows and pictures from the row groups of Parquet files.

In: row locations.  Out: rows as plain Python without their pictures, or a picture.
Row groups are cached for further rows of theirs; memory is bounded.
"""

import bisect
import itertools
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.parquet

from dataset.gallery.duckdb_index import RowLocation, plain_path
from dataset.table.columns import TEXTS
from dataset.table.delta_table import DataFile, Table
from dataset.table.table_errors import Vacuumed
from schemas.errors import RetryableError

ROWS_AT_ONCE = 64
"""The writer's row group size; larger groups of other writers are read in pieces of this size."""

CACHE_BYTES = 96 * 1024 * 1024
"""Cached rows and pictures. A page of pictures of 30 kB needs 1 to 25 MB, depending on how scattered its rows are."""

MAX_FOOTERS = 1000
"""Files whose footers are cached: some 2 to 50 kB each."""

PICTURE = ("image",)
DEPTH = ("sample_id", "depth_map")
VIEWS = ("sample_id", "views")
"""Of both, files of earlier versions have only the first."""


Footer = tuple[pyarrow.parquet.FileMetaData, list[int]]


class FileGone(Exception):
    """A file of the snapshot was deleted: the table was compacted and vacuumed. Refresh and retry."""


class RowReader:
    """Thread-safe. `table` returns the snapshot to read from."""

    def __init__(self, table: Callable[[], Table | None]) -> None:
        self._table = table
        self._lock = threading.Lock()
        self._footers: OrderedDict[str, Footer] = OrderedDict()
        self._cached: OrderedDict[tuple[str, int, tuple[str, ...]], pa.RecordBatch] = OrderedDict()
        self._bytes = 0

    def read(self, locations: Sequence[RowLocation], columns: tuple[str, ...] = TEXTS) -> list[dict[str, Any]]:
        """The rows, in order; by default all columns but the pictures. `objects.box` is a part of a column.

        Raises FileGone, DamagedTable.
        """
        return [self._row(location, columns) for location in locations]

    def picture(self, location: RowLocation) -> tuple[bytes, str]:
        """The encoded picture, and its file name. Raises FileGone."""
        image = self._row(location, PICTURE)["image"]
        return image["bytes"], image["path"] or ""

    def depth_map(self, location: RowLocation) -> bytes | None:
        """The encoded depth map, None where there is none. Raises FileGone."""
        found = self._row(location, DEPTH).get("depth_map")
        return None if found is None else found["bytes"]

    def views(self, location: RowLocation) -> list[dict[str, Any]]:
        """What further cameras see, with their encoded pictures; nothing where there is none. Raises FileGone."""
        return self._row(location, VIEWS).get("views") or []

    def _row(self, location: RowLocation, columns: tuple[str, ...]) -> dict[str, Any]:
        table = self._table()
        if table is None:
            raise FileGone(location.file.path)
        with self._lock:
            try:
                with table.reading(location.file):
                    batch, offset = self._batch(location, columns)
            except (Vacuumed, RetryableError) as error:
                raise FileGone(location.file.path) from error
        row: dict[str, Any] = batch.slice(offset, 1).to_pylist()[0]
        return row

    def _batch(self, location: RowLocation, columns: tuple[str, ...]) -> tuple[pa.RecordBatch, int]:
        _, ends = self._footer(location.file)
        group = bisect.bisect_right(ends, location.row)
        piece, offset = divmod(location.row - (ends[group - 1] if group else 0), ROWS_AT_ONCE)
        key = (location.file.path, location.row - offset, columns)
        if key in self._cached:
            self._cached.move_to_end(key)
        else:
            self._add_to_cache(key, self._piece(location.file, group, piece, columns))
        return self._cached[key], offset

    def _piece(self, file: DataFile, group: int, piece: int, columns: tuple[str, ...]) -> pa.RecordBatch:
        with self._open(file) as source:
            parquet = pyarrow.parquet.ParquetFile(source, metadata=self._footer(file)[0])
            found = [leaf.path for leaf in parquet.schema if _is_part_of(plain_path(leaf.path), columns)]
            batches = parquet.iter_batches(ROWS_AT_ONCE, row_groups=[group], columns=found, use_threads=False)
            return next(itertools.islice(batches, piece, None))

    def _footer(self, file: DataFile) -> Footer:
        """The file's footer, and the number of the row after each of its groups."""
        if file.path not in self._footers:
            with self._open(file) as source:
                footer = pyarrow.parquet.ParquetFile(source).metadata
            groups = (footer.row_group(number).num_rows for number in range(footer.num_row_groups))
            self._footers[file.path] = footer, list(itertools.accumulate(groups))
            if len(self._footers) > MAX_FOOTERS:
                self._footers.popitem(last=False)
        self._footers.move_to_end(file.path)
        return self._footers[file.path]

    def _open(self, file: DataFile) -> pa.NativeFile:
        table = self._table()
        if table is None:
            raise FileGone(file.path)
        return table.folder([file]).open_input_file(file.path)

    def _add_to_cache(self, key: tuple[str, int, tuple[str, ...]], batch: pa.RecordBatch) -> None:
        self._cached[key] = batch
        self._bytes += batch.nbytes
        while self._bytes > CACHE_BYTES and len(self._cached) > 1:
            _, dropped = self._cached.popitem(last=False)
            self._bytes -= dropped.nbytes


def _is_part_of(leaf: str, columns: Sequence[str]) -> bool:
    return any(leaf == column or leaf.startswith(f"{column}.") for column in columns)
