"""Topic administration over every broker that this machine has."""

import pytest
from kafka.admin import KafkaAdminClient
from kafka.errors import IncompatibleBrokerVersion

from schemas.topics import DEAD_LETTERS, GRAPHS, IMAGES, QA, SEEDS, TOPICS
from streams.broker.connection import KafkaConnection
from streams.broker.topic_admin import TopicAdmin, apply, check, grow
from streams.errors import Refused
from streams.settings import KafkaSettings
from tests.conftest import FreshService
from tests.fakes.wait import until

pytestmark = pytest.mark.contract


@pytest.fixture(params=["tansu", "apache"])
def settings(request: pytest.FixtureRequest, fresh_broker: FreshService) -> KafkaSettings:
    return KafkaSettings(kafka_bootstrap=fresh_broker(request.param).bootstrap)


def test_missing_topics_are_created_once_and_then_all_is_as_it_should_be(settings: KafkaSettings) -> None:
    assert check(settings) == [f"{name} is missing" for name in TOPICS]
    assert apply(settings) == list(TOPICS)
    assert check(settings) == []
    assert apply(settings) == []


def test_what_differs_from_the_table_is_said_and_left_as_it_is(settings: KafkaSettings) -> None:
    admin = KafkaAdminClient(bootstrap_servers=settings.kafka_bootstrap)
    admin.create_topics({QA: {"num_partitions": 2, "replication_factor": 1, "configs": {"retention.ms": "60000"}}})
    admin.wait_for_topics([QA])
    admin.close()
    assert apply(settings) == [name for name in TOPICS if name != QA]
    differences = check(settings)
    accepted = f"(SKG_TOPIC_PARTITIONS={QA}=2 accepts it)"
    assert f"{QA} has 2 partitions, the table says {TOPICS[QA].partitions} {accepted}" in differences
    assert all(line.startswith(f"{QA} has") for line in differences)


def test_a_topic_whose_messages_are_smaller_than_events_is_said(fresh_broker: FreshService) -> None:
    settings = KafkaSettings(kafka_bootstrap=fresh_broker("apache").bootstrap)
    admin = KafkaAdminClient(bootstrap_servers=settings.kafka_bootstrap)
    configs = {"max.message.bytes": "900", "retention.ms": str(TOPICS[GRAPHS].retention_ms)}
    partitions = TOPICS[GRAPHS].partitions
    admin.create_topics({GRAPHS: {"num_partitions": partitions, "replication_factor": 1, "configs": configs}})
    admin.wait_for_topics([GRAPHS])
    admin.close()
    apply(settings)
    assert check(settings) == [f"{GRAPHS} has max.message.bytes=900, events need up to 1000000"]


def test_a_topic_that_is_created_anew_has_another_id(settings: KafkaSettings) -> None:
    apply(settings)
    with TopicAdmin(KafkaConnection.plain(settings.kafka_bootstrap)) as admin:
        before = admin.topic_id(QA)
        assert before == admin.topic_id(QA)
        assert before != admin.topic_id(SEEDS)
        raw = KafkaAdminClient(bootstrap_servers=settings.kafka_bootstrap)
        raw.delete_topics([QA])
        raw.close()
        until(lambda: QA in admin.apply(1), what="the deletion")
        assert admin.topic_id(QA) != before


def test_a_topic_that_is_not_there_is_named_with_the_way_out(settings: KafkaSettings) -> None:
    with (
        TopicAdmin(KafkaConnection.plain(settings.kafka_bootstrap)) as admin,
        pytest.raises(Refused, match=f"no topic {DEAD_LETTERS}; `skg topics"),
    ):
        admin.topic_id(DEAD_LETTERS)


def test_a_topic_is_created_with_as_many_partitions_as_are_asked_for_and_more_are_no_difference(
    settings: KafkaSettings,
) -> None:
    own = settings.model_copy(update={"topic_partitions": f"{IMAGES}=20"})
    apply(own, {GRAPHS: 24})
    with TopicAdmin(KafkaConnection.plain(settings.kafka_bootstrap)) as admin:
        assert admin.counts() == {name: topic.partitions for name, topic in TOPICS.items()} | {GRAPHS: 24, IMAGES: 20}
    assert check(settings) == check(own) == []
    assert check(settings.model_copy(update={"topic_partitions": f"{IMAGES}=21"})) == [
        f"{IMAGES} has 20 partitions, SKG_TOPIC_PARTITIONS says 21"
    ]


def test_a_topic_that_is_there_grows_and_never_shrinks(settings: KafkaSettings) -> None:
    apply(settings)
    before = TOPICS[GRAPHS].partitions
    with pytest.raises(Refused, match=f"{GRAPHS} has {before} partitions and cannot shrink to 2"):
        grow(settings, {IMAGES: 64, GRAPHS: 2})
    with TopicAdmin(KafkaConnection.plain(settings.kafka_bootstrap)) as admin:
        assert admin.counts()[IMAGES] == TOPICS[IMAGES].partitions, "half of what was asked for is not done"
    assert grow(settings, {GRAPHS: before}) == {}
    if _cannot_grow(settings):
        with pytest.raises(Refused, match="does not support growing"):
            grow(settings, {GRAPHS: before + 8})
        return
    own = settings.model_copy(update={"topic_partitions": f"{IMAGES}=20"})
    assert grow(own, {GRAPHS: before + 8}) == {GRAPHS: (before, before + 8), IMAGES: (TOPICS[IMAGES].partitions, 20)}
    assert grow(own) == {}
    assert grow(settings.model_copy(update={"topic_partitions": f"{IMAGES}=4"})) == {}, "a setting is what is needed"
    assert check(own) == []


def _cannot_grow(settings: KafkaSettings) -> bool:
    """Tansu knows no request for it."""
    admin = KafkaAdminClient(bootstrap_servers=settings.kafka_bootstrap)
    try:
        admin.create_partitions({GRAPHS: 64}, validate_only=True)
    except IncompatibleBrokerVersion:
        return True
    finally:
        admin.close()
    return False
