"""`skg lag-exporter`: the lag of every stage's group for Prometheus, as the broker knows it.

In: the broker's answers.  Out: series on `/metrics`.
Polls forever, or as long as SKG_GIVE_UP_S allows; while the broker is unavailable the series of the groups are removed and
`skg_broker_up` is 0.
Holds nothing that could be lost, so SIGTERM ends it at any point.
"""

import time
from collections.abc import Callable, Mapping
from contextlib import closing

from prometheus_client import REGISTRY

from monitoring.group_metrics import GroupMetrics, GroupValues
from monitoring.logs import log
from schemas.errors import RetryableError
from streams.broker.client_id import client_id
from streams.broker.connection import connection_of
from streams.broker.group_state import GroupState
from streams.errors import Problem
from streams.operations.factory_state import GroupWatch
from streams.settings import LagSettings
from streams.worker.outage_wait import give_up_error
from streams.worker.process_lifetime import process

KIND = "lag-exporter"

AWAY_S = 3.0
"""Between two attempts while the broker is unavailable, so that the series return soon after it does."""

REPORT_EVERY_S = 30.0

STUCK_AFTER_S = 60.0
"""A loop without an iteration for this long is stuck."""


class LagExporter:
    """Exports each poll of the broker as metrics."""

    def __init__(self, settings: LagSettings, groups: GroupWatch, metrics: GroupMetrics) -> None:
        self._settings, self._groups, self._metrics = settings, groups, metrics
        self._ticked_at, self._reported_at = time.monotonic(), -REPORT_EVERY_S
        self._up = False
        self._away_since: float | None = None

    def is_alive(self) -> bool:
        """Whether the loop runs."""
        return time.monotonic() - self._ticked_at < STUCK_AFTER_S + self._settings.lag_every_s

    def is_ready(self) -> bool:
        """Whether the broker answered the last poll."""
        return self._up

    def export(self, now: float) -> float:
        """Export once; returns the seconds until the next. `now` is UNIX time. Raises Unreachable after `give_up_s`."""
        self._ticked_at = time.monotonic()
        try:
            states, stalled = self._groups.poll(now)
        except (RetryableError, Problem) as failure:
            self._metrics.hide()
            self._up = False
            self._report_outage(str(failure))
            self._away_since = now if self._away_since is None else self._away_since
            if self._settings.give_up_s is not None and now - self._away_since > self._settings.give_up_s:
                raise give_up_error(str(failure), self._settings.give_up_s) from failure
            return min(AWAY_S, self._settings.lag_every_s)
        self._metrics.show(group_values(states, stalled))
        self._up, self._reported_at, self._away_since = True, -REPORT_EVERY_S, None
        return self._settings.lag_every_s

    def _report_outage(self, why: str) -> None:
        if time.monotonic() - self._reported_at >= REPORT_EVERY_S:
            self._reported_at = time.monotonic()
            log(KIND).warning("waiting for the broker (SKG_KAFKA_BOOTSTRAP)", why=why)


def group_values(states: Mapping[str, GroupState], stalled: Mapping[str, float]) -> dict[str, GroupValues]:
    """The groups as values of the metrics."""
    return {
        stage: GroupValues(
            {(partition.topic, partition.number): events for partition, events in state.lag.items()},
            len(state.members),
            state.oldest_unread_s or 0.0,
            stalled[stage],
        )
        for stage, state in states.items()
    }


def run_lag_exporter(settings: LagSettings, sleep: Callable[[float], None] = time.sleep) -> None:
    """Export until SIGTERM. Raises PortInUse, and Unreachable after `give_up_s` without a broker."""
    from streams.broker.group_admin import GroupAdmin

    metrics = GroupMetrics()
    connection, timeout_s = connection_of(settings), settings.connect_timeout_s
    groups = GroupWatch(settings, lambda: GroupAdmin(connection, client_id("lag_exporter"), timeout_s))
    exporter = LagExporter(settings, groups, metrics)
    REGISTRY.register(metrics)
    with closing(groups), process(KIND, settings) as start:
        start.health.running(exporter.is_alive, exporter.is_ready)
        while True:
            sleep(exporter.export(time.time()))
