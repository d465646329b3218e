"""The stages for people who look on: what processes of this machine say of themselves, with the lag that the broker knows.

In: the process registry, the broker.  Out: a status a look.  While the broker is away, what the processes say is all there
is, and it is asked again after a while: nobody who looks on waits for it each time.
"""

import threading
import time
from collections.abc import Callable

from schemas.errors import RetryableError
from streams.broker.client_id import client_id
from streams.broker.connection import connection_of
from streams.broker.group_admin import GroupAdmin
from streams.errors import Problem
from streams.operations.factory_state import GroupWatch, judged
from streams.operations.status import Status, collect
from streams.settings import StatusSettings

AGAIN_S = 10.0
"""Until a broker that was away is asked again."""


class StagesSeen:
    """Looks when it is called. Thread-safe: one look at a time."""

    def __init__(self, settings: StatusSettings, groups: GroupWatch, clock: Callable[[], float] = time.time) -> None:
        self._settings, self._groups, self._clock = settings, groups, clock
        self._looking = threading.Lock()
        self._not_before = 0.0

    def __call__(self) -> Status:
        """The stages now."""
        local = collect(self._settings.state_dir)
        with self._looking:
            now = self._clock()
            if now < self._not_before:
                return local
            try:
                states, still = self._groups.look(now)
            except (RetryableError, Problem):
                self._not_before = now + AGAIN_S
                return local
        bound = self._settings.stuck_after_s
        return {
            stage: judged(stage, row, states[stage], still[stage], bound) if stage in states else row
            for stage, row in local.items()
        }

    def close(self) -> None:
        """Close the connections."""
        with self._looking:
            self._groups.close()


def stages_seen(settings: StatusSettings, who: str) -> StagesSeen:
    """The stages of this machine's state folder, over the broker of the settings. Connects when it is first called."""
    connection, timeout_s = connection_of(settings), settings.connect_timeout_s
    return StagesSeen(settings, GroupWatch(settings, lambda: GroupAdmin(connection, client_id(who), timeout_s)))
