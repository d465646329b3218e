"""How quickly the gallery answers over very many rows: SKG_BENCH_GALLERY of them (a million), with pictures of 1 kB.

In: rows of samples that were drawn, again and again under other ids.  Out: the time until the gallery knows the table, of a
page of each kind of search, of one sample and its picture; resident memory.  In a process of its own.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from dataset.table.columns import COLUMNS
from dataset.table.delta_table import NewFile, Table
from dataset.table.held_out_share import marked
from spatial.splits import DEFAULT_HELD_OUT_PER_MILLE
from tests.bench.dataset_rows import real_rows, repeated
from tests.bench.figures import Figure
from tests.bench.real_line import resident_mb
from tests.chaos.supervisor import REPOSITORY

ROWS = int(os.environ.get("SKG_BENCH_GALLERY", "1000000"))
ROWS_OF_A_FILE, PICTURE_BYTES = 20_000, 1_000
PAGES = 12
"""Pages that are opened of each search."""

LIMIT = "DuckDB's copy of the small columns"


def measured() -> Iterator[Figure]:
    """The figures of a gallery over so many rows."""
    with tempfile.TemporaryDirectory() as folder:
        uri = f"{folder}/table"
        began = time.perf_counter()
        make_table(uri, ROWS, real_rows())
        yield Figure(f"gallery/{ROWS:,} rows/making the table", time.perf_counter() - began, "s", ROWS, "Parquet")
        command = [sys.executable, "-m", "tests.bench.gallery_rows", uri]
        environment = os.environ | {"PYTHONPATH": str(REPOSITORY)}
        said = subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE, text=True).stdout
    for name, value, unit, n in json.loads(said.splitlines()[-1]):
        yield Figure(f"gallery/{ROWS:,} rows/{name}", value, unit, n, LIMIT)


def make_table(uri: str, rows: int, real: pa.Table, of_a_file: int = ROWS_OF_A_FILE) -> None:
    """A table of so many rows, the real ones again and again, in files of a compacted table's size, in one commit."""
    real = _small(real)
    Path(uri).mkdir(parents=True)

    def file_of(number: int) -> NewFile:
        size = min(of_a_file, rows - number * of_a_file)
        path = Path(uri) / f"part-{number:05}.parquet"
        pq.write_table(_with_ids(repeated(real, size), number), path, row_group_size=1024, compression="zstd")
        return NewFile(path.name, path.stat().st_size, 1000 * int(time.time()), size)

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        added = list(pool.map(file_of, range(-(-rows // of_a_file))))
    Table.create_from_files(uri, marked(COLUMNS, DEFAULT_HELD_OUT_PER_MILLE), added)


def _small(rows: pa.Table) -> pa.Table:
    pictures = [{"bytes": each["bytes"][:PICTURE_BYTES], "path": each["path"]} for each in rows["image"].to_pylist()]
    field = COLUMNS.field("image")
    return rows.set_column(COLUMNS.get_field_index("image"), field, pa.array(pictures, type=field.type))


def _with_ids(rows: pa.Table, number: int) -> pa.Table:
    ids = pa.array([f"{number:04x}{one}"[:32] for one in rows.column("sample_id").to_pylist()])
    return rows.set_column(0, COLUMNS.field(0), ids)


def looked_at(uri: str) -> Iterator[tuple[str, float, str, int]]:
    """Name, value, unit and number of what a gallery's process does."""
    from dataset.gallery.sample_search import SampleFilter, SampleSearch

    search = SampleSearch(uri)
    yield "until it knows the table", _timed(search.refresh), "s", ROWS
    yield "resident memory", resident_mb(os.getpid()), "MB", ROWS
    scene, relation, kind = (getattr(search.facets, name)[0][0] for name in ("scene", "relation", "kind"))
    searches = {
        "all": SampleFilter(), "a scene": SampleFilter(scene=scene), "a relation": SampleFilter(relation=relation),
        "a kind of question and a split": SampleFilter(kind=kind, split="train"),
        "a word": SampleFilter(words=scene.split()[0]),
    }  # fmt: skip
    for name, wanted in searches.items():
        pages = [_timed(partial(search.search, wanted, page)) for page in range(1, PAGES + 2)]
        yield f"first page of {name}", 1000 * pages[0], "ms", 1
        yield f"further pages of {name}", 1000 * sum(pages[1:]) / PAGES, "ms", PAGES
    ids = [row["sample_id"] for page in (1, 500) for row in search.search(SampleFilter(), page)[1]]
    for name, work in (("a sample", search.sample), ("its picture", search.picture)):
        yield name, 1000 * sum(_timed(partial(work, one)) for one in ids) / len(ids), "ms", len(ids)


def _timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    assert work() is not None
    return time.perf_counter() - began


if __name__ == "__main__":
    sys.stdout.write(json.dumps(list(looked_at(sys.argv[1]))) + "\n")
    sys.stdout.flush()
    os._exit(0)  # the table's library may abort an interpreter that ends
