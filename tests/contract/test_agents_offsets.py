"""What the agents' application makes of commits and assignments that Faust's own loses: over Apache Kafka."""

import asyncio
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from aiokafka.errors import CommitFailedError, KafkaError, RebalanceInProgressError, RequestTimedOutError

from schemas.topics import SEEDS, TOPICS
from streams.broker.connection import KafkaConnection
from streams.broker.group_admin import GroupAdmin
from streams.broker.group_state import GroupState, group_states
from streams.broker.topic_admin import apply
from streams.faust_app import application, seed_agent
from streams.faust_app.application import SeedApp
from streams.settings import AgentSettings
from tests.fakes.agents_process import ended, started
from tests.fakes.agents_thread import IN_FLIGHT, Gated, Planner, agents, message, publish, seeds
from tests.fakes.carrier import SESSION_S
from tests.fakes.wait import until

pytestmark = pytest.mark.contract

PARTITIONS = TOPICS[SEEDS].partitions

ERRORS: tuple[type[KafkaError], ...] = (RebalanceInProgressError, CommitFailedError, RequestTimedOutError)


class Refusing:
    """Faust's client of a broker that refuses the first commits."""

    def __init__(self, client: Any, errors: list[type[KafkaError]]) -> None:
        self._client, self._errors = client, errors

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    async def commit(self, offsets: Any) -> None:
        if self._errors:
            raise self._errors.pop()
        await self._client.commit(offsets)


def app_whose_commits_fail(settings: AgentSettings, errors: list[type[KafkaError]]) -> SeedApp:
    class Thread(application._Thread):
        def _ensure_consumer(self) -> Any:
            return Refusing(super()._ensure_consumer(), errors)

    class Consumer(application._Consumer):
        def _new_consumer_thread(self) -> Thread:
            return Thread(self, loop=self.loop, beacon=self.beacon)

    class Transport(application._Transport):
        pass

    Transport.Consumer = Consumer
    app = seed_agent.new_app(settings)
    app.transport = Transport(app.conf.broker_consumer, app)
    return app


@pytest.fixture
def settings(apache_broker: str, tmp_path: Path) -> AgentSettings:
    settings = AgentSettings(
        kafka_bootstrap=apache_broker,
        kafka_session_s=SESSION_S,
        agents_group=f"agents-{uuid4().hex[:8]}",
        agents_drain_s=1.0,
        state_dir=tmp_path,
    )
    apply(settings)
    return settings


@pytest.fixture
def admin(settings: AgentSettings) -> Iterator[GroupAdmin]:
    with GroupAdmin(KafkaConnection.plain(settings.kafka_bootstrap), "skg-status-test-1", 10.0) as admin:
        yield admin


def state(admin: GroupAdmin, settings: AgentSettings) -> GroupState:
    return group_states(admin, {"agents": settings.agents_group}, time.time())["agents"]


def test_a_commit_that_the_broker_does_not_take_is_made_again_though_no_seed_follows(
    settings: AgentSettings, admin: GroupAdmin
) -> None:
    asked, planner, errors = seeds(3, graphs=1), Planner(), list(ERRORS)
    publish(settings, [message(seed) for seed in asked])
    with agents(settings, planner, app=app_whose_commits_fail(settings, errors)) as carrying:
        until(lambda: {(seed.seed_id, 0) for seed in asked} <= set(planner.calls), 40, "the graphs")
        until(lambda: state(admin, settings).unread == 0, 30, "everything committed")
        assert errors == []
        assert not carrying.running.done()


def test_where_nothing_is_committed_a_seek_goes_back_to_the_beginning(settings: AgentSettings) -> None:
    (asked,), planner = seeds(1, graphs=1), Planner()
    publish(settings, [message(asked)])
    app = app_whose_commits_fail(settings, [RequestTimedOutError] * 10_000)
    with agents(settings, planner, app=app):
        until(lambda: (asked.seed_id, 0) in planner.calls, 40, "the graph")
        asyncio.run_coroutine_threadsafe(app.consumer.perform_seek(), app.loop).result(20)
        until(lambda: planner.calls.count((asked.seed_id, 0)) == 2, 40, "the graph once more")


@pytest.mark.parametrize("committed_before", [False, True], ids=["of a fresh group", "of a group that has committed"])
def test_seeds_in_hand_of_partitions_that_are_kept_are_finished_once_and_committed(
    settings: AgentSettings, admin: GroupAdmin, committed_before: bool, caplog: pytest.LogCaptureFixture
) -> None:
    if committed_before:
        with agents(settings, Planner()):
            publish(settings, [message(seed) for seed in seeds(12, graphs=1)])
            until(lambda: state(admin, settings).unread == 0, 40, "what lay there")
    asked, planner = seeds(40, graphs=1), Gated()
    publish(settings, [message(seed) for seed in asked])
    with agents(settings, planner) as carrying:
        until(lambda: len(planner.calls) == IN_FLIGHT, 40, "seeds in hand")
        second = started(settings)
        try:
            until(lambda: len(state(admin, settings).members) == 2, 40, "a second member")
            until(lambda: 0 < len(carrying.app.assigned()) < PARTITIONS, 40, "partitions that are kept")
        finally:
            ended(second, signal.SIGTERM)
        until(lambda: len(carrying.app.assigned()) == PARTITIONS, 40, "all partitions again")
        planner.open = True
        until(lambda: state(admin, settings).unread == 0, 60, "everything committed")
        assert not carrying.running.done()
    assert len(planner.calls) == len(set(planner.calls)), "what was in hand was finished, not begun again"
    assert [record for record in caplog.records if record.name.startswith("kafka.admin")] == [], "a look is quiet"
