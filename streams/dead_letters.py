"""Dead letters: what could not be processed, with its original bytes and where it came from.

In: a record and why it failed.  Out: a DeadLetter event, and the requests that ended in one; TooManyDeadLetters when
draining a topic into them.
"""

from collections import deque

from schemas.codec import Message, decode
from schemas.events import DeadLetter, QAEvent, RenderedImage, SeedConcept, Stage
from schemas.failures import Never
from schemas.graph import SpatialGraph
from schemas.topics import TOPICS
from streams.problems import TooManyDeadLetters
from streams.records import Record

WINDOW = 100
FEWEST = 20
"""A share of fewer messages than this says nothing."""

MAX_ERROR_CHARS = 4000
"""What the event's schema allows."""

Request = tuple[str, int]
"""A seed's id and the number of one of its graphs."""


def dead_letter(record: Record, stage: Stage, failure: Never, attempts: int = 1) -> DeadLetter:
    """The event that keeps a record which failed for good."""
    return DeadLetter(
        topic=record.partition.topic,
        partition=record.partition.number,
        offset=record.offset,
        key=record.key,
        value=record.value,
        headers=record.headers,
        stage=stage,
        reason=failure.reason,
        error=str(failure)[:MAX_ERROR_CHARS],
        attempts=attempts,
    )


def original(letter: DeadLetter) -> Message:
    """The message that became the dead letter, bytes and headers as they were, for its own topic."""
    return Message(letter.topic, letter.key, letter.value, letter.headers)


def requests_in(letter: DeadLetter) -> list[Request]:
    """The requests that ended in this dead letter, as far as its bytes tell."""
    if letter.topic not in TOPICS:
        return []
    try:
        event = decode(letter.topic, letter.value, letter.headers)
    except Never:
        return []
    match event:
        case SeedConcept():
            return [(event.seed_id, index) for index in range(event.first, event.first + event.count)]
        case SpatialGraph():
            return [(event.seed_id, event.index)]
        case RenderedImage() | QAEvent():
            return [(event.graph.seed_id, event.graph.index)]
    return []


class Limit:
    """Stops the process when more than `share` of the last 100 messages were dead letters."""

    def __init__(self, share: float) -> None:
        self._share = share
        self._recent: deque[bool] = deque(maxlen=WINDOW)

    def count(self, dead: bool) -> None:
        """One message more. Raises TooManyDeadLetters beyond the limit."""
        self._recent.append(dead)
        bad = sum(self._recent)
        if len(self._recent) >= FEWEST and bad > self._share * len(self._recent):
            raise TooManyDeadLetters(
                f"{bad} of the last {len(self._recent)} messages were dead letters (limit {self._share:.0%}); "
                "stopped so that the topic is not drained into skg.dead-letters"
            )
