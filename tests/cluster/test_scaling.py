"""The real KEDA sets the replicas of render by the lag of a real Kafka, up to the partitions and back to zero."""

from contextlib import closing
from pathlib import Path

import pytest
from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import KafkaAdminClient

from schemas.topics import GRAPHS, TOPICS
from streams.broker.topic_admin import apply
from streams.settings import KafkaSettings, RenderSettings
from tests.cluster.control_plane import Cluster
from tests.cluster.test_chart_on_cluster import install, pods
from tests.fakes.left_behind import services_environment
from tests.fakes.services import Pool
from tests.fakes.stage_process import StageProcess
from tests.fakes.wait import until

pytestmark = pytest.mark.slow

PARTITIONS = TOPICS[GRAPHS].partitions
EVENTS = 100 * PARTITIONS
LAG = 50


def publish(bootstrap: str) -> None:
    """As many records to each partition."""
    producer = KafkaProducer(bootstrap_servers=bootstrap)
    for number in range(EVENTS):
        producer.send(GRAPHS, b"graph", partition=number % PARTITIONS)
    producer.flush()
    producer.close()


def commit(bootstrap: str, group: str, offset: int | None = None) -> None:
    """The group has read up to this offset of every partition; without one it has read everything."""
    consumer = KafkaConsumer(bootstrap_servers=bootstrap, group_id=group, enable_auto_commit=False)
    consumer.assign([TopicPartition(GRAPHS, number) for number in range(PARTITIONS)])
    if offset is None:
        consumer.seek_to_end()
    for partition in consumer.assignment():
        if offset is not None:
            consumer.seek(partition, offset)
        consumer.position(partition)
    consumer.commit()
    consumer.close()


def forget_all(bootstrap: str) -> None:
    """Every record has expired."""
    with closing(KafkaAdminClient(bootstrap_servers=bootstrap)) as admin:
        admin.delete_records({TopicPartition(GRAPHS, number): -1 for number in range(PARTITIONS)})


def install_scaled(cluster: Cluster, namespace: str, broker: str, group: str) -> None:
    """The chart, whose render follows the lag of this group within seconds."""
    scaling = f"stages.render.scaling.max={PARTITIONS},stages.render.scaling.lag={LAG}"
    quick = "stages.render.scaling.pollSeconds=2,stages.render.scaling.cooldownSeconds=10"
    own = f"stages.render.env.SKG_RENDER_GROUP={group}"
    install(cluster, namespace, "--set", f"kafka.bootstrap={broker},{scaling},{quick},{own}")


def test_render_grows_with_its_lag_to_one_process_a_partition_and_shrinks_to_none(
    scaled_cluster: Cluster, namespace: str, services: Pool
) -> None:
    broker = services.broker("apache").bootstrap
    apply(KafkaSettings(kafka_bootstrap=broker))
    install_scaled(scaled_cluster, namespace, broker, RenderSettings().render_group)

    def running() -> int:
        return len(pods(scaled_cluster, namespace, "render"))

    until(lambda: running() == 0, 120, "without events there is no process")
    publish(broker)
    until(lambda: running() == PARTITIONS, 180, "a group that has committed nothing has a process for each partition")
    commit(broker, RenderSettings().render_group)
    until(lambda: running() == 0, 180, "back to none")
    assert PARTITIONS < EVENTS / LAG, "lag alone would have wanted more processes than there are partitions"


def test_what_expired_unread_is_lag_until_one_process_has_started(
    scaled_cluster: Cluster, namespace: str, services: Pool, tmp_path: Path
) -> None:
    broker, group = services.broker("apache").bootstrap, "skg-render-late"
    apply(KafkaSettings(kafka_bootstrap=broker))
    publish(broker)
    commit(broker, group, 0)
    forget_all(broker)
    install_scaled(scaled_cluster, namespace, broker, group)

    def running() -> int:
        return len(pods(scaled_cluster, namespace, "render"))

    until(lambda: running() == PARTITIONS, 180, "KEDA counts what has expired")
    settings = services_environment(broker, services.bucket("minio"), tmp_path) | {"SKG_RENDER_GROUP": group}
    process = StageProcess("render", tmp_path, settings)
    until(lambda: running() == 0, 180, "back to none, once a process has been there")
    assert process.stop(within_s=60) == 0
