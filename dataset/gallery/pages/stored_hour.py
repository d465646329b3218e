"""What passed each stage in each minute of the last hour, from the times that the tables hold: it is known also of what
nobody watched, before the gallery was started.

In: the table's address, its rejections.  Out: 60 counts a stage, the oldest minute first.
A request is counted for the minute in which its end was stored; before that it is in flight, which the stages say.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime

from dataset.analysis.info import growth_of
from dataset.gallery.rejected_samples import RejectionSearch
from dataset.gallery.sample_search import SampleSearch
from dataset.reading.rejection_outcomes import ENDED
from dataset.table.delta_table import Table
from dataset.table.table_errors import DamagedTable, NoDataset
from schemas.events import STAGES

MINUTES, MINUTE_S = 60, 60.0

COMMITS = 2_000
"""Entries of the log that are read: a writer commits every three seconds at most."""

Hour = Mapping[str, tuple[int, ...]]


def stored_hour(samples: SampleSearch, rejected: RejectionSearch, now: datetime) -> Hour:
    """Of each stage what passed it by minute; nothing where there is no table, or one whose log is broken. Raises
    RetryableError."""
    try:
        grown = growth_of(Table.load(samples.uri, samples.options), COMMITS)
    except (NoDataset, DamagedTable):
        return {}
    stored = [(datetime.fromisoformat(entry["time"]), entry["rows"]) for entry in grown]
    since = int((now.timestamp() - MINUTES * MINUTE_S) * 1e6)
    lost = rejected.query(
        "SELECT stage, kept_at, count(*) FROM rows WHERE outcome = ? AND kept_at >= ? GROUP BY ALL", [ENDED, since]
    )
    ends: dict[str, list[tuple[datetime, int]]] = {}
    for stage, at, count in lost:
        ends.setdefault(stage, []).append((datetime.fromtimestamp(at / 1e6, UTC), count))
    return passed(stored, ends, now)


def passed(
    stored: Sequence[tuple[datetime, int]], lost: Mapping[str, Sequence[tuple[datetime, int]]], now: datetime
) -> Hour:
    """Stages run in sequence: what passed one was stored, or was lost at a later one."""
    found, after = {}, by_minute(stored, now)
    for stage in reversed(STAGES):
        found[stage] = tuple(after)
        after = [one + other for one, other in zip(after, by_minute(lost.get(stage, ()), now), strict=True)]
    return {stage: found[stage] for stage in STAGES}


def by_minute(counted: Iterable[tuple[datetime, int]], now: datetime) -> list[int]:
    """The counts of the last 60 minutes, the oldest first."""
    minutes = [0] * MINUTES
    for at, count in counted:
        ago = int((now - at).total_seconds() // MINUTE_S)
        if 0 <= ago < MINUTES:
            minutes[MINUTES - 1 - ago] += count
    return minutes
