"""Tables of many rows that hold ids and next to nothing else, and what a writer costs that opens one.

`python -m tests.fakes.big_table URI INDEX_DIR` opens the table in a process of its own and prints one JSON object.
"""

import json
import sys
import time
from dataclasses import asdict, dataclass
from hashlib import shake_128
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from deltalake import DeltaTable
from deltalake.transaction import AddAction

from dataset.table.columns import COLUMNS
from dataset.table.delta_table import Table
from dataset.table.held_out_share import properties_of
from dataset.table.sample_writer import DatasetWriter, TableLocation
from schemas.interfaces import Delivery, Sample
from spatial.splits import DEFAULT_HELD_OUT_PER_MILLE
from tests.fakes.events import make_samples, stored_picture
from tests.fakes.store import InMemoryStore

CHECKS = 5000


def make_big_table(uri: str, files: int, rows: int) -> None:
    """A table of `files` Parquet files with `rows` ids each, in one commit."""
    Table.create(uri, COLUMNS, properties=properties_of(DEFAULT_HELD_OUT_PER_MILLE))
    added = []
    for number in range(files):
        ids = _ids(number, rows)
        path = Path(uri) / f"part-{number:06}.parquet"
        nothing = [pa.nulls(rows, type=field.type) for field in list(COLUMNS)[1:]]
        pq.write_table(pa.Table.from_arrays([pa.array(ids), *nothing], schema=COLUMNS), path, compression="zstd")
        stats = json.dumps({"numRecords": rows})
        added.append(AddAction(path.name, path.stat().st_size, {}, 1000 * int(time.time()), True, stats))
    DeltaTable(uri).create_write_transaction(added, "append", COLUMNS)


def _ids(number: int, rows: int) -> list[str]:
    """Ids that look like any others; those of fewer rows are the first ones of more."""
    stream = shake_128(b"%d" % number).hexdigest(16 * rows)
    return [stream[i : i + 32] for i in range(0, len(stream), 32)]


@dataclass(frozen=True)
class Cost:
    """Seconds to know every id, the slowest and the median check of one id in seconds, peak memory in MB."""

    rebuild_s: float
    reopen_s: float
    check_median_s: float
    check_p99_s: float
    append_500_s: float
    peak_mb: float


def measure(uri: str, index_dir: Path) -> Cost:
    """Open a writer without an index, check ids, append 500 rows of 30 kB."""
    store = InMemoryStore()
    writer = DatasetWriter(TableLocation(uri, index_dir), store)
    writer.open("topic/0")
    started = time.monotonic()
    writer.prepare([])
    rebuild_s = time.monotonic() - started
    events = make_samples(500)
    for event in events:
        store.put_if_absent(event.image.key, stored_picture(event))
    checks = sorted(_check(writer, number) for number in range(CHECKS))
    picture = bytes(range(256)) * 118
    deliveries = [Delivery("topic/0", i, Sample(event, picture)) for i, event in enumerate(events)]
    started = time.monotonic()
    writer.append(deliveries)
    append_s = time.monotonic() - started
    started = time.monotonic()
    again = DatasetWriter(TableLocation(uri, index_dir), store)
    again.open("topic/0")
    reopen_s = time.monotonic() - started
    return Cost(rebuild_s, reopen_s, checks[CHECKS // 2], checks[CHECKS * 99 // 100], append_s, _peak_mb())


def _check(writer: DatasetWriter, number: int) -> float:
    (one,) = _ids(number if number % 2 else -number, 1)
    started = time.perf_counter()
    writer._index.known([one])
    return time.perf_counter() - started


def _peak_mb() -> float:
    status = Path("/proc/self/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1024


if __name__ == "__main__":
    print(json.dumps(asdict(measure(sys.argv[1], Path(sys.argv[2])))))  # noqa: T201 - its only output
