"""Topics that grow under running readers: what lands on new partitions is read, from its beginning, by every reader."""

import time
from contextlib import closing

import pytest
from kafka import KafkaProducer

from schemas.topics import GRAPHS, TOPICS
from streams.broker.clients import Reader
from streams.broker.connection import KafkaConnection
from streams.broker.membership.consumer import GroupConsumer, GroupSettings
from streams.broker.topic_admin import apply, grow
from streams.settings import KafkaSettings
from tests.conftest import FreshService
from tests.fakes.carrier import SESSION_S, Steps
from tests.fakes.wait import until

pytestmark = pytest.mark.contract

BEFORE = TOPICS[GRAPHS].partitions
NEW = {GRAPHS: BEFORE + 4}


class _Assignment(Steps):
    assign = Steps.assigned
    revoke = Steps.revoked


def test_members_and_readers_read_what_lands_on_partitions_that_appear_later(fresh_broker: FreshService) -> None:
    settings = KafkaSettings(kafka_bootstrap=fresh_broker("apache").bootstrap)
    apply(settings)
    bootstrap = settings.kafka_bootstrap
    group = GroupSettings(KafkaConnection.plain(bootstrap), "growing", SESSION_S)
    with (
        closing(GroupConsumer(group, GRAPHS, _Assignment())) as member,
        closing(Reader(KafkaConnection.plain(bootstrap), [GRAPHS])) as reader,
    ):
        found: dict[str, set[int]] = {"member": set(), "reader": set()}

        def both_have_read(partitions: set[int]) -> bool:
            found["member"] |= {record.partition.number for record in member.poll(0.2)}
            found["reader"] |= {record.partition.number for record in reader.poll(0.2)}
            return all(read >= partitions for read in found.values())

        publish_everywhere(bootstrap, range(BEFORE))
        until(lambda: both_have_read(set(range(BEFORE))), 60, "the partitions that were there")
        assert grow(settings, NEW) == {GRAPHS: (BEFORE, NEW[GRAPHS])}
        publish_everywhere(bootstrap, range(BEFORE, NEW[GRAPHS]))  # before anybody knows of them
        until(lambda: both_have_read(set(range(NEW[GRAPHS]))), 90, "the partitions that appeared")


def test_a_member_whose_polls_do_not_wait_joins_its_group(fresh_broker: FreshService) -> None:
    settings = KafkaSettings(kafka_bootstrap=fresh_broker("apache").bootstrap)
    apply(settings)
    group = GroupSettings(KafkaConnection.plain(settings.kafka_bootstrap), "busy", SESSION_S)
    with closing(GroupConsumer(group, GRAPHS, _Assignment())) as member:
        found: set[int] = set()

        def has_read_all() -> bool:
            """A member with a full inbox polls so."""
            found.update(record.partition.number for record in member.poll(0.0))
            return found >= set(range(BEFORE))

        publish_everywhere(settings.kafka_bootstrap, range(BEFORE))
        until(has_read_all, 60, "every partition")


def test_members_take_part_in_a_growth_though_their_joins_outlast_many_polls(fresh_broker: FreshService) -> None:
    settings = KafkaSettings(kafka_bootstrap=fresh_broker("apache").bootstrap)
    apply(settings)
    bootstrap = settings.kafka_bootstrap
    group = GroupSettings(KafkaConnection.plain(bootstrap), "busy", SESSION_S)
    with (
        closing(GroupConsumer(group, GRAPHS, _Assignment())) as quick,
        closing(GroupConsumer(group, GRAPHS, _Assignment())) as slow,
    ):
        found: dict[GroupConsumer, set[int]] = {quick: set(), slow: set()}
        slow_again_at = 0.0

        def poll_both() -> set[int]:
            """The broker ends no join before the slow one, which works for a second between its polls, has joined too."""
            nonlocal slow_again_at
            found[quick] |= {record.partition.number for record in quick.poll(0.0)}
            if time.monotonic() >= slow_again_at:
                found[slow] |= {record.partition.number for record in slow.poll(0.2)}
                slow_again_at = time.monotonic() + 1.0
            return found[quick] | found[slow]

        def each_has_read_its_half() -> bool:
            return poll_both() >= set(range(NEW[GRAPHS])) and all(found.values())

        publish_everywhere(bootstrap, range(BEFORE))
        until(lambda: poll_both() >= set(range(BEFORE)), 60, "the partitions that were there")
        grow(settings, NEW)
        publish_everywhere(bootstrap, range(BEFORE, NEW[GRAPHS]))
        until(lambda: poll_both() >= set(range(NEW[GRAPHS])), 90, "the partitions that appeared")
        found = {quick: set(), slow: set()}
        publish_everywhere(bootstrap, range(NEW[GRAPHS]))
        until(each_has_read_its_half, 60, "what was published after the growth, by both")


def publish_everywhere(bootstrap: str, partitions: range) -> None:
    producer = KafkaProducer(bootstrap_servers=bootstrap, acks="all")
    for number in partitions:
        producer.send(GRAPHS, b"x", partition=number).get(20)
    producer.close()
