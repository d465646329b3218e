"""The ordered window's promise: a first seed that hangs while later ones finish is not lost when the process dies."""

import signal
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic

import pytest
from kafka.admin import KafkaAdminClient

from monitoring.traces import child_of
from schemas.codec import to_message
from schemas.ids import make_seed
from streams.broker.clients import Publisher
from streams.broker.connection import KafkaConnection
from streams.operations.seeds import requests_of
from streams.services import Running
from streams.settings import StoreSettings
from tests.chaos.factory import DRAIN_S, WITHIN_S, Factory
from tests.conftest import FreshService
from tests.fakes.stage_process import silent, timed
from tests.fakes.wait import until

pytestmark = pytest.mark.chaos

SEEDS = [make_seed("street market", count=2, first=2 * number) for number in range(1, 11)]
HEAD = make_seed("kitchen", count=2)
LEAVE_GROUP_S = 15.0
"""What the last commit and the goodbye to the group may take together."""

COMMITS_S = 3.0
"""Three of Faust's commit intervals: what could be committed past the head has been."""


@pytest.fixture
def broker(fresh_broker: FreshService) -> Running:
    return fresh_broker("apache")


@pytest.fixture
def factory(broker: Running, tmp_path: Path) -> Iterator[Factory]:
    factory = Factory(broker.bootstrap, StoreSettings(), tmp_path, seeds=[HEAD, *SEEDS])
    yield factory
    factory.kill()


def test_a_first_seed_that_hangs_is_not_lost_when_the_agents_are_killed(factory: Factory) -> None:
    publish_on_one_partition(factory)
    agents = factory.start("agents", "hang", HEAD.seed_id)
    until(lambda: ended(factory) == requests_of(SEEDS), WITHIN_S, "the graphs of all other seeds")
    finished = monotonic()
    until(lambda: monotonic() > finished + COMMITS_S)
    assert committed(factory) == 0, "nothing may be committed past the head"
    agents.send_signal(signal.SIGKILL)
    assert agents.wait(10) == -signal.SIGKILL

    factory.start("agents")
    until(lambda: ended(factory) == requests_of([HEAD, *SEEDS]), WITHIN_S, "the graphs of the first seed")
    until(lambda: committed(factory) == len(SEEDS) + 1, WITHIN_S, "the commit of them all")
    assert factory.stop() == {"agents": 0}


def test_a_first_seed_that_hangs_does_not_hold_up_the_stop_and_is_delivered_again(factory: Factory) -> None:
    publish_on_one_partition(factory)
    factory.start("agents", "hang", HEAD.seed_id)
    until(lambda: ended(factory) == requests_of(SEEDS), WITHIN_S, "the graphs of all other seeds")
    asked = monotonic()
    assert factory.stop() == {"agents": 0}
    assert monotonic() - asked < DRAIN_S + 15
    factory.start("agents")
    until(lambda: ended(factory) == requests_of([HEAD, *SEEDS]), WITHIN_S, "the graphs of the first seed")


def publish_on_one_partition(factory: Factory) -> None:
    """The head first, and every seed behind it on the same partition."""
    publisher = Publisher(KafkaConnection.plain(factory.bootstrap))
    for seed in factory.seeds:
        message = to_message(seed, "seed", child_of(None), datetime.now(UTC))
        publisher.publish([replace(message, key=b"one partition")])
    publisher.close()


def ended(factory: Factory) -> set[tuple[str, int]]:
    """The requests whose graph or rejection is there."""
    factory.watch()
    return factory.planned() | set(factory.outcomes.rejected)


def committed(factory: Factory) -> int:
    """The group's offset in the one partition that holds seeds."""
    admin = KafkaAdminClient(bootstrap_servers=factory.bootstrap)
    offsets = admin.list_group_offsets({"skg-agents": None})["skg-agents"]
    admin.close()
    return sum(max(0, offset.offset) for offset in offsets.values())


def test_a_broker_that_answers_nothing_does_not_hold_up_the_stop(factory: Factory, broker: Running) -> None:
    publish_on_one_partition(factory)
    agents = factory.start("agents", "hang", HEAD.seed_id)
    until(lambda: ended(factory) == requests_of(SEEDS), WITHIN_S, "the graphs of all other seeds")
    with silent(broker.place.ports[0]), timed(DRAIN_S + LEAVE_GROUP_S, "the end"):
        agents.send_signal(signal.SIGTERM)
        assert agents.wait(60) == 0
    factory.start("agents")
    until(lambda: ended(factory) == requests_of([HEAD, *SEEDS]), WITHIN_S, "the graphs of the first seed")
