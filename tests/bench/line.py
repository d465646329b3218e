"""A render worker for measurements: a broker in memory, and a store and acknowledgements that take as long as real ones.

In: a renderer.  Out: graphs carried through poll, look, draw, encode, put, publish, acknowledge and commit.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from threading import Event

from gpu_workers.render import RenderHandler
from schemas.codec import Message, to_message
from schemas.graph import SpatialGraph
from schemas.interfaces import Renderer, StoredObject
from schemas.topics import GRAPHS
from streams.composition import CALLS_A_STEP
from streams.steps.handler_step import HandlerStep, StepTools
from streams.worker.loop import BatchLimits, Worker
from tests.fakes.carrier import MemoryCarrier, NoGauges
from tests.fakes.steps import tally
from tests.fakes.store import InMemoryStore
from tests.fakes.wait import in_thread

GET_S, PUT_S, ACKNOWLEDGED_S = 0.004, 0.02, 0.05
"""Of an object store in the same network and of a broker with acks from all replicas, generously."""

LINGER_S = 0.05


class SlowStore(InMemoryStore):
    """Takes its time."""

    def get(self, key: str) -> StoredObject | None:
        Event().wait(GET_S)
        return super().get(key)

    def put_if_absent(self, key: str, stored: StoredObject) -> bool:
        Event().wait(PUT_S)
        return super().put_if_absent(key, stored)


class SlowPublisher:
    """Acknowledges late; `done` is set when `wanted` messages were."""

    def __init__(self, wanted: int) -> None:
        self.left, self.done = wanted, Event()

    def publish(self, messages: Sequence[Message]) -> None:
        Event().wait(ACKNOWLEDGED_S)
        self.left -= len(messages)
        if self.left <= 0:
            self.done.set()


class RenderLine:
    """A worker set up as `skg render` does."""

    def __init__(self, renderer: Renderer, batch: int) -> None:
        self._renderer, self._batch = renderer, batch

    def carry(self, graphs: Sequence[SpatialGraph]) -> None:
        """Draw and announce all graphs, from an empty store."""
        carrier, publisher = MemoryCarrier(), SlowPublisher(len(graphs))
        trace, now = "00-" + "a" * 32 + "-" + "b" * 16 + "-01", datetime.now(UTC)
        carrier.publish([to_message(graph, "agents", trace, now) for graph in graphs])
        step = HandlerStep(RenderHandler(self._renderer, SlowStore(), self._batch), StepTools("render", publisher, tally()))
        worker = Worker(step, BatchLimits(CALLS_A_STEP * self._batch, LINGER_S, max_batches=3), NoGauges())
        with in_thread(lambda: worker.run(carrier.consumer("bench", GRAPHS, worker.buffer)), worker.stop) as running:
            assert publisher.done.wait(3600) or running.result()
