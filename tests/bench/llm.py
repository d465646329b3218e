"""How well the agents keep a language model busy: `make bench-llm`.

In: a stand-in server with 1 s latency, in a process of its own.  Out: for 1, 16 and 64 calls in flight the graphs per
minute, the efficiency (calls per second over calls in flight divided by latency, counted as seconds in which calls were
under way, while there is enough to do), and the agents' processor time per graph.  Everything is as in production but
the broker and the store, which are in memory.
"""

import asyncio
import multiprocessing
import sys
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection

from schemas.codec import Message
from schemas.events import SeedOptions
from schemas.ids import make_seed
from streams.broker.records import Record
from streams.demo.llm_answers import delayed, good
from streams.demo.llm_stub import serving
from streams.faust_app.ordered_ack import OrderedAck
from streams.llm.factory import make_language_agents
from streams.settings import AgentSettings
from streams.steps.seed_step import SeedStep, SeedTools
from tests.fakes.steps import record_of, tally
from tests.fakes.store import InMemoryStore

LATENCY_S = 1.0
GRAPHS_A_SEED = 4
CONCEPTS = ("kitchen", "park", "harbour", "living room", "street market", "desk", "beach", "bedroom")
RUNS = ((1, 8), (16, 120), (64, 640))
"""Calls in flight, and graphs: long enough that starting and ending do not matter."""

GOAL = 0.9
"""Least efficiency at 64 in flight."""


@dataclass(frozen=True)
class Measured:
    """One run."""

    in_flight: int
    graphs_per_minute: float
    efficiency: float
    cpu_ms_per_graph: float


class Published:
    """A producer in memory that remembers when each graph was published."""

    def __init__(self) -> None:
        self.at: list[float] = []

    async def publish(self, messages: Sequence[Message]) -> None:
        """Everything is acknowledged at once."""
        self.at += [time.monotonic()] * len(messages)


def serve(connection: Connection) -> None:
    """The server process: tells its URL, then the times of its answers when asked."""
    times: list[float] = []
    answer = delayed(good, LATENCY_S)

    def script(asked):  # type: ignore[no-untyped-def]
        times.append(time.monotonic())
        return answer(asked)

    with serving(script) as stub:
        connection.send(stub.url)
        while connection.recv() != "stop":
            connection.send(list(times))
            times.clear()


async def carry(settings: AgentSettings, graphs: int) -> tuple[Published, float]:
    """Plan so many graphs; what was published and the processor seconds it took."""
    agents = make_language_agents(settings, InMemoryStore())
    published = Published()
    step = SeedStep(
        SeedTools(
            agents.planner, published, tally("agents"), max_graphs=agents.max_graphs, graph_slot=agents.budget.graph_slot
        )
    )
    window: OrderedAck[Record] = OrderedAck(agents.max_graphs, lambda r: r.partition, _acknowledge, _fail)
    before = time.process_time()
    await window.run(_records(graphs), step.handle)
    while window.in_flight:
        await asyncio.sleep(0.05)
    return published, time.process_time() - before


async def _records(graphs: int) -> AsyncIterator[Record]:
    for number in range(graphs // GRAPHS_A_SEED):
        options = SeedOptions(salt=f"bench {number}")
        seed = make_seed(CONCEPTS[number % len(CONCEPTS)], count=GRAPHS_A_SEED, options=options)
        yield record_of(seed, number // 8, number % 8)


async def _acknowledge(_: Record) -> None:
    """Nobody is waiting for it."""


def _fail(error: BaseException) -> None:
    raise error


async def measure(in_flight: int, graphs: int, url: str, connection: Connection) -> Measured:
    """One run against the server."""
    settings = AgentSettings(llm_url=url, llm_model="bench", llm_in_flight=in_flight)
    started = time.monotonic()
    published, cpu_s = await carry(settings, graphs)
    connection.send("times")
    asked = connection.recv()
    begin, end = started + 3 * LATENCY_S, published.at[-max(1, min(len(published.at) // 2, 2 * in_flight))]
    if in_flight == 1:
        begin, end = asked[0], asked[-1]
    busy_s = sum(max(0.0, min(at + LATENCY_S, end) - max(at, begin)) for at in asked)
    efficiency = busy_s / (end - begin) / in_flight
    seconds = max(published.at) - started
    return Measured(in_flight, 60 * len(published.at) / seconds, efficiency, 1000 * cpu_s / graphs)


async def main() -> int:
    """Run and print; 1 where the goal is missed. One event loop for all runs: clients outlive the run that made them."""
    here, there = multiprocessing.Pipe()
    server = multiprocessing.get_context("spawn").Process(target=serve, args=(there,), daemon=True)
    server.start()
    url = here.recv()
    found = []
    sys.stdout.write(f"latency {LATENCY_S:g} s, {GRAPHS_A_SEED} graphs a seed\n")
    for in_flight, graphs in RUNS:
        one = await measure(in_flight, graphs, url, here)
        found.append(one)
        sys.stdout.write(
            f"{one.in_flight:3d} in flight: {one.graphs_per_minute:7.1f} graphs/min, efficiency {one.efficiency:.1%}, "
            f"{one.cpu_ms_per_graph:.0f} ms of the agents' CPU a graph\n"
        )
        sys.stdout.flush()
    here.send("stop")
    server.join(5)
    return 0 if found[-1].efficiency >= GOAL else 1


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
