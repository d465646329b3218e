"""Writes a new table atomically.

In: rows, batch by batch.  Out: a table with one version.
Files are written first and added in a single commit, so readers never see a part of it, and a process that is killed
leaves no table: the same call starts over.  Memory is bounded by a row group.
"""

import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import chain
from uuid import uuid4

import pyarrow as pa
import pyarrow.fs
import pyarrow.parquet as pq

from dataset.table.delta_table import ROWS_IN_GROUP, NewFile, Options, Table, folder_at
from dataset.table.table_errors import CommitConflict
from schemas.errors import RetryableError, UserError

FILE_BYTES = 128 * 1024 * 1024
"""Bytes of rows in one file, as after compaction."""

STATISTICS = ["sample_id", "scene", "split"]
"""Columns whose bounds are kept in the files, as the dataset's writer does."""


def write_whole(uri: str, schema: pa.Schema, batches: Iterable[pa.RecordBatch], options: Options = None) -> Table:
    """Write a new table.  The files are deleted again when anything fails before the commit.

    Raises UserError where a table exists, RetryableError, and what `batches` raises.
    """
    folder, rest = folder_at(uri, options), iter(batches)
    begun, files = list[str](), list[NewFile]()
    try:
        while (first := next(rest, None)) is not None:
            begun.append(f"part-{uuid4()}.zstd.parquet")
            files.append(_file(folder, begun[-1], schema, chain([first], rest)))
    except BaseException:
        _remove(folder, begun)
        raise
    try:
        return Table.create_from_files(uri, schema, files, options)  # it may fail after the commit: the files stay
    except CommitConflict as error:
        raise UserError(f"there is a dataset at {uri} already") from error


def _file(folder: pyarrow.fs.FileSystem, path: str, schema: pa.Schema, batches: Iterator[pa.RecordBatch]) -> NewFile:
    """Write one file of batches up to FILE_BYTES, at least the first."""
    size = rows = 0
    with (
        folder.open_output_stream(path) as sink,
        pq.ParquetWriter(sink, schema, compression="zstd", write_statistics=STATISTICS) as writer,
    ):
        while size < FILE_BYTES and (batch := next(batches, None)) is not None:
            writer.write_table(pa.Table.from_batches([batch], schema), row_group_size=ROWS_IN_GROUP)
            size, rows = size + batch.nbytes, rows + batch.num_rows
    found = folder.get_file_info(path).size
    return NewFile(path, int(found or 0), int(time.time() * 1000), rows)


def _remove(folder: pyarrow.fs.FileSystem, paths: Iterable[str]) -> None:
    for path in paths:
        with suppress(OSError, RetryableError):  # a vacuum deletes it later; the original error must not be hidden
            folder.delete_file(path)
