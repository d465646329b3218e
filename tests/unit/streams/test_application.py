"""What the agents' application says of itself, on a clock of the test's."""

import asyncio
from pathlib import Path
from time import monotonic
from typing import Any

import pytest
from aiokafka.errors import KafkaConnectionError
from faust.types import TP

from streams.broker.reachability import ServiceAway
from streams.faust_app.application import CALL_S, LOOP_STUCK_S, SeedApp
from streams.faust_app.application import _within as within
from streams.faust_app.seed_agent import _watch as watch
from streams.faust_app.seed_agent import is_alive, is_ready, new_app
from streams.settings import AgentSettings
from streams.worker.call_age import CallTimer


@pytest.fixture
def app(tmp_path: Path) -> SeedApp:
    return new_app(AgentSettings(state_dir=tmp_path))


@pytest.mark.parametrize("bound", [None, 2.0])
def test_agents_whose_planner_hangs_are_alive_until_the_bound_of_one_call(tmp_path: Path, bound: float | None) -> None:
    app, now = new_app(AgentSettings(state_dir=tmp_path, call_s=bound)), [0.0]
    app.calls = CallTimer(lambda: now[0])
    with app.calls.running():
        now[0] = (bound or CALL_S) - 1
        assert is_alive(app)
        now[0] = (bound or CALL_S) + 1
        assert not is_alive(app)
    assert is_alive(app)


def test_agents_whose_event_loop_does_not_turn_are_not_alive(app: SeedApp) -> None:
    assert is_alive(app), "it has not begun to turn"
    app.loop_ran_at = monotonic()
    assert is_alive(app)
    app.loop_ran_at = monotonic() - LOOP_STUCK_S - 1
    assert not is_alive(app)


def test_agents_are_not_ready_before_they_joined_their_group(app: SeedApp) -> None:
    assert not is_ready(app)
    app.loop_ran_at = monotonic()
    assert not is_ready(app)


def test_a_partition_whose_position_is_not_known_yet_does_not_end_the_agents(app: SeedApp) -> None:
    async def looked() -> None:
        consumer: Any = app.consumer
        consumer.verify_event_path(0.0, TP("skg.seeds", 0))  # Faust's own asks for a position that nobody knows

    asyncio.run(looked())


@pytest.mark.thorough
@pytest.mark.parametrize(("rejoin_s", "away", "crashes"), [(-21.0, False, True), (0.0, False, False), (-21.0, True, False)])
def test_agents_that_stay_outside_their_group_while_the_broker_answers_start_anew(
    app: SeedApp, rejoin_s: float, away: bool, crashes: bool
) -> None:
    reasons: list[BaseException] = []

    async def look() -> str | None:
        return "no answer" if away else None

    async def crash(reason: BaseException) -> None:
        reasons.append(reason)

    app.rejoin_s, app.probe_broker, app.crash = rejoin_s, look, crash  # type: ignore[method-assign]

    async def watched() -> None:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(watch(app), 0.5)

    asyncio.run(watched())
    assert [type(reason) for reason in reasons] == [ServiceAway] * crashes


@pytest.mark.parametrize("error", [asyncio.CancelledError(), KafkaConnectionError()])
def test_a_goodbye_that_fails_or_cancels_itself_does_not_end_the_thread_that_says_it(error: BaseException) -> None:
    async def goodbye() -> None:
        raise error

    asyncio.run(within(1.0, goodbye()))


def test_a_goodbye_that_takes_too_long_is_cut_short_and_cancelled() -> None:
    cancelled: list[bool] = []

    async def goodbye() -> None:
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            cancelled.append(True)
            raise

    async def ended() -> None:
        await within(0.01, goodbye())
        await asyncio.sleep(0)

    asyncio.run(ended())
    assert cancelled
