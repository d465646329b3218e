"""What one graph costs each stage, in processor time and bytes: `make bench-capacity`.

In: graphs of the sample seeds, drawn as collages.  Out: processor seconds of a graph in each stage, and bytes of its
messages, its picture and its row: what `skg capacity` calculates with.  Without the clients of a broker and a store.
"""

import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from agents.planner import RulePlanner
from dataset.table.columns import COLUMNS
from dataset.table.delta_table import Table
from dataset.table.held_out_share import properties_of
from dataset.table.row_encoding import rows_of
from gpu_workers.collage import CollageRenderer
from gpu_workers.collage.sprites.fetch import default_sprites_dir
from gpu_workers.examine import ExamineHandler
from gpu_workers.render import RenderHandler
from gpu_workers.renderers import capabilities_of
from schemas.base import Event
from schemas.codec import to_message
from schemas.events import QAEvent, Rejection, SeedConcept
from schemas.ids import make_seed
from schemas.interfaces import Sample
from spatial.splits import DEFAULT_HELD_OUT_PER_MILLE
from streams.operations.seeds import SAMPLE_SEEDS
from streams.seed_files.seed_reading import read_seeds
from tests.fakes.store import InMemoryStore

T = TypeVar("T")
TRACEPARENT = f"00-{1:032x}-{1:016x}-01"
GRAPHS = 4
"""Of each seed."""

ROWS = 64
"""In one commit."""


class Costs:
    """Processor seconds and bytes by what they were spent on."""

    def __init__(self) -> None:
        self.seconds: defaultdict[str, float] = defaultdict(float)
        self.bytes: defaultdict[str, int] = defaultdict(int)

    def of(self, stage: str, work: Callable[[], T]) -> T:
        """What the work returns; its processor time is the stage's."""
        started = time.process_time()
        done = work()
        self.seconds[stage] += time.process_time() - started
        return done

    def send(self, events: list[Event]) -> None:
        """Count the bytes of messages."""
        for event in events:
            message = to_message(event, "bench", TRACEPARENT, datetime.now(UTC))
            self.bytes[message.topic] += len(message.value or b"") + sum(len(value) for _, value in message.headers)


def measure(seeds: list[SeedConcept]) -> tuple[int, int, Costs]:
    """Graphs, samples, and what they cost."""
    costs, store, samples = Costs(), InMemoryStore(), list[Sample]()
    planner, renderer = RulePlanner(capabilities_of("collage")), CollageRenderer(default_sprites_dir())
    render, examine = RenderHandler(renderer, store), ExamineHandler(store, store)
    asked = [(seed, index) for seed in seeds for index in range(GRAPHS)]
    for number, (seed, index) in enumerate([asked[0], *asked]):
        if number == 1:
            costs, samples = Costs(), []  # the first one loads everything
        planned = costs.of("agents", lambda seed=seed, index=index: planner.plan_now(seed, index))
        costs.send([planned])
        if isinstance(planned, Rejection):
            continue
        (drawn,) = costs.of("render", lambda planned=planned: render.begin([planned])())
        assert isinstance(drawn, list)
        costs.send(drawn)
        (examined,) = costs.of("examine", lambda drawn=drawn: examine.begin(drawn)())
        assert isinstance(examined, list)
        costs.send(examined)
        samples += [Sample(e, store.objects[e.image.key].data) for e in examined if isinstance(e, QAEvent)]
    costs.bytes["pictures"] = sum(len(each.image) for each in samples)
    _write(samples, costs)
    return len(asked), len(samples), costs


def _write(samples: list[Sample], costs: Costs) -> None:
    with tempfile.TemporaryDirectory() as folder:
        table = Table.create(f"{folder}/t", COLUMNS, properties=properties_of(DEFAULT_HELD_OUT_PER_MILLE))
        for first in range(0, len(samples), ROWS):
            costs.of("write", lambda first=first: table.append(rows_of(samples[first : first + ROWS]), {}))
        costs.bytes["rows"] = sum(path.stat().st_size for path in Path(folder).rglob("*.parquet"))


def main() -> int:
    """Print the costs of a graph and of a sample."""
    seeds = [make_seed(each.concept) for each in read_seeds(SAMPLE_SEEDS)]
    graphs, samples, costs = measure(seeds)
    sys.stdout.write(f"{graphs} graphs, {samples} samples ({samples / graphs:.0%})\n")
    for stage, seconds in costs.seconds.items():
        sys.stdout.write(f"{stage:<18} {seconds / graphs:8.4f} s of a processor for each graph\n")
    for what, size in costs.bytes.items():
        sys.stdout.write(f"{what:<18} {size / (samples if what in {'pictures', 'rows'} else graphs):8.0f} bytes\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
