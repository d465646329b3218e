"""Reads a snapshot's rows, batch by batch.

In: a table.  Out: Arrow batches of some columns.
Memory is bounded by a batch of rows, whatever the table's size.  Works while the table grows: a snapshot does not change.
"""

from collections.abc import Iterator, Sequence

import pyarrow as pa
import pyarrow.compute
import pyarrow.fs
import pyarrow.parquet

from dataset.table.columns import COLUMNS
from dataset.table.delta_table import DataFile, Table
from schemas.errors import BadInput

ROWS_AT_ONCE = 64
"""Rows in memory together: 64 pictures of 1 MB."""


class UnknownColumn(ValueError):
    """A column was asked for that the dataset does not have."""


def types_of(columns: Sequence[str]) -> pa.Schema:
    """The schema of some columns, in the order asked. Raises UnknownColumn."""
    missing = sorted(set(columns) - set(COLUMNS.names))
    if missing:
        raise UnknownColumn(f"no column {', '.join(missing)}; there are {', '.join(COLUMNS.names)}")
    return pa.schema([COLUMNS.field(name) for name in columns])


def batches(
    table: Table, columns: Sequence[str], split: str | None = None, newest_first: bool = False
) -> Iterator[pa.RecordBatch]:
    """The rows of a snapshot, those of one split if it is named, from the oldest file to the newest or the other way.

    A column that was added later is empty in rows of before.  Raises DamagedTable, RetryableError,
    UnknownColumn, Vacuumed.
    """
    types_of(columns)
    files = table.files()
    folder = table.folder(files)
    read = [*columns] if split is None or "split" in columns else [*columns, "split"]
    for file in reversed(files) if newest_first else files:
        for batch in whole_groups(table, folder, file, read):
            typed = with_types(batch, read)
            chosen = typed if split is None else typed.filter(pyarrow.compute.equal(typed["split"], split))
            if chosen.num_rows:
                yield chosen.select(columns)


def whole_groups(
    table: Table, folder: pyarrow.fs.FileSystem, file: DataFile, columns: Sequence[str]
) -> Iterator[pa.RecordBatch]:
    """The rows of a file with those of the columns that it has, row group by row group: asked for all of them, a file would
    be fetched ahead, whole. Raises DamagedTable, RetryableError, Vacuumed."""
    with table.reading(file), folder.open_input_file(file.path) as source:
        parquet = pyarrow.parquet.ParquetFile(source)
        for number in range(parquet.num_row_groups):
            yield from parquet.iter_batches(ROWS_AT_ONCE, row_groups=[number], columns=list(columns), use_threads=False)


def with_types(batch: pa.RecordBatch, columns: Sequence[str]) -> pa.RecordBatch:
    """Some columns in the dataset's own types, empty where the batch is older than a column.

    Field names inside lists differ between programs that write Parquet, and a struct may have grown since.
    """
    schema = types_of(columns)
    there = set(batch.schema.names)
    arrays = [
        batch[field.name].cast(field.type) if field.name in there else pa.nulls(batch.num_rows, field.type)
        for field in schema
    ]
    return pa.RecordBatch.from_arrays(arrays, schema=schema)


def require_shown_pictures(batch: pa.RecordBatch) -> None:
    """Raise BadInput, with the sample and the question, where a question shows a picture that its row does not have.

    `batch` has the columns `sample_id`, `views` and `questions`.
    """
    shown = pyarrow.compute.struct_field(pyarrow.compute.list_flatten(batch["questions"]), "views")
    rows = pyarrow.compute.list_parent_indices(batch["questions"]).to_pylist()
    numbers = pyarrow.compute.list_flatten(shown).to_pylist()
    places = pyarrow.compute.list_parent_indices(shown).to_pylist()
    pictures = [1 + (each or 0) for each in pyarrow.compute.list_value_length(batch["views"]).to_pylist()]
    for place, number in zip(places, numbers, strict=True):
        row = rows[place]
        if number is None or not 0 <= number < pictures[row]:
            sample, has = batch["sample_id"][row], "picture 0 alone" if pictures[row] == 1 else f"0 to {pictures[row] - 1}"
            question = pyarrow.compute.struct_field(pyarrow.compute.list_flatten(batch["questions"]), "id")[place]
            raise BadInput(f"sample {sample}: question {question} shows picture {number}, and the sample has {has}")
