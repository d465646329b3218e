"""Growth as text: rows added in each interval, one line an interval.

In: the log's entry of each version.  Out: lines of text.  Reads nothing.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from dataset.analysis.info import Growth

MAX_LINES = 24
"""What fits on a screen together with the counts."""

BAR = 32
"""Characters of the longest bar."""

STEPS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 10, 30, 60, 180, 360, 720, 1440, 10_080, 40_320, 524_160))


def growth_lines(growth: Sequence[Growth], rows: int) -> list[str]:
    """One line an interval in which rows came: its start (UTC), rows added, rows in all, a bar.

    `rows` is the final number; rows from before the log are part of every line's total.
    """
    grown = [(datetime.fromisoformat(entry["time"]), entry["rows"]) for entry in growth if entry["rows"]]
    if not grown:
        return []
    step = _step(grown[-1][0] - grown[0][0])
    added: dict[datetime, int] = {}
    for time, count in grown:
        start = _floor(time, step)
        added[start] = added.get(start, 0) + count
    total, most = rows - sum(added.values()), max(added.values())
    lines = []
    for start, count in sorted(added.items()):
        total += count
        bar = "█" * max(1, round(BAR * count / most))
        lines.append(f"{start:%Y-%m-%d %H:%M}  {f'+{count:,}':>12}  {total:>12,}  {bar}")
    return lines


def _step(span: timedelta) -> timedelta:
    """The finest step that needs at most MAX_LINES."""
    return next((step for step in STEPS if span / step < MAX_LINES - 1), STEPS[-1])


def _floor(time: datetime, step: timedelta) -> datetime:
    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    return epoch + (time.astimezone(UTC) - epoch) // step * step
