"""BalanceController: reads what came of everything so far, publishes seeds for what the dataset still lacks.

In: `skg.seeds` once; `skg.qa`, `skg.rejections` and `skg.dead-letters` from their beginning and on.  Out: seeds,
acknowledged by the broker.
Keeps nothing of its own: after a restart the topics tell what was asked for, when, and what came of it, so the bounds
hold over restarts as long as the topics keep their events.  Decides nothing (`agents.coverage_balance`).  Run one of
it: two would ask for the same at the same time.
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
"""How the seeds of this agent are told from others; a number follows."""

COUNTED = (QA, REJECTIONS)
"""Dead letters from there are of outcomes that were counted already."""

MINUTE_S = 60.0


@dataclass
class RateLimit:
    """How many graphs may be asked for: so many in any minute, so many in all."""

    per_minute: int
    total: int
    spent: int = 0
    recent: deque[tuple[float, int]] = field(default_factory=deque)

    def spend(self, when: float, count: int) -> None:
        """Graphs were asked for at a time in seconds."""
        self.spent += count
        self.recent.append((when, count))

    def allowed(self, now: float) -> int:
        """How many more may be asked for now."""
        self.recent = deque((when, count) for when, count in self.recent if when > now - MINUTE_S)
        return max(0, min(self.per_minute - sum(count for _, count in self.recent), self.total - self.spent))


class BalanceController:
    """What is known, and what is published upon it. `now` are seconds of any clock that does not go back."""

    def __init__(self, targets: Targets, publisher: EventPublisher) -> None:
        self.balance = Balance(targets)
        self.pace = RateLimit(targets.per_minute, targets.total)
        self._publisher = publisher
        self._cells: dict[str, Cell] = {}
        self._heard: set[int] = set()
        self._lost: set[int] = set()
        self._number = 0

    def recall(self, records: Iterable[Record], now: float) -> None:
        """Take in seeds that were published before."""
        for record in records:
            event = _event(record)
            if isinstance(event, SeedConcept) and event.options.salt.startswith(SALT):
                age = event_age(record.headers, datetime.now(UTC)) or 0.0
                self._noted(event, now - age)

    def hear(self, records: Iterable[Record]) -> None:
        """Take in outcomes; what is delivered twice counts once, and a request that is judged again has one outcome."""
        for record in records:
            event = _event(record)
            if isinstance(event, QAEvent) and self._is_new(event.sample_id):
                self._won(event)
            elif isinstance(event, Rejection) and not event.retried:
                self._ended((event.seed_id, event.index))
            elif isinstance(event, DeadLetter) and event.topic != QA:  # of a sample that was counted already
                for request in requests_in_letter(event):  # left open, they would hold others up for ever
                    self._ended(request)

    def _won(self, event: QAEvent) -> None:
        graph = event.graph
        request, cell = _key((graph.seed_id, graph.index)), self._cells.get(graph.seed_id)
        if request in self._lost:
            self._lost.discard(request)
            self.balance.reconsider(cell)
        self._heard.add(request)
        self.balance.accept(accepted(event), cell)

    def _ended(self, request: Request) -> None:
        """Without a sample, unless it has one already. Requests of others tell nothing."""
        cell = self._cells.get(request[0])
        if self._is_new(request) and cell is not None:
            self._lost.add(_key(request))
            self.balance.reject(cell)

    @property
    def state(self) -> str:
        """Why seeds are published now, or why none are."""
        if self.balance.satisfied():
            return "the mix is there: nothing is asked for"
        if self.pace.spent >= self.pace.total:
            return "all graphs that may be asked for were: what lacks stays"
        if self.balance.exhausted():
            return "no cell brings what it is asked for: what lacks stays"
        return "asking for what lacks"

    def act(self, now: float) -> list[SeedConcept]:
        """Publish what is wished for and allowed. Raises RetryableError when the broker does not answer."""
        wishes = self.balance.wishes(self.pace.allowed(now))
        seeds = [self._seed(wish, self._number + i) for i, wish in enumerate(wishes)]
        publish_roots(self._publisher.publish, SOURCE, seeds)
        for seed in seeds:
            self._noted(seed, now)
        return seeds

    def _seed(self, wish: SeedRequest, number: int) -> SeedConcept:
        cell = wish.cell
        options = SeedOptions(
            min_objects=cell.band.first, max_objects=cell.band.last, families={cell.family: 1.0}, salt=f"{SALT}{number}"
        )
        return make_seed(cell.scene, wish.count, options=options)

    def _noted(self, seed: SeedConcept, when: float) -> None:
        """Graphs that were asked for. Those that are sent back are no further ones."""
        indices = range(seed.first, seed.first + seed.count)
        count = sum(self._is_new(f"asked/{seed.seed_id}/{index}") for index in indices)
        if not count:
            return
        options = seed.options
        cell = Cell(seed.concept, Band(options.min_objects, options.max_objects), next(iter(options.families), ""))
        self._cells[seed.seed_id] = cell
        self.balance.ask(cell, count)
        self.pace.spend(when, count)
        number = options.salt.removeprefix(SALT)
        self._number = max(self._number, int(number) + 1) if number.isdecimal() else self._number

    def _is_new(self, one: str | Request) -> bool:
        """Eight bytes each: a million outcomes in some tens of megabytes."""
        key = _key(one)
        new = key not in self._heard
        self._heard.add(key)
        return new


def _key(one: str | Request) -> int:
    return hash(one)


def accepted(event: QAEvent) -> Accepted:
    """What counts of a sample."""
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
    """The event, or None for bytes that are none: whoever owns the topic makes a dead letter of them."""
    try:
        return decode(record.partition.topic, record.value, record.headers)
    except PermanentError:
        return None


def seed_lines(seeds: Sequence[SeedConcept]) -> list[str]:
    """Seeds in words, for the log."""
    return [
        f"{seed.count} × {seed.concept}, {seed.options.min_objects} to {seed.options.max_objects} things, "
        f"{', '.join(seed.options.families)}"
        for seed in seeds
    ]
