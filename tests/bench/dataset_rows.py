"""How fast rows are written, read, exported and audited, against plain Parquet and WebDataset of the same bytes.

In: rows of samples with pictures; SKG_BENCH_ROWS, how many, several numbers with commas between.  Out: rows a second of
each way and size.  What decodes pictures, exports or audits stops at `MOST` rows of a larger dataset: each row is alike.
"""

import io
import itertools
import json
import os
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
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
from tests.chaos.supervisor import REPOSITORY
from tools.make_dataset import concepts_of, default_seeds, samples_of

SIZES = [int(each) for each in os.environ.get("SKG_BENCH_ROWS", "1000").split(",")]
REAL = 40
"""Samples that are drawn; their rows are repeated under other ids up to a size."""

MOST = 2_000
"""Rows at most that are decoded, exported and audited one by one."""

GROUP = 128
"""Rows of a group of Parquet's."""

TORCH = Path(".venv-gpu/bin/python")
WORKERS, BATCH = 2, 32
"""Of the shuffled DataLoader."""

NOT_OF_PICTURES = {"bop"}
"""Formats of scenes in metres alone."""


@dataclass(frozen=True)
class Place:
    """A folder with a table of so many rows, and the beginning of its figures' names."""

    folder: Path
    rows: int

    @property
    def uri(self) -> str:
        """The table."""
        return str(self.folder / "table")

    @property
    def few(self) -> int:
        """Rows that are taken one by one."""
        return min(self.rows, MOST)

    def rate(self, name: str, work: Callable[[], int], limited_by: str) -> Figure:
        """Rows a second of the work, which returns how many they were."""
        started = time.perf_counter()
        rows = work()
        seconds = time.perf_counter() - started
        return Figure(f"dataset/{self.rows:,} rows/{name}", rows / seconds, "rows/s", rows, limited_by)


def measured() -> Iterator[Figure]:
    """Rows a second of each way, at each size."""
    real = real_rows()
    for size in SIZES:
        with tempfile.TemporaryDirectory() as name:
            rows, place = repeated(real, size), Place(Path(name), size)
            yield from _written(rows, place)
            yield from _read(place)
            yield from _loaded(place)
        with tempfile.TemporaryDirectory() as name:
            few = Place(Path(name), size)
            _write(repeated(real, few.few), few)
            yield from _exported(few)


def real_rows() -> pa.Table:
    """Rows of samples that were drawn."""
    from dataset.table.row_encoding import rows_of

    return rows_of([sample for concept in concepts_of(default_seeds()[:REAL], REAL) for sample in samples_of(concept)])


def repeated(real: pa.Table, size: int) -> pa.Table:
    """So many rows: those that were drawn, again and again under other ids."""
    return pa.concat_tables(_renamed(real, turn) for turn in range(-(-size // real.num_rows)))[:size]


def _renamed(rows: pa.Table, turn: int) -> pa.Table:
    ids = pa.array([f"{turn:05x}{one.as_py()[5:]}" for one in rows.column("sample_id")])
    return rows.set_column(0, "sample_id", ids)


def _write(rows: pa.Table, place: Place) -> int:
    write_whole(place.uri, marked(COLUMNS, DEFAULT_HELD_OUT_PER_MILLE), iter(rows.to_batches(GROUP)))
    return int(rows.num_rows)


def _written(rows: pa.Table, place: Place) -> Iterator[Figure]:
    def parquet() -> int:
        pq.write_table(rows, place.folder / "plain.parquet", row_group_size=GROUP, compression="zstd")
        return int(rows.num_rows)

    def shards() -> int:
        with tarfile.open(place.folder / "plain.tar", "w") as shard:
            for batch in rows.select(["sample_id", "image", "questions"]).to_batches(GROUP):
                for row in batch.to_pylist():
                    _add(shard, f"{row['sample_id']}.webp", row["image"]["bytes"])
                    _add(shard, f"{row['sample_id']}.json", json.dumps(row["questions"]).encode())
        return int(rows.num_rows)

    yield place.rate("written/table, one commit", lambda: _write(rows, place), "zstd and Delta's log")
    yield place.rate("written/plain Parquet", parquet, "zstd")
    yield place.rate("written/plain WebDataset", shards, "JSON in Python")


def _add(shard: tarfile.TarFile, name: str, data: bytes) -> None:
    entry = tarfile.TarInfo(name)
    entry.size = len(data)
    shard.addfile(entry, io.BytesIO(data))


def _read(place: Place) -> Iterator[Figure]:
    def parquet(paths: list[str]) -> int:
        return sum(batch.num_rows for path in paths for batch in pq.ParquetFile(path).iter_batches(GROUP))

    def shards() -> int:
        found = 0
        with tarfile.open(place.folder / "plain.tar") as shard:
            for entry in shard:
                file = shard.extractfile(entry)
                found += file is not None and bool(file.read())
        return found // 2

    yield place.rate("read/plain Parquet", lambda: parquet([str(place.folder / "plain.parquet")]), "zstd")
    yield place.rate("read/plain WebDataset, not decoded", shards, "tar in Python")
    yield place.rate("read/the table's files", lambda: parquet(files(place.uri)), "zstd")


def _loaded(place: Place) -> Iterator[Figure]:
    """By `dataset.load`, by streaming, and by a shuffled DataLoader: pictures are decoded."""
    import datasets

    datasets.disable_progress_bars()
    cache = place.folder / "cache"

    def opened() -> int:
        return int(load(place.uri, cache_dir=cache).num_rows)

    def decoded() -> int:
        samples = load(place.uri, cache_dir=cache)
        return sum(1 for sample in itertools.islice(samples, place.few) if sample["image"].size)

    def streamed() -> int:
        rows = datasets.load_dataset("parquet", data_files=files(place.uri), split="train", streaming=True)
        rows = rows.cast_column("image", datasets.Image())
        return sum(1 for sample in itertools.islice(rows, place.few) if sample["image"].size)

    yield place.rate("read/dataset.load, its cache is made", opened, "decompression, a copy on the disk")
    yield place.rate("read/dataset.load, pictures decoded", decoded, "WebP, one core")
    yield place.rate("read/streaming, pictures decoded", streamed, "WebP, one core")
    if not TORCH.exists():
        sys.stderr.write("dataset: no shuffled DataLoader: there is no .venv-gpu; `make setup EXTRAS=gpu` makes it\n")
        return
    yield _shuffled(place, cache)


def _shuffled(place: Place, cache: Path) -> Figure:
    """By torch, in the environment that has it."""
    command = [str(TORCH), "-m", "tests.bench.torch_loader", place.uri, str(cache), str(place.few)]
    environment = os.environ | {"PYTHONPATH": str(REPOSITORY), "HF_HUB_OFFLINE": "1"}
    said = subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE, text=True).stdout
    found = json.loads(said.splitlines()[-1])
    name = f"dataset/{place.rows:,} rows/read/shuffled DataLoader, {WORKERS} workers"
    return Figure(name, found["rows"] / found["seconds"], "rows/s", found["rows"], "WebP, two cores")


def _exported(place: Place) -> Iterator[Figure]:
    source = Source.open(place.uri)
    for name in FORMATS:
        if name not in NOT_OF_PICTURES:

            def written(name: str = name) -> int:
                export(source, name, place.folder / f"export-{name}")
                return place.few

            yield place.rate(f"exported/{name}", written, "JSON and copies in Python")

    def audited() -> int:
        report = audit(place.uri)
        assert report.rows == place.few
        return int(report.rows)

    yield place.rate("audited", audited, "every answer derived anew, one core")
