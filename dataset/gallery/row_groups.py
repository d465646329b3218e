"""Whole rows and pictures, each read from its own group of rows in its own Parquet file.

In: places.  Out: rows as plain Python without their pictures, or a picture.
A group is read once for all that lies in it and is wanted soon; memory is bounded.
"""

import bisect
import itertools
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.parquet

from dataset.gallery.duckdb_index import Place
from dataset.table.columns import COLUMNS
from dataset.table.delta_table import DataFile, Table

ROWS_AT_ONCE = 64
"""As many as the writer puts into a group; larger groups of other writers are read in pieces of this size."""

KEPT_BYTES = 96 * 1024 * 1024
"""Of rows and pictures in memory. A page of pictures of 30 kB needs 1 to 25 MB, as scattered as it is."""

FOOTERS = 1000
"""Files whose footers are kept: some 2 to 50 kB each."""

TEXTS = tuple(name for name in COLUMNS.names if name != "image")
PICTURE = ("image",)


Footer = tuple[pyarrow.parquet.FileMetaData, list[int]]


class Gone(Exception):
    """A file of the snapshot is no longer there: the table was compacted and swept. Look again."""


class Rows:
    """Thread-safe. `table` gives the snapshot to read from."""

    def __init__(self, table: Callable[[], Table | None]) -> None:
        self._table = table
        self._lock = threading.Lock()
        self._footers: OrderedDict[str, Footer] = OrderedDict()
        self._kept: OrderedDict[tuple[str, int, tuple[str, ...]], pa.RecordBatch] = OrderedDict()
        self._bytes = 0

    def read(self, places: Sequence[Place]) -> list[dict[str, Any]]:
        """The rows, in order, all columns but the picture. Raises Gone."""
        return [self._row(place, TEXTS) for place in places]

    def picture(self, place: Place) -> tuple[bytes, str]:
        """The file as it was drawn, and its name. Raises Gone."""
        image = self._row(place, PICTURE)["image"]
        return image["bytes"], image["path"] or ""

    def _row(self, place: Place, columns: tuple[str, ...]) -> dict[str, Any]:
        with self._lock:
            try:
                batch, offset = self._batch(place, columns)
            except OSError as error:
                raise Gone(place.file.path) from error
        row: dict[str, Any] = batch.slice(offset, 1).to_pylist()[0]
        return row

    def _batch(self, place: Place, columns: tuple[str, ...]) -> tuple[pa.RecordBatch, int]:
        _, ends = self._footer(place.file)
        group = bisect.bisect_right(ends, place.row)
        piece, offset = divmod(place.row - (ends[group - 1] if group else 0), ROWS_AT_ONCE)
        key = (place.file.path, place.row - offset, columns)
        if key in self._kept:
            self._kept.move_to_end(key)
        else:
            self._keep(key, self._piece(place.file, group, piece, columns))
        return self._kept[key], offset

    def _piece(self, file: DataFile, group: int, piece: int, columns: tuple[str, ...]) -> pa.RecordBatch:
        with self._open(file) as source:
            parquet = pyarrow.parquet.ParquetFile(source, metadata=self._footer(file)[0])
            batches = parquet.iter_batches(ROWS_AT_ONCE, row_groups=[group], columns=list(columns), use_threads=False)
            return next(itertools.islice(batches, piece, None))

    def _footer(self, file: DataFile) -> Footer:
        """The file's footer, and the number of the row after each of its groups."""
        if file.path not in self._footers:
            with self._open(file) as source:
                footer = pyarrow.parquet.ParquetFile(source).metadata
            groups = (footer.row_group(number).num_rows for number in range(footer.num_row_groups))
            self._footers[file.path] = footer, list(itertools.accumulate(groups))
            if len(self._footers) > FOOTERS:
                self._footers.popitem(last=False)
        self._footers.move_to_end(file.path)
        return self._footers[file.path]

    def _open(self, file: DataFile) -> pa.NativeFile:
        table = self._table()
        if table is None:
            raise Gone(file.path)
        return table.folder([file]).open_input_file(file.path)

    def _keep(self, key: tuple[str, int, tuple[str, ...]], batch: pa.RecordBatch) -> None:
        self._kept[key] = batch
        self._bytes += batch.nbytes
        while self._bytes > KEPT_BYTES and len(self._kept) > 1:
            _, dropped = self._kept.popitem(last=False)
            self._bytes -= dropped.nbytes
