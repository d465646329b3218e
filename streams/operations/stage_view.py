"""The stages for a display: the metrics of this machine's processes, with the lag from the broker.

In: the process registry, the broker.  Out: a status per call.  While the broker is unavailable the status has only the
data of the processes, and the broker is asked again after a pause, so that displays do not wait for it each time.
"""

import threading
import time
from collections.abc import Callable

from schemas.errors import RetryableError
from streams.broker.client_id import client_id
from streams.broker.connection import connection_of
from streams.broker.group_admin import GroupAdmin
from streams.errors import Problem
from streams.operations.factory_state import GroupWatch, stage_status
from streams.operations.status import Status, collect
from streams.settings import StatusSettings

RETRY_AFTER_S = 10.0
"""Pause until an unavailable broker is asked again."""


class StageView:
    """Returns the status when called. Thread-safe: one query at a time."""

    def __init__(self, settings: StatusSettings, groups: GroupWatch, clock: Callable[[], float] = time.time) -> None:
        self._settings, self._groups, self._clock = settings, groups, clock
        self._lock = threading.Lock()
        self._retry_at = 0.0

    def __call__(self) -> Status:
        """The stages now."""
        local = collect(self._settings.state_dir)
        with self._lock:
            now = self._clock()
            if now < self._retry_at:
                return local
            try:
                states, stalled = self._groups.poll(now)
            except (RetryableError, Problem):
                self._retry_at = now + RETRY_AFTER_S
                return local
        bound = self._settings.stuck_after_s
        return {
            stage: stage_status(stage, row, states[stage], stalled[stage], bound) if stage in states else row
            for stage, row in local.items()
        }

    def close(self) -> None:
        """Close the connections."""
        with self._lock:
            self._groups.close()


def open_stage_view(settings: StatusSettings, who: str) -> StageView:
    """The stages of this machine's state folder and the settings' broker. Connects with the first call."""
    connection, timeout_s = connection_of(settings), settings.connect_timeout_s
    return StageView(settings, GroupWatch(settings, lambda: GroupAdmin(connection, client_id(who), timeout_s)))
