"""Parquet shards that `datasets` reads with decoded pictures.

In: Arrow batches and features.  Out: files such as `train-00000-of-00002.parquet`.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

if TYPE_CHECKING:
    import datasets

SHARD_BYTES = 500 * 1024 * 1024
"""The size that the Hugging Face hub shows and streams best."""


def write_shards(
    folder: Path,
    split: str,
    batches: Iterable[pa.RecordBatch],
    features: "datasets.Features",
    shard_bytes: int = SHARD_BYTES,
) -> list[str]:
    """Write the rows of a split, each batch a row group; returns the names of the files."""
    schema = features.arrow_schema
    folder.mkdir(parents=True, exist_ok=True)
    drafts: list[Path] = []
    writer: pq.ParquetWriter | None = None
    size = 0
    for batch in batches:
        if writer is None:
            drafts.append(folder / f".{split}-{len(drafts)}")
            writer, size = pq.ParquetWriter(drafts[-1], schema, compression="zstd"), 0
        writer.write_batch(batch.cast(schema))
        size += batch.nbytes
        if size >= shard_bytes:
            writer.close()
            writer = None
    if writer is not None:
        writer.close()
    names = [f"{split}-{number:05}-of-{len(drafts):05}.parquet" for number in range(len(drafts))]
    for name, draft in zip(names, drafts, strict=True):
        draft.rename(folder / name)
    return names
