"""A new table that is there whole or not at all.

In: rows, batch by batch.  Out: a table with one version.
Files are written first and named in a single commit, so nobody ever sees a part of it, and a process that is killed
leaves no table: the same call makes it anew.  Memory is bounded by a row group.
"""

import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import chain
from uuid import uuid4

import pyarrow as pa
import pyarrow.fs
import pyarrow.parquet as pq

from dataset.table.delta_table import ROWS_IN_GROUP, CommitConflict, NewFile, Options, Table, folder_at
from schemas.errors import RetryableError, UserError

FILE_BYTES = 128 * 1024 * 1024
"""Of rows in one file, as compaction makes them."""

STATISTICS = ["sample_id", "scene", "split"]
"""Columns whose bounds are kept in the files, as the dataset's writer does."""


def write_whole(uri: str, schema: pa.Schema, batches: Iterable[pa.RecordBatch], options: Options = None) -> Table:
    """Write a table that is not there yet.  What was written goes again when something stops it before the commit.

    Raises UserError where a table is, RetryableError, and what `batches` raises.
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
        return Table.create_from_files(uri, schema, files, options)  # its failure may be a lost answer: the files stay
    except CommitConflict as error:
        raise UserError(f"there is a dataset at {uri} already") from error


def _file(folder: pyarrow.fs.FileSystem, path: str, schema: pa.Schema, batches: Iterator[pa.RecordBatch]) -> NewFile:
    """One file of as many batches as it takes, the first at least."""
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
        with suppress(OSError, RetryableError):  # it is waste that a vacuum takes, and must not hide why we are here
            folder.delete_file(path)
