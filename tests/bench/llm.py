"""How well the agents keep a language model busy, also beside the reference program's calls: `make bench-llm`.

In: a stand-in server with 1 s latency, in a process of its own.  Out: for calls in flight the graphs per minute, the
efficiency (calls per second over calls in flight divided by latency, counted as seconds in which calls were under way,
while there is enough to do), and the agents' processor time per graph; with boxes by a request of their own, and by one
request for both.
Everything is as in production but the broker and the store, which are in memory.

The reference program, Knowledge2Data, asks one thing at a time: scenes once, of each scene its objects and its sets of
objects, of each graph its relations and its boxes.  These calls are made here in that order, without the pauses of half a
second that it makes besides, and without any work on the answers.
"""

import asyncio
import json
import multiprocessing
import sys
import time
import urllib.request
from collections.abc import AsyncIterator, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection

from schemas.codec import Message
from schemas.events import SeedOptions
from schemas.ids import make_seed
from schemas.topics import GRAPHS as TOPIC
from streams.broker.records import Record
from streams.demo.llm_answers import delayed, good
from streams.demo.llm_stub import serving
from streams.faust_app.ordered_ack import OrderedAck
from streams.llm.factory import make_language_agents
from streams.settings import AgentSettings
from streams.steps.seed_step import SeedStep, SeedTools
from tests.bench.figures import Figure
from tests.fakes.steps import record_of, tally
from tests.fakes.store import InMemoryStore

LATENCY_S = 1.0
GRAPHS_A_SEED = 4
CONCEPTS = ("kitchen", "park", "harbour", "living room", "street market", "garage", "beach", "bedroom")
IN_FLIGHT, GRAPHS = 64, 640
"""Of the figures: long enough that starting and ending do not matter."""

RUNS = ((1, 8, False), (16, 120, False), (IN_FLIGHT, GRAPHS, False), (IN_FLIGHT, 2 * GRAPHS, True))
"""Calls in flight, graphs, and whether relations and boxes come by one request."""

AGENTS = 2
REFERENCE_SCENES, REFERENCE_SETS = 3, 4
"""Scenes of one run of the reference program, and graphs of each."""

GOAL, TIMES = 0.9, 100
"""Least efficiency at 64 in flight; graphs a minute over those of the reference program."""


@dataclass(frozen=True)
class Load:
    """What one agent is given: the server, calls in flight, graphs, whether one request does both, its first seed."""

    url: str
    in_flight: int
    graphs: int
    one_request: bool = False
    first: int = 0

    def settings(self) -> AgentSettings:
        """An agent's."""
        return AgentSettings(
            llm_url=self.url, llm_model="bench", llm_in_flight=self.in_flight, llm_one_request=self.one_request
        )


@dataclass(frozen=True)
class Planned:
    """When an agent began, when each graph was published (both by the machine's clock), and processor seconds."""

    began: float
    at: Sequence[float]
    cpu_s: float


@dataclass(frozen=True)
class Measured:
    """One run."""

    load: Load
    graphs_per_minute: float
    efficiency: float
    cpu_ms_per_graph: float
    calls_per_graph: float


class Published:
    """A producer in memory that remembers when each graph was published."""

    def __init__(self) -> None:
        self.at: list[float] = []

    async def publish(self, messages: Sequence[Message]) -> None:
        """Everything is acknowledged at once; what is no graph does not count."""
        self.at += [time.monotonic()] * sum(message.topic == TOPIC for message in messages)


class Server:
    """The stand-in in its process. `times`: when each call since the last question arrived."""

    def __init__(self, url: str, connection: Connection) -> None:
        self.url, self._connection = url, connection

    def times(self) -> list[float]:
        """Since the last question."""
        self._connection.send("times")
        found: list[float] = self._connection.recv()
        return found


@contextmanager
def server(latency_s: float) -> Iterator[Server]:
    """The stand-in, ended with the block."""
    here, there = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=serve, args=(there, latency_s), daemon=True)
    process.start()
    try:
        yield Server(here.recv(), here)
    finally:
        here.send("stop")
        process.join(5)


def serve(connection: Connection, latency_s: float) -> None:
    """The server process: tells its URL, then the times of its answers when asked."""
    times: list[float] = []
    answer = delayed(good, latency_s)

    def script(asked):  # type: ignore[no-untyped-def]
        times.append(time.monotonic())
        return answer(asked)

    with serving(script) as stub:
        connection.send(stub.url)
        while connection.recv() != "stop":
            connection.send(list(times))
            times.clear()


async def carry(load: Load) -> Planned:
    """Plan so many graphs in this process."""
    agents = make_language_agents(load.settings(), InMemoryStore())
    published = Published()
    step = SeedStep(
        SeedTools(
            agents.planner, published, tally("agents"), max_graphs=agents.max_graphs, graph_slot=agents.budget.graph_slot
        )
    )
    window: OrderedAck[Record] = OrderedAck(agents.max_graphs, lambda r: r.partition, _acknowledge, _fail)
    began, before = time.monotonic(), time.process_time()
    await window.run(_records(load), step.handle)
    while window.in_flight:
        await asyncio.sleep(0.05)
    return Planned(began, published.at, time.process_time() - before)


def plan(load: Load) -> Planned:
    """The same, for an agent in a process of its own."""
    return asyncio.run(carry(load))


async def _records(load: Load) -> AsyncIterator[Record]:
    for number in range(load.first, load.first + load.graphs // GRAPHS_A_SEED):
        options = SeedOptions(salt=f"bench {number}")
        seed = make_seed(CONCEPTS[number % len(CONCEPTS)], count=GRAPHS_A_SEED, options=options)
        yield record_of(seed, number // 8, number % 8)


async def _acknowledge(_: Record) -> None:
    """Nobody is waiting for it."""


def _fail(error: BaseException) -> None:
    raise error


def measured_run(load: Load, at: Server, latency_s: float = LATENCY_S) -> Measured:
    """One run of one agent against the server, in this process."""
    at.times()
    return judged(load, plan(load), at.times(), latency_s)


def judged(load: Load, planned: Planned, asked: Sequence[float], latency_s: float) -> Measured:
    """What a run says: efficiency is counted without its beginning and its end."""
    graphs = len(planned.at)
    begin, end = planned.began + 3 * latency_s, planned.at[-max(1, min(graphs // 2, 2 * load.in_flight))]
    if load.in_flight == 1:
        begin, end = asked[0], asked[-1]
    busy_s = sum(max(0.0, min(at + latency_s, end) - max(at, begin)) for at in asked)
    efficiency = busy_s / (end - begin) / load.in_flight if end > begin else 0.0
    seconds = max(planned.at) - planned.began
    return Measured(load, 60 * graphs / seconds, efficiency, 1000 * planned.cpu_s / graphs, len(asked) / graphs)


def together(loads: Sequence[Load]) -> float:
    """Graphs a minute of several agents, each in a process of its own."""
    with ProcessPoolExecutor(len(loads), multiprocessing.get_context("spawn")) as pool:
        list(pool.map(plan, [Load(each.url, 8, 8, each.one_request, 10_000 + 10 * n) for n, each in enumerate(loads)]))
        runs = list(pool.map(plan, loads))
    published = [moment for run in runs for moment in run.at]
    return 60 * len(published) / (max(published) - min(run.began for run in runs))


def reference_rate(url: str, scenes: int = REFERENCE_SCENES, sets: int = REFERENCE_SETS) -> tuple[float, int]:
    """Graphs with boxes a minute of the reference program's sequence of calls, and how many calls it made."""
    calls = ["scenes"] + (["objects", "nodes"] + ["edges", "layout"] * sets) * scenes
    given = {
        "scenes": {"concept": "kitchen", "may_use": ["kitchen"]}, "objects": {"scene": "kitchen"},
        "nodes": {"objects": [{"name": "cup"}, {"name": "chair"}], "sets": sets, "fewest": 2, "most": 2},
        "edges": {"objects": [{"number": 0, "is": "a cup"}, {"number": 1, "is": "a chair"}]},
        "layout": {"canvas": [512, 512], "objects": [{"number": 0, "is": "a cup"}], "relations": []},
    }  # fmt: skip
    began = time.monotonic()
    for number, stage in enumerate(calls):
        body = {
            "model": "bench", "seed": number, "messages": [{"role": "user", "content": json.dumps(given[stage])}],
            "response_format": {"type": "json_schema", "json_schema": {"name": stage, "schema": {}}},
        }  # fmt: skip
        request = urllib.request.Request(
            f"{url}/chat/completions", json.dumps(body).encode(), {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            json.loads(answer.read())["choices"]
    return 60 * scenes * sets / (time.monotonic() - began), len(calls)


def measured() -> Iterator[Figure]:
    """Graphs a minute of the reference program's calls, of one agent in two ways, and of two agents."""
    with server(LATENCY_S) as at:
        theirs, calls = reference_rate(at.url)
        graphs = REFERENCE_SCENES * REFERENCE_SETS
        yield Figure("language/reference program's calls", theirs, "graphs/min", graphs, f"{calls} calls, one at a time")
        for one_request in (False, True):
            load = Load(at.url, IN_FLIGHT, GRAPHS * (1 + one_request), one_request)
            run = measured_run(load, at)
            name = f"language/{'one request' if one_request else 'boxes apart'}"
            yield Figure(f"{name}/{IN_FLIGHT} in flight", run.graphs_per_minute, "graphs/min", load.graphs, "1 s a call")
            yield Figure(f"{name}/calls a graph", run.calls_per_graph, "calls a graph", load.graphs, "four graphs a seed")
            yield Figure(f"{name}/efficiency", 100 * run.efficiency, "%", load.graphs, "one core", f"{100 * GOAL:.0f} %")
            yield Figure(f"{name}/processor time", run.cpu_ms_per_graph, "ms", load.graphs, "client, checks, layout")
            goal = f"{TIMES} times" if one_request else ""
            yield _times(name, run.graphs_per_minute / theirs, load.graphs, goal)
        both = together([Load(at.url, IN_FLIGHT, GRAPHS, True, 1000 * n) for n in range(AGENTS)])
        name = f"language/{AGENTS} agents, {IN_FLIGHT} in flight each"
        yield Figure(name, both, "graphs/min", AGENTS * GRAPHS, "processor time")
        yield _times(name, both / theirs, AGENTS * GRAPHS, f"{TIMES} times")


def _times(name: str, ratio: float, graphs: int, goal: str) -> Figure:
    return Figure(f"{name}/over the reference program", ratio, "times", graphs, "calls a graph", goal)


def main() -> int:
    """Run and print; 1 where the goal is missed."""
    found = []
    sys.stdout.write(f"latency {LATENCY_S:g} s, {GRAPHS_A_SEED} graphs a seed\n")
    with server(LATENCY_S) as at:
        for in_flight, graphs, one_request in RUNS:
            one = measured_run(Load(at.url, in_flight, graphs, one_request), at)
            found.append(one)
            sys.stdout.write(
                f"{in_flight:3d} in flight{', one request' if one_request else '':<13}: {one.graphs_per_minute:7.1f} "
                f"graphs/min, {one.calls_per_graph:.2f} calls a graph, efficiency {one.efficiency:.1%}, "
                f"{one.cpu_ms_per_graph:.0f} ms of the agents' CPU a graph\n"
            )
            sys.stdout.flush()
    return 0 if all(one.efficiency >= GOAL for one in found if one.load.in_flight == IN_FLIGHT) else 1


if __name__ == "__main__":
    sys.exit(main())
