"""The change feed: the new rows of each version of the table, once and in order.

In: the table's address, and the last version read.  Out: the rows of every later version.
A training job stores the last version it was given and resumes from there after a restart; earlier rows come from
`dataset.load(uri, version=N)`.  Compaction adds no rows and is skipped.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute

from dataset.reading.loading import features_of
from dataset.reading.row_reader import with_types
from dataset.table.columns import COLUMNS
from dataset.table.delta_table import VERSION_COLUMN, Options, Table
from dataset.table.table_errors import LogGone, NoDataset
from schemas.errors import UserError

if TYPE_CHECKING:
    import datasets

POLL_S = 2.0
"""Seconds between two polls of the log: commits come every few seconds, and polling takes milliseconds."""

VERSIONS_AT_ONCE = 16
"""Versions read together to catch up; at most 16 commits of 16 MiB are in memory."""


class TooFarBehind(UserError):
    """The rows of unread versions can no longer be told apart."""


@dataclass(frozen=True)
class VersionRows:
    """A version and the rows that it added, pictures decoded on access."""

    version: int
    rows: "datasets.Dataset"


@dataclass(frozen=True)
class FeedRequest:
    """Follow versions later than `after` (None: the current one), of one split, with these columns."""

    after: int | None = None
    split: str | None = None
    columns: Sequence[str] | None = None


def follow(
    uri: str,
    request: FeedRequest | None = None,
    storage_options: Options = None,
    wait: Callable[[], bool] | None = None,
) -> Iterator[VersionRows]:
    """Every version after `request.after` that added rows, as it comes. Ends when `wait` returns False.

    `wait` is called when there is nothing new.  Raises NoDataset, RetryableError, ValueError for an unknown column, and
    TooFarBehind when a vacuum has removed a version's rows: load a snapshot then, and follow from its version.
    """
    wanted = request or FeedRequest()
    pause = wait or _pause
    table = Table.load(uri, storage_options)
    reached = table.version if wanted.after is None else wanted.after
    if reached > table.version:
        raise NoDataset(f"the dataset at {uri} has no version {reached}; the newest is {table.version}")
    while True:
        while reached < table.version:
            last = min(reached + VERSIONS_AT_ONCE, table.version)
            yield from _between(table, reached + 1, last, wanted)
            reached = last
        if not pause():
            return
        table.refresh()


def _pause() -> bool:
    time.sleep(POLL_S)
    return True


def _between(table: Table, first: int, last: int, request: FeedRequest) -> Iterator[VersionRows]:
    columns = list(request.columns if request.columns is not None else COLUMNS.names)
    features = features_of(columns)
    found: dict[int, list[pa.RecordBatch]] = {}
    try:
        for batch in table.changes(first, last):
            for version, rows in _by_version(batch, request.split, columns):
                found.setdefault(version, []).append(rows)
    except LogGone as error:
        raise TooFarBehind(
            f"what versions {first} to {last} added can no longer be distinguished, a vacuum has removed it: load the"
            f" dataset at version {table.version} and follow from there"
        ) from error
    for version in sorted(found):
        yield VersionRows(version, _dataset(found[version], features))


def _by_version(batch: pa.RecordBatch, split: str | None, columns: Sequence[str]) -> Iterator[tuple[int, pa.RecordBatch]]:
    versions, rows = batch[VERSION_COLUMN], with_types(batch, columns)
    splits = with_types(batch, ["split"])["split"]
    for version in versions.unique().to_pylist():
        wanted = pyarrow.compute.equal(versions, version)
        if split is not None:
            wanted = pyarrow.compute.and_kleene(wanted, pyarrow.compute.equal(splits, split))
        chosen = rows.filter(wanted)
        if chosen.num_rows:
            yield version, chosen


def _dataset(batches: Sequence[pa.RecordBatch], features: "datasets.Features") -> "datasets.Dataset":
    import datasets

    return datasets.Dataset(pa.Table.from_batches(batches).cast(features.arrow_schema))
