"""Writes rows and Kafka positions into one table, each id once.

In: deliveries of one topic.  Out: commits.
Every commit is made on a snapshot whose positions were compared with those this writer expects, and has a transaction id
for all ids, so of two concurrent commits one fails and is retried on the new snapshot.  The caller decides when to commit;
imports no broker client and knows no column but the id.
"""

import random
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Generic, TypeVar

import pyarrow as pa

from dataset.table.delta_table import Options, Properties, Table
from dataset.table.id_index import IdIndex
from dataset.table.table_errors import CommitConflict
from schemas.base import Event
from schemas.errors import Fenced, PermanentError, RetryableError
from schemas.interfaces import Appended, Delivery, Sample

TRIES = 30
"""Attempts when other writers commit first; each takes a few tens of milliseconds."""

MAX_PAUSE_S = 0.1
"""Longest random pause between two attempts, which keeps writers from colliding again."""

Reached = Callable[[str], object]


def ignore(step: str) -> None:
    """The `Reached` of production."""


def _any_table(_: Table) -> None:
    pass


E = TypeVar("E", bound=Event)


@dataclass(frozen=True)
class TableContents(Generic[E]):
    """The contents of a table: its columns, the id column, and how events become rows.

    `pictures` fetches each event's pictures: bytes, the first camera's first, or None where it has none.  A new table gets
    `properties`; `check` raises where the table is not one that these contents belong to.
    """

    columns: pa.Schema
    id_column: str
    id_of: Callable[[E], str]
    rows: Callable[[Sequence[Sample[E]]], pa.Table]
    pictures: Callable[[Sequence[E]], Sequence[tuple[bytes, ...] | PermanentError | None]]
    needs_picture: bool
    properties: Properties = field(default_factory=dict)
    check: Callable[[Table], object] = _any_table


@dataclass(frozen=True)
class TableLocation:
    """The table's address, the folder of the id cache, the storage options."""

    uri: str
    index_dir: Path
    options: Options = None


class TableWriter(Generic[E]):
    """Implements `schemas.interfaces.Sink`.

    `open` and `close` may be called from another thread than the others.
    `reached` is a test hook, called with `before_commit` when rows and positions are decided and nothing is stored.
    """

    def __init__(self, place: TableLocation, contents: TableContents[E], reached: Reached = ignore) -> None:
        self._uri, self._options, self._contents = place.uri, place.options, contents
        self._index = IdIndex(place.index_dir, id_column=contents.id_column)
        self._table: Table | None = None
        self._lock = threading.Lock()
        self._expected: dict[str, int | None] = {}
        self._pause = threading.Event().wait
        self._reached = reached

    def check(self) -> Table:
        """The table, created if there is none. Raises what the contents raise for one that they do not belong to,
        NoDataset, RetryableError."""
        table = Table.create(self._uri, self._contents.columns, self._options, self._contents.properties)
        self._contents.check(table)
        return table

    def open(self, partition: str) -> int | None:
        """The next offset to read, from a separate snapshot: never waits for a commit or for the index."""
        position = self.check().position(partition)
        with self._lock:
            self._expected[partition] = position
        return position

    def close(self, partition: str) -> None:
        """Stop writing this partition: later deliveries of it are dropped."""
        with self._lock:
            self._expected.pop(partition, None)

    def prepare(self, events: Sequence[E]) -> list[Sample[E] | PermanentError]:
        """Fetch and check the pictures of samples that the table lacks. The first call may have to fill the index."""
        self._index.catch_up(self._current())
        id_of = self._contents.id_of
        known = self._index.known(id_of(event) for event in events)
        lacking = [event for event in events if id_of(event) not in known]
        pictures = iter(self._contents.pictures(lacking))
        samples = [Sample(e, None) if id_of(e) in known else _with_pictures(e, next(pictures)) for e in events]
        self._contents.rows([s for s in samples if isinstance(s, Sample) and id_of(s.event) not in known])
        return samples  # events that cannot be rows raise here, not in `append`

    def append(self, deliveries: Sequence[Delivery[E]]) -> Appended:
        """One commit, or none if nothing is new. Raises Fenced, RetryableError."""
        for _ in range(TRIES):
            table = self._current()
            due = self._unstored(deliveries, table)
            if not due:
                return Appended({}, 0)
            self._index.catch_up(table)
            samples = self._new_samples(due)
            positions = _after(due)
            before = table.version
            self._reached("before_commit")
            try:
                table.append(self._contents.rows(samples), positions)
            except CommitConflict:
                self._pause(random.uniform(0, MAX_PAUSE_S))
                continue
            self._index.record_commit((self._contents.id_of(sample.event) for sample in samples), before, table)
            self._record_positions(positions)
            return Appended(positions, len(samples))
        raise RetryableError(f"other writers of {self._uri} came first {TRIES} times", "table")

    def _current(self) -> Table:
        if self._table is None:
            self._table = self.check()
        else:
            self._table.refresh()
        return self._table

    def _unstored(self, deliveries: Sequence[Delivery[E]], table: Table) -> list[Delivery[E]]:
        """Deliveries of open partitions beyond the table's positions. Raises Fenced where another writer took over."""
        with self._lock:
            expected = {d.partition: self._expected[d.partition] for d in deliveries if d.partition in self._expected}
        for partition, position in expected.items():
            if table.position(partition) != position:
                self.close(partition)
                raise Fenced(partition)
        return [d for d in deliveries if d.partition in expected and d.offset >= (expected[d.partition] or 0)]

    def _new_samples(self, deliveries: Sequence[Delivery[E]]) -> list[Sample[E]]:
        """Each sample whose id the table lacks, once."""
        id_of = self._contents.id_of
        samples = {id_of(d.sample.event): d.sample for d in reversed(deliveries) if d.sample is not None}
        known = self._index.known(samples)
        new = [sample for one, sample in reversed(samples.items()) if one not in known]
        if self._contents.needs_picture and any(sample.image is None for sample in new):
            raise RetryableError("the table was replaced since these samples were prepared", "table")
        return new

    def _record_positions(self, positions: Mapping[str, int]) -> None:
        with self._lock:
            self._expected.update({p: position for p, position in positions.items() if p in self._expected})


def _with_pictures(event: E, pictures: tuple[bytes, ...] | PermanentError | None) -> Sample[E] | PermanentError:
    if isinstance(pictures, PermanentError):
        return pictures
    return Sample(event, None) if pictures is None else Sample(event, pictures[0], pictures[1:])


def _after(deliveries: Sequence[Delivery[E]]) -> dict[str, int]:
    """Each partition's next offset."""
    positions: dict[str, int] = {}
    for delivery in deliveries:
        positions[delivery.partition] = max(positions.get(delivery.partition, 0), delivery.offset + 1)
    return positions
