"""Counts what a stage did, and stops it when most of it fails.

In: records and the events that resulted.  Out: metrics, a log line for each dead letter; TooManyDeadLetters.
Does not publish.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

from monitoring.logs import log
from monitoring.metrics import StageMetrics
from schemas.base import Event
from schemas.codec import event_age
from schemas.errors import PermanentError
from schemas.events import QAEvent, Rejection
from schemas.graph import SpatialGraph
from schemas.topics import BY_EVENT, DEAD_LETTERS
from streams.broker.records import Record
from streams.steps.dead_letters import DeadLetterBreaker
from streams.steps.request_ids import requests_in_record

MAX_REQUESTS, MAX_WHY_CHARS = 3, 300
"""Requests of a record, and characters of a failure's text, in a log line; the dead letter has all."""


@dataclass(frozen=True)
class StageCounters:
    """A stage's metrics and its dead-letter breaker."""

    metrics: StageMetrics
    breaker: DeadLetterBreaker

    def count_event(self, event: Event) -> None:
        """Count an event that the broker acknowledged."""
        self.metrics.produced(BY_EVENT[type(event)].name, 1)
        if isinstance(event, SpatialGraph) and event.attempt:
            return  # it was requested by the rejection before it, which is counted
        if isinstance(event, Rejection):
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
            self.metrics.observe_age(age)

    def count_outcome(self, record: Record, failure: PermanentError | None) -> None:
        """Count one outcome of a record. Raises TooManyDeadLetters as `count_finished` does."""
        if failure is not None:
            self.metrics.dead_letter(failure.reason)
            self.metrics.produced(DEAD_LETTERS, 1)
            _log_dead_letter(record, failure)
        self.breaker.count(record, failure)


def _log_dead_letter(record: Record, failure: PermanentError) -> None:
    """Log where the record stands, which requests it was about, as far as its bytes tell, and why it failed."""
    topic = record.partition.topic
    requests = [f"{seed_id}-{index}" for seed_id, index in requests_in_record(topic, record.value, record.headers)]
    more = [f"and {len(requests) - MAX_REQUESTS} more"] if len(requests) > MAX_REQUESTS else []
    log("dead-letters").warning(
        "a record became a dead letter",
        request=" ".join(requests[:MAX_REQUESTS] + more),
        topic=topic,
        partition=record.partition.number,
        offset=record.offset,
        reason=failure.reason,
        why=str(failure)[:MAX_WHY_CHARS],
    )
