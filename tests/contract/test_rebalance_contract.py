"""Members of a stage's group come and go with work in hand, over every broker: every record has its result, once where it
was kept, and the group's offsets end where the topic does.

Render's and examine's step on one hand, the writer's with a table that keeps its own positions on the other.
"""

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import ExitStack, closing
from uuid import uuid4

import pytest

from schemas.base import Event
from schemas.codec import decode, to_message
from schemas.events import QAEvent, RenderedImage
from schemas.graph import SpatialGraph
from schemas.ids import make_seed
from schemas.interfaces import Delivery, Results
from schemas.topics import GRAPHS, IMAGES, QA, TOPICS
from streams.broker.clients import Publisher
from streams.broker.connection import KafkaConnection
from streams.broker.membership.consumer import Assignment
from streams.broker.records import Partition
from streams.broker.topic_admin import TopicAdmin
from streams.steps.handler_step import HandlerStep, StepTools
from streams.steps.sink_step import SinkStep
from streams.worker.loop import Worker
from streams.worker.pipelining import Step
from streams.worker.record_buffer import BatchLimits
from tests.conftest import FreshService
from tests.fakes.carrier import KafkaCarrier, NoGauges
from tests.fakes.events import make_graph, make_qa, make_rendered
from tests.fakes.sink import MemorySink, Table
from tests.fakes.slow_params import BOTH_BROKERS
from tests.fakes.steps import NOW, TRACE, tally
from tests.fakes.wait import in_thread, until

pytestmark = pytest.mark.contract

COUNT = 480
LIMITS = BatchLimits(batch=4, linger_s=0.01, max_batches=3)
SEED = make_seed("a cat beside a dog", count=COUNT)


class Pace:
    """What a step waits for at each batch: a while, until it is told to hurry."""

    def __init__(self) -> None:
        self.hurry, self.batches = threading.Event(), 0

    def __call__(self) -> None:
        self.hurry.wait(0.4)
        self.batches += 1


class SlowHandler:
    """A picture of every graph, in its time."""

    def __init__(self, pace: Pace) -> None:
        self._pace = pace

    def begin(self, events: Sequence[Event]) -> Callable[[], Results]:
        self._pace()
        pictures: Results = [[make_rendered(event)] for event in events if isinstance(event, SpatialGraph)]
        return lambda: pictures


class SlowSink(MemorySink):
    """A table that takes its time over a commit. `appended` are the offsets in their order, by partition."""

    def __init__(self, table: Table, pace: Pace, appended: dict[str, list[int]]) -> None:
        super().__init__(table)
        self._pace, self._appended = pace, appended

    def append(self, deliveries: Sequence[Delivery[QAEvent]]):  # type: ignore[no-untyped-def] # as the sink's
        self._pace()
        done = super().append(deliveries)
        for delivery in deliveries:
            if delivery.partition in done.positions:
                self._appended.setdefault(delivery.partition, []).append(delivery.offset)
        return done


class Brokers(KafkaCarrier):
    """A broker with the factory's own topics."""

    bootstrap = ""

    def fill(self, topic: str, events: Sequence[Event]) -> None:
        self.publish([to_message(event, "test", TRACE, NOW) for event in events])
        self.ends = {p: len([r for r in self.records(topic) if r.partition == p]) for p in self.partitions(topic)}

    def partitions(self, topic: str) -> set[Partition]:
        return {record.partition for record in self.records(topic)}

    def all_committed(self, group: str, topic: str) -> bool:
        return self.committed(group, topic) == self.ends


@pytest.fixture(params=BOTH_BROKERS)
def brokers(request: pytest.FixtureRequest, fresh_broker: FreshService) -> Iterator[Brokers]:
    bootstrap = fresh_broker(request.param).bootstrap
    with closing(TopicAdmin(KafkaConnection.plain(bootstrap))) as admin:
        admin.apply(1)
    with closing(Brokers(bootstrap, settles=request.param == "tansu")) as carrier:
        carrier.bootstrap = bootstrap
        yield carrier


class Owned:
    """Notes which partitions a member has been started on; the member's own buffer does the work."""

    def __init__(self, buffer: Assignment) -> None:
        self._buffer, self.partitions = buffer, set[Partition]()

    def revoke(self, partitions: Sequence[Partition]) -> None:
        self.partitions -= set(partitions)
        self._buffer.revoke(partitions)

    def assign(self, partitions: Sequence[Partition]) -> Mapping[Partition, int | None]:
        starts = self._buffer.assign(partitions)
        self.partitions |= set(partitions)
        return starts


class Members:
    """Workers of one group, each with a pace of its own."""

    def __init__(self, brokers: Brokers, topic: str, make_step: Callable[[Pace], Step]) -> None:
        self._brokers, self._topic, self._make_step = brokers, topic, make_step
        self.group = f"group-{uuid4().hex[:8]}"
        self.paces: list[Pace] = []
        self.ends: list[Future[None]] = []
        self.owned: list[Owned] = []

    def join(self, waiting: bool = True) -> ExitStack:
        """One more; closing it makes it leave. Returns when it has worked on something, unless it is not waited for."""
        stack, pace = ExitStack(), Pace()
        self.paces.append(pace)
        worker = Worker(self._make_step(pace), LIMITS, NoGauges())
        owned = Owned(worker.buffer)
        self.owned.append(owned)
        consumer = self._brokers.consumer(self.group, self._topic, owned)
        ended = stack.enter_context(in_thread(lambda: worker.run(consumer), worker.stop))
        self.ends.append(ended)
        with ExitStack() as failing:
            failing.push(stack)
            until(lambda: self.all_are_well() and (pace.batches or not waiting), 40, "a new member works")
            failing.pop_all()
        return stack

    def all_are_well(self) -> bool:
        """Raises what a member could not get over."""
        return all(ended.result() is None for ended in self.ends if ended.done())

    def _others_go_on(self, left: int) -> None:
        """Who stays works on; where a group has to settle first, all partitions are theirs by then."""
        before = [pace.batches for pace in self.paces[left:]]
        until(
            lambda: all(p.batches > b + 1 for p, b in zip(self.paces[left:], before, strict=True)), 40, "the others go on"
        )
        if self._brokers.settles:
            until(lambda: self._all_are_owned(left), 60, "the others have all partitions")

    def _all_are_owned(self, left: int) -> bool:
        owned = [partition.number for each in self.owned[left:] for partition in each.partitions]
        return sorted(owned) == list(range(TOPICS[self._topic].partitions))

    def churn(self, done: Callable[[], bool]) -> None:
        """One works; a second and a third join; the first leaves, and so does the second; a fourth joins; all hurry."""
        with ExitStack() as staying:
            first = staying.enter_context(self.join())
            second = staying.enter_context(self.join())
            staying.enter_context(self.join())
            first.close()
            self._others_go_on(left=1)
            second.close()
            if self._brokers.settles:
                self._others_go_on(left=2)
            staying.enter_context(self.join(waiting=False))
            self.all_are_well()
            for pace in self.paces:
                pace.hurry.set()
            until(done, 60, "everything is done")
            until(lambda: self._brokers.all_committed(self.group, self._topic), 30, "all offsets are committed")


def test_every_graph_has_its_picture_though_render_workers_come_and_go(brokers: Brokers) -> None:
    graphs = [make_graph(SEED, index) for index in range(COUNT)]
    brokers.fill(GRAPHS, graphs)
    with closing(Publisher(KafkaConnection.plain(brokers.bootstrap))) as publisher:
        tools = StepTools("render", publisher, tally("render"))
        members = Members(brokers, GRAPHS, lambda pace: HandlerStep(SlowHandler(pace), tools))

        def pictured() -> bool:
            events = [decode(IMAGES, record.value, record.headers) for record in brokers.records(IMAGES)]
            return {e.graph.graph_id for e in events if isinstance(e, RenderedImage)} == {g.graph_id for g in graphs}

        members.churn(pictured)


def test_every_sample_is_stored_once_and_in_order_though_writers_come_and_go(brokers: Brokers) -> None:
    samples = [make_qa(make_graph(SEED, index)) for index in range(COUNT)]
    brokers.fill(QA, samples)
    table, appended = Table(), {}
    with closing(Publisher(KafkaConnection.plain(brokers.bootstrap))) as publisher:
        tools = StepTools("write", publisher, tally("write"))

        def step(pace: Pace) -> Step:
            return SinkStep(SlowSink(table, pace, appended), tools, QA, lambda topic: "id-1")

        members = Members(brokers, QA, step)
        members.churn(lambda: len(table.rows) == COUNT)
    assert sorted(table.rows) == sorted(sample.sample_id for sample in samples)
    for offsets in appended.values():
        assert offsets == list(range(len(offsets))), "the table passes no offset twice, and none over"
