"""Loads the dataset for training, as `datasets.Dataset` or as a list of Parquet files.

In: the table's address, a version or a time.  Out: that snapshot, the current one by default; call again for newer rows.
Does not hold the dataset in memory: rows are in an Arrow file in the cache folder, one for each snapshot.
"""

import hashlib
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from dataset.reading.row_reader import batches, types_of
from dataset.table.columns import COLUMNS
from dataset.table.delta_table import At, Options, Table
from dataset.table.id_index import ids_in
from dataset.table.table_errors import NoDataset
from spatial.splits import SPLITS

if TYPE_CHECKING:
    import datasets


def files(uri: str, storage_options: Options = None, version: At = None) -> list[str]:
    """Addresses of a snapshot's Parquet files, of the current one by default. Raises NoDataset, RetryableError.

    A pattern such as `**/*.parquet` also finds files that compaction has replaced: always take this list.
    """
    return Table.load(uri, storage_options, version).uris()


def load(  # noqa: PLR0913, PLR0917 - training code names what it needs
    uri: str,
    split: str | None = None,
    columns: Sequence[str] | None = None,
    storage_options: Options = None,
    cache_dir: Path | None = None,
    version: At = None,
) -> "datasets.Dataset":
    """A snapshot with decoded images; one split of it, some columns of it. `version` may be a number or a time.

    `cache_dir` is the cache folder of `datasets` unless another is given; old snapshots in it may be deleted at any time.

    Raises NoDataset where there is no table or no row, ValueError for an unknown split or column, RetryableError when the
    storage cannot be reached.
    """
    if split is not None and split not in SPLITS:
        raise ValueError(f"no split {split!r}; there are {', '.join(SPLITS)}")
    table = Table.load(uri, storage_options, version)
    chosen = list(columns) if columns is not None else list(COLUMNS.names)
    loaded = _from_cache(table, chosen, split, cache_dir)
    if not loaded.num_rows:
        where = f" in split {split}" if split else ""
        raise NoDataset(f"the dataset at {uri} has no rows {'yet' if version is None else 'then'}{where}")
    return loaded


def features_of(columns: Sequence[str]) -> "datasets.Features":
    """The columns as `datasets` knows them, with images as images, those of views too.

    Raises ValueError for an unknown column.
    """
    import datasets

    features = datasets.Features.from_arrow_schema(types_of(columns))
    if "image" in columns:
        features["image"] = datasets.Image()
    if "views" in columns:
        features["views"].feature["image"] = datasets.Image()
    return features


def sample_ids_by_file(
    uri: str, known: Mapping[str, frozenset[str]], storage_options: Options = None, column: str = "sample_id"
) -> Iterator[tuple[str, frozenset[str]]]:
    """The ids in each file of the current snapshot; nothing where no table is. Files in `known` are not read again."""
    try:
        table = Table.load(uri, storage_options)
    except NoDataset:
        return
    found = table.files()
    folder = table.folder(found)
    for file in found:
        yield file.path, known[file.path] if file.path in known else frozenset(ids_in(table, folder, file, column))


def _from_cache(table: Table, columns: list[str], split: str | None, cache_dir: Path | None) -> "datasets.Dataset":
    import datasets

    features = features_of(columns)
    key = hashlib.sha256(f"{table.id}/{types_of(columns)}/{split}".encode()).hexdigest()[:16]
    folder = cache_dir if cache_dir is not None else Path(datasets.config.HF_DATASETS_CACHE) / "skg"
    path = folder / f"{key}-{table.version}.arrow"
    if not path.exists():
        _write(path, features.arrow_schema, batches(table, columns, split))
    return datasets.Dataset.from_file(str(path), split=datasets.NamedSplit(split) if split else None)


def _write(path: Path, schema: pa.Schema, rows: Iterator[pa.RecordBatch]) -> None:
    """Write an Arrow stream file atomically."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        draft = Path(folder) / path.name
        with pa.OSFile(str(draft), "wb") as sink, pa.ipc.new_stream(sink, schema) as writer:
            for batch in rows:
                writer.write_batch(batch.cast(schema))
        draft.replace(path)
