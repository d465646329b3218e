"""Publishing dead letters: with the original where the broker accepts that, otherwise without.

In: records, their spans and their permanent failures.  Out: nothing, once every letter is acknowledged.
"""

from collections.abc import Sequence
from typing import Protocol

from schemas.codec import Message
from schemas.errors import Oversize, PermanentError
from schemas.events import Stage
from streams.broker.records import Record
from streams.steps.dead_letters import dead_letter, without_original
from streams.steps.record_spans import RecordSpan


class EventPublisher(Protocol):
    """What a step needs of a producer."""

    def publish(self, messages: Sequence[Message]) -> None:
        """Send and wait for the acknowledgement. Raises RetryableError, and Oversize once all others are acknowledged."""
        ...


Failed = tuple[Record, RecordSpan, PermanentError]
"""A record, the span of the work on it, and why it failed."""


def publish_letters(publisher: EventPublisher, stage: Stage, failed: Sequence[Failed]) -> None:
    """Publish the letters and wait. A letter that the broker rejects as too large is sent without its original."""
    if not failed:
        return
    letters = [(dead_letter(record, stage, failure), span) for record, span, failure in failed]
    try:
        publisher.publish([span.message_for(letter) for letter, span in letters])
    except Oversize as refused:
        small = [letters[index] for index in refused.messages]
        publisher.publish([span.message_for(without_original(letter)) for letter, span in small])
