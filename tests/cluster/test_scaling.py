"""The real KEDA sets the replicas of render by the lag of a real Kafka, up to the partitions and back to zero."""

import pytest

from schemas.topics import GRAPHS, TOPICS
from streams.broker.topic_admin import apply
from streams.settings import KafkaSettings, RenderSettings
from tests.cluster.control_plane import Cluster
from tests.cluster.test_chart_on_cluster import install, pods
from tests.fakes.services import Pool
from tests.fakes.wait import until

pytestmark = pytest.mark.slow

PARTITIONS = TOPICS[GRAPHS].partitions
EVENTS = 100 * PARTITIONS
LAG = 50


def publish(bootstrap: str) -> None:
    """As many records to each partition."""
    from kafka import KafkaProducer

    producer = KafkaProducer(bootstrap_servers=bootstrap)
    for number in range(EVENTS):
        producer.send(GRAPHS, b"graph", partition=number % PARTITIONS)
    producer.flush()
    producer.close()


def commit_all(bootstrap: str) -> None:
    """The group of render has read everything."""
    from kafka import KafkaConsumer, TopicPartition

    consumer = KafkaConsumer(bootstrap_servers=bootstrap, group_id=RenderSettings().render_group, enable_auto_commit=False)
    consumer.assign([TopicPartition(GRAPHS, number) for number in range(PARTITIONS)])
    consumer.seek_to_end()
    for partition in consumer.assignment():
        consumer.position(partition)
    consumer.commit()
    consumer.close()


def test_render_grows_with_its_lag_to_one_process_a_partition_and_shrinks_to_none(
    scaled_cluster: Cluster, namespace: str, services: Pool
) -> None:
    broker = services.broker("apache").bootstrap
    apply(KafkaSettings(kafka_bootstrap=broker))
    scaling = f"stages.render.scaling.max={PARTITIONS},stages.render.scaling.lag={LAG}"
    quick = "stages.render.scaling.pollSeconds=2,stages.render.scaling.cooldownSeconds=10"
    install(scaled_cluster, namespace, "--set", f"kafka.bootstrap={broker},{scaling},{quick}")

    def running() -> int:
        return len(pods(scaled_cluster, namespace, "render"))

    until(lambda: running() == 0, 120, "without events there is no process")
    publish(broker)
    until(lambda: running() == PARTITIONS, 180, "a group that has committed nothing has a process for each partition")
    commit_all(broker)
    until(lambda: running() == 0, 180, "back to none")
    assert PARTITIONS < EVENTS / LAG, "lag alone would have wanted more processes than there are partitions"
