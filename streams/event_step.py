"""The step of render and examine: decode, handle, publish; what fails for good becomes a dead letter.

In: records of one topic.  Out: published events, acknowledged by the broker before a batch counts as settled.
Repeating a batch is harmless: ids derive from content and objects are put only once.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from time import monotonic
from typing import Protocol

from monitoring.traces import child_of
from schemas.base import Event
from schemas.codec import Message, decode, header, to_message
from schemas.doors import BatchHandler, BeginningHandler, Results
from schemas.events import Stage
from schemas.failures import Never, TryLater
from streams.dead_letters import dead_letter
from streams.overlap import Settle
from streams.records import MAX_VALUE_BYTES, Partition, Record
from streams.tally import Tally
from streams.worker import Reached, ignore

Outcome = list[Event] | Exception
"""The results of one record, or why there are none."""


class Publishes(Protocol):
    """What the step needs of a producer."""

    def publish(self, messages: Sequence[Message]) -> None:
        """Send and wait for the acknowledgement."""
        ...


@dataclass(frozen=True)
class StepTools:
    """What every step is given: its stage, a producer, where it counts, and the tests' hook."""

    stage: Stage
    publisher: Publishes
    tally: Tally
    reached: Reached = field(default=ignore)


class EventStep:
    """Carries batches of records through a handler."""

    def __init__(self, handler: BatchHandler, tools: StepTools) -> None:
        self._begin = handler.begin if isinstance(handler, BeginningHandler) else _whole(handler)
        self._tools = tools

    def assigned(self, partitions: Sequence[Partition]) -> Mapping[Partition, int | None]:  # noqa: ARG002 - Step's
        """The group's own offsets count."""
        return {}

    def revoked(self, partitions: Sequence[Partition]) -> None:
        """Nothing is held for a partition: what is being worked on is published, which is harmless."""

    def process(self, records: Sequence[Record]) -> None:
        """Publish the results of every record, or its dead letter. Raises TryLater if any may pass later."""
        self.begin(records)()

    def begin(self, records: Sequence[Record]) -> Settle:
        """Work on the records. The call that is returned publishes, as `process` does."""
        started = monotonic()
        decoded = [decode_record(record) for record in records]
        self._tools.reached("consumed")
        events = [item for item in decoded if isinstance(item, Event)]
        results = self._begin(events) if events else list
        worked_s = monotonic() - started

        def settle() -> None:
            again = monotonic()
            handled = iter(results())
            self._publish(records, [next(handled) if isinstance(item, Event) else item for item in decoded])
            seconds = worked_s + monotonic() - again  # without the wait in between
            self._tools.tally.metrics.observe_seconds(seconds / max(1, len(records)))

        return settle

    def _publish(self, records: Sequence[Record], outcomes: Sequence[Outcome]) -> None:
        for outcome in outcomes:
            if isinstance(outcome, TryLater):
                raise outcome
        sized = [self._sized(r, o) for r, o in zip(records, outcomes, strict=True)]
        self._tools.publisher.publish([message for _, messages in sized for message in messages])
        self._tools.reached("published")
        for record, (outcome, _) in zip(records, sized, strict=True):
            self._count(record, outcome)

    def _count(self, record: Record, outcome: Outcome) -> None:
        for event in outcome if isinstance(outcome, list) else []:
            self._tools.tally.event(event)
        self._tools.tally.taken(record, outcome if isinstance(outcome, Never) else None)

    def _sized(self, record: Record, outcome: Outcome) -> tuple[Outcome, list[Message]]:
        stage = self._tools.stage
        if isinstance(outcome, list):
            messages = [message_of(event, record, stage) for event in outcome]
            failure = oversize(messages)
            if failure is None:
                return outcome, messages
            outcome = failure
        if isinstance(outcome, Never):
            return outcome, [message_of(dead_letter(record, stage, outcome), record, stage)]
        raise outcome


def _whole(handler: BatchHandler) -> Callable[[Sequence[Event]], Callable[[], Results]]:
    """All of a handler's work at the beginning."""

    def begin(events: Sequence[Event]) -> Callable[[], Results]:
        results = handler.handle(events)
        return lambda: results

    return begin


def decode_record(record: Record) -> Event | Never:
    """The record's event, or why it is none."""
    try:
        return decode(record.partition.topic, record.value, record.headers)
    except Never as failure:
        return failure


def oversize(messages: Sequence[Message]) -> Never | None:
    """Why the results cannot be published, if one is too large. (A dead letter may be larger: it holds its original.)"""
    largest = max((len(message.value or b"") for message in messages), default=0)
    if largest <= MAX_VALUE_BYTES:
        return None
    return Never("oversize", f"a result of {largest} bytes is above the limit of {MAX_VALUE_BYTES}")


def message_of(event: Event, record: Record, stage: Stage) -> Message:
    """The message of a result, in the same trace as the record that caused it."""
    parent = header(record.headers, "traceparent")
    return to_message(event, stage, child_of(parent), datetime.now(UTC))
