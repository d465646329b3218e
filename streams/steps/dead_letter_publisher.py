"""Dead letters onto their topic, whole where the broker takes them so.

In: records and why they failed for good.  Out: nothing, once every letter is acknowledged.  Decides nothing.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Protocol

from monitoring.traces import child_of
from schemas.base import Event
from schemas.codec import Message, header, to_message
from schemas.errors import Oversize, PermanentError
from schemas.events import Stage
from streams.broker.records import Record
from streams.steps.dead_letters import dead_letter, without_value


class EventPublisher(Protocol):
    """What a step needs of a producer."""

    def publish(self, messages: Sequence[Message]) -> None:
        """Send and wait for the acknowledgement. Raises RetryableError, and Oversize once all others are acknowledged."""
        ...


def publish_letters(publisher: EventPublisher, stage: Stage, failed: Sequence[tuple[Record, PermanentError]]) -> None:
    """Publish the letters and wait. One that the broker finds too large goes without its original, left at its origin."""
    if not failed:
        return
    letters = [dead_letter(record, stage, failure) for record, failure in failed]
    try:
        publisher.publish([message_of(letter, record, stage) for letter, (record, _) in zip(letters, failed, strict=True)])
    except Oversize as refused:
        small = [(without_value(letters[index]), failed[index][0]) for index in refused.messages]
        publisher.publish([message_of(letter, record, stage) for letter, record in small])


def message_of(event: Event, record: Record, stage: Stage) -> Message:
    """The message of a result, in the same trace as the record that caused it."""
    parent = header(record.headers, "traceparent")
    return to_message(event, stage, child_of(parent), datetime.now(UTC))
