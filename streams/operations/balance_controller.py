"""BalanceController: reads every outcome so far, and publishes seeds for what the dataset still lacks.

In: `skg.seeds` once; `skg.qa`, `skg.rejections` and `skg.dead-letters` from their beginning and on.  Out: seeds,
acknowledged by the broker.
Keeps no state of its own: after a restart the topics tell what was requested, when, and with what outcome, so the limits
hold over restarts as long as the topics keep their events.  Decides nothing (`agents.coverage_balance`).  Run only one:
two would request the same at the same time.
"""

from collections import Counter, deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from agents.balance_targets import Band, Targets
from agents.coverage_balance import Accepted, Balance, Cell, SeedRequest
from schemas.base import Event
from schemas.codec import decode, event_age
from schemas.errors import PermanentError
from schemas.events import DeadLetter, QAEvent, Rejection, SeedConcept, SeedOptions
from schemas.ids import make_seed
from schemas.topics import QA, REJECTIONS
from spatial.relations.predicate_table import PREDICATES
from streams.broker.records import Record
from streams.steps.dead_letters import Request, requests_in_letter
from streams.steps.handler_step import EventPublisher
from streams.steps.root_spans import publish_roots

SOURCE = "balance"
SALT = "balance-"
"""Marks the seeds of this agent; a number follows."""

COUNTED = (QA, REJECTIONS)
"""Dead letters from these topics are of outcomes that were already counted."""

MINUTE_S = 60.0


@dataclass
class RateLimit:
    """How many graphs may be requested: per minute and in total."""

    per_minute: int
    total: int
    spent: int = 0
    recent: deque[tuple[float, int]] = field(default_factory=deque)

    def spend(self, when: float, count: int) -> None:
        """Record that graphs were requested at a time in seconds."""
        self.spent += count
        self.recent.append((when, count))

    def allowed(self, now: float) -> int:
        """How many more may be requested now."""
        self.recent = deque((when, count) for when, count in self.recent if when > now - MINUTE_S)
        return max(0, min(self.per_minute - sum(count for _, count in self.recent), self.total - self.spent))


class BalanceController:
    """Counts outcomes and publishes seeds. `now` are seconds of any monotonic clock."""

    def __init__(self, targets: Targets, publisher: EventPublisher) -> None:
        self.balance = Balance(targets)
        self.rate_limit = RateLimit(targets.per_minute, targets.total)
        self._publisher = publisher
        self._cells: dict[str, Cell] = {}
        self._seen: set[int] = set()
        self._lost: set[int] = set()
        self._number = 0

    def restore(self, records: Iterable[Record], now: float) -> None:
        """Count seeds that were published before."""
        for record in records:
            event = _event(record)
            if isinstance(event, SeedConcept) and event.options.salt.startswith(SALT):
                age = event_age(record.headers, datetime.now(UTC)) or 0.0
                self._count_requested(event, now - age)

    def observe(self, records: Iterable[Record]) -> None:
        """Count outcomes; duplicates count once, and a request that is judged again has one outcome."""
        for record in records:
            event = _event(record)
            if isinstance(event, QAEvent) and self._is_new(event.sample_id):
                self._count_accepted(event)
            elif isinstance(event, Rejection) and not event.retried:
                self._count_lost((event.seed_id, event.index))
            elif isinstance(event, DeadLetter) and event.topic != QA:  # of a sample that was counted already
                for request in requests_in_letter(event):  # left open, they would block others forever
                    self._count_lost(request)

    def _count_accepted(self, event: QAEvent) -> None:
        graph = event.graph
        request, cell = _key((graph.seed_id, graph.index)), self._cells.get(graph.seed_id)
        if request in self._lost:
            self._lost.discard(request)
            self.balance.undo_rejected(cell)
        self._seen.add(request)
        self.balance.record_accepted(accepted(event), cell)

    def _count_lost(self, request: Request) -> None:
        """Count a request without a sample, unless it has one already. Requests of other sources are ignored."""
        cell = self._cells.get(request[0])
        if self._is_new(request) and cell is not None:
            self._lost.add(_key(request))
            self.balance.record_rejected(cell)

    @property
    def state(self) -> str:
        """Why seeds are published now, or why none are."""
        if self.balance.is_satisfied():
            return "the mix is there: nothing is asked for"
        if self.rate_limit.spent >= self.rate_limit.total:
            return "all graphs that may be asked for were: what lacks stays"
        if self.balance.is_exhausted():
            return "no cell brings what it is asked for: what lacks stays"
        return "asking for what lacks"

    def publish_seeds(self, now: float) -> list[SeedConcept]:
        """Publish what is lacking and allowed. Raises RetryableError when the broker does not answer."""
        requests = self.balance.seed_requests(self.rate_limit.allowed(now))
        seeds = [self._seed(request, self._number + i) for i, request in enumerate(requests)]
        publish_roots(self._publisher.publish, SOURCE, seeds)
        for seed in seeds:
            self._count_requested(seed, now)
        return seeds

    def _seed(self, request: SeedRequest, number: int) -> SeedConcept:
        cell = request.cell
        options = SeedOptions(
            min_objects=cell.band.first, max_objects=cell.band.last, families={cell.family: 1.0}, salt=f"{SALT}{number}"
        )
        return make_seed(cell.scene, request.count, options=options)

    def _count_requested(self, seed: SeedConcept, when: float) -> None:
        """Count requested graphs. Replayed ones do not count again."""
        indices = range(seed.first, seed.first + seed.count)
        count = sum(self._is_new(f"asked/{seed.seed_id}/{index}") for index in indices)
        if not count:
            return
        options = seed.options
        cell = Cell(seed.concept, Band(options.min_objects, options.max_objects), next(iter(options.families), ""))
        self._cells[seed.seed_id] = cell
        self.balance.record_requested(cell, count)
        self.rate_limit.spend(when, count)
        number = options.salt.removeprefix(SALT)
        self._number = max(self._number, int(number) + 1) if number.isdecimal() else self._number

    def _is_new(self, one: str | Request) -> bool:
        """Eight bytes each: a million outcomes take some tens of megabytes."""
        key = _key(one)
        new = key not in self._seen
        self._seen.add(key)
        return new


def _key(one: str | Request) -> int:
    return hash(one)


def accepted(event: QAEvent) -> Accepted:
    """The properties of a sample that targets count."""
    families: Counter[str] = Counter(
        PREDICATES[r.predicate].family for r in event.graph.relations if r.predicate in PREDICATES
    )
    return Accepted(
        scene=event.scene.scene,
        things=len(event.scene.objects),
        families=dict(families),
        kinds=dict(Counter(question.kind for question in event.questions)),
    )


def _event(record: Record) -> Event | None:
    """The event, or None for invalid bytes: the topic's consumer makes a dead letter of them."""
    try:
        return decode(record.partition.topic, record.value, record.headers)
    except PermanentError:
        return None


def seed_lines(seeds: Sequence[SeedConcept]) -> list[str]:
    """Descriptions of the seeds, for the log."""
    return [
        f"{seed.count} × {seed.concept}, {seed.options.min_objects} to {seed.options.max_objects} things, "
        f"{', '.join(seed.options.families)}"
        for seed in seeds
    ]
