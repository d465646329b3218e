"""A new table that is there whole or not at all.

In: rows, batch by batch.  Out: a table with one version.
Files are written first and named in a single commit, so nobody ever sees a part of it, and a process that is killed
leaves no table: the same call makes it anew.  Memory is bounded by a row group.
"""

import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from uuid import uuid4

import pyarrow as pa
import pyarrow.fs
import pyarrow.parquet as pq

from dataset.table import ROWS_IN_GROUP, NewFile, Options, Overtaken, Table, folder_at
from schemas.failures import TryLater, UserError

FILE_BYTES = 128 * 1024 * 1024
"""Of rows in one file, as compaction makes them."""

STATISTICS = ["sample_id", "scene", "split"]
"""Columns whose bounds are kept in the files, as the dataset's writer does."""


def write_whole(uri: str, schema: pa.Schema, batches: Iterable[pa.RecordBatch], options: Options = None) -> Table:
    """Write a table that is not there yet.  What was written goes again when something stops it before the commit.

    Raises UserError where a table is, TryLater, and what `batches` raises.
    """
    folder, files = folder_at(uri, options), list[NewFile]()
    try:
        for file in _written(folder, schema, batches):
            files.append(file)  # one by one: what is written must be known when the next one fails
    except BaseException:
        _remove(folder, [file.path for file in files])
        raise
    try:
        return Table.of_files(uri, schema, files, options)  # its failure may be a lost answer: the files stay
    except Overtaken as error:
        raise UserError(f"there is a dataset at {uri} already") from error


def _written(folder: pyarrow.fs.FileSystem, schema: pa.Schema, batches: Iterable[pa.RecordBatch]) -> Iterator[NewFile]:
    rest = iter(batches)
    while (first := next(rest, None)) is not None:
        yield _file(folder, schema, first, rest)


def _file(
    folder: pyarrow.fs.FileSystem, schema: pa.Schema, first: pa.RecordBatch, rest: Iterator[pa.RecordBatch]
) -> NewFile:
    """One file of the first batch and as many others as it takes. It is deleted again when that fails."""
    path = f"part-{uuid4()}.zstd.parquet"
    size = rows = 0
    try:
        with (
            folder.open_output_stream(path) as sink,
            pq.ParquetWriter(sink, schema, compression="zstd", write_statistics=STATISTICS) as writer,
        ):
            batch: pa.RecordBatch | None = first
            while batch is not None:
                writer.write_table(pa.Table.from_batches([batch], schema), row_group_size=ROWS_IN_GROUP)
                size, rows = size + batch.nbytes, rows + batch.num_rows
                batch = next(rest, None) if size < FILE_BYTES else None
    except BaseException:
        _remove(folder, [path])
        raise
    found = folder.get_file_info(path).size
    return NewFile(path, int(found or 0), int(time.time() * 1000), rows)


def _remove(folder: pyarrow.fs.FileSystem, paths: Iterable[str]) -> None:
    for path in paths:
        with suppress(OSError, TryLater):  # it is waste that a vacuum takes, and must not hide why we are here
            folder.delete_file(path)
