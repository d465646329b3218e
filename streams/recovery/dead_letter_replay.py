"""Replaying dead letters to their original topics after the cause is fixed; each of them once.

In: a filter over the dead letters of a broker.  Out: their original messages on their original topics, and a mark on
`skg.replays` for each, so that it is not replayed twice unless requested.  Removes nothing from `skg.dead-letters`.
A mark follows its message's acknowledgement: a crash in between, or a concurrent run, sends a message twice rather than
never.  That is idempotent: ids derive from content, and letters of one message count as one.
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
from streams.broker.clients import open_publisher
from streams.broker.records import Record
from streams.broker.topic_admin import connect
from streams.broker.topic_reader import KafkaTopicSource, TopicSource
from streams.errors import Misused
from streams.recovery.dead_letter_selection import Letter, LetterFilter, Plan, ReplayPlanner, letter_of, mark_of
from streams.settings import KafkaSettings
from streams.steps.dead_letters import original_message, with_original
from streams.steps.handler_step import EventPublisher

SOURCE = "replay"
"""The source in the marks' headers."""

BATCH_BYTES, BATCH_LETTERS = 8_000_000, 200
"""Limits of what is sent, acknowledged and marked together."""

SHOWN_KEYS = 10

OnLetter = Callable[[Letter], None]


@dataclass
class ReplayResult:
    """What was sent, by topic; how many matched but were replayed before; and the keys of those that could not be sent.

    `gone`: the original was too large for its letter and is no longer at its origin.  `refused`: its topic no longer
    accepts a message of that size.
    """

    topics: dict[str, int] = field(default_factory=dict)
    sent_before: int = 0
    gone: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)

    @property
    def sent(self) -> int:
        """The total number of messages."""
        return sum(self.topics.values())


def replay(settings: KafkaSettings, choice: LetterFilter) -> ReplayResult:
    """Replay the selected letters among those present now. Raises Misused, Refused, Unreachable, RetryableError."""
    with connect(settings) as admin:
        admin.topic_id(REPLAYS)  # replays must be recorded
    with closing(open_publisher(settings)) as publisher:
        return replay_letters(KafkaTopicSource(settings), publisher, choice)


def preview(settings: KafkaSettings, choice: LetterFilter, on_letter: OnLetter) -> ReplayResult:
    """Report what would be sent, and send nothing. Raises Misused, Unreachable, RetryableError."""
    return preview_letters(KafkaTopicSource(settings), choice, on_letter)


def replay_letters(source: TopicSource, publisher: EventPublisher, choice: LetterFilter) -> ReplayResult:
    """Publish the selected original messages and mark them, in batches."""
    plan = make_plan(source, choice)
    done = ReplayResult(sent_before=plan.sent_before)
    for batch in _batches(_read_chosen(source, plan)):
        _send(batch, plan, publisher, source, done)
    return done


def preview_letters(source: TopicSource, choice: LetterFilter, on_letter: OnLetter) -> ReplayResult:
    """Pass each letter that would be sent to `on_letter`."""
    plan = make_plan(source, choice)
    done = ReplayResult(sent_before=plan.sent_before)
    for letter in _read_chosen(source, plan):
        on_letter(letter)
        done.topics[letter.event.topic] = done.topics.get(letter.event.topic, 0) + 1
    return done


def make_plan(source: TopicSource, choice: LetterFilter) -> Plan:
    """Select the letters to send. Raises Misused for an id that no letter has."""
    sent = replayed_digests(source)
    planner = ReplayPlanner(choice, sent.__contains__)
    for letter in read_letters(source):
        planner.consider(letter)
    sent |= replayed_digests(source)
    plan = planner.plan()
    unknown = sorted(set(choice.ids) - plan.keys)
    if unknown:
        known = sorted(plan.keys)
        more = f" and {len(known) - SHOWN_KEYS} more" if len(known) > SHOWN_KEYS else ""
        raise Misused(f"--id {unknown[0]!r}: there are {', '.join(known[:SHOWN_KEYS]) or 'no dead letters'}{more}")
    return plan


def read_letters(source: TopicSource, first: int = 0) -> Iterator[Letter]:
    """The dead letters present now. Foreign bytes are skipped: they have no original to send."""
    for records in source.read(DEAD_LETTERS, first):
        for record in records:
            event = _event(record)
            if isinstance(event, DeadLetter):
                yield letter_of(event, record)


def read_marks(source: TopicSource) -> Iterator[Replayed]:
    """The marks of replays so far; none if the topic does not exist yet."""
    for records in source.read(REPLAYS):
        for record in records:
            event = _event(record)
            if isinstance(event, Replayed):
                yield event


def replayed_digests(source: TopicSource) -> set[str]:
    """The digests of the letters that were replayed so far."""
    return {mark.digest for mark in read_marks(source)}


def _event(record: Record) -> object:
    try:
        return decode(record.partition.topic, record.value, record.headers)
    except PermanentError:
        return None


def _read_chosen(source: TopicSource, plan: Plan) -> Iterator[Letter]:
    """The letters of a plan, read again: they may be many and large."""
    if not plan.send:
        return
    last = max(plan.send)
    for letter in read_letters(source, min(plan.send)):
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


def _send(batch: list[Letter], plan: Plan, publisher: EventPublisher, source: TopicSource, done: ReplayResult) -> None:
    ready = [(letter, message) for letter in batch if (message := _message(letter.event, source, done)) is not None]
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


def _message(letter: DeadLetter, source: TopicSource, done: ReplayResult) -> Message | None:
    """The message to send, fetched from its origin where the letter does not hold it."""
    if not letter.omitted_bytes:
        return original_message(letter)
    lay_at = Origin(topic=letter.topic, partition=letter.partition, offset=letter.offset)
    found = with_original(letter, source.record_at(lay_at))
    if found is None:
        done.gone.append(key_of(letter))
        return None
    return original_message(found)
