"""Counting what a stage did, and stopping it when most of it fails.

In: records and the events that came of them.  Out: metrics; TooManyDeadLetters.  Does not publish.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

from monitoring.metrics import StageMetrics
from schemas.base import Event
from schemas.codec import event_age
from schemas.errors import PermanentError
from schemas.events import QAEvent, Rejection
from schemas.graph import SpatialGraph
from schemas.topics import BY_EVENT, DEAD_LETTERS
from streams.broker.records import Record
from streams.steps.dead_letters import DeadLetterBreaker


@dataclass(frozen=True)
class StageCounters:
    """A stage's metrics and its limit of dead letters."""

    metrics: StageMetrics
    limit: DeadLetterBreaker

    def event(self, event: Event) -> None:
        """An event was acknowledged by the broker."""
        self.metrics.produced(BY_EVENT[type(event)].name, 1)
        if isinstance(event, SpatialGraph) and event.attempt:
            return  # asked for by the rejection before it, which is counted
        if isinstance(event, Rejection):
            self._refused(event)
            return
        self.metrics.accepted(1)
        if isinstance(event, QAEvent):
            self.metrics.examined("salvaged" if "salvaged" in event.provenance.notes else "accepted")
            for question in event.questions:
                self.metrics.question(question.kind)

    def _refused(self, event: Rejection) -> None:
        """A picture that is drawn again is no request that ended."""
        if event.retried:
            self.metrics.redrawn(event.gate, event.reason)
            self.metrics.examined("retried")
        else:
            self.metrics.rejected(event.gate, event.reason)
            self.metrics.examined("rejected")

    def taken(self, record: Record, failure: PermanentError | None) -> None:
        """A record is finished; with `failure`, as a dead letter. Raises TooManyDeadLetters when most of them are."""
        self.received(record)
        self.ended(record, failure)

    def received(self, record: Record) -> None:
        """A record was taken from its topic, whatever comes of it."""
        self.metrics.consumed(1)
        age = event_age(record.headers, datetime.now(UTC))
        if age is not None:
            self.metrics.observe_age(age)

    def ended(self, record: Record, failure: PermanentError | None) -> None:
        """What a record asked for, or one of the things, is finished. Raises TooManyDeadLetters as `taken` does."""
        if failure is not None:
            self.metrics.dead_letter(failure.reason)
            self.metrics.produced(DEAD_LETTERS, 1)
        self.limit.count(record, failure)
