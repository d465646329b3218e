"""Agents that join and leave with seeds in hand, over every broker: every graph is published, every seed committed."""

import signal
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from schemas.codec import decode
from schemas.graph import SpatialGraph
from schemas.ids import make_seed
from schemas.topics import GRAPHS
from streams.broker.clients import Publisher, Reader
from streams.broker.connection import KafkaConnection
from streams.broker.group_admin import GroupAdmin
from streams.broker.group_state import GroupState, group_states
from streams.broker.topic_admin import apply
from streams.settings import AgentSettings
from tests.conftest import FreshService
from tests.fakes.agents_process import ended, started
from tests.fakes.agents_thread import message
from tests.fakes.carrier import SESSION_S
from tests.fakes.slow_params import BOTH_BROKERS
from tests.fakes.wait import until

pytestmark = pytest.mark.contract

SEEDS_ASKED = 600


@pytest.fixture(params=BOTH_BROKERS)
def settings(request: pytest.FixtureRequest, fresh_broker: FreshService, tmp_path: Path) -> AgentSettings:
    settings = AgentSettings(
        kafka_bootstrap=fresh_broker(request.param).bootstrap,
        kafka_session_s=SESSION_S,
        agents_drain_s=3.0,
        state_dir=tmp_path,
    )
    apply(settings)
    return settings


@pytest.fixture
def admin(settings: AgentSettings) -> Iterator[GroupAdmin]:
    with GroupAdmin(KafkaConnection.plain(settings.kafka_bootstrap), "skg-status-test-1", 10.0) as admin:
        yield admin


@pytest.fixture
def reader(settings: AgentSettings) -> Iterator[Reader]:
    with closing(Reader(KafkaConnection.plain(settings.kafka_bootstrap), [GRAPHS])) as reader:
        yield reader


def state(admin: GroupAdmin, settings: AgentSettings) -> GroupState:
    return group_states(admin, {"agents": settings.agents_group}, time.time())["agents"]


def ask(settings: AgentSettings, count: int, mark: str) -> set[tuple[str, int]]:
    asked = [make_seed(f"a cat {mark} {number}", 2) for number in range(count)]
    with closing(Publisher(KafkaConnection.plain(settings.kafka_bootstrap))) as publisher:
        publisher.publish([message(seed) for seed in asked])
    return {(seed.seed_id, index) for seed in asked for index in range(2)}


def answered(reader: Reader, found: set[tuple[str, int]]) -> set[tuple[str, int]]:
    for record in reader.poll(0.1):
        event = decode(GRAPHS, record.value, record.headers)
        if isinstance(event, SpatialGraph):
            found.add((event.seed_id, event.index))
    return found


def test_members_that_come_and_go_leave_no_graph_out_and_no_seed_uncommitted(
    settings: AgentSettings, admin: GroupAdmin, reader: Reader
) -> None:
    wanted = ask(settings, SEEDS_ASKED, "one")
    found = set[tuple[str, int]]()
    first = started(settings)
    until(lambda: answered(reader, found), 60, "the first graph")
    second = started(settings)
    until(lambda: len(state(admin, settings).members) == 2, 60, "two members")
    third = started(settings)
    wanted |= ask(settings, SEEDS_ASKED // 2, "two")
    until(lambda: len(state(admin, settings).members) == 3, 60, "three members")
    ended(first, signal.SIGKILL)
    ended(second, signal.SIGTERM)
    assert second.exitcode == 0
    fourth = started(settings)
    try:
        until(lambda: wanted <= answered(reader, found), 180, "all graphs")
        until(lambda: state(admin, settings).unread == 0, 30, "everything committed")
        until(lambda: len(state(admin, settings).members) == 2, 60, "the fourth is a member too")
    finally:
        for process in (third, fourth):
            ended(process, signal.SIGTERM)
    assert (third.exitcode, fourth.exitcode) == (0, 0)
    assert state(admin, settings).unread == 0


def test_seeds_of_partitions_that_a_topic_gains_are_planned(
    settings: AgentSettings, admin: GroupAdmin, reader: Reader
) -> None:
    member = started(settings)
    try:
        wanted = ask(settings, 20, "before")
        found = set[tuple[str, int]]()
        until(lambda: wanted <= answered(reader, found), 60, "the graphs before")
        apply(settings.model_copy(update={"topic_partitions": "skg.seeds=12"}))
        wanted |= ask(settings, 60, "after")
        until(lambda: wanted <= answered(reader, found), 90, "the graphs after")
        until(lambda: state(admin, settings).unread == 0, 30, "everything committed")
    finally:
        ended(member, signal.SIGTERM)
