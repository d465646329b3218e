"""Dead letters back to where they came from, once what was wrong is mended; each of them once.

In: a choice among the dead letters of a broker.  Out: their original messages on their original topics, and a mark on
`skg.replays` for each, so that it is not sent again unasked.  Removes nothing from `skg.dead-letters`.
A mark follows its message's acknowledgement: whatever is killed in between, or runs at the same time, sends a message
again rather than never.  That is harmless: ids derive from content, and letters of one message count as one.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime

from monitoring.traces import child_of
from schemas.codec import Message, decode, to_message
from schemas.errors import Oversize, PermanentError
from schemas.events import DeadLetter, Origin, Replayed
from schemas.topics import DEAD_LETTERS, REPLAYS, key_of
from streams.broker.clients import Publisher
from streams.broker.connection import connection_of
from streams.broker.reachability import retry_until
from streams.broker.records import Record
from streams.broker.topic_admin import connect
from streams.broker.topic_reader import KafkaTopicSource, TopicSource
from streams.errors import Misused
from streams.recovery.dead_letter_selection import Letter, LetterFilter, Plan, Planner, letter_of, mark_of
from streams.settings import KafkaSettings
from streams.steps.dead_letters import original_message, with_original
from streams.steps.handler_step import EventPublisher

SOURCE = "replay"
"""Who speaks, in the marks' headers."""

BATCH_BYTES, BATCH_LETTERS = 8_000_000, 200
"""What is sent, acknowledged and remembered together, at most."""

SHOWN_KEYS = 10

Tell = Callable[[Letter], None]


@dataclass
class Done:
    """What was sent, by topic; how many fit and were sent back before; and the keys of those that could not be sent.

    `gone`: the original was too large for its letter and lies no more where it lay.  `refused`: its topic takes no
    message of that size any more.
    """

    topics: dict[str, int] = field(default_factory=dict)
    sent_before: int = 0
    gone: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)

    @property
    def sent(self) -> int:
        """How many in all."""
        return sum(self.topics.values())


def replay(settings: KafkaSettings, choice: LetterFilter) -> Done:
    """Send the chosen letters back, of those that are there now. Raises Misused, Refused, Unreachable, RetryableError."""
    with connect(settings) as admin:
        admin.topic_id(REPLAYS)  # what is sent must be remembered
    shelf, timeout_s = KafkaTopicSource(settings), settings.connect_timeout_s
    with closing(retry_until(lambda: Publisher(connection_of(settings)), timeout_s)) as publisher:
        return send_back(shelf, publisher, choice)


def look(settings: KafkaSettings, choice: LetterFilter, tell: Tell) -> Done:
    """Say what would be sent, and send nothing. Raises Misused, Unreachable, RetryableError."""
    return foresee(KafkaTopicSource(settings), choice, tell)


def send_back(shelf: TopicSource, publisher: EventPublisher, choice: LetterFilter) -> Done:
    """Publish the chosen original messages and remember them, some at a time."""
    plan = planned(shelf, choice)
    done = Done(sent_before=plan.sent_before)
    for batch in _batches(_chosen(shelf, plan)):
        _send(batch, plan, publisher, shelf, done)
    return done


def foresee(shelf: TopicSource, choice: LetterFilter, tell: Tell) -> Done:
    """Tell each letter that would be sent."""
    plan = planned(shelf, choice)
    done = Done(sent_before=plan.sent_before)
    for letter in _chosen(shelf, plan):
        tell(letter)
        done.topics[letter.event.topic] = done.topics.get(letter.event.topic, 0) + 1
    return done


def planned(shelf: TopicSource, choice: LetterFilter) -> Plan:
    """Which letters to send. Raises Misused for an id that no letter has."""
    sent = sent_digests(shelf)
    planner = Planner(choice, sent.__contains__)
    for letter in letters(shelf):
        planner.take(letter)
    sent |= sent_digests(shelf)
    plan = planner.plan()
    unknown = sorted(set(choice.ids) - plan.keys)
    if unknown:
        known = sorted(plan.keys)
        more = f" and {len(known) - SHOWN_KEYS} more" if len(known) > SHOWN_KEYS else ""
        raise Misused(f"--id {unknown[0]!r}: there are {', '.join(known[:SHOWN_KEYS]) or 'no dead letters'}{more}")
    return plan


def letters(shelf: TopicSource, first: int = 0) -> Iterator[Letter]:
    """The dead letters that are there now. Bytes of somebody else are passed over: there is nothing to send back."""
    for records in shelf.read(DEAD_LETTERS, first):
        for record in records:
            event = _event(record)
            if isinstance(event, DeadLetter):
                yield letter_of(event, record)


def marks(shelf: TopicSource) -> Iterator[Replayed]:
    """What was sent back so far; nothing where the topic is not there yet."""
    for records in shelf.read(REPLAYS):
        for record in records:
            event = _event(record)
            if isinstance(event, Replayed):
                yield event


def sent_digests(shelf: TopicSource) -> set[str]:
    """The digests of the letters that were sent back so far."""
    return {mark.digest for mark in marks(shelf)}


def _event(record: Record) -> object:
    try:
        return decode(record.partition.topic, record.value, record.headers)
    except PermanentError:
        return None


def _chosen(shelf: TopicSource, plan: Plan) -> Iterator[Letter]:
    """The letters of a plan, read anew: they may be many and large."""
    if not plan.send:
        return
    last = max(plan.send)
    for letter in letters(shelf, min(plan.send)):
        if letter.offset in plan.send:
            yield letter
        if letter.offset >= last:
            return


def _batches(chosen: Iterable[Letter]) -> Iterator[list[Letter]]:
    batch: list[Letter] = []
    size = 0
    for letter in chosen:
        batch.append(letter)
        size += len(letter.event.value or b"")
        if size >= BATCH_BYTES or len(batch) >= BATCH_LETTERS:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _send(batch: list[Letter], plan: Plan, publisher: EventPublisher, shelf: TopicSource, done: Done) -> None:
    ready = [(letter, message) for letter in batch if (message := _message(letter.event, shelf, done)) is not None]
    refused: tuple[int, ...] = ()
    try:
        publisher.publish([message for _, message in ready])
    except Oversize as failure:  # all others are acknowledged
        refused = failure.messages
    sent = [letter for index, (letter, _) in enumerate(ready) if index not in refused]
    done.refused += [ready[index][0].key for index in refused]
    remembered = [mark for letter in sent for mark in _marks(letter, plan)]
    publisher.publish([to_message(mark, SOURCE, child_of(None), datetime.now(UTC)) for mark in remembered])
    for letter in sent:
        done.topics[letter.event.topic] = done.topics.get(letter.event.topic, 0) + 1


def _marks(letter: Letter, plan: Plan) -> list[Replayed]:
    others = [mark.model_copy(update={"instead": letter.key}) for mark in plan.send[letter.offset]]
    return [mark_of(letter.event), *others]


def _message(letter: DeadLetter, shelf: TopicSource, done: Done) -> Message | None:
    """The message to send, fetched from its origin where the letter does not hold it."""
    if not letter.omitted_bytes:
        return original_message(letter)
    lay_at = Origin(topic=letter.topic, partition=letter.partition, offset=letter.offset)
    found = with_original(letter, shelf.record_at(lay_at))
    if found is None:
        done.gone.append(key_of(letter))
        return None
    return original_message(found)
