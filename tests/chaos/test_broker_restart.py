"""The broker dies and comes back: the carriers wait for it, lose nothing, and need no restart of their own."""

import threading
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pytest

from schemas.codec import Message
from schemas.ids import make_seed
from streams.broker.reachability import retry_until
from streams.broker.records import Record
from streams.operations.seed_publisher import publish_seeds
from streams.operations.seeds import requests_of
from streams.services import Running
from streams.settings import StoreSettings
from streams.worker.loop import BatchLimits, Worker
from tests.chaos.factory import WITHIN_S, Factory
from tests.conftest import FreshService
from tests.fakes.carrier import KafkaCarrier, NoGauges, Steps
from tests.fakes.wait import in_thread, until

OUTAGE_S = 20.0
"""By then a client that doubles its pauses without a limit has stopped looking for half a minute."""

BACK_WITHIN_S = 8.0
"""Measured: 0.5 s, and 17 s with the client's own longest pause."""

pytestmark = pytest.mark.chaos

SEEDS = [make_seed("street market", count=2, first=2 * number) for number in range(10)]


class Publishing(Steps):
    """A step that publishes what it is given to another topic."""

    def __init__(self, carrier: KafkaCarrier, topic: str) -> None:
        super().__init__()
        self._carrier, self._topic = carrier, topic

    def process(self, records: Sequence[Record]) -> None:
        self._carrier.publish([Message(self._topic, r.key, r.value, ()) for r in records])
        super().process(records)


def restarted(running: Running, fresh_broker: FreshService) -> None:
    """Kill the broker and start it again at the same place."""
    running.stop(0)
    fresh_broker("apache", running.place.folder, running.place.ports[0])


def test_a_worker_waits_for_its_broker(fresh_broker: FreshService) -> None:
    running = fresh_broker("apache")
    carrier = KafkaCarrier(running.bootstrap)
    source, target = carrier.topic(), carrier.topic()
    step = Publishing(carrier, target)
    worker = Worker(step, BatchLimits(batch=4), NoGauges())
    consumer = carrier.consumer("group", source, worker.buffer)
    with closing(carrier), in_thread(lambda: worker.run(consumer), worker.stop) as ended:
        carrier.publish(numbered(source, 0, 200))
        until(lambda: step.seen, WITHIN_S)
        restarted(running, fresh_broker)
        retry_until(lambda: carrier.publish(numbered(source, 200, 400)), WITHIN_S)
        until(lambda: len({r.value for r in step.seen}) == 400 or ended.done(), WITHIN_S, "all records")
    ended.result()
    assert {r.value for r in carrier.records(target)} == {m.value for m in numbered(source, 0, 400)}


@pytest.mark.slow
def test_a_worker_is_back_at_work_within_seconds_of_the_brokers_return(fresh_broker: FreshService) -> None:
    running = fresh_broker("apache")
    carrier = KafkaCarrier(running.bootstrap)
    topic, step = carrier.topic(), Steps()
    worker = Worker(step, BatchLimits(batch=4), NoGauges())
    consumer = carrier.consumer("group", topic, worker.buffer)
    with closing(carrier), in_thread(lambda: worker.run(consumer), worker.stop):
        carrier.publish(numbered(topic, 0, 20))
        until(lambda: step.seen, WITHIN_S)
        running.stop(0)
        threading.Event().wait(OUTAGE_S)
        fresh_broker("apache", running.place.folder, running.place.ports[0])
        with closing(KafkaCarrier(running.bootstrap)) as other:
            other.publish(numbered(topic, 20, 40))
        until(lambda: len({r.value for r in step.seen}) == 40, BACK_WITHIN_S, "all records")


def test_agents_wait_for_their_broker(fresh_broker: FreshService, tmp_path: Path) -> None:
    running = fresh_broker("apache")
    factory = Factory(running.bootstrap, StoreSettings(), tmp_path, seeds=SEEDS)
    agents = factory.start("agents")
    publish_seeds(factory.kafka, SEEDS[:5])
    until(lambda: factory.planned() == requests_of(SEEDS[:5]), WITHIN_S, "the first graphs")
    restarted(running, fresh_broker)
    publish_seeds(factory.kafka, SEEDS[5:])
    until(lambda: factory.planned() == requests_of(SEEDS) or agents.poll() is not None, WITHIN_S, "all graphs")
    assert factory.stop() == {"agents": 0}
    factory.kill()


def numbered(topic: str, first: int, last: int) -> list[Message]:
    return [Message(topic, str(n).encode(), str(n).encode(), ()) for n in range(first, last)]
