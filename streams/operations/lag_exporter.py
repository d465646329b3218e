"""`skg lag-exporter`: the lag of every stage's group for Prometheus, as the broker knows it.

In: the broker's answers.  Out: series on `/metrics`.
Looks again and again, for ever or as long as SKG_GIVE_UP_S allows; while the broker is away the series of the groups are
gone and `skg_broker_up` is 0.
Nothing is in hand that could be lost, so SIGTERM ends it wherever it is.
"""

import time
from collections.abc import Callable, Mapping
from contextlib import closing

from prometheus_client import REGISTRY

from monitoring.group_metrics import GroupMetrics, Shown
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
"""Between two tries while the broker is away: it is back in the series soon after it is back."""

SAY_EVERY_S = 30.0

SILENT_S = 60.0
"""A loop that has not gone round for this long is stuck."""


class LagExporter:
    """Puts one look after another into the metrics."""

    def __init__(self, settings: LagSettings, groups: GroupWatch, metrics: GroupMetrics) -> None:
        self._settings, self._groups, self._metrics = settings, groups, metrics
        self._ticked_at, self._said_at = time.monotonic(), -SAY_EVERY_S
        self._up = False
        self._away_since: float | None = None

    def is_alive(self) -> bool:
        """Whether the loop goes round."""
        return time.monotonic() - self._ticked_at < SILENT_S + self._settings.lag_every_s

    def is_ready(self) -> bool:
        """Whether the last look was answered."""
        return self._up

    def look(self, now: float) -> float:
        """One look; the seconds until the next. `now` is the UNIX time. Raises Unreachable once it is given up."""
        self._ticked_at = time.monotonic()
        try:
            states, still = self._groups.look(now)
        except (RetryableError, Problem) as failure:
            self._metrics.hide()
            self._up = False
            self._say(str(failure))
            self._away_since = now if self._away_since is None else self._away_since
            if self._settings.give_up_s is not None and now - self._away_since > self._settings.give_up_s:
                raise give_up_error(str(failure), self._settings.give_up_s) from failure
            return min(AWAY_S, self._settings.lag_every_s)
        self._metrics.show(shown(states, still))
        self._up, self._said_at, self._away_since = True, -SAY_EVERY_S, None
        return self._settings.lag_every_s

    def _say(self, why: str) -> None:
        if time.monotonic() - self._said_at >= SAY_EVERY_S:
            self._said_at = time.monotonic()
            log(KIND).warning("waiting for the broker (SKG_KAFKA_BOOTSTRAP)", why=why)


def shown(states: Mapping[str, GroupState], still: Mapping[str, float]) -> dict[str, Shown]:
    """The groups as the metrics take them."""
    return {
        stage: Shown(
            {(partition.topic, partition.number): events for partition, events in state.lag.items()},
            len(state.members),
            state.oldest_unread_s or 0.0,
            still[stage],
        )
        for stage, state in states.items()
    }


def run_lag_exporter(settings: LagSettings, sleep: Callable[[float], None] = time.sleep) -> None:
    """Look until SIGTERM. Raises PortInUse, and Unreachable once a broker that is away is given up."""
    from streams.broker.group_admin import GroupAdmin

    metrics = GroupMetrics()
    connection, timeout_s = connection_of(settings), settings.connect_timeout_s
    groups = GroupWatch(settings, lambda: GroupAdmin(connection, client_id("lag_exporter"), timeout_s))
    exporter = LagExporter(settings, groups, metrics)
    REGISTRY.register(metrics)
    with closing(groups), process(KIND, settings) as start:
        start.health.running(exporter.is_alive, exporter.is_ready)
        while True:
            sleep(exporter.look(time.time()))
