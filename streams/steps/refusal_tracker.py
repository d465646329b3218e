"""Telling a record that is refused on its own from an outage.

In: the outcomes of a batch.  Out: the same, or RetryableError for the batch as a whole.
An unavailable store or model refuses everything, and waiting helps.  A record that is refused again and again while
others pass will not succeed, and must not block its partition.
"""

from collections import Counter
from collections.abc import Sequence

from schemas.base import Event
from schemas.errors import PermanentError, RetryableError
from streams.broker.records import Partition, Record

MAX_REFUSALS = 12
"""With the worker's pauses between attempts this takes more than a minute."""

Outcome = list[Event] | Exception
"""The results of one record, or why there are none."""


class RefusalTracker:
    """Counts how often each record was refused although others in its batch passed."""

    def __init__(self, max_refusals: int = MAX_REFUSALS) -> None:
        self._max_refusals = max_refusals
        self._counts: Counter[tuple[Partition, int]] = Counter()

    def resolve(self, records: Sequence[Record], outcomes: Sequence[Outcome]) -> list[Outcome]:
        """Outcomes without RetryableError. Raises it where the batch is to be retried."""
        refused = [(r, o) for r, o in zip(records, outcomes, strict=True) if isinstance(o, RetryableError)]
        if not refused:
            self._forget(records)
            return list(outcomes)
        if any(isinstance(outcome, list) for outcome in outcomes):
            self._counts.update((record.partition, record.offset) for record, _ in refused)
        for record, failure in refused:
            if self._counts[record.partition, record.offset] < self._max_refusals:
                raise failure
        self._forget(records)
        return [self._permanent_error(o) if isinstance(o, RetryableError) else o for o in outcomes]

    def _permanent_error(self, failure: RetryableError) -> PermanentError:
        why = f"refused {self._max_refusals} times while others passed: {failure}"
        permanent = PermanentError("failed", why, self._max_refusals)
        permanent.__cause__ = failure
        return permanent

    def _forget(self, records: Sequence[Record]) -> None:
        for record in records:
            self._counts.pop((record.partition, record.offset), None)
