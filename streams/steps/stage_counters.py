"""Counts what a stage did, and stops it when most of it fails.

In: records and the events that resulted.  Out: metrics, a log line for each rejection, second drawing and dead letter;
TooManyDeadLetters.
Does not publish.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

from monitoring.metrics import StageMetrics
from monitoring.traces import ids_in, records_spans
from schemas.base import Event
from schemas.codec import event_age, header
from schemas.errors import PermanentError
from schemas.events import QAEvent, Rejection
from schemas.graph import SpatialGraph
from schemas.topics import BY_EVENT, DEAD_LETTERS
from streams.broker.records import Record
from streams.steps.dead_letters import DeadLetterBreaker
from streams.steps.outcome_log import log_dead_letter, log_rejection


@dataclass(frozen=True)
class StageCounters:
    """A stage's metrics and its dead-letter breaker."""

    metrics: StageMetrics
    breaker: DeadLetterBreaker

    def count_event(self, event: Event, record: Record) -> None:
        """Count an event that the broker acknowledged, and that resulted from the record."""
        self.metrics.produced(BY_EVENT[type(event)].name, 1)
        if isinstance(event, SpatialGraph) and event.attempt:
            return  # it was requested by the rejection before it, which is counted
        if isinstance(event, Rejection):
            log_rejection(record, event)
            self._count_rejection(event)
            return
        self.metrics.accepted(1)
        if isinstance(event, QAEvent):
            self.metrics.examined("salvaged" if "salvaged" in event.provenance.notes else "accepted")
            for question in event.questions:
                self.metrics.question(question.kind)

    def _count_rejection(self, event: Rejection) -> None:
        """A picture that is drawn again does not end its request."""
        if event.retried:
            self.metrics.redrawn(event.gate, event.reason)
            self.metrics.examined("retried")
        else:
            self.metrics.rejected(event.gate, event.reason)
            self.metrics.examined("rejected")

    def count_finished(self, record: Record, failure: PermanentError | None) -> None:
        """Count a finished record; with `failure`, as a dead letter. Raises TooManyDeadLetters when most of them are."""
        self.count_received(record)
        self.count_outcome(record, failure)

    def count_received(self, record: Record) -> None:
        """Count a record that was taken from its topic, whatever its outcome."""
        self.metrics.consumed(1)
        age = event_age(record.headers, datetime.now(UTC))
        if age is not None:
            self.metrics.observe_age(age, _trace_of(record) if records_spans() else None)

    def count_outcome(self, record: Record, failure: PermanentError | None) -> None:
        """Count one outcome of a record. Raises TooManyDeadLetters as `count_finished` does."""
        if failure is not None:
            self.metrics.dead_letter(failure.reason)
            self.metrics.produced(DEAD_LETTERS, 1)
            log_dead_letter(record, failure)
        self.breaker.count(record, failure)


def _trace_of(record: Record) -> str | None:
    found = ids_in(header(record.headers, "traceparent"))
    return found[0] if found else None
