"""What became of every request: the one outcome of each, and those that have none.

In: the seeds that are still on `skg.seeds`, both tables, the dead letters and what was sent back of them.
Out: a row a request, and counts.  Changes nothing.
A request is a seed's id and the number of one of its graphs.  About seeds that their topic has forgotten nothing is said.
Holds about 300 bytes a request.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import IntFlag

from schemas.codec import header
from schemas.topics import SEEDS
from streams.broker.topic_reader import TopicSource
from streams.recovery.dead_letter_replay import letters, sent_digests
from streams.recovery.dead_letter_selection import digest_of
from streams.steps.dead_letters import requests_in_letter
from streams.steps.request_ids import Request, requests_in_record

ACCEPTED, REJECTED, DEAD_LETTER, NONE = "accepted", "rejected", "dead_letter", "none"


class Seen(IntFlag):
    """What was found of a request."""

    ACCEPTED = 1
    AGAIN = 2
    REJECTED = 4
    DEAD = 8
    PERHAPS_DEAD = 16
    SENT_BACK = 32


OUTCOMES = (
    (Seen.ACCEPTED, ACCEPTED),
    (Seen.REJECTED, REJECTED),
    (Seen.DEAD, DEAD_LETTER),
    (Seen.PERHAPS_DEAD, DEAD_LETTER),
)
"""The first that fits is the request's outcome."""

ONE_EACH = (Seen.ACCEPTED, Seen.AGAIN, Seen.DEAD)
"""Two of these are two outcomes. A rejection beside a sample was judged again and is superseded, as
`dataset.reading.rejection_outcomes` says; beside a dead letter it is an outcome too."""


@dataclass(frozen=True)
class Ended:
    """A request with its outcome. `twice`: it has two. `pending`: its dead letter was sent back, nothing came of it yet."""

    request: Request
    outcome: str
    twice: bool
    pending: bool
    asked_at: datetime | None


@dataclass
class Requests:
    """Everything that was asked for, as far as the topic remembers. `since`: when the oldest seed there was published."""

    since: datetime | None = None
    _seen: dict[Request, int] = field(default_factory=dict)
    _asked_at: dict[str, datetime] = field(default_factory=dict)

    def ask(self, requests: Iterable[Request], at: datetime | None) -> None:
        """Requests of one seed."""
        for request in requests:
            self._seen.setdefault(request, 0)
            if at is not None:
                self._asked_at[request[0]] = min(at, self._asked_at.get(request[0], at))
        if at is not None:
            self.since = min(at, self.since or at)

    def note(self, request: Request, what: Seen) -> None:
        """Something was found of a request; of those that nobody remembers asking for, nothing is kept."""
        seen = self._seen.get(request)
        if seen is not None:
            self._seen[request] = seen | what

    def accepted(self, requests: Iterable[Request]) -> None:
        """Samples; a second one of a request is told from the first."""
        for request in requests:
            self.note(request, Seen.AGAIN if self._seen.get(request, 0) & Seen.ACCEPTED else Seen.ACCEPTED)

    def rejected(self, requests: Iterable[Request]) -> None:
        """Rejections that ended their request."""
        for request in requests:
            self.note(request, Seen.REJECTED)

    def ends(self) -> Iterator[Ended]:
        """Each request with its outcome, in the order in which they were asked for."""
        for request, seen in self._seen.items():
            outcome = next((word for flag, word in OUTCOMES if seen & flag), NONE)
            ends = sum(bool(seen & flag) for flag in ONE_EACH)
            twice = ends > 1 or bool(seen & Seen.DEAD and seen & Seen.REJECTED)
            pending = outcome == NONE and bool(seen & Seen.SENT_BACK)
            yield Ended(request, outcome, twice, pending, self._asked_at.get(request[0]))

    def counts(self) -> Counter[str]:
        """How many of each outcome, and how many are pending or have two."""
        found = Counter[str](dict.fromkeys((ACCEPTED, REJECTED, DEAD_LETTER, NONE, "pending", "twice"), 0))
        for end in self.ends():
            found.update([end.outcome, *(["pending"] if end.pending else []), *(["twice"] if end.twice else [])])
        return found


def asked(shelf: TopicSource) -> Requests:
    """What the seeds ask for that are on their topic now. Raises RetryableError."""
    found = Requests()
    for records in shelf.read(SEEDS):
        for record in records:
            requests = requests_in_record(SEEDS, record.value, record.headers)
            found.ask(requests, _time(header(record.headers, "ce_time")))
    return found


def bury(found: Requests, shelf: TopicSource) -> None:
    """Note what the dead letters tell; one that was sent back is no outcome. Raises RetryableError."""
    told = [(digest_of(letter.event), requests_in_letter(letter.event)) for letter in letters(shelf)]
    sent = sent_digests(shelf)
    for digest, requests in told:
        dead = Seen.DEAD if len(requests) == 1 else Seen.PERHAPS_DEAD  # of a whole seed: the others may have ended well
        for request in requests:
            found.note(request, Seen.SENT_BACK if digest in sent else dead)


def _time(text: str | None) -> datetime | None:
    try:
        at = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return (at if at.tzinfo is not None else at.replace(tzinfo=UTC)).astimezone(UTC)
