"""What stages did in each minute of the last hour, and how old their unread events became, as far as it was watched.

In: the status of the stages, whenever somebody looks.  Out: accepted work a minute, the oldest first; the greatest age.
Keeps one count a minute; counts begin anew where a process restarts, and what went down is no work.
"""

from collections import deque
from collections.abc import Mapping

from streams.operations.status import Status

MINUTE_S = 60.0
MINUTES = 60


class HourHistory:
    """Owned by one thread. `now` are seconds of a clock that never goes back."""

    def __init__(self) -> None:
        self._last: Mapping[str, int] = {}
        self._minutes: deque[tuple[int, dict[str, int]]] = deque(maxlen=MINUTES)
        self._ages: deque[tuple[int, dict[str, float]]] = deque(maxlen=MINUTES)

    def watch(self, status: Status, now: float) -> None:
        """Count what was accepted since the last look, for the minute of now."""
        minute = int(now // MINUTE_S)
        if not self._minutes or self._minutes[-1][0] != minute:
            self._minutes.append((minute, {}))
            self._ages.append((minute, {}))
        counts, ages = self._minutes[-1][1], self._ages[-1][1]
        for stage, row in status.items():
            ages[stage] = max(ages.get(stage, 0.0), row.oldest_unread_s or 0.0)
            before = self._last.get(stage, row.accepted)
            counts[stage] = counts.get(stage, 0) + max(0, row.accepted - before)
        self._last = {stage: row.accepted for stage, row in status.items()}

    def minutes(self, stage: str) -> tuple[int, ...]:
        """Accepted work of a stage in each minute since the first look, at most an hour; minutes without a look are 0."""
        if not self._minutes:
            return ()
        counts, last = dict(self._minutes), self._minutes[-1][0]
        first = max(self._minutes[0][0], last - MINUTES + 1)
        return tuple(counts.get(minute, {}).get(stage, 0) for minute in range(first, last + 1))

    def oldest_s(self, stage: str) -> float:
        """The greatest age of an unread event of a stage in the last hour, in seconds."""
        last = self._ages[-1][0] if self._ages else 0
        return max((ages.get(stage, 0.0) for minute, ages in self._ages if minute > last - MINUTES), default=0.0)
