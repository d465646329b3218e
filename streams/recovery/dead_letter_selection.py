"""Selects the dead letters to replay, by a filter and by earlier replays.

In: dead letters in the order of their topic, marks of earlier replays, a filter.
Out: the letters to send, each message once.  Talks to no broker.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from schemas.codec import header
from schemas.events import DeadLetter, Replayed
from schemas.ids import content_id
from schemas.topics import SEEDS, key_of
from streams.broker.records import Record
from streams.steps.dead_letters import first_origin


@dataclass(frozen=True)
class Letter:
    """A dead letter in its topic. `at`: when it was published, if its headers tell."""

    event: DeadLetter
    offset: int
    at: datetime | None

    @property
    def key(self) -> str:
        """The letter's id on the command line."""
        return key_of(self.event)


@dataclass(frozen=True)
class LetterFilter:
    """A selection; an empty tuple or None matches all. `again`: also those that were replayed before."""

    stages: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None
    again: bool = False

    def matches(self, letter: Letter) -> bool:
        """Whether the letter is selected."""
        event = letter.event
        words = ((self.stages, event.stage), (self.topics, event.topic), (self.reasons, event.reason))
        named = all(not wanted or word in wanted for wanted, word in words)
        return named and (not self.ids or letter.key in self.ids) and self._in_time(letter.at)

    def _in_time(self, at: datetime | None) -> bool:
        if self.since is None and self.until is None:
            return True
        return at is not None and (self.since is None or at >= self.since) and (self.until is None or at < self.until)


@dataclass
class Plan:
    """The result of a selection: the letters to send, by offset, each with earlier letters of the same message.

    `sent_before` counts those that match and were replayed before, `keys` are those of all letters.
    """

    send: dict[int, list[Replayed]] = field(default_factory=dict)
    sent_before: int = 0
    keys: set[str] = field(default_factory=set)


class ReplayPlanner:
    """Takes letters in order; keeps none of their bytes. `sent` tells whether a digest was replayed."""

    def __init__(self, choice: LetterFilter, sent: Callable[[str], bool]) -> None:
        self._choice, self._sent = choice, sent
        self._last: dict[str, int] = {}
        self._marks: dict[int, Replayed] = {}
        self._plan = Plan()

    def consider(self, letter: Letter) -> None:
        """Consider the next letter of the topic."""
        plan = self._plan
        plan.keys.add(letter.key)
        if not self._choice.matches(letter):
            return
        mark = mark_of(letter.event)
        if self._is_excluded(mark):
            plan.sent_before += 1
            return
        message = _message_of(letter.event)
        before = self._last.get(message)
        earlier = [] if before is None else [*plan.send.pop(before), self._marks.pop(before)]
        plan.send[letter.offset] = [one for one in earlier if one.digest != mark.digest]
        self._last[message], self._marks[letter.offset] = letter.offset, mark

    def plan(self) -> Plan:
        """The plan, without letters that were replayed since they were read."""
        for offset in [offset for offset, mark in self._marks.items() if self._is_excluded(mark)]:
            del self._plan.send[offset], self._marks[offset]
            self._plan.sent_before += 1
        return self._plan

    def _is_excluded(self, mark: Replayed) -> bool:
        return not self._choice.again and self._sent(mark.digest)


def letter_of(event: DeadLetter, record: Record) -> Letter:
    """A letter with its time of publication."""
    try:
        at = datetime.fromisoformat(header(record.headers, "ce_time") or "")
    except ValueError:
        return Letter(event, record.offset, None)
    return Letter(event, record.offset, at if at.tzinfo is not None else at.replace(tzinfo=UTC))


def digest_of(letter: DeadLetter) -> str:
    """The id of a letter, from its message's position and bytes. A redelivered letter has the same."""
    return content_id("letter", letter.topic, letter.partition, letter.offset, *_content(letter))


def mark_of(letter: DeadLetter) -> Replayed:
    """The mark of a letter that is replayed."""
    return Replayed(
        letter=key_of(letter),
        digest=digest_of(letter),
        topic=letter.topic,
        stage=letter.stage,
        reason=letter.reason,
        first=first_origin(letter),
        replays=letter.replays + 1,
        seed_id=letter.seed_id,
        index=letter.index,
    )


def _message_of(letter: DeadLetter) -> str:
    """The same for all letters of one message, however often it was replayed and failed again."""
    first = first_origin(letter)
    return content_id("message", first.topic, first.partition, first.offset, *_content(letter))


def _content(letter: DeadLetter) -> Sequence[object]:
    parts = (letter.key, letter.value, *(part for name, value in letter.headers for part in (name.encode(), value)))
    texts = [None if part is None else part.hex() for part in parts]
    return [letter.index if letter.topic == SEEDS else None, letter.omitted_bytes, *texts]
