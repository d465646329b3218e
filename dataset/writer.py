"""The writer: rows and Kafka positions into one table, each sample id once.

In: deliveries of `skg.qa`.  Out: commits.
Every commit is made upon a snapshot whose positions were compared with those this writer expects, and claims the whole
set of ids, so two writers never commit blindly past each other: one of them looks again.  When to commit is the
caller's business; knows no broker.
"""

import random
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from dataset.columns import COLUMNS
from dataset.index import Index
from dataset.pictures import fetch
from dataset.rows import rows_of
from dataset.table import Options, Overtaken, Table
from schemas.doors import Appended, Delivery, ObjectStore, Sample
from schemas.events import QAEvent
from schemas.failures import Fenced, Never, TryLater

MAX_COMMIT_BYTES = 16 * 1024 * 1024
"""Pictures of one `append` that keep a process below 512 MB: it takes about 250 MB and five times its pictures."""

TRIES = 30
"""Commits of other writers that may come first, one after another; each takes a few tens of milliseconds."""

LONGEST_PAUSE_S = 0.1
"""Between two tries, at random, so that writers do not keep in step."""

Reached = Callable[[str], object]


def ignore(step: str) -> None:
    """The `Reached` of production."""


class DatasetWriter:
    """Implements `schemas.doors.Sink`.

    `index_dir` holds the ids seen, a cache.  `open` and `close` may be called from another thread than the others.
    `reached` is told `before_commit`, when rows and positions are decided and nothing is stored; tests act there.
    """

    def __init__(
        self,
        uri: str,
        store: ObjectStore,
        index_dir: Path,
        storage_options: Options = None,
        reached: Reached = ignore,
    ) -> None:
        self._uri, self._store, self._options = uri, store, storage_options
        self._index = Index(index_dir)
        self._table: Table | None = None
        self._lock = threading.Lock()
        self._expected: dict[str, int | None] = {}
        self._pause = threading.Event().wait
        self._reached = reached

    def open(self, partition: str) -> int | None:
        """The next offset to read, from a snapshot of its own: never waits for a commit or for the index."""
        position = Table.create(self._uri, COLUMNS, self._options).position(partition)
        with self._lock:
            self._expected[partition] = position
        return position

    def close(self, partition: str) -> None:
        """What is still appended of this partition is dropped."""
        with self._lock:
            self._expected.pop(partition, None)

    def prepare(self, events: Sequence[QAEvent]) -> list[Sample | Never]:
        """Fetch and check the pictures of samples that the table lacks. The first call may have to fill the index."""
        self._index.catch_up(self._current())
        known = self._index.known(event.sample_id for event in events)
        lacking = [event for event in events if event.sample_id not in known]
        pictures = iter(fetch(self._store, [event.image for event in lacking]))
        return [
            Sample(event, None) if event.sample_id in known else _with_picture(event, next(pictures)) for event in events
        ]

    def append(self, deliveries: Sequence[Delivery]) -> Appended:
        """One commit, or none where nothing is new. Raises Fenced, TryLater."""
        for _ in range(TRIES):
            table = self._current()
            due = self._due(deliveries, table)
            if not due:
                return Appended({}, 0)
            self._index.catch_up(table)
            samples = self._fresh(due)
            positions = _after(due)
            before = table.version
            self._reached("before_commit")
            try:
                table.append(rows_of(samples), positions)
            except Overtaken:
                self._pause(random.uniform(0, LONGEST_PAUSE_S))
                continue
            self._index.stored((sample.event.sample_id for sample in samples), before, table)
            self._moved(positions)
            return Appended(positions, len(samples))
        raise TryLater(f"other writers of {self._uri} came first {TRIES} times")

    def _current(self) -> Table:
        if self._table is None:
            self._table = Table.create(self._uri, COLUMNS, self._options)
        else:
            self._table.refresh()
        return self._table

    def _due(self, deliveries: Sequence[Delivery], table: Table) -> list[Delivery]:
        """Those of open partitions that the table has not passed. The comparison is the fence."""
        with self._lock:
            expected = {d.partition: self._expected[d.partition] for d in deliveries if d.partition in self._expected}
        for partition, position in expected.items():
            if table.position(partition) != position:
                self.close(partition)
                raise Fenced(partition)
        return [d for d in deliveries if d.partition in expected and d.offset >= (expected[d.partition] or 0)]

    def _fresh(self, deliveries: Sequence[Delivery]) -> list[Sample]:
        """Each sample whose id the table lacks, once."""
        samples = {d.sample.event.sample_id: d.sample for d in reversed(deliveries) if d.sample is not None}
        known = self._index.known(samples)
        fresh = [sample for one, sample in reversed(samples.items()) if one not in known]
        if any(sample.image is None for sample in fresh):
            raise TryLater("the table was replaced since these samples were prepared")
        return fresh

    def _moved(self, positions: Mapping[str, int]) -> None:
        with self._lock:
            self._expected.update({p: position for p, position in positions.items() if p in self._expected})


def _with_picture(event: QAEvent, picture: bytes | Never) -> Sample | Never:
    return picture if isinstance(picture, Never) else Sample(event, picture)


def _after(deliveries: Sequence[Delivery]) -> dict[str, int]:
    """Each partition's next offset."""
    positions: dict[str, int] = {}
    for delivery in deliveries:
        positions[delivery.partition] = max(positions.get(delivery.partition, 0), delivery.offset + 1)
    return positions
