"""The state of the whole factory: its processes on this machine, its groups on the broker, and whether its store answers.

In: settings.  Out: one report per call, with the exit code of `skg status`.
A stage without a process shows its true lag, and one without work is well: it need not run.  An unavailable service is
reported, and asked again in the next report.
"""

import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Protocol

from schemas.errors import RetryableError
from schemas.ids import content_id
from streams.broker.group_state import READS, Groups, GroupState, group_states
from streams.errors import Problem
from streams.operations.stage_progress import Progress
from streams.operations.status import StageStatus, Status, collect
from streams.settings import LagSettings, StatusSettings
from streams.storage.s3_connection import require_valid
from streams.storage.s3_probe import store_answers

WELL, STUCK, AWAY = 0, 1, 2
"""Exit codes."""

STATES = {
    "well": "it has members, and what it has to do goes on",
    "idle": "no member and nothing unread",
    "no_member": "events are unread and nobody is in its group",
    "stuck": "it has members and unread events, and nothing moves",
    "no_topic": "a topic that it reads is not there",
    "unknown": "the broker did not answer",
}
_BAD = {"no_member", "stuck", "no_topic"}


@dataclass(frozen=True)
class Report:
    """Every stage, and one line for each unavailable service; `services`: their roles, in the same order."""

    stages: Status
    away: tuple[str, ...] = ()
    services: tuple[str, ...] = ()

    @property
    def exit_code(self) -> int:
        """0 all well, 1 a stage is stuck or has work and no member, 2 the broker or the store is unavailable."""
        if self.away:
            return AWAY
        return STUCK if any(row.state in _BAD for row in self.stages.values()) else WELL


class BrokerQueries(Groups, Protocol):
    """A broker that answers queries until it is closed."""

    def close(self) -> None:
        """Close the connections."""
        ...


class GroupWatch:
    """Polls a broker, connects when needed, and measures how long stages stand still. Owned by one thread."""

    def __init__(
        self, settings: LagSettings, connect: Callable[[], BrokerQueries], progress: Progress | None = None
    ) -> None:
        self._settings, self._connect = settings, connect
        self._progress = progress or Progress()
        self._broker: BrokerQueries | None = None

    def poll(self, now: float) -> tuple[dict[str, GroupState], dict[str, float]]:
        """The state of each stage, and its seconds without progress. Raises RetryableError, or a Problem."""
        try:
            self._broker = self._broker or self._connect()
            states = group_states(self._broker, self._settings.groups, now)
        except (RetryableError, Problem):
            self.close()
            raise
        return states, self._progress.seconds_without_progress(states, now)

    def close(self) -> None:
        """Close the connections, if there are any; the next poll opens new ones."""
        broker, self._broker = self._broker, None
        if broker is not None:
            with suppress(RetryableError, Problem):
                broker.close()


class FactoryWatch:
    """Reports on the whole factory. Owned by one thread."""

    def __init__(self, settings: StatusSettings, groups: GroupWatch, clock: Callable[[], float] = time.time) -> None:
        self._settings, self._groups, self._clock = settings, groups, clock

    def report(self) -> Report:
        """The factory now. An unavailable service is part of the report. Broker and store are asked at the same time."""
        local, now = collect(self._settings.state_dir), self._clock()
        away: list[tuple[str, str]] = []
        states: Mapping[str, GroupState] = {}
        stalled: Mapping[str, float] = {}
        with ThreadPoolExecutor(1) as pool:
            store = pool.submit(ask_store, self._settings)
            try:
                states, stalled = self._groups.poll(now)
            except (RetryableError, Problem) as failure:
                away.append((str(failure), "broker"))
        try:
            store.result()
        except RetryableError as failure:
            away.append((str(failure), "store"))
        bound = self._settings.stuck_after_s
        stages = {
            stage: stage_status(stage, row, states.get(stage), stalled.get(stage, 0.0), bound) if stage in READS else row
            for stage, row in local.items()
        }
        return Report(stages, tuple(line for line, _ in away), tuple(role for _, role in away))

    def close(self) -> None:
        """Close the connections."""
        self._groups.close()


def ask_store(settings: StatusSettings) -> None:
    """Raise RetryableError where the store is unavailable; a machine that only monitors need not know it."""
    if "s3_endpoint" in settings.model_fields_set:
        store_answers(settings.s3_endpoint, settings.connect_timeout_s)


def connect_factory_watch(settings: StatusSettings) -> FactoryWatch:
    """A watch over the factory of the settings. Connects with the first report.

    Raises Misconfigured for invalid settings of the broker or the store: that is not an outage.
    """
    from streams.broker.client_id import client_id
    from streams.broker.connection import connection_of
    from streams.broker.group_admin import GroupAdmin

    require_valid(settings)
    connection, timeout_s = connection_of(settings), settings.connect_timeout_s
    connection.require_valid()
    memory = settings.state_dir / f"progress-{content_id('broker', str(connection))[:8]}.json"
    return FactoryWatch(
        settings,
        GroupWatch(settings, lambda: GroupAdmin(connection, client_id("status"), timeout_s), Progress(memory)),
    )


def stage_status(stage: str, row: StageStatus, state: GroupState | None, stalled_s: float, bound_s: float) -> StageStatus:
    """A stage's row with the broker's data (None: it is unavailable), its state and its problems."""
    problems = [f"{stage}: {row.hung} of {row.processes} processes on this machine hang"] if row.hung else []
    if state is None:
        return replace(row, lag=None, state="stuck" if row.hung else "unknown", problems=tuple(problems))
    stuck = is_stuck(state, stalled_s, bound_s)
    if state.missing_topics:
        problems.append(f"{stage}: there is no {' and no '.join(state.missing_topics)}; `skg topics apply` creates it")
    if state.unread and not state.members:
        problems.append(f"{stage}: {_unread(state.unread)} and it has no member; start `skg {stage}`")
    if stuck:
        problems.append(f"{stage}: stuck: {_unread(state.unread)} and nothing has moved for {stalled_s:.0f} s")
    return replace(
        row,
        lag=state.unread,
        group=state.group,
        members=state.members,
        oldest_unread_s=None if state.oldest_unread_s is None else round(state.oldest_unread_s, 1),
        state=_state_word(state, stuck or row.hung > 0),
        problems=tuple(problems),
    )


def _unread(count: int) -> str:
    return f"{count} events are unread" if count != 1 else "1 event is unread"


def is_stuck(state: GroupState, stalled_s: float, bound_s: float) -> bool:
    """It has members and unread events, the oldest older than the bound, and committed or published nothing for as long."""
    return bool(state.members) and stalled_s >= bound_s and (state.oldest_unread_s or 0.0) >= bound_s


def _state_word(state: GroupState, stuck: bool) -> str:
    if state.missing_topics:
        return "no_topic"
    if stuck:
        return "stuck"
    if not state.members:
        return "no_member" if state.unread else "idle"
    return "well"
