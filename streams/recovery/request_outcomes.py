"""The outcome of every request, and the requests that have none.

In: the seeds that are still on `skg.seeds`, the ingested pictures that are still on `skg.images`, both tables, the dead
letters and their replays.
Out: a row per request, and counts.  Changes nothing.
A request is a seed's id and the index of one of its graphs, or the id of an ingested picture and 0.  What its topic no
longer holds is not reported.
Holds about 300 bytes per request.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import IntFlag

from schemas.codec import header
from schemas.topics import IMAGES, SEEDS
from streams.broker.topic_reader import TopicSource
from streams.recovery.dead_letter_replay import read_letters, replayed_digests
from streams.recovery.dead_letter_selection import digest_of
from streams.steps.dead_letters import requests_in_letter
from streams.steps.request_ids import Request, requests_in_record

ACCEPTED, REJECTED, DEAD_LETTER, NONE = "accepted", "rejected", "dead_letter", "none"


INGESTED = "skg/ingest"
"""The source of a picture that is a request itself."""


class Finding(IntFlag):
    """What was found of a request."""

    ACCEPTED = 1
    ACCEPTED_TWICE = 2
    REJECTED = 4
    DEAD = 8
    MAYBE_DEAD = 16
    SENT_BACK = 32


OUTCOMES = (
    (Finding.ACCEPTED, ACCEPTED),
    (Finding.REJECTED, REJECTED),
    (Finding.DEAD, DEAD_LETTER),
    (Finding.MAYBE_DEAD, DEAD_LETTER),
)
"""The first that applies is the request's outcome."""

EXCLUSIVE = (Finding.ACCEPTED, Finding.ACCEPTED_TWICE, Finding.DEAD)
"""Two of these are two outcomes. A rejection beside a sample is superseded, as `dataset.reading.rejection_outcomes` says;
beside a dead letter it is an outcome too."""


@dataclass(frozen=True)
class RequestOutcome:
    """A request with its outcome. `twice`: it has two. `pending`: its dead letter was replayed, without an outcome yet."""

    request: Request
    outcome: str
    twice: bool
    pending: bool
    asked_at: datetime | None


@dataclass
class Requests:
    """All requests that their topics still hold. `since`: when the oldest of them was published."""

    since: datetime | None = None
    _seen: dict[Request, int] = field(default_factory=dict)
    _asked_at: dict[str, datetime] = field(default_factory=dict)

    def add(self, requests: Iterable[Request], at: datetime | None) -> None:
        """Add the requests of one seed, or that of one ingested picture."""
        for request in requests:
            self._seen.setdefault(request, 0)
            if at is not None:
                self._asked_at[request[0]] = min(at, self._asked_at.get(request[0], at))
        if at is not None:
            self.since = min(at, self.since or at)

    def note(self, request: Request, what: Finding) -> None:
        """Record a finding of a request; findings of unknown requests are dropped."""
        seen = self._seen.get(request)
        if seen is not None:
            self._seen[request] = seen | what

    def accepted(self, requests: Iterable[Request]) -> None:
        """Add samples; a second one of a request is recorded as such."""
        for request in requests:
            known = self._seen.get(request, 0) & Finding.ACCEPTED
            self.note(request, Finding.ACCEPTED_TWICE if known else Finding.ACCEPTED)

    def rejected(self, requests: Iterable[Request]) -> None:
        """Add rejections that ended their request."""
        for request in requests:
            self.note(request, Finding.REJECTED)

    def outcomes(self) -> Iterator[RequestOutcome]:
        """Each request with its outcome, in the order of the seeds."""
        for request, seen in self._seen.items():
            outcome = next((word for flag, word in OUTCOMES if seen & flag), NONE)
            ends = sum(bool(seen & flag) for flag in EXCLUSIVE)
            twice = ends > 1 or bool(seen & Finding.DEAD and seen & Finding.REJECTED)
            pending = outcome == NONE and bool(seen & Finding.SENT_BACK)
            yield RequestOutcome(request, outcome, twice, pending, self._asked_at.get(request[0]))

    def counts(self) -> Counter[str]:
        """How many of each outcome, and how many are pending or have two."""
        found = Counter[str](dict.fromkeys((ACCEPTED, REJECTED, DEAD_LETTER, NONE, "pending", "twice"), 0))
        for end in self.outcomes():
            found.update([end.outcome, *(["pending"] if end.pending else []), *(["twice"] if end.twice else [])])
        return found


def read_requests(source: TopicSource) -> Requests:
    """The requests of the seeds and of the ingested pictures on their topics. Raises RetryableError."""
    found = Requests()
    for topic in (SEEDS, IMAGES):
        for record in (record for records in source.read(topic) for record in records):
            if topic == SEEDS or header(record.headers, "ce_source") == INGESTED:
                requests = requests_in_record(topic, record.value, record.headers)
                found.add(requests, _time(header(record.headers, "ce_time")))
    return found


def add_dead_letters(found: Requests, source: TopicSource) -> None:
    """Add the findings of dead letters; a replayed one is not an outcome. Raises RetryableError."""
    ended = [(digest_of(letter.event), requests_in_letter(letter.event)) for letter in read_letters(source)]
    sent = replayed_digests(source)
    for digest, requests in ended:
        dead = Finding.DEAD if len(requests) == 1 else Finding.MAYBE_DEAD  # of a whole seed: the others may have ended well
        for request in requests:
            found.note(request, Finding.SENT_BACK if digest in sent else dead)


def _time(text: str | None) -> datetime | None:
    try:
        at = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return (at if at.tzinfo is not None else at.replace(tzinfo=UTC)).astimezone(UTC)
