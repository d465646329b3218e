"""What brokers tell of groups, over every broker that this machine has: lag, members, ages, and what is not there."""

import time
from collections.abc import Iterator
from contextlib import closing

import pytest

from schemas.codec import Message
from schemas.errors import RetryableError
from schemas.topics import GRAPHS, IMAGES, TOPICS
from streams.broker.client_id import client_id
from streams.broker.clients import Publisher
from streams.broker.connection import KafkaConnection
from streams.broker.group_admin import GroupAdmin
from streams.broker.group_state import READS, group_states
from streams.broker.records import Partition
from streams.broker.topic_admin import apply
from streams.settings import KafkaSettings, LagSettings
from tests.conftest import FreshService
from tests.fakes.groups_reading import reading
from tests.fakes.wait import until

pytestmark = pytest.mark.contract

GROUPS = LagSettings().groups
EVENTS = 200
"""Published at once, so that they lie in few batches."""


@pytest.fixture(params=["tansu", "apache"])
def bootstrap(request: pytest.FixtureRequest, fresh_broker: FreshService) -> str:
    address = fresh_broker(request.param).bootstrap
    apply(KafkaSettings(kafka_bootstrap=address))
    return address


@pytest.fixture
def admin(bootstrap: str) -> Iterator[GroupAdmin]:
    with GroupAdmin(KafkaConnection.plain(bootstrap), "skg-status-test-1", 10.0) as admin:
        yield admin


def publish(bootstrap: str, topic: str, values: list[bytes]) -> None:
    with closing(Publisher(KafkaConnection.plain(bootstrap))) as publisher:
        publisher.publish([Message(topic, str(n).encode(), value, ()) for n, value in enumerate(values)])


def test_without_any_group_everything_is_unread_and_as_old_as_it_is(bootstrap: str, admin: GroupAdmin) -> None:
    states = group_states(admin, GROUPS, time.time())
    assert {stage: (state.unread, state.members, state.oldest_unread_s) for stage, state in states.items()} == {
        stage: (0, (), None) for stage in READS
    }
    assert {len(state.lag) for state in states.values()} == {8, 16}
    before = time.time()
    publish(bootstrap, GRAPHS, [b"x" * 2000] * EVENTS)
    publish(bootstrap, IMAGES, [bytes([n]) * 900_000 for n in range(6)])
    after = time.time()
    states = group_states(admin, GROUPS, after + 100)
    assert (states["render"].unread, states["examine"].unread, states["write"].unread) == (EVENTS, 6, 0)
    for stage in ("render", "examine"):
        age = states[stage].oldest_unread_s
        assert age is not None
        assert 100 - 0.01 <= age <= after - before + 100.01
    assert states["agents"].oldest_unread_s is None


def test_a_members_name_is_read_back_and_what_it_commits_is_no_lag(bootstrap: str, admin: GroupAdmin) -> None:
    publish(bootstrap, GRAPHS, [b"x"] * EVENTS)
    marks = [group_states(admin, GROUPS, time.time())["render"].mark]
    with reading(bootstrap, GRAPHS, GROUPS["render"], client_id("render")) as member:
        until(lambda: member.read(EVENTS), 60, "every event is read")
        state = group_states(admin, GROUPS, time.time())["render"]
        assert [one.client_id for one in state.members] == [client_id("render")]
        assert state.members[0].partitions in (16, None), "Tansu does not tell"
        assert state.unread == EVENTS, "read is not committed"
        assert state.mark == marks[0]
        member.commit({Partition(GRAPHS, n): 1 for n in range(3)})
        state = group_states(admin, GROUPS, time.time())["render"]
        assert state.unread == EVENTS - 3
        assert state.mark != marks[0]
        member.commit(member.ends)
        assert group_states(admin, GROUPS, time.time())["render"].unread == 0
    until(lambda: not group_states(admin, GROUPS, time.time())["render"].members, 30, "the member has left")
    publish(bootstrap, GRAPHS, [b"x"] * 7)
    state = group_states(admin, GROUPS, time.time())["render"]
    assert (state.unread, state.members) == (7, ()), "a stage without a process shows its true lag"


def test_topics_that_are_not_there_are_named(fresh_broker: FreshService) -> None:
    with GroupAdmin(KafkaConnection.plain(fresh_broker("apache").bootstrap), "skg-status-test-1", 10.0) as admin:
        states = group_states(admin, GROUPS, time.time())
    assert {topic for state in states.values() for topic in state.missing_topics} == {
        topic for topic in TOPICS if any(topic in READS[stage] for stage in READS)
    }


def test_a_broker_that_stops_is_passing_trouble_and_is_asked_in_time(fresh_broker: FreshService) -> None:
    running = fresh_broker("apache")
    with GroupAdmin(KafkaConnection.plain(running.bootstrap), "skg-status-test-1", 1.0) as admin:
        until(lambda: group_states(admin, GROUPS, time.time()))
        running.stop(0)
        started = time.monotonic()
        with pytest.raises(RetryableError, match=running.bootstrap):
            group_states(admin, GROUPS, time.time())
        assert time.monotonic() - started < 5.0
    with pytest.raises(RetryableError, match=running.bootstrap):
        GroupAdmin(KafkaConnection.plain(running.bootstrap), "skg-status-test-1", 1.0)
