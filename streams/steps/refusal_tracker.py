"""Telling an event that alone is never ready from an outage.

In: the outcomes of a batch.  Out: the same, or RetryableError for the batch as a whole.
A store or a model that is away refuses everything; waiting mends that.  What refuses one record again and again, while
those beside it pass, will not mend, and the line must not stand still for it.
"""

from collections import Counter
from collections.abc import Sequence

from schemas.base import Event
from schemas.errors import PermanentError, RetryableError
from streams.broker.records import Partition, Record

MOST_REFUSALS = 12
"""With the worker's pauses between attempts this takes more than a minute."""

Outcome = list[Event] | Exception
"""The results of one record, or why there are none."""


class RefusalTracker:
    """How often each record was to be tried later although others in its batch passed."""

    def __init__(self, most: int = MOST_REFUSALS) -> None:
        self._most = most
        self._counts: Counter[tuple[Partition, int]] = Counter()

    def judged(self, records: Sequence[Record], outcomes: Sequence[Outcome]) -> list[Outcome]:
        """Outcomes without RetryableError. Raises it where the batch is to be tried again."""
        refused = [(r, o) for r, o in zip(records, outcomes, strict=True) if isinstance(o, RetryableError)]
        if not refused:
            self._forget(records)
            return list(outcomes)
        if any(isinstance(outcome, list) for outcome in outcomes):
            self._counts.update((record.partition, record.offset) for record, _ in refused)
        for record, failure in refused:
            if self._counts[record.partition, record.offset] < self._most:
                raise failure
        self._forget(records)
        return [self._given_up(o) if isinstance(o, RetryableError) else o for o in outcomes]

    def _given_up(self, failure: RetryableError) -> PermanentError:
        never = PermanentError("failed", f"refused {self._most} times while others passed: {failure}", self._most)
        never.__cause__ = failure
        return never

    def _forget(self, records: Sequence[Record]) -> None:
        for record in records:
            self._counts.pop((record.partition, record.offset), None)
