"""Composes a process as production does, with a hook that kills it at a chosen step.

`python -m tests.chaos.driver KIND [STEP COUNT | hang SEED_ID | poison]`: SIGKILL to itself when STEP is reached for the
COUNTth time, a planner that never answers for one seed, or parts that fail for marked events (`tests.chaos.poison`).
Settings come from the environment.
"""

import asyncio
import os
import signal
import sys
from collections.abc import Iterator
from dataclasses import replace

from gpu_workers.renderers import capabilities_of
from schemas.base import Event
from schemas.events import SeedConcept
from schemas.interfaces import ObjectStore, StoredObject
from streams.composition import PRODUCTION, Hooks, run_agents, run_examine, run_render, run_write
from streams.settings import AgentSettings, ExamineSettings, RenderSettings, WriterSettings
from tests.chaos.poison import hooks_of


class Killer:
    """Ends this process without a word, as `kill -9` does."""

    def __init__(self, step: str, count: int) -> None:
        self._step, self._left = step, count

    def __call__(self, step: str) -> None:
        self._left -= step == self._step
        if self._left == 0:
            os.kill(os.getpid(), signal.SIGKILL)


class Told:
    """A store that tells the killer of every put."""

    def __init__(self, store: ObjectStore, killer: Killer) -> None:
        self._store, self._killer = store, killer

    @property
    def bucket(self) -> str:
        return self._store.bucket

    def put_if_absent(self, key: str, stored: StoredObject) -> bool:
        first = self._store.put_if_absent(key, stored)
        self._killer("put")
        return first

    def get(self, key: str) -> StoredObject | None:
        return self._store.get(key)

    def keys(self, prefix: str) -> Iterator[str]:
        return self._store.keys(prefix)


class Hangs:
    """Plans like the rules, and never answers for one seed."""

    def __init__(self, seed_id: str) -> None:
        from agents.planner import RulePlanner  # loads a solver, which the other kinds do without

        self._seed_id, self._planner = seed_id, RulePlanner(capabilities_of("collage"))

    async def plan(self, seed: SeedConcept, index: int) -> Event:
        if seed.seed_id == self._seed_id:
            await asyncio.Event().wait()
        return await self._planner.plan(seed, index)


def main(kind: str, *fault: str) -> None:
    """Run the process until SIGTERM, or until its fault."""
    hooks = PRODUCTION
    if fault and fault[0] == "hang":
        hooks = Hooks(planner=Hangs(fault[1]))
    elif fault and fault[0] == "poison":
        hooks = hooks_of(kind)
    elif fault:
        killer = Killer(fault[0], int(fault[1]))
        hooks = Hooks(test_hook=killer, store=lambda store: Told(store, killer))
    match kind:
        case "agents":
            run_agents(AgentSettings(), hooks)
        case "render":
            from tests.fakes.boxes_renderer import BoxesRenderer

            run_render(RenderSettings(), replace(hooks, renderer=hooks.renderer or BoxesRenderer()))
        case "examine":
            run_examine(ExamineSettings(), hooks)
        case "write":
            run_write(WriterSettings(), hooks)


if __name__ == "__main__":
    main(*sys.argv[1:])
