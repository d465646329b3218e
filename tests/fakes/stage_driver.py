"""Composes a process of a stage as production does, with something in it that never ends, or that does next to nothing.

`python -m tests.fakes.stage_driver KIND FAULT`: `none`, a renderer or a planner that sleeps (`hang`), the renderer or the
examiner of the soak (`trivial`), or its examiner that rejects everything (`refusing`).
Settings come from the environment; problems become a line and an exit code as those of the command do.
"""

import asyncio
import sys
import threading
from collections.abc import Sequence

from schemas.base import Event
from schemas.events import SeedConcept
from schemas.graph import SpatialGraph
from schemas.interfaces import Drawing
from streams.cli.root import run
from streams.composition import Hooks, run_agents, run_render
from streams.settings import AgentSettings, RenderSettings
from tests.fakes.boxes_renderer import BoxesRenderer
from tests.soak import driver


class Sleeps(BoxesRenderer):
    """A renderer that never answers."""

    def render(self, graphs: Sequence[SpatialGraph], seeds: Sequence[int]) -> list[Drawing]:
        threading.Event().wait()
        return []


class Ponders:
    """A planner that never answers."""

    async def plan(self, seed: SeedConcept, index: int) -> Event:
        await asyncio.Event().wait()
        raise AssertionError("not reached")


def main(kind: str, fault: str) -> int:
    if fault == "none":
        return run([kind])
    if fault in {"trivial", "refusing"}:
        driver.main(kind, refusing=fault == "refusing")
        return 0
    if kind == "agents":
        run_agents(AgentSettings(), Hooks(planner=Ponders()))
    else:
        run_render(RenderSettings(), Hooks(renderer=Sleeps()))
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
