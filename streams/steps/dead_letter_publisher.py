"""Dead letters onto their topic, whole where the broker takes them so.

In: records, their spans and why they failed for good.  Out: nothing, once every letter is acknowledged.  Decides nothing.
"""

from collections.abc import Sequence
from typing import Protocol

from schemas.codec import Message
from schemas.errors import Oversize, PermanentError
from schemas.events import Stage
from streams.broker.records import Record
from streams.steps.dead_letters import dead_letter, without_value
from streams.steps.record_spans import RecordSpan


class EventPublisher(Protocol):
    """What a step needs of a producer."""

    def publish(self, messages: Sequence[Message]) -> None:
        """Send and wait for the acknowledgement. Raises RetryableError, and Oversize once all others are acknowledged."""
        ...


Failed = tuple[Record, RecordSpan, PermanentError]
"""A record, the span of the work on it, and why it failed."""


def publish_letters(publisher: EventPublisher, stage: Stage, failed: Sequence[Failed]) -> None:
    """Publish the letters and wait. One that the broker finds too large goes without its original, left at its origin."""
    if not failed:
        return
    letters = [(dead_letter(record, stage, failure), span) for record, span, failure in failed]
    try:
        publisher.publish([span.message(letter) for letter, span in letters])
    except Oversize as refused:
        small = [letters[index] for index in refused.messages]
        publisher.publish([span.message(without_value(letter)) for letter, span in small])
