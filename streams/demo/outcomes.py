"""What became of every request: the demo's end is known by counting these, never by lag.

In: records of the topics where requests end.  Out: counts, and which requests are still open.
"""

from collections import Counter
from collections.abc import Iterable

from schemas.base import Event
from schemas.codec import decode
from schemas.events import DeadLetter, QAEvent, Rejection
from schemas.failures import Never
from schemas.topics import DEAD_LETTERS, QA, REJECTIONS
from streams.dead_letters import Request, requests_in
from streams.kafka_door import Record
from streams.language.bill import Bill

ENDS = (QA, REJECTIONS, DEAD_LETTERS)


class Outcomes:
    """Counts each request once, however often its outcome is delivered."""

    def __init__(self, requests: Iterable[Request]) -> None:
        self.open = set(requests)
        self._asked = frozenset(self.open)
        self.requested = len(self.open)
        self.samples: dict[Request, str] = {}
        self.rejected: dict[Request, str] = {}
        self.retried: set[str] = set()
        self.rejections: set[str] = set()
        self.dead: Counter[str] = Counter()
        self.kinds: Counter[str] = Counter()
        self.bill = Bill()
        self.not_begun = 0

    def begin_no_more(self) -> None:
        """The token budget is spent: what is open was never begun, and waits in its topic."""
        self.not_begun, self.open = len(self.open), set()

    def feed(self, records: Iterable[Record]) -> None:
        """Take records of the topics in `ENDS`."""
        for record in records:
            try:
                self._take(decode(record.partition.topic, record.value, record.headers))
            except Never:
                self.dead["undecodable"] += 1

    def _take(self, event: Event) -> None:
        if isinstance(event, DeadLetter):
            self.dead[event.reason] += 1
            self.open.difference_update(requests_in(event))
        elif isinstance(event, QAEvent):
            self._sample(event)
        elif isinstance(event, Rejection):
            request = (event.seed_id, event.index)
            self.rejections.add(event.rejection_id)
            if event.retried:
                self.retried.add(event.rejection_id)
                if request in self._asked:  # its request may have ended already: topics are not read in step
                    self.bill.take(event)
            elif request in self.open:
                self.open.discard(request)
                self.rejected[request] = event.reason
                self.bill.take(event)

    def _sample(self, event: QAEvent) -> None:
        request = (event.graph.seed_id, event.graph.index)
        if request in self.open:
            self.open.discard(request)
            self.samples[request] = event.sample_id
            self.bill.take(event)
            self.kinds.update(question.kind for question in event.questions)
