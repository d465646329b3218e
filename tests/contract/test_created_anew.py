"""The embedded broker dies with all that it held, and its topics are created anew while a writer runs."""

from contextlib import closing

import pytest

from schemas.codec import to_message
from schemas.topics import QA
from streams.broker.connection import KafkaConnection
from streams.broker.membership.consumer import GroupConsumer, GroupSettings
from streams.broker.topic_admin import TopicAdmin, apply
from streams.errors import Refused
from streams.settings import KafkaSettings
from streams.steps.sink_step import SinkStep
from streams.worker.loop import Worker
from streams.worker.record_buffer import BatchLimits
from tests.conftest import FreshService
from tests.fakes.carrier import SESSION_S, KafkaCarrier, NoGauges
from tests.fakes.events import make_samples
from tests.fakes.sink import MemorySink, Table
from tests.fakes.steps import NOW, TRACE, KeptMessages, tools
from tests.fakes.wait import in_thread, until

pytestmark = pytest.mark.contract

SAMPLES = make_samples(7)


def filled(settings: KafkaSettings, count: int) -> None:
    """The factory's topics, with so many samples."""
    apply(settings)
    with closing(KafkaCarrier(settings.kafka_bootstrap)) as carrier:
        carrier.publish([to_message(sample, "test", TRACE, NOW) for sample in SAMPLES[:count]])


@pytest.mark.parametrize("again", [3, 0], ids=["fewer records than before", "no record"])
def test_a_writer_whose_topic_is_created_anew_ends_instead_of_waiting_for_ever(
    fresh_broker: FreshService, again: int
) -> None:
    running = fresh_broker("tansu")
    settings, table = KafkaSettings(kafka_bootstrap=running.bootstrap, topic_partitions="skg.qa=1"), Table()
    filled(settings, len(SAMPLES))
    connection = KafkaConnection.plain(running.bootstrap)
    with TopicAdmin(connection) as admin:
        step = SinkStep(MemorySink(table), tools(KeptMessages(), "write"), QA, admin.topic_id)
        worker = Worker(step, BatchLimits(batch=8), NoGauges())
        consumer = GroupConsumer(GroupSettings(connection, "writers", SESSION_S, "none"), QA, worker.buffer)
        with in_thread(lambda: worker.run(consumer), worker.stop) as ended:
            until(lambda: len(table.rows) == len(SAMPLES) or ended.done(), 40, "all rows")
            running.stop(0)
            fresh_broker("tansu", running.place.folder, running.place.ports[0])
            filled(settings, again)
            until(ended.done, 60, "the writer's end")
    with pytest.raises(Refused, match="created anew"):
        ended.result()
    assert len(table.rows) == len(SAMPLES)
