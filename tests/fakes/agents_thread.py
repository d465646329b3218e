"""The agents' application in a thread of the test, with planners that do what the test says; seeds to give it.

In: settings, a planner.  Out: the application while it carries, its end, and how to stop it.
"""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import uuid4

from monitoring.metrics import StageMetrics
from monitoring.traces import child_of
from schemas.base import Event
from schemas.codec import Message, to_message
from schemas.events import SeedConcept
from schemas.ids import make_seed
from schemas.interfaces import Planner as Plans
from streams.broker.clients import Publisher
from streams.broker.connection import KafkaConnection
from streams.faust_app import seed_agent
from streams.faust_app.application import SeedApp
from streams.faust_app.faust_publisher import FaustPublisher
from streams.settings import AgentSettings
from streams.steps.seed_step import AsyncEventPublisher, RetryPolicy, SeedStep, SeedTools
from tests.fakes.events import make_graph
from tests.fakes.steps import tally
from tests.fakes.wait import in_thread, until

QUICK = RetryPolicy(2, 0.01)

IN_FLIGHT = 4


class Planner:
    """A graph for every request, at once."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, int]] = []

    async def plan(self, seed: SeedConcept, index: int) -> Event:
        self.calls.append((seed.seed_id, index))
        return make_graph(seed, index)


class Stuck(Planner):
    """Never answers."""

    async def plan(self, seed: SeedConcept, index: int) -> Event:
        await super().plan(seed, index)
        await asyncio.Event().wait()
        raise AssertionError("not reached")


class Gated(Planner):
    """Answers once it is opened, from whatever thread."""

    def __init__(self) -> None:
        super().__init__()
        self.open = False

    async def plan(self, seed: SeedConcept, index: int) -> Event:
        event = await super().plan(seed, index)
        while not self.open:
            await asyncio.sleep(0.02)
        return event


@dataclass(frozen=True)
class Agents:
    """An application that carries."""

    app: SeedApp
    running: "Future[None]"
    stop: Callable[[], None]


@contextmanager
def agents(
    settings: AgentSettings,
    planner: Plans,
    publisher: AsyncEventPublisher | None = None,
    retry_policy: RetryPolicy = QUICK,
    app: SeedApp | None = None,
) -> Iterator[Agents]:
    """The application in a thread; ends with the block, also when the test fails."""
    app = app or seed_agent.new_app(settings)
    tools = SeedTools(planner, publisher or FaustPublisher(app), tally("agents"), retry_policy, calls=app.calls)
    seed_agent.process_seeds(app, SeedStep(tools).handle, IN_FLIGHT, StageMetrics("agents"))
    stops: list[Callable[[], None]] = []

    def stop() -> None:
        if not running.done():
            stops[0]()

    with in_thread(lambda: seed_agent.run(app, stops.append), stop) as running:
        until(lambda: stops or running.done())
        yield Agents(app, running, stops[0])


def publish(settings: AgentSettings, messages: Sequence[Message]) -> None:
    with closing(Publisher(KafkaConnection.plain(settings.kafka_bootstrap))) as publisher:
        publisher.publish(messages)


def seeds(count: int, graphs: int) -> list[SeedConcept]:
    """New ones each time: the broker may hold those of other tests."""
    return [make_seed(f"a cat {uuid4().hex[:6]}", graphs) for _ in range(count)]


def message(seed: SeedConcept) -> Message:
    return to_message(seed, "seed", child_of(None), datetime.now(UTC))
