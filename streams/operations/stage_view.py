"""The stages for a display: the metrics of this machine's processes, with the lag from the broker.

In: the process registry, the broker, the store where it is set.  Out: a status per call.  While the broker is unavailable
the status has only the data of the processes; what is unavailable is asked again after a pause, so that displays do not
wait for it each time.
"""

import threading
import time
from collections.abc import Callable
from typing import TypeVar

from schemas.errors import RetryableError
from streams.broker.client_id import client_id
from streams.broker.connection import connection_of
from streams.broker.group_admin import GroupAdmin
from streams.errors import Problem
from streams.operations.factory_state import GroupWatch, Report, ask_store, stage_status
from streams.operations.status import Status, collect
from streams.settings import StatusSettings

T = TypeVar("T")

RETRY_AFTER_S = 10.0
"""Pause until an unavailable service is asked again."""


class StageView:
    """Returns the status when called. Thread-safe: one query at a time."""

    def __init__(self, settings: StatusSettings, groups: GroupWatch, clock: Callable[[], float] = time.time) -> None:
        self._settings, self._groups, self._clock = settings, groups, clock
        self._lock = threading.Lock()
        self._broker, self._store = _Outage(), _Outage()

    def __call__(self) -> Status:
        """The stages now."""
        return self.report().stages

    def report(self) -> Report:
        """The stages now, and what does not answer."""
        local = collect(self._settings.state_dir)
        with self._lock:
            now = self._clock()
            states, stalled = self._broker.unless_away(now, lambda: self._groups.poll(now)) or ({}, {})
            self._store.unless_away(now, lambda: ask_store(self._settings))
            away = tuple(outage.fault for outage in (self._broker, self._store) if outage.fault)
        bound = self._settings.stuck_after_s
        stages = {
            stage: stage_status(stage, row, states[stage], stalled[stage], bound) if stage in states else row
            for stage, row in local.items()
        }
        return Report(stages, away)

    def close(self) -> None:
        """Close the connections."""
        with self._lock:
            self._groups.close()


class _Outage:
    """A service that is not asked again for a while after it did not answer. `fault` is why, empty while it answers."""

    def __init__(self) -> None:
        self.fault = ""
        self._retry_at = 0.0

    def unless_away(self, now: float, ask: Callable[[], T]) -> T | None:
        """What is asked for, None while the service is away."""
        if now < self._retry_at:
            return None
        try:
            found = ask()
        except (RetryableError, Problem) as failure:
            self.fault, self._retry_at = str(failure), now + RETRY_AFTER_S
            return None
        self.fault = ""
        return found


def open_stage_view(settings: StatusSettings, who: str) -> StageView:
    """The stages of this machine's state folder and the settings' broker. Connects with the first call."""
    connection, timeout_s = connection_of(settings), settings.connect_timeout_s
    return StageView(settings, GroupWatch(settings, lambda: GroupAdmin(connection, client_id(who), timeout_s)))
