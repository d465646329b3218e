"""The size of the dataset, and how it grew.

In: the table's address.  Out: plain values, ready for JSON.
Reads the small columns and the log, no picture; counts in SQL.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, TypedDict

from dataset.reading.rejection_outcomes import DRAWN_AGAIN, ENDED, by_outcome
from dataset.review.review_report import Report, review_of
from dataset.table.delta_table import ROWS_ADDED, At, Options, Table
from dataset.table.held_out_share import share_of
from dataset.table.rejection_table import rejections_uri
from dataset.table.table_errors import NoDataset
from schemas.graph import UNDERSTOOD_IN_ROW

_KINDS = "SELECT unnest(questions)['kind'] AS kind FROM samples"
_UNDERSTOOD = f"SELECT coalesce(regexp_match(provenance, '{UNDERSTOOD_IN_ROW}')[1], 'unknown') AS understood FROM samples"


class Growth(TypedDict):
    """A version: when it was committed (ISO 8601, UTC), by what operation, and how many rows came with it."""

    version: int
    time: str
    operation: str
    rows: int


class Info(TypedDict):
    """The dataset at one version. `bytes` are those of the snapshot's files.

    `understood` counts samples by how the planner understood their concept (`schemas.graph.UNDERSTOOD`).
    Of 1,000 scenes `held_out_per_mille` are in validation, and as many in test.

    `rejections` counts the requests that ended without a sample until now, `redrawn` the pictures that were given up
    while their requests went on, both by stage and reason.  Of several judgements of a request the last counts.

    `review` is what people say of it until now (`dataset.review.review_report`), None where nobody reviewed it.
    """

    uri: str
    version: int
    rows: int
    held_out_per_mille: int
    splits: dict[str, int]
    scenes: dict[str, int]
    understood: dict[str, int]
    questions: int
    kinds: dict[str, int]
    files: int
    bytes: int
    rejections: dict[str, int]
    redrawn: dict[str, int]
    review: Report | None
    growth: list[Growth]


def info(uri: str, storage_options: Options = None, version: At = None) -> Info:
    """Counts of a snapshot, of the current one by default. Raises NoDataset, RetryableError."""
    table = Table.load(uri, storage_options, version)
    splits, kinds = _counts(table, "samples", "split"), _counts(table, f"({_KINDS})", "kind")
    growth = growth_of(table)
    then = datetime.fromisoformat(growth[-1]["time"]) if version is not None and growth else None
    found, (rejections, redrawn) = table.files(), _rejections(table, uri, storage_options, then)
    return Info(
        uri=uri,
        version=table.version,
        rows=sum(splits.values()),
        held_out_per_mille=share_of(table),
        splits=splits,
        scenes=_counts(table, "samples", "scene"),
        understood=_counts(table, f"({_UNDERSTOOD})", "understood"),
        questions=sum(kinds.values()),
        kinds=kinds,
        files=len(found),
        bytes=sum(file.size for file in found),
        rejections=rejections,
        redrawn=redrawn,
        review=review_of(uri, storage_options),
        growth=growth,
    )


def _counts(table: Table, source: str, column: str) -> dict[str, int]:
    rows = table.query(f"SELECT {column}, count(*) AS n FROM {source} GROUP BY {column} ORDER BY n DESC, {column}")
    return dict(zip(rows[column].to_pylist(), rows["n"].to_pylist(), strict=True))


def _rejections(samples: Table, uri: str, options: Options, then: datetime | None) -> tuple[dict[str, int], dict[str, int]]:
    """Rejections that are outcomes, and those whose request went on, as of a time."""
    try:
        table = Table.load(rejections_uri(uri), options, then)
    except NoDataset:
        return {}, {}
    found = by_outcome(samples, table)
    return _rejection_reasons(found[ENDED]), _rejection_reasons(found[DRAWN_AGAIN])


def _rejection_reasons(rejections: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    counts = Counter(f"{row['stage']}: {row['reason']}" for row in rejections)
    return dict(sorted(counts.items(), key=lambda entry: (-entry[1], entry[0])))


def growth_of(table: Table, newest: int | None = None) -> list[Growth]:
    """What each version of a table added, oldest first; of all versions, or of the newest so many."""
    return [_growth(entry) for entry in table.history(newest)]


def _growth(entry: Mapping[str, object]) -> Growth:
    measured = entry.get("operationMetrics")
    appended = measured.get("num_added_rows", 0) if isinstance(measured, Mapping) else 0
    rows = entry.get(ROWS_ADDED, appended)
    milliseconds = int(str(entry["timestamp"]))
    return Growth(
        version=int(str(entry["version"])),
        time=datetime.fromtimestamp(milliseconds / 1000, UTC).isoformat(timespec="milliseconds"),
        operation=str(entry["operation"]),
        rows=int(str(rows)),
    )
