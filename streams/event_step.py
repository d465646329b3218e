"""The step of render and examine: decode, handle, publish; what fails for good becomes a dead letter.

In: records of one topic.  Out: published events, acknowledged by the broker before `process` returns.
Repeating a batch is harmless: ids derive from content and objects are put only once.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from time import monotonic
from typing import Protocol

from monitoring.metrics import StageMetrics
from monitoring.traces import child_of
from schemas.base import Event
from schemas.codec import Message, decode, event_age, header, to_message
from schemas.doors import BatchHandler
from schemas.events import QAEvent, Rejection, Stage
from schemas.failures import Never, TryLater
from schemas.topics import BY_EVENT
from streams.dead_letters import Limit, dead_letter
from streams.kafka_door import MAX_VALUE_BYTES, Partition, Record
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
    """What every step is given: its stage, a producer, metrics, the dead-letter limit, and the test's hook."""

    stage: Stage
    publisher: Publishes
    metrics: StageMetrics
    dead_letters: Limit
    reached: Reached = field(default=ignore)


class EventStep:
    """Carries batches of records through a handler."""

    def __init__(self, handler: BatchHandler, tools: StepTools) -> None:
        self._handler = handler
        self._tools = tools

    def assigned(self, partitions: Sequence[Partition]) -> dict[Partition, int]:
        """The group's own offsets count."""
        return {}

    def process(self, records: Sequence[Record]) -> None:
        """Publish the results of every record, or its dead letter. Raises TryLater if any may pass later."""
        started, tools = monotonic(), self._tools
        decoded = [decode_record(record) for record in records]
        tools.reached("consumed")
        events = [item for item in decoded if isinstance(item, Event)]
        handled = iter(self._handler.handle(events) if events else [])
        outcomes = [next(handled) if isinstance(item, Event) else item for item in decoded]
        for outcome in outcomes:
            if isinstance(outcome, TryLater):
                raise outcome
        sized = [self._sized(r, o) for r, o in zip(records, outcomes, strict=True)]
        tools.publisher.publish([message for _, messages in sized for message in messages])
        tools.reached("published")
        for record, (outcome, _) in zip(records, sized, strict=True):
            count_outcome(tools, record, outcome)
        tools.metrics.observe_seconds((monotonic() - started) / max(1, len(records)))

    def _sized(self, record: Record, outcome: Outcome) -> tuple[Outcome, list[Message]]:
        messages = self._messages(record, outcome)
        largest = max((len(message.value) for message in messages), default=0)
        if largest <= MAX_VALUE_BYTES:
            return outcome, messages
        failure = Never("oversize", f"a result of {largest} bytes is above the limit of {MAX_VALUE_BYTES}")
        return failure, self._messages(record, failure)

    def _messages(self, record: Record, outcome: Outcome) -> list[Message]:
        if isinstance(outcome, Never):
            return [message_of(dead_letter(record, self._tools.stage, outcome), record, self._tools.stage)]
        if isinstance(outcome, Exception):
            raise outcome
        return [message_of(event, record, self._tools.stage) for event in outcome]


def decode_record(record: Record) -> Event | Never:
    """The record's event, or why it is none."""
    try:
        return decode(record.partition.topic, record.value, record.headers)
    except Never as failure:
        return failure


def message_of(event: Event, record: Record, stage: Stage) -> Message:
    """The message of a result, in the same trace as the record that caused it."""
    parent = header(record.headers, "traceparent")
    return to_message(event, stage, child_of(parent), datetime.now(UTC))


def count_outcome(tools: StepTools, record: Record, outcome: Outcome) -> None:
    """Metrics of one finished record; raises TooManyDeadLetters when most of them fail."""
    metrics = tools.metrics
    metrics.consumed(1)
    age = event_age(record.headers, datetime.now(UTC))
    if age is not None:
        metrics.observe_age(age)
    if isinstance(outcome, Never):
        metrics.dead_letter(outcome.reason)
    elif isinstance(outcome, list):
        for event in outcome:
            count_event(metrics, event)
    tools.dead_letters.count(isinstance(outcome, Never))


def count_event(metrics: StageMetrics, event: Event) -> None:
    """Metrics of one published event."""
    metrics.produced(BY_EVENT[type(event)].name, 1)
    if isinstance(event, Rejection):
        metrics.rejected(event.gate, event.reason)
        return
    metrics.accepted(1)
    if isinstance(event, QAEvent):
        for question in event.questions:
            metrics.question(question.kind)
