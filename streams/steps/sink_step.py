"""The step of a table's writer: decode, fetch pictures, append rows and positions in one commit.

In: records of one topic.  Out: rows in the sink, whose own position decides where reading starts.
The group's offsets are committed for lag only.  A permanent failure becomes a dead letter, published before the position
passes it.  Knows no table format.
"""

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from time import monotonic
from typing import Generic

from schemas.errors import Fenced, PermanentError, RetryableError
from schemas.events import QAEvent
from schemas.interfaces import Delivery, E, Sample, Sink
from schemas.topics import TOPICS
from streams.broker.records import Partition, Record
from streams.errors import Refused
from streams.steps.dead_letter_publisher import publish_letters
from streams.steps.handler_step import StepTools, decode_record
from streams.steps.isolation import isolated
from streams.steps.record_spans import BatchSpans
from streams.worker.pipelining import Settle, all_done

COMMIT_BYTES = 16 * 1024 * 1024
"""Events and pictures held in memory for one commit, at most (and one more)."""

FENCED_TRIES = 5
"""Two owners alternate at most once per rebalance; more means that another process writes these positions."""

TopicIds = Callable[[str], str]
"""The broker's id of a topic, which changes when the topic is re-created."""


@dataclass(frozen=True)
class _Prepared(Generic[E]):
    record: Record
    outcome: Sample[E] | PermanentError


class SinkStep(Generic[E]):
    """Writes batches of records to a sink that keeps the topic's events.

    `assigned` and `revoked` run on another thread than `begin`.  The lock guards only the fields of this class: waiting for
    a commit would delay heartbeats, and the sink itself refuses a commit whose partition was reopened meanwhile.
    """

    def __init__(
        self, sink: Sink[E], tools: StepTools, topic: str, topic_ids: TopicIds, commit_bytes: int = COMMIT_BYTES
    ) -> None:
        self._sink, self._tools, self._commit_bytes = sink, tools, commit_bytes
        self._topic, self._topic_ids = topic, topic_ids
        self._type: type[E] = TOPICS[topic].event  # type: ignore[assignment] # the composition root gives both
        self._topic_id: str | None = None
        self._lock = threading.Lock()
        self._next: dict[Partition, int] = {}

    def assigned(self, partitions: Sequence[Partition]) -> Mapping[Partition, int | None]:
        """The sink's positions; the earliest record where it has none. Raises RetryableError, as sink and broker do."""
        self._topic_id = self._topic_id or self._topic_ids(self._topic)
        return {partition: self._open(partition) for partition in partitions}

    def revoked(self, partitions: Sequence[Partition]) -> None:
        """Rows that are not yet appended are dropped: the next owner reads them again."""
        for partition in partitions:
            with self._lock:
                known = self._next.pop(partition, None)
            if known is not None:
                self._sink.close(self._name(partition))

    def begin(self, records: Sequence[Record]) -> Settle:
        """Append the records, in commits of bounded size. The second half does nothing: a commit holds rows and
        positions.

        Raises RetryableError; what was committed is skipped next time.
        """
        if self._topic_ids(self._topic) != self._topic_id:
            raise Refused(
                f"{self._topic} was created anew: start the writer again, positions of the old topic do not count"
            )
        unread = [(record, self._event(record)) for record in records if self._is_unread(record)]
        for part in _by_size(unread, self._commit_bytes):
            self._process(part)
        return all_done

    def _process(self, decoded: Sequence[tuple[Record, E | PermanentError]]) -> None:
        spans = BatchSpans(self._tools.stage, [record for record, _ in decoded], [event for _, event in decoded])
        with spans.end_on_error():
            self._store(decoded, spans)

    def _store(self, decoded: Sequence[tuple[Record, E | PermanentError]], spans: BatchSpans) -> None:
        started, tools = monotonic(), self._tools
        tools.test_hook("consumed")
        events = [event for _, event in decoded if not isinstance(event, PermanentError)]
        samples = iter(self._prepare(events))
        prepared = [_Prepared(r, event if isinstance(event, PermanentError) else next(samples)) for r, event in decoded]
        both = zip(prepared, spans.each, strict=True)
        dead = [(t.record, span, t.outcome) for t, span in both if isinstance(t.outcome, PermanentError)]
        publish_letters(tools.publisher, tools.stage, dead)
        tools.test_hook("before_append")
        rows = self._append(prepared)
        tools.test_hook("appended")
        spans.end([t.outcome if isinstance(t.outcome, PermanentError) else [t.outcome.event] for t in prepared])
        tools.counters.metrics.accepted(rows if self._type is QAEvent else 0)  # a stored rejection is not a sample
        tools.counters.metrics.observe_seconds((monotonic() - started) / max(1, len(prepared)))
        for each in prepared:
            tools.counters.count_finished(each.record, each.outcome if isinstance(each.outcome, PermanentError) else None)

    def _prepare(self, events: Sequence[E]) -> list[Sample[E] | PermanentError]:
        """All at once; one by one where that raised, so that only the event that raises fails."""
        if not events:
            return []
        samples = isolated(lambda: self._sink.prepare(events), tries=1)
        return [self._prepare_alone(event) for event in events] if isinstance(samples, PermanentError) else samples

    def _prepare_alone(self, event: E) -> Sample[E] | PermanentError:
        samples = isolated(lambda: self._sink.prepare([event]))
        return samples if isinstance(samples, PermanentError) else samples[0]

    def _append(self, prepared: Sequence[_Prepared[E]]) -> int:
        for _ in range(FENCED_TRIES):
            deliveries = [self._delivery(t) for t in prepared if self._is_unread(t.record)]
            if not deliveries:
                return 0
            try:
                appended = self._sink.append(deliveries)
            except Fenced as fenced:
                self._reopen(fenced.partition)
                continue
            self._advance(appended.positions)
            return appended.rows
        raise RetryableError(f"other writers kept moving the positions of {self._topic}")

    def _event(self, record: Record) -> E | PermanentError:
        event = decode_record(record)
        if isinstance(event, PermanentError | self._type):
            return event
        raise TypeError(f"{record.partition.topic} does not carry {self._type.__name__}")

    def _delivery(self, prepared: _Prepared[E]) -> Delivery[E]:
        sample = None if isinstance(prepared.outcome, PermanentError) else prepared.outcome
        return Delivery(self._name(prepared.record.partition), prepared.record.offset, sample)

    def _advance(self, positions: Mapping[str, int]) -> None:
        with self._lock:
            for partition, known in self._next.items():
                self._next[partition] = max(known, positions.get(self._name(partition), 0))

    def _is_unread(self, record: Record) -> bool:
        with self._lock:
            position = self._next.get(record.partition)
        return position is not None and record.offset >= position

    def _open(self, partition: Partition) -> int | None:
        position = self._sink.open(self._name(partition))
        with self._lock:
            self._next[partition] = position or 0
        return position

    def _reopen(self, name: str) -> None:
        with self._lock:
            known = [partition for partition in self._next if self._name(partition) == name]
        for partition in known:
            self._sink.close(name)
            self._open(partition)

    def _name(self, partition: Partition) -> str:
        return f"{partition.topic}-{self._topic_id}/{partition.number}"


def _by_size(
    decoded: Sequence[tuple[Record, E | PermanentError]], limit: int
) -> Iterator[list[tuple[Record, E | PermanentError]]]:
    """Parts that are not much larger together, pictures included, than one commit may hold; none of an empty batch."""
    part: list[tuple[Record, E | PermanentError]] = []
    size = 0
    for record, event in decoded:
        part.append((record, event))
        size += len(record.value or b"") + (_picture_bytes(event) if isinstance(event, QAEvent) else 0)
        if size >= limit:
            yield part
            part, size = [], 0
    if part:
        yield part


def _picture_bytes(event: QAEvent) -> int:
    """Of all pictures of a sample."""
    return sum(image.size for image in (event.image, *event.views))
