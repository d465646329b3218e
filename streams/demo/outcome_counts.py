"""Counts the outcomes of requests: the demo ends when every request has one, whatever the lag.

In: records of the topics with outcomes, addresses of tables.  Out: counts, which requests are open, what is stored.
"""

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from schemas.base import Event
from schemas.codec import decode
from schemas.errors import PermanentError
from schemas.events import DeadLetter, QAEvent, Rejection
from schemas.topics import DEAD_LETTERS, QA, REJECTIONS, key_of
from streams.broker.clients import Record
from streams.llm.cost_report import CostReport
from streams.steps.dead_letters import Request, requests_in_letter

ENDS = (QA, REJECTIONS, DEAD_LETTERS)


class OutcomeCounts:
    """Counts each request once, however often its outcome is delivered."""

    def __init__(self, requests: Iterable[Request]) -> None:
        self.open = set(requests)
        self._asked = frozenset(self.open)
        self.requested = len(self.open)
        self.samples: dict[Request, str] = {}
        self.rejected: dict[Request, str] = {}
        self.retried: set[str] = set()
        self.rejections: set[str] = set()
        self.buried: dict[Request, tuple[str, str]] = {}
        self.unknown: dict[str, str] = {}
        self._errors: dict[str, str] = {}
        self.kinds: Counter[str] = Counter()
        self.costs = CostReport()
        self.not_begun = 0

    @property
    def dead_letters(self) -> Counter[str]:
        """Dead letters by reason: those that ended a request, and those that name none."""
        letters = {**dict(self.buried.values()), **self.unknown}
        return Counter(letters.values())

    @property
    def commonest_error(self) -> str:
        """Why most of the dead letters died, in one line; empty where there are none, or none could be read."""
        left = {*(key for key, _ in self.buried.values()), *self.unknown}
        errors = Counter(error for key, error in self._errors.items() if key in left)
        return errors.most_common(1)[0][0] if errors else ""

    def set_budget_spent(self) -> None:
        """The token budget is spent: open requests were not started, and wait in their topic."""
        self.not_begun, self.open = len(self.open), set()

    def feed(self, records: Iterable[Record]) -> None:
        """Take records of the topics in `ENDS`."""
        for record in records:
            try:
                self._take(decode(record.partition.topic, record.value, record.headers))
            except PermanentError:
                where = record.partition
                self.unknown[f"{where.topic}-{where.number}-{record.offset}"] = "undecodable"

    def _take(self, event: Event) -> None:
        if isinstance(event, DeadLetter):
            self._count_dead_letter(event)
        elif isinstance(event, QAEvent):
            self._sample(event)
        elif isinstance(event, Rejection):
            request = (event.seed_id, event.index)
            self.rejections.add(event.rejection_id)
            if event.retried:
                self.retried.add(event.rejection_id)
                if request in self._asked:  # its request may have ended already: topics are not read in step
                    self.costs.add(event)
            elif self._ends(request):
                self.rejected[request] = event.reason
                self.costs.add(event)

    def _count_dead_letter(self, letter: DeadLetter) -> None:
        requests = requests_in_letter(letter)
        self._errors[key_of(letter)] = " ".join(letter.error.split())
        if not requests:
            self.unknown[key_of(letter)] = letter.reason
        for request in self.open.intersection(requests):
            self.open.discard(request)
            self.buried[request] = key_of(letter), letter.reason

    def _ends(self, request: Request) -> bool:
        """Whether this is the request's outcome: its first, or one after its dead letter was replayed."""
        if request not in self.open and request not in self.buried:
            return False
        self.open.discard(request)
        self.buried.pop(request, None)
        return True

    def _sample(self, event: QAEvent) -> None:
        request = (event.graph.seed_id, event.graph.index)
        if self._ends(request):
            self.samples[request] = event.sample_id
            self.costs.add(event)
            self.kinds.update(question.kind for question in event.questions)


class TableIds:
    """The ids that the current snapshot of a demo's table holds: of samples, or of rejections. Each file is read once.

    What reads tables is imported once there is one: before that, processes that start share the machine with it.
    """

    def __init__(self, dataset: Path, rejections: bool = False) -> None:
        self._dataset, self._rejections = dataset, rejections
        self._known: dict[str, frozenset[str]] = {}

    def refresh(self) -> int:
        """Read what was committed since the last call; the number of samples."""
        if self._rejections or self._dataset.exists():
            self._known = self._ids_by_file()
        return sum(len(ids) for ids in self._known.values())

    def all(self) -> frozenset[str]:
        """Every id of the current snapshot."""
        self.refresh()
        return frozenset().union(*self._known.values())

    def holds(self, samples: Iterable[str]) -> bool:
        """Whether all of `samples` are in the table now."""
        wanted = set(samples)
        if not wanted:
            return True
        self.refresh()
        return wanted <= set().union(*self._known.values())

    def _ids_by_file(self) -> dict[str, frozenset[str]]:
        from dataset.reading.loading import sample_ids_by_file
        from dataset.table.rejection_table import rejections_uri

        uri, column = str(self._dataset), "sample_id"
        if self._rejections:
            uri, column = rejections_uri(uri), "rejection_id"
        return dict(sample_ids_by_file(uri, self._known, column=column))
