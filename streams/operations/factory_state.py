"""The whole factory at one time: what its processes on this machine say, what its broker knows, whether its store answers.

In: settings.  Out: one report a look, with the exit code of `skg status`.
A stage without a process shows its true lag, and one without work is well: it need not run.  A service that is away is
said and asked again at the next look.
"""

import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Protocol

from schemas.errors import RetryableError
from schemas.ids import content_id
from streams.broker.group_state import READS, Groups, GroupState, look
from streams.errors import Problem
from streams.operations.stage_progress import Progress
from streams.operations.status import StageStatus, Status, collect
from streams.settings import LagSettings, StatusSettings
from streams.storage.s3_connection import require_sound
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
    """Every stage, and in one line each the services that are away."""

    stages: Status
    away: tuple[str, ...] = ()

    @property
    def exit_code(self) -> int:
        """0 all well, 1 a stage is stuck or has work and no member, 2 the broker or the store is away."""
        if self.away:
            return AWAY
        return STUCK if any(row.state in _BAD for row in self.stages.values()) else WELL


class BrokerQueries(Groups, Protocol):
    """A broker that is asked, and left alone in the end."""

    def close(self) -> None:
        """Close the connections."""
        ...


class GroupWatch:
    """Asks a broker again and again, connects when needed, and knows what stands still. Owned by one thread."""

    def __init__(
        self, settings: LagSettings, connect: Callable[[], BrokerQueries], progress: Progress | None = None
    ) -> None:
        self._settings, self._connect = settings, connect
        self._progress = progress or Progress()
        self._broker: BrokerQueries | None = None

    def look(self, now: float) -> tuple[dict[str, GroupState], dict[str, float]]:
        """The state of each stage, and its seconds without progress. Raises RetryableError, or a Problem."""
        try:
            self._broker = self._broker or self._connect()
            states = look(self._broker, self._settings.groups, now)
        except (RetryableError, Problem):
            self.close()
            raise
        return states, self._progress.still_s(states, now)

    def close(self) -> None:
        """Close the connections, if there are any; the next look makes new ones."""
        broker, self._broker = self._broker, None
        if broker is not None:
            with suppress(RetryableError, Problem):
                broker.close()


class FactoryWatch:
    """Reports on the whole factory. Owned by one thread."""

    def __init__(self, settings: StatusSettings, groups: GroupWatch, clock: Callable[[], float] = time.time) -> None:
        self._settings, self._groups, self._clock = settings, groups, clock

    def look(self) -> Report:
        """The factory now. A service that does not answer is part of the report."""
        local, away, now = collect(self._settings.state_dir), [], self._clock()
        states: Mapping[str, GroupState] = {}
        still: Mapping[str, float] = {}
        try:
            states, still = self._groups.look(now)
        except (RetryableError, Problem) as failure:
            away.append(str(failure))
        try:
            if "s3_endpoint" in self._settings.model_fields_set:  # a machine that only watches need not know the store
                store_answers(self._settings.s3_endpoint, self._settings.connect_timeout_s)
        except RetryableError as failure:
            away.append(str(failure))
        bound = self._settings.stuck_after_s
        stages = {
            stage: judged(stage, row, states.get(stage), still.get(stage, 0.0), bound) if stage in READS else row
            for stage, row in local.items()
        }
        return Report(stages, tuple(away))

    def close(self) -> None:
        """Close the connections."""
        self._groups.close()


def watch(settings: StatusSettings) -> FactoryWatch:
    """A watch over the factory that the settings name. Connects when it first looks.

    Raises Misconfigured for settings of the broker or the store that are no use: nobody is away then.
    """
    from streams.broker.client_id import client_id
    from streams.broker.connection import connection_of
    from streams.broker.group_admin import GroupAdmin

    require_sound(settings)
    connection, timeout_s = connection_of(settings), settings.connect_timeout_s
    connection.require_sound()
    memory = settings.state_dir / f"progress-{content_id('broker', str(connection))[:8]}.json"
    return FactoryWatch(
        settings,
        GroupWatch(settings, lambda: GroupAdmin(connection, client_id("status"), timeout_s), Progress(memory)),
    )


def judged(stage: str, row: StageStatus, state: GroupState | None, still_s: float, bound_s: float) -> StageStatus:
    """A stage's row with what the broker knows of it (None: nothing), and a judgement of both."""
    problems = [f"{stage}: {row.hung} of {row.processes} processes on this machine hang"] if row.hung else []
    if state is None:
        return replace(row, lag=None, state="stuck" if row.hung else "unknown", problems=tuple(problems))
    stuck = is_stuck(state, still_s, bound_s)
    if state.missing_topics:
        problems.append(f"{stage}: there is no {' and no '.join(state.missing_topics)}; `skg topics apply` creates it")
    if state.unread and not state.members:
        problems.append(f"{stage}: {_unread(state.unread)} and it has no member; start `skg {stage}`")
    if stuck:
        problems.append(f"{stage}: stuck: {_unread(state.unread)} and nothing has moved for {still_s:.0f} s")
    return replace(
        row,
        lag=state.unread,
        group=state.group,
        members=state.members,
        oldest_unread_s=None if state.oldest_unread_s is None else round(state.oldest_unread_s, 1),
        state=_word(state, stuck or row.hung > 0),
        problems=tuple(problems),
    )


def _unread(count: int) -> str:
    return f"{count} events are unread" if count != 1 else "1 event is unread"


def is_stuck(state: GroupState, still_s: float, bound_s: float) -> bool:
    """Members, unread events, none of them new, and for as long nothing that the stage committed or published."""
    return bool(state.members) and still_s >= bound_s and (state.oldest_unread_s or 0.0) >= bound_s


def _word(state: GroupState, stuck: bool) -> str:
    if state.missing_topics:
        return "no_topic"
    if stuck:
        return "stuck"
    if not state.members:
        return "no_member" if state.unread else "idle"
    return "well"
