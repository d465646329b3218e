"""Spans of the work on records: one a record, in the trace of what caused it.

In: records, the events in them, and what became of each.  Out: spans that say so, and messages whose `traceparent` is the
span's.  A batch of several records has a span of its own, in a trace of its own, to which the records' spans are linked:
they belong to as many traces.  Each attempt at a batch has spans of its own.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime

from monitoring.traces import Attributes, Span, start_span
from schemas.base import Event
from schemas.codec import Message, header, to_message
from schemas.errors import PermanentError, RetryableError
from schemas.events import QAEvent, Rejection, RenderedImage, SeedConcept, Stage
from schemas.graph import SpatialGraph
from streams.broker.records import Record
from streams.steps.request_ids import Request, requests_named

NAMES: dict[Stage, str] = {"agents": "plan", "render": "render", "examine": "examine", "write": "write"}
"""What a stage does with a record."""

Decoded = Event | PermanentError
"""The event in a record, or why there is none."""


class RecordSpan:
    """The span of a record, or of one of the graphs that a seed asks for."""

    def __init__(self, stage: Stage, record: Record, about: Decoded | Request, batch: Span | None = None) -> None:
        self._stage = stage
        self._span = start_span(NAMES[stage], header(record.headers, "traceparent"), "consumer", batch)
        if self._span.recording:
            self._span.tell({"skg.stage": stage, **_place(record), **_request(record, about)})

    def message(self, event: Event) -> Message:
        """What is published because of the record."""
        return to_message(event, self._stage, self._span.traceparent, datetime.now(UTC))

    def tell_batch(self, size: int) -> None:
        """How many records are worked on together."""
        self._span.tell({"messaging.batch.message_count": size})

    def end(self, outcome: Sequence[Event] | BaseException) -> None:
        """The record's results are safe, or it failed: for good, or to be worked on again. The first call counts."""
        _end(self._span, outcome)


class BatchSpans:
    """The spans of the records of a batch, in their order."""

    def __init__(self, stage: Stage, records: Sequence[Record], decoded: Sequence[Decoded]) -> None:
        self._batch = start_span(f"{NAMES[stage]} batch") if len(records) > 1 else None
        if self._batch is not None:
            self._batch.tell({"skg.stage": stage, "messaging.batch.message_count": len(records)})
        self.each = [RecordSpan(stage, r, about, self._batch) for r, about in zip(records, decoded, strict=True)]
        for span in self.each:
            span.tell_batch(len(records))

    def end(self, outcomes: Sequence[Sequence[Event] | BaseException]) -> None:
        """Everything is safe; what became of each record."""
        for span, outcome in zip(self.each, outcomes, strict=True):
            span.end(outcome)
        if self._batch is not None:
            self._batch.end()

    @contextmanager
    def ended_by_errors(self) -> Iterator[None]:
        """What leaves the block as an exception ends them all; otherwise they go on."""
        with ended_by_errors(self.each):
            try:
                yield
            except BaseException as error:
                if self._batch is not None:
                    _end(self._batch, error)
                raise


@contextmanager
def ended_by_errors(spans: Sequence[RecordSpan]) -> Iterator[None]:
    """What leaves the block as an exception ends the spans; otherwise they go on."""
    try:
        yield
    except BaseException as error:
        for span in spans:
            span.end(error)
        raise


def _end(span: Span, outcome: Sequence[Event] | BaseException) -> None:
    if span.recording:
        if isinstance(outcome, BaseException):
            span.tell(_failure(outcome), f"{type(outcome).__name__}: {outcome}")
        else:
            span.tell(_result(outcome))
    span.end()


def _place(record: Record) -> Attributes:
    """Where the record lies, in the words of OpenTelemetry's conventions."""
    return {
        "messaging.system": "kafka",
        "messaging.operation.type": "process",
        "messaging.destination.name": record.partition.topic,
        "messaging.destination.partition.id": str(record.partition.number),
        "messaging.kafka.offset": record.offset,
    }


def request_of(event: Event) -> Attributes:
    """The request that an event is about; of a seed of several graphs its id alone."""
    match event:
        case SeedConcept():
            return {"skg.seed_id": event.seed_id, "skg.index": event.first if event.count == 1 else None}
        case SpatialGraph() | Rejection():
            return {"skg.seed_id": event.seed_id, "skg.index": event.index}
        case RenderedImage() | QAEvent():
            return {"skg.seed_id": event.graph.seed_id, "skg.index": event.graph.index}
    return {}


def _request(record: Record, about: Decoded | Request) -> Attributes:
    """As the caller or the record's event says, or else as its bytes do."""
    if isinstance(about, tuple):
        return {"skg.seed_id": about[0], "skg.index": about[1]}
    if isinstance(about, Event):
        return request_of(about)
    named = requests_named(record.partition.topic, record.value, record.headers)
    seeds, indices = {seed_id for seed_id, _ in named}, {index for _, index in named}
    return {
        "skg.seed_id": seeds.pop() if len(seeds) == 1 else None,
        "skg.index": indices.pop() if len(indices) == 1 else None,
    }


def _result(events: Sequence[Event]) -> Attributes:
    """How an examination, or whatever it was, ended."""
    rejection = next((event for event in events if isinstance(event, Rejection)), None)
    if rejection is None:
        return {"skg.outcome": "accepted"}
    outcome = "redrawn" if rejection.retried else "rejected"
    return {"skg.outcome": outcome, "skg.gate": rejection.gate, "skg.reason": rejection.reason}


def _failure(error: BaseException) -> Attributes:
    kind = type(error.__cause__ or error).__name__
    if isinstance(error, PermanentError):
        return {"skg.outcome": "dead_letter", "skg.reason": error.reason, "error.type": kind}
    return {"skg.outcome": "retry" if isinstance(error, RetryableError) else "error", "error.type": kind}
