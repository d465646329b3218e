"""The worker loop over the broker in memory, and what only a fake can show."""

import threading
import time
from collections.abc import Sequence
from time import monotonic

import pytest

from streams.broker.records import Record
from streams.errors import StepHung
from streams.worker.health import Health
from streams.worker.loop import BatchLimits, Worker
from streams.worker.outage_wait import WATCH_EVERY_S, ConnectionMonitor, Startup
from streams.worker.worker_process import run_monitored
from tests.contract.worker_contract import *  # noqa: F403 - the contract's tests
from tests.contract.worker_contract import Gate, messages
from tests.fakes.carrier import MemoryCarrier, NoGauges, Steps
from tests.fakes.wait import in_thread, until

pytestmark = pytest.mark.thorough

del test_a_slow_step_holds_no_more_than_the_inbox_and_stays_in_its_group  # noqa: F821 - no session times out here


@pytest.fixture
def carrier() -> MemoryCarrier:
    return MemoryCarrier()


def test_a_step_that_hangs_does_not_hold_up_the_stop(carrier: MemoryCarrier) -> None:
    topic, step = carrier.topic(), Gate()
    carrier.publish(messages(topic, 3))
    worker = Worker(step, BatchLimits(batch=4), NoGauges())
    worker.drain_s = 0.1
    with in_thread(lambda: worker.run(carrier.consumer("group", topic, worker.buffer)), worker.stop) as running:
        assert step.entered.wait(10)
        worker.stop()
        until(running.done)
        step.gate.set()
    with pytest.raises(StepHung):
        running.result()


def test_a_step_that_hangs_is_not_taken_for_a_broker_that_is_away(carrier: MemoryCarrier) -> None:
    topic, step = carrier.topic(), Gate()
    carrier.publish(messages(topic, 3))
    worker, asked = Worker(step, BatchLimits(batch=4, call_s=0.1), NoGauges()), threading.Event()
    monitor = ConnectionMonitor(Startup("render", 0.0, Health()), "Kafka", asked.set)
    consumer = carrier.consumer("group", topic, worker.buffer)
    with in_thread(lambda: run_monitored(worker, consumer, monitor), worker.stop) as running:
        assert step.entered.wait(10)
        until(lambda: not worker.is_ready())
        was_asked = asked.wait(2.5 * WATCH_EVERY_S)
        step.gate.set()
        assert not was_asked, "the broker answers, and is asked why it does not"
        assert not running.done()
    running.result()


def test_records_of_a_revoked_partition_are_dropped_from_the_inbox() -> None:
    carrier, step = MemoryCarrier(), Steps()
    topic = carrier.topic()
    carrier.publish(messages(topic, 40))
    worker = Worker(step, BatchLimits(batch=4), NoGauges())
    consumer = carrier.consumer("group", topic, worker.buffer)
    worker.buffer.put(consumer.poll(0.1))
    gone = [p for p in step.owned if p.number < 3]
    worker.buffer.revoke(gone)
    taken: list[Record] = []
    while batch := worker.buffer.take(BatchLimits(batch=4), lambda: False):
        taken += batch
        worker.buffer.finish(batch)
    assert {r.partition.number for r in taken} == {3}
    assert worker.buffer.offsets.in_flight() == 0


def test_a_partition_that_comes_back_is_read_from_its_start_once() -> None:
    carrier, step = MemoryCarrier(), Steps()
    topic = carrier.topic()
    carrier.publish(messages(topic, 40))
    worker = Worker(step, BatchLimits(batch=100), NoGauges())
    records = carrier.consumer("group", topic, worker.buffer).poll(0.1)
    worker.buffer.put(records)
    partitions = sorted(step.owned)
    worker.buffer.revoke(partitions)
    worker.buffer.assign(partitions)
    worker.buffer.put(records)
    assert sorted(
        worker.buffer.take(BatchLimits(batch=100), lambda: False), key=lambda r: (r.partition, r.offset)
    ) == sorted(records, key=lambda r: (r.partition, r.offset))


def test_the_first_batch_does_not_wait_for_others_as_long_as_later_ones_do() -> None:
    carrier, step = MemoryCarrier(), Steps()
    topic = carrier.topic()
    carrier.publish(messages(topic, 2))
    worker = Worker(step, BatchLimits(batch=4), NoGauges())
    records = carrier.consumer("group", topic, worker.buffer).poll(0.1)
    limits, waited = BatchLimits(batch=4, linger_s=0.5, first_linger_s=0.01), []
    for record in records:
        worker.buffer.put([record])
        started = time.monotonic()
        assert worker.buffer.take(limits, lambda: False) == [record]
        waited.append(time.monotonic() - started)
    assert waited[0] < 0.4
    assert waited[1] >= 0.5


class Counting(Steps):
    """Only counts: a trivial step."""

    def __init__(self) -> None:
        super().__init__()
        self.count, self.done = 0, threading.Event()

    def process(self, records: Sequence[Record]) -> None:
        self.count += len(records)
        if self.count >= 20_000:
            self.done.set()


def test_the_loop_carries_thousands_of_trivial_events_a_second(carrier: MemoryCarrier) -> None:
    topic, step = carrier.topic(), Counting()
    carrier.publish(messages(topic, 20_000))
    worker = Worker(step, BatchLimits(batch=4), NoGauges())
    started = monotonic()
    with in_thread(lambda: worker.run(carrier.consumer("group", topic, worker.buffer)), worker.stop):
        assert step.done.wait(20)
        seconds = monotonic() - started
    assert 20_000 / seconds > 3_000
