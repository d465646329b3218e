"""How fast rows are written, read, exported and audited, against plain Parquet and WebDataset of the same bytes.

In: rows of samples with pictures.  Out: rows a second at a thousand and (SKG_BENCH_ROWS) more rows.
"""

import io
import json
import os
import tarfile
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from dataset.audit.audit_run import audit
from dataset.exports import FORMATS, Source, export
from dataset.reading.loading import files, load
from dataset.table.bulk_write import write_whole
from dataset.table.columns import COLUMNS
from dataset.table.held_out_share import marked
from spatial.splits import DEFAULT_HELD_OUT_PER_MILLE
from tests.bench.figures import Figure
from tools.make_dataset import concepts_of, default_seeds, samples_of

ROWS = int(os.environ.get("SKG_BENCH_ROWS", "1000"))
REAL = 40
"""Samples that are drawn; their rows are repeated under other ids up to ROWS."""

GROUP = 128
"""Rows of a group of Parquet's."""


def measured() -> Iterator[Figure]:
    """Rows a second of each way."""
    from dataset.table.row_encoding import rows_of

    real = rows_of([sample for concept in concepts_of(default_seeds()[:REAL], REAL) for sample in samples_of(concept)])
    rows = pa.concat_tables(_renamed(real, turn) for turn in range(-(-ROWS // real.num_rows)))[:ROWS]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        yield from _written(rows, folder)
        yield from _read(folder)
        yield from _exported(folder, real.num_rows)


def _renamed(rows: pa.Table, turn: int) -> pa.Table:
    ids = pa.array([f"{turn:04x}{one.as_py()[4:]}" for one in rows.column("sample_id")])
    return rows.set_column(0, "sample_id", ids)


def _rate(name: str, work: Callable[[], int], limited_by: str) -> Figure:
    started = time.perf_counter()
    rows = work()
    return Figure(f"dataset/{name}", rows / (time.perf_counter() - started), "rows/s", rows, limited_by)


def _written(rows: pa.Table, folder: Path) -> Iterator[Figure]:
    columns = marked(COLUMNS, DEFAULT_HELD_OUT_PER_MILLE)

    def table() -> int:
        write_whole(str(folder / "table"), columns, iter(rows.to_batches(GROUP)))
        return int(rows.num_rows)

    def parquet() -> int:
        pq.write_table(rows, folder / "plain.parquet", row_group_size=GROUP, compression="zstd")
        return int(rows.num_rows)

    def shards() -> int:
        with tarfile.open(folder / "plain.tar", "w") as shard:
            for row in rows.select(["sample_id", "image", "questions"]).to_pylist():
                _add(shard, f"{row['sample_id']}.webp", row["image"]["bytes"])
                _add(shard, f"{row['sample_id']}.json", json.dumps(row["questions"]).encode())
        return int(rows.num_rows)

    yield _rate("written/table, one commit", table, "zstd and Delta's log")
    yield _rate("written/plain Parquet", parquet, "zstd")
    yield _rate("written/plain WebDataset", shards, "JSON in Python")


def _add(shard: tarfile.TarFile, name: str, data: bytes) -> None:
    entry = tarfile.TarInfo(name)
    entry.size = len(data)
    shard.addfile(entry, io.BytesIO(data))


def _read(folder: Path) -> Iterator[Figure]:
    uri = str(folder / "table")

    def plain() -> int:
        return int(pq.read_table(folder / "plain.parquet").num_rows)

    def snapshot() -> int:
        return sum(int(pq.read_table(file).num_rows) for file in files(uri))

    def decoded() -> int:
        samples = load(uri, cache_dir=folder / "cache")
        return sum(1 for sample in samples if sample["image"].size)

    def decoded_again() -> int:
        return decoded()

    yield _rate("read/plain Parquet", plain, "zstd")
    yield _rate("read/the table's files", snapshot, "zstd")
    yield _rate("read/dataset.load, pictures decoded, the first time", decoded, "its cache is made")
    yield _rate("read/dataset.load, pictures decoded, from its cache", decoded_again, "WebP")


def _exported(folder: Path, real: int) -> Iterator[Figure]:
    uri = str(folder / "table")
    for name in FORMATS:
        if name != "bop":  # there is nothing in metres

            def written(name: str = name) -> int:
                export(Source(uri), name, folder / f"export-{name}")
                return ROWS

            yield _rate(f"exported/{name}", written, "JSON and copies in Python")

    def audited() -> int:
        report = audit(uri)
        assert report.rows >= real
        return int(report.rows)

    yield _rate("audited", audited, "every answer derived anew, one core")
