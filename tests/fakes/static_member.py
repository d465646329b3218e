"""A member of render's group in a process of its own, carried as production carries it: it can be stopped and killed.

`python -m tests.fakes.static_member FILE`.  In: settings from the environment.  Out: a picture's event for every graph, in
its time; in the file a line for each change of its partitions, and the client library's own words about its group.
"""

import logging
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from schemas.base import Event
from schemas.graph import SpatialGraph
from schemas.interfaces import Results
from schemas.topics import GRAPHS
from streams.broker.records import Partition
from streams.settings import RenderSettings
from streams.steps.handler_step import HandlerStep, StepTools
from streams.worker.loop import no_hook
from streams.worker.outage_wait import Startup
from streams.worker.process_lifetime import process
from streams.worker.record_buffer import BatchLimits
from streams.worker.worker_process import Role, run_worker
from tests.fakes.events import make_rendered

BATCH, PAUSE_S = 4, 0.2
LIMITS = BatchLimits(batch=BATCH, linger_s=0.01, max_batches=3)


class Slow:
    """A picture of every graph, in its time."""

    def begin(self, events: Sequence[Event]) -> Callable[[], Results]:
        time.sleep(PAUSE_S)
        pictures: Results = [[make_rendered(event)] for event in events if isinstance(event, SpatialGraph)]
        return lambda: pictures


class Telling(HandlerStep):
    """Writes down which partitions come and go."""

    def __init__(self, tools: StepTools, path: Path) -> None:
        super().__init__(Slow(), tools)
        self._path = path

    def assigned(self, partitions: Sequence[Partition]) -> Mapping[Partition, int | None]:
        self._tell("assigned", partitions)
        return super().assigned(partitions)

    def revoked(self, partitions: Sequence[Partition]) -> None:
        self._tell("gone", partitions)
        super().revoked(partitions)

    def _tell(self, what: str, partitions: Sequence[Partition]) -> None:
        with self._path.open("a", encoding="utf-8") as file:
            file.write(f"{what} {' '.join(str(p.number) for p in partitions)}\n")


def main(path: Path) -> None:
    """Carry until SIGTERM."""
    settings = RenderSettings()

    def step(tools: StepTools, start: Startup) -> Telling:
        words = logging.getLogger("kafka.coordinator")
        words.setLevel(logging.INFO)
        words.addHandler(logging.FileHandler(path))
        return Telling(tools, path)

    with process("render", settings) as start:
        run_worker(Role("render", (GRAPHS,), settings.render_group, LIMITS), settings, start, step, no_hook)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
