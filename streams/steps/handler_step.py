"""The step of render and examine: decode, handle, publish; a permanent failure becomes a dead letter.

In: records of one topic.  Out: published events, acknowledged by the broker before a batch counts as stored.
Repeating a batch is idempotent: ids derive from content and objects are put only once.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from time import monotonic
from typing import TypeVar

from schemas.base import Event
from schemas.codec import Message, decode
from schemas.errors import Oversize, PermanentError, RetryableError
from schemas.events import Stage
from schemas.interfaces import Handler, Results
from streams.broker.records import MAX_VALUE_BYTES, Partition, Record
from streams.steps.dead_letter_publisher import EventPublisher, publish_letters
from streams.steps.isolation import as_permanent_error, isolated
from streams.steps.record_spans import BatchSpans, RecordSpan
from streams.steps.refusal_tracker import Outcome, RefusalTracker
from streams.steps.stage_counters import StageCounters
from streams.worker.loop import TestHook, no_hook
from streams.worker.pipelining import Settle

__all__ = ["EventPublisher", "HandlerStep", "Outcome", "StepTools", "decode_record", "oversize"]

T = TypeVar("T")

RESULT_ROOM_BYTES = 100_000
"""What a stage adds to the event that it received: detections, questions with their certificates."""


@dataclass(frozen=True)
class StepTools:
    """What every step is given: its stage, a producer, its counters, and the tests' hook."""

    stage: Stage
    publisher: EventPublisher
    counters: StageCounters
    test_hook: TestHook = field(default=no_hook)


class HandlerStep:
    """Processes batches of records with a handler.

    An exception of the handler fails only the record that caused it: the batch is processed again one by one, always on the
    thread that calls `begin`, since handlers need not be thread-safe.
    """

    def __init__(self, handler: Handler, tools: StepTools) -> None:
        self._handler, self._tools = handler, tools
        self._refusals = RefusalTracker()
        self._suspects: set[tuple[Partition, int]] = set()

    def assigned(self, partitions: Sequence[Partition]) -> Mapping[Partition, int | None]:  # noqa: ARG002 - Step's
        """The group's own offsets count."""
        return {}

    def revoked(self, partitions: Sequence[Partition]) -> None:
        """No state is kept for a partition: records being processed are published, which is idempotent."""

    def begin(self, records: Sequence[Record]) -> Settle:
        """Process the records. The returned call publishes the results of each, or its dead letter.

        The call raises RetryableError if any record failed with it.
        """
        started = monotonic()
        decoded = [_decode_with_room(record) for record in records]
        spans = BatchSpans(self._tools.stage, records, decoded)
        self._tools.test_hook("consumed")
        with spans.end_on_error():
            results = self._handle(records, [item for item in decoded if isinstance(item, Event)])
        handling_s = monotonic() - started

        def settle() -> None:
            resumed = monotonic()
            with spans.end_on_error():
                handled = iter(self._results_of(records, results))
                outcomes = [next(handled) if isinstance(item, Event) else item for item in decoded]
                self._publish(records, spans, self._refusals.resolve(records, outcomes))
            seconds = handling_s + monotonic() - resumed  # without the wait in between
            self._tools.counters.metrics.observe_seconds(seconds / max(1, len(records)))

        return settle

    def _handle(self, records: Sequence[Record], events: Sequence[Event]) -> Callable[[], Results]:
        """All at once, or one by one where a record of the batch is known to raise."""
        if not events:
            return list
        if not self._has_suspect(records):
            work = _or_permanent_error(lambda: isolated(lambda: self._handler.begin(events), tries=1))
            if not isinstance(work, PermanentError):
                return work
        outcomes = [self._handle_alone(event) for event in events]
        return lambda: outcomes

    def _handle_alone(self, event: Event) -> Outcome:
        def call() -> Results:
            return self._handler.begin([event])()

        try:
            results = isolated(call)
        except (RetryableError, PermanentError) as failure:
            return failure
        return results if isinstance(results, PermanentError) else results[0]

    def _results_of(self, records: Sequence[Record], results: Callable[[], Results]) -> Results:
        handled = _or_permanent_error(lambda: isolated(results, tries=1))
        if isinstance(handled, PermanentError):
            self._suspects |= {(record.partition, record.offset) for record in records}
            raise RetryableError(f"the batch is worked on one by one: {handled}") from handled.__cause__
        return handled

    def _has_suspect(self, records: Sequence[Record]) -> bool:
        return any((record.partition, record.offset) in self._suspects for record in records)

    def _publish(self, records: Sequence[Record], spans: BatchSpans, outcomes: Sequence[Outcome]) -> None:
        written = [self._messages_of(span, outcome) for span, outcome in zip(spans.each, outcomes, strict=True)]
        failures = {n: each for n, each in enumerate(written) if isinstance(each, PermanentError)}
        self._publish_letters(records, spans, failures)
        refused = self._publish_results(written)
        self._publish_letters(records, spans, refused)
        self._tools.test_hook("published")
        self._suspects -= {(record.partition, record.offset) for record in records}
        failures |= refused
        ends = [failures.get(n, outcome) for n, outcome in enumerate(outcomes)]
        spans.end(ends)
        for record, end in zip(records, ends, strict=True):
            self._count(record, end)

    def _publish_letters(
        self, records: Sequence[Record], spans: BatchSpans, failures: Mapping[int, PermanentError]
    ) -> None:
        failed = [(records[n], spans.each[n], why) for n, why in failures.items()]
        publish_letters(self._tools.publisher, self._tools.stage, failed)

    def _publish_results(self, written: Sequence[list[Message] | PermanentError]) -> dict[int, PermanentError]:
        """Publish the results. Returns the failures of those whose messages the broker rejects as too large."""
        good = [(n, m) for n, messages in enumerate(written) if isinstance(messages, list) for m in messages]
        try:
            self._tools.publisher.publish([message for _, message in good])
        except Oversize as refused:
            return {good[index][0]: refused for index in refused.messages}
        return {}

    def _messages_of(self, span: RecordSpan, outcome: Outcome) -> list[Message] | PermanentError:
        """The messages of a result, or why there are none: it failed, cannot be encoded, or is too large."""
        if isinstance(outcome, PermanentError):
            return outcome
        if isinstance(outcome, Exception):
            return as_permanent_error(outcome, 1)
        messages = isolated(lambda: [span.message_for(event) for event in outcome], tries=1)
        return messages if isinstance(messages, PermanentError) else oversize(messages) or messages

    def _count(self, record: Record, outcome: Outcome) -> None:
        for event in outcome if isinstance(outcome, list) else []:
            self._tools.counters.count_event(event, record)
        self._tools.counters.count_finished(record, outcome if isinstance(outcome, PermanentError) else None)


def _or_permanent_error(call: Callable[[], T]) -> T | PermanentError:
    """The result of the call, or the PermanentError that it raises or returns."""
    try:
        return call()
    except PermanentError as failure:
        return failure


def _decode_with_room(record: Record) -> Event | PermanentError:
    """The record's event, unless it leaves no room for a result that carries it along.

    Checked before any work is done: otherwise a picture would be stored that no event names.
    """
    event, size = decode_record(record), len(record.value or b"")
    if isinstance(event, PermanentError) or size <= MAX_VALUE_BYTES - RESULT_ROOM_BYTES:
        return event
    return PermanentError(
        "oversize", f"an event of {size} bytes leaves no room for a result of {MAX_VALUE_BYTES} bytes at most"
    )


def decode_record(record: Record) -> Event | PermanentError:
    """The record's event, or why it has none."""
    try:
        return decode(record.partition.topic, record.value, record.headers)
    except PermanentError as failure:
        return failure


def oversize(messages: Sequence[Message]) -> PermanentError | None:
    """Why the results cannot be published, if one is too large. (A dead letter may be larger: it holds its original.)"""
    largest = max((len(message.value or b"") for message in messages), default=0)
    if largest <= MAX_VALUE_BYTES:
        return None
    return PermanentError("oversize", f"a result of {largest} bytes is above the limit of {MAX_VALUE_BYTES}")
