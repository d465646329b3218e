"""Records that a topic has deleted unread: a group that reads nothing commits past them, so that nobody counts them as lag.

Over Apache Kafka, whose topics can be made to forget. The lag exporter counts what is left; scaling by lag subtracts
committed offsets from ends.
"""

from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from uuid import uuid4

import pytest
from kafka import KafkaConsumer, TopicPartition
from kafka.admin import KafkaAdminClient
from structlog.testing import capture_logs

from schemas.codec import Message
from schemas.topics import SEEDS
from streams.broker.connection import KafkaConnection
from streams.broker.group_admin import GroupAdmin
from streams.broker.membership.consumer import GroupConsumer, GroupSettings
from streams.broker.records import Partition, Record
from streams.broker.topic_admin import apply
from streams.settings import AgentSettings
from tests.fakes.agents_thread import Planner, agents, message, publish, seeds
from tests.fakes.carrier import SESSION_S, KafkaCarrier, Steps
from tests.fakes.wait import until

pytestmark = pytest.mark.contract

KEPT = 3
"""Records of one partition that are not deleted."""


class _Assignment(Steps):
    assign = Steps.assigned
    revoke = Steps.revoked


@pytest.fixture
def carrier(apache_broker: str) -> Iterator[KafkaCarrier]:
    with closing(KafkaCarrier(apache_broker)) as carrier:
        yield carrier


def ends(broker: str, topic: str) -> dict[Partition, int]:
    """Where the partitions end, by the broker."""
    with closing(KafkaConsumer(bootstrap_servers=broker)) as consumer:
        names = [TopicPartition(topic, number) for number in consumer.partitions_for_topic(topic)]
        return {Partition(*tp): end for tp, end in consumer.end_offsets(names).items()}


def forget(broker: str, before: Mapping[Partition, int]) -> None:
    """Delete the records before these offsets, as retention does."""
    with closing(KafkaAdminClient(bootstrap_servers=broker)) as admin:
        admin.delete_records({TopicPartition(*partition): offset for partition, offset in before.items()})


def test_a_member_commits_past_what_has_expired_and_not_past_what_is_left(
    apache_broker: str, carrier: KafkaCarrier
) -> None:
    topic, group = carrier.topic(), f"group-{uuid4().hex[:8]}"
    carrier.publish([Message(topic, str(n).encode(), b"v", ()) for n in range(80)])
    end = ends(apache_broker, topic)
    left = Partition(topic, 2)
    settings = GroupSettings(KafkaConnection.plain(apache_broker), group, SESSION_S)
    with closing(GroupConsumer(settings, topic, _Assignment())) as member:
        until(lambda: member.poll(0.2) and member.commit({Partition(topic, 0): 2, left: 1}), 40, "a group with two offsets")
    forget(apache_broker, end | {left: end[left] - KEPT})
    with GroupAdmin(settings.connection, "looker", 20.0) as groups:
        unread = groups.unread({partition: groups.committed(group).get(partition) for partition in end})
    assert {partition: each.events for partition, each in unread.items()} == dict.fromkeys(end, 0) | {left: KEPT}
    found = []
    with closing(GroupConsumer(settings, topic, _Assignment())) as member:

        def has_skipped() -> bool:
            found.extend(member.poll(0.2))
            return carrier.committed(group, topic) == end | {left: 1}

        until(has_skipped, 40, "the ends of the empty partitions are committed")
        until(lambda: found.extend(member.poll(0.2)) or len(found) == KEPT, 20, "what is left is read")
    assert {record.partition for record in found} == {left}
    assert carrier.committed(group, topic) == end | {left: 1}, "read is not done"


def test_a_writer_whose_place_has_expired_goes_on_with_what_is_left_and_says_how_much_is_lost(
    apache_broker: str, carrier: KafkaCarrier
) -> None:
    topic = carrier.topic()
    carrier.publish([Message(topic, b"same key", str(n).encode(), ()) for n in range(20)])
    end = ends(apache_broker, topic)
    (place,) = (partition for partition, offset in end.items() if offset)
    forget(apache_broker, {place: 20 - KEPT})
    settings = GroupSettings(KafkaConnection.plain(apache_broker), f"writers-{uuid4().hex[:8]}", SESSION_S, "none")
    found: list[Record] = []
    starts: dict[int, int | None] = {partition.number: 0 for partition in end} | {place.number: 5}
    with capture_logs() as said, closing(GroupConsumer(settings, topic, _Assignment(starts))) as member:
        until(lambda: found.extend(member.poll(0.2)) or len(found) == KEPT, 40, "what is left is read")
    assert [record.offset for record in found] == [17, 18, 19]
    (line,) = said
    assert (line["event"], line["partition"], line["offset"], line["records"]) == (
        "records expired before they were read", place.number, 5, 12,
    )  # fmt: skip


def test_the_agents_commit_past_what_has_expired_and_plan_what_comes_later(apache_broker: str, tmp_path: Path) -> None:
    settings = AgentSettings(
        kafka_bootstrap=apache_broker, kafka_session_s=SESSION_S, agents_group=f"agents-{uuid4().hex[:8]}",
        agents_drain_s=1.0, state_dir=tmp_path,
    )  # fmt: skip
    apply(settings)
    *expired, later = seeds(31, graphs=1)
    publish(settings, [message(seed) for seed in expired])
    forget(apache_broker, ends(apache_broker, SEEDS))
    end = {partition: offset for partition, offset in ends(apache_broker, SEEDS).items() if offset > 0}
    planner = Planner()
    with closing(KafkaCarrier(apache_broker)) as carrier, agents(settings, planner) as carrying:
        until(lambda: carrier.committed(settings.agents_group, SEEDS) == end, 60, "the ends are committed")
        publish(settings, [message(later)])
        whole = sum(end.values()) + 1
        until(lambda: sum(carrier.committed(settings.agents_group, SEEDS).values()) == whole, 40, "the later seed is done")
        assert not carrying.running.done()
    assert planner.calls == [(later.seed_id, 0)]
