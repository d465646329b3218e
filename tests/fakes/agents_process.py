"""Agents in a process of their own, which can be stopped or killed: for tests of groups whose members come and go.

In: settings.  Out: graphs on the broker, after a planner that takes its time.
"""

import asyncio
import multiprocessing
import os
import signal
from collections.abc import Callable
from multiprocessing.process import BaseProcess

from monitoring.logs import set_up
from monitoring.metrics import StageMetrics
from schemas.base import Event
from schemas.events import SeedConcept
from streams.faust_app import seed_agent
from streams.faust_app.faust_publisher import FaustPublisher
from streams.settings import AgentSettings
from streams.steps.seed_step import RetryPolicy, SeedStep, SeedTools
from tests.fakes.events import make_graph
from tests.fakes.steps import tally

IN_FLIGHT = 4
HEAD_S, OTHERS_S = 1.0, 0.03
"""Every tenth seed is a slow head: those behind it are done and wait for it."""


class SlowPlanner:
    """A graph for every request, in time."""

    async def plan(self, seed: SeedConcept, index: int) -> Event:
        await asyncio.sleep(HEAD_S if int(seed.seed_id, 16) % 10 == 0 else OTHERS_S)
        return make_graph(seed, index)


def started(settings: AgentSettings) -> BaseProcess:
    process = multiprocessing.get_context("spawn").Process(target=_carry, args=(settings,), daemon=True)
    process.start()
    return process


def ended(process: BaseProcess, how: signal.Signals) -> None:
    if process.pid is not None and process.is_alive():
        os.kill(process.pid, how)
    process.join(60)


def _carry(settings: AgentSettings) -> None:
    set_up("console", "agents")
    app = seed_agent.new_app(settings)
    tools = SeedTools(SlowPlanner(), FaustPublisher(app), tally("agents"), RetryPolicy(), calls=app.calls)
    seed_agent.process_seeds(app, SeedStep(tools).handle, IN_FLIGHT, StageMetrics("agents"))

    def stopping(stop: Callable[[], None]) -> None:
        signal.signal(signal.SIGTERM, lambda *_: stop())

    seed_agent.run(app, stopping)
