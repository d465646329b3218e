"""Spans of the work on records: one per record, in the trace of the record's producer.

In: records, the events in them, and their outcomes.  Out: spans with these outcomes, and messages whose `traceparent` is
the span's.  A batch of several records has a span in a trace of its own, to which the records' spans are linked, since they
belong to different traces.  Each attempt at a batch has its own spans.
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
from streams.steps.request_ids import Request, requests_in_record

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
            self._span.annotate({"skg.stage": stage, **_origin_attributes(record), **_record_attributes(record, about)})

    def message_for(self, event: Event) -> Message:
        """A message that is published as a result of the record."""
        return to_message(event, self._stage, self._span.traceparent, datetime.now(UTC))

    def set_batch_size(self, size: int) -> None:
        """Set how many records are processed together."""
        self._span.annotate({"messaging.batch.message_count": size})

    def end(self, outcome: Sequence[Event] | BaseException) -> None:
        """The record's results are stored, or it failed, permanently or to be retried. Only the first call counts."""
        _end(self._span, outcome)


class BatchSpans:
    """The spans of the records of a batch, in their order."""

    def __init__(self, stage: Stage, records: Sequence[Record], decoded: Sequence[Decoded]) -> None:
        self._batch = start_span(f"{NAMES[stage]} batch") if len(records) > 1 else None
        if self._batch is not None:
            self._batch.annotate({"skg.stage": stage, "messaging.batch.message_count": len(records)})
        self.each = [RecordSpan(stage, r, about, self._batch) for r, about in zip(records, decoded, strict=True)]
        for span in self.each:
            span.set_batch_size(len(records))

    def end(self, outcomes: Sequence[Sequence[Event] | BaseException]) -> None:
        """Every result is stored; `outcomes` are those of the records."""
        for span, outcome in zip(self.each, outcomes, strict=True):
            span.end(outcome)
        if self._batch is not None:
            self._batch.end()

    @contextmanager
    def end_on_error(self) -> Iterator[None]:
        """An exception that leaves the block ends all spans; otherwise they continue."""
        with end_on_error(self.each):
            try:
                yield
            except BaseException as error:
                if self._batch is not None:
                    _end(self._batch, error)
                raise


@contextmanager
def end_on_error(spans: Sequence[RecordSpan]) -> Iterator[None]:
    """An exception that leaves the block ends the spans; otherwise they continue."""
    try:
        yield
    except BaseException as error:
        for span in spans:
            span.end(error)
        raise


def _end(span: Span, outcome: Sequence[Event] | BaseException) -> None:
    if span.recording:
        if isinstance(outcome, BaseException):
            span.annotate(_failure_attributes(outcome), f"{type(outcome).__name__}: {outcome}")
        else:
            span.annotate(_result_attributes(outcome))
    span.end()


def _origin_attributes(record: Record) -> Attributes:
    """The record's position, by OpenTelemetry's conventions."""
    return {
        "messaging.system": "kafka",
        "messaging.operation.type": "process",
        "messaging.destination.name": record.partition.topic,
        "messaging.destination.partition.id": str(record.partition.number),
        "messaging.kafka.offset": record.offset,
    }


def request_attributes(event: Event) -> Attributes:
    """The request that an event is about; of a seed of several graphs its id alone."""
    match event:
        case SeedConcept():
            return {"skg.seed_id": event.seed_id, "skg.index": event.first if event.count == 1 else None}
        case SpatialGraph() | Rejection():
            return {"skg.seed_id": event.seed_id, "skg.index": event.index}
        case RenderedImage() | QAEvent():
            return {"skg.seed_id": event.graph.seed_id, "skg.index": event.graph.index}
    return {}


def _record_attributes(record: Record, about: Decoded | Request) -> Attributes:
    """The request named by the caller or the record's event, or else by its bytes."""
    if isinstance(about, tuple):
        return {"skg.seed_id": about[0], "skg.index": about[1]}
    if isinstance(about, Event):
        return request_attributes(about)
    named = requests_in_record(record.partition.topic, record.value, record.headers)
    seeds, indices = {seed_id for seed_id, _ in named}, {index for _, index in named}
    return {
        "skg.seed_id": seeds.pop() if len(seeds) == 1 else None,
        "skg.index": indices.pop() if len(indices) == 1 else None,
    }


def _result_attributes(events: Sequence[Event]) -> Attributes:
    """The outcome of an examination, or of whatever the stage does."""
    rejection = next((event for event in events if isinstance(event, Rejection)), None)
    if rejection is None:
        return {"skg.outcome": "accepted"}
    outcome = "redrawn" if rejection.retried else "rejected"
    return {"skg.outcome": outcome, "skg.gate": rejection.gate, "skg.reason": rejection.reason}


def _failure_attributes(error: BaseException) -> Attributes:
    kind = type(error.__cause__ or error).__name__
    if isinstance(error, PermanentError):
        return {"skg.outcome": "dead_letter", "skg.reason": error.reason, "error.type": kind}
    return {"skg.outcome": "retry" if isinstance(error, RetryableError) else "error", "error.type": kind}
