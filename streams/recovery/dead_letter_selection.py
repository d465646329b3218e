"""Which dead letters are to be sent back: by what they are, and by what was sent back before.

In: dead letters in the order of their topic, marks of those that were sent back, a person's choice.
Out: which letters, each message once.  Talks to no broker.
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
    """A dead letter as it lies in its topic. `at`: when it was published, where its headers tell."""

    event: DeadLetter
    offset: int
    at: datetime | None

    @property
    def key(self) -> str:
        """What people call it by."""
        return key_of(self.event)


@dataclass(frozen=True)
class LetterFilter:
    """A person's choice; an empty tuple or None leaves all in. `again`: also those that were sent back before."""

    stages: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None
    again: bool = False

    def fits(self, letter: Letter) -> bool:
        """Whether the letter is one of those."""
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
    """What came of a choice: the letters to send, by offset, each with earlier letters of the same message.

    `sent_before` counts those that fit and were sent back before, `keys` are those of all letters there are.
    """

    send: dict[int, list[Replayed]] = field(default_factory=dict)
    sent_before: int = 0
    keys: set[str] = field(default_factory=set)


class Planner:
    """Takes letters one after the other; holds no bytes of theirs. `sent` says whether a digest was sent back."""

    def __init__(self, choice: LetterFilter, sent: Callable[[str], bool]) -> None:
        self._choice, self._sent = choice, sent
        self._last: dict[str, int] = {}
        self._marks: dict[int, Replayed] = {}
        self._plan = Plan()

    def take(self, letter: Letter) -> None:
        """Consider the next letter of the topic."""
        plan = self._plan
        plan.keys.add(letter.key)
        if not self._choice.fits(letter):
            return
        mark = mark_of(letter.event)
        if self._left_out(mark):
            plan.sent_before += 1
            return
        message = _message_of(letter.event)
        before = self._last.get(message)
        earlier = [] if before is None else [*plan.send.pop(before), self._marks.pop(before)]
        plan.send[letter.offset] = [one for one in earlier if one.digest != mark.digest]
        self._last[message], self._marks[letter.offset] = letter.offset, mark

    def plan(self) -> Plan:
        """What to do, without what was sent back since the letters were read."""
        for offset in [offset for offset, mark in self._marks.items() if self._left_out(mark)]:
            del self._plan.send[offset], self._marks[offset]
            self._plan.sent_before += 1
        return self._plan

    def _left_out(self, mark: Replayed) -> bool:
        return not self._choice.again and self._sent(mark.digest)


def letter_of(event: DeadLetter, record: Record) -> Letter:
    """A letter with when it was published."""
    try:
        at = datetime.fromisoformat(header(record.headers, "ce_time") or "")
    except ValueError:
        return Letter(event, record.offset, None)
    return Letter(event, record.offset, at if at.tzinfo is not None else at.replace(tzinfo=UTC))


def digest_of(letter: DeadLetter) -> str:
    """The id of a letter: of where its message lay and of its bytes. A redelivered letter has the same."""
    return content_id("letter", letter.topic, letter.partition, letter.offset, *_content(letter))


def mark_of(letter: DeadLetter) -> Replayed:
    """What is remembered of a letter that is sent back."""
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
    """The same for all letters of one message, however often it was sent back and failed again."""
    first = first_origin(letter)
    return content_id("message", first.topic, first.partition, first.offset, *_content(letter))


def _content(letter: DeadLetter) -> Sequence[object]:
    parts = (letter.key, letter.value, *(part for name, value in letter.headers for part in (name.encode(), value)))
    texts = [None if part is None else part.hex() for part in parts]
    return [letter.index if letter.topic == SEEDS else None, letter.omitted_bytes, *texts]
