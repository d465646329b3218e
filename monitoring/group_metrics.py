"""Metrics of the stages' groups for the lag exporter: the last poll of the broker, and nothing while it is unavailable.

In: one poll, or that there was none.  Out: families of series for `/metrics`.
A series of a partition or stage that the last look did not see is not shown: a stale value would
mislead.
"""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector


class Family(NamedTuple):
    """A metric's name, help text and labels."""

    name: str
    meaning: str
    labels: tuple[str, ...]


LAG = Family(
    "skg_group_lag_events",
    "Events that the stage's group has not read and committed, as the broker counts them. Growing: add processes.",
    ("stage", "topic", "partition"),
)
MEMBERS = Family("skg_group_members", "Processes that are in the stage's group. 0 with lag: start some.", ("stage",))
OLDEST = Family(
    "skg_group_oldest_unread_seconds",
    "Age of the oldest event that the stage's group has not read and committed, 0 without lag. High: add processes.",
    ("stage",),
)
STILL = Family(
    "skg_group_still_seconds",
    "Time since the stage, which has members and lag, has committed or published anything. High: it is stuck.",
    ("stage",),
)
UP = Family("skg_broker_up", "1 while the broker answers the lag exporter, else 0 and no series of groups.", ())

FAMILIES = (LAG, MEMBERS, OLDEST, STILL, UP)


class GroupValues(NamedTuple):
    """One stage's group at the last poll."""

    lag: Mapping[tuple[str, int], int]
    members: int
    oldest_unread_s: float
    stalled_s: float


class GroupMetrics(Collector):
    """The series of the last poll. Thread-safe: a scrape sees one poll completely."""

    def __init__(self) -> None:
        self._shown: Mapping[str, GroupValues] | None = None

    def show(self, stages: Mapping[str, GroupValues]) -> None:
        """Replace the series by these."""
        self._shown = stages

    def hide(self) -> None:
        """Remove the series: the broker is unavailable."""
        self._shown = None

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """The families, for a scrape."""
        shown = self._shown
        up = _family(UP)
        up.add_metric((), float(shown is not None))
        yield up
        if shown is None:
            return
        lag, members, oldest, still = map(_family, (LAG, MEMBERS, OLDEST, STILL))
        for stage, group in shown.items():
            for (topic, partition), events in group.lag.items():
                lag.add_metric((stage, topic, str(partition)), events)
            members.add_metric((stage,), group.members)
            oldest.add_metric((stage,), group.oldest_unread_s)
            still.add_metric((stage,), group.stalled_s)
        yield from (lag, members, oldest, still)


def _family(family: Family) -> GaugeMetricFamily:
    return GaugeMetricFamily(family.name, family.meaning, labels=family.labels)
