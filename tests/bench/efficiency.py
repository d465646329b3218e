"""What the carrying costs: samples a second of the whole factory, over those of the same functions in a plain loop.

In: requests of the sample seeds (SKG_BENCH_GRAPHS; SKG_BENCH_SOLID of scenes in metres).  Out: samples a second of both,
the processor time of broker and store, and the factory's share of what they leave: of a loop in as many processes as can
work at a time, and of one in as many as the factory has, which take turns as its do.  On Apache Kafka and MinIO.
"""

import multiprocessing
import os
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

from dataset.table.columns import COLUMNS
from dataset.table.delta_table import Table
from dataset.table.held_out_share import properties_of
from dataset.table.row_encoding import rows_of
from gpu_workers.renderers import capabilities_of
from schemas.events import QAEvent, SeedConcept
from schemas.ids import make_seed
from schemas.interfaces import Sample
from schemas.topics import QA
from spatial.splits import DEFAULT_HELD_OUT_PER_MILLE
from streams.adapters.vision_factories import renderer_of
from streams.operations.seeds import OF_RENDERERS, SAMPLE_SEEDS
from streams.seed_files.seed_reading import read_seeds
from streams.settings import RenderSettings
from tests.bench.figures import Figure
from tests.bench.real_line import ENDS, Ends, Line, real_line, spent_s
from tests.fakes.left_behind import sample_ids
from tests.fakes.line import Line as BareLine

GRAPHS = {
    "collage": int(os.environ.get("SKG_BENCH_GRAPHS", "1800")),
    "solid": int(os.environ.get("SKG_BENCH_SOLID", "8")),
}
"""Requests; 0 leaves a renderer out."""

CORES = len(os.sched_getaffinity(0))
STAGES: Mapping[str, Mapping[str, int]] = {
    "collage": {"agents": 1, "render": CORES, "examine": CORES, "write": 1},
    "solid": {"agents": 1, "render": 1, "examine": 1, "write": 1},  # Blender takes all cores for one picture
}
LOOPS = {"collage": (CORES, sum(STAGES["collage"].values())), "solid": (1,)}
"""Processes of the plain loop: as many as can work at a time, and as many as the factory has."""

WARM = 12
ROWS = 64
"""Requests that are made before anything is measured; rows of a commit."""

COMMIT_S = "1"
"""Between commits at most: the last one is waited for, which is no work."""

WITHIN_S = 900.0
GOAL = 0.9


@dataclass(frozen=True)
class Rate:
    """Requests and samples, the seconds that they took by the clock, and the services' processor seconds meanwhile."""

    requests: int
    samples: int
    seconds: float
    broker_s: float = 0.0
    store_s: float = 0.0

    @property
    def services_share(self) -> float:
        """Of all processor time of this machine."""
        return (self.broker_s + self.store_s) / self.seconds / CORES

    def efficiency(self, bare: "Rate") -> float:
        """Samples a second over those of the plain loop on the processor time that broker and store leave."""
        return self.samples / self.seconds / (bare.samples / bare.seconds) / (1 - self.services_share)


def seeds_for(renderer: str, requests: int, salt: str) -> list[SeedConcept]:
    """So many requests, of the renderer's sample seeds in turn; other ones for another salt."""
    samples = list(read_seeds(OF_RENDERERS.get(renderer, SAMPLE_SEEDS)))
    each, more = divmod(requests, len(samples))
    counted = ((seed, each + (number < more)) for number, seed in enumerate(samples))
    return [
        make_seed(seed.concept, count, options=seed.options.model_copy(update={"salt": f"bench {salt}"}))
        for seed, count in counted
        if count
    ]


def measured() -> Iterator[Figure]:
    """The figures of each renderer that is here."""
    for renderer, requests in GRAPHS.items():
        if not requests:
            continue
        if renderer == "solid" and not Path(".venv-solid/bin/python").exists():
            sys.stderr.write("efficiency/solid: not measured: there is no .venv-solid; `make setup-solid` makes it\n")
            continue
        bare = {processes: bare_rate(renderer, requests, processes) for processes in LOOPS[renderer]}
        yield from figures(renderer, bare, factory_rate(renderer, requests))


def figures(renderer: str, bare: Mapping[int, Rate], made: Rate) -> Iterator[Figure]:
    """What is said of the rates of the loop, by its processes, and of the factory's."""
    name, n = f"efficiency/{renderer}", made.samples
    for processes, rate in bare.items():
        yield Figure(
            f"{name}/plain loop {_in(processes)}", rate.samples / rate.seconds, "samples/s", rate.samples, "processor time"
        )
    yield Figure(f"{name}/factory", n / made.seconds, "samples/s", n, "processor time")
    for service, seconds in (("broker", made.broker_s), ("store", made.store_s)):
        share = 100 * seconds / made.seconds / CORES
        yield Figure(f"{name}/processor time of the {service}", share, "% of the machine", n, f"{seconds:.1f} s")
    for processes, rate in bare.items():
        part = f"{name}/factory to loop {_in(processes)} on what they leave"
        yield Figure(part, 100 * made.efficiency(rate), "%", n, "codec, clients, commits", f"{100 * GOAL:.0f} %")


def _in(processes: int) -> str:
    return "in one process" if processes == 1 else f"in {processes} processes"


def factory_rate(renderer: str, requests: int) -> Rate:
    """Requests until the last sample is a row of the dataset; the processes have worked before. Raises NotHere."""
    with tempfile.TemporaryDirectory() as name, real_line(Path(name)) as line, Ends(line.broker.bootstrap, *ENDS) as ends:
        line.start_stages(STAGES[renderer], SKG_RENDERER=renderer, SKG_WRITE_EVERY_S=COMMIT_S)
        carried(line, ends, seeds_for(renderer, WARM if renderer == "collage" else 2, "warm"))
        before = len(sample_ids(str(line.dataset)))
        spent = spent_s(line.broker.pid), spent_s(line.store.pid)
        began = time.monotonic()
        carried(line, ends, seeds_for(renderer, requests, "measured"))
        seconds = time.monotonic() - began
        broker_s, store_s = spent_s(line.broker.pid) - spent[0], spent_s(line.store.pid) - spent[1]
        return Rate(requests, len(sample_ids(str(line.dataset))) - before, seconds, broker_s, store_s)


def carried(line: Line, ends: Ends, seeds: Sequence[SeedConcept]) -> None:
    """Publish, and wait until each request has an outcome and no sample is missing from the dataset."""
    wanted = ends.count() + sum(seed.count for seed in seeds)
    line.publish(seeds)
    finished(line, ends, wanted)


def finished(line: Line, ends: Ends, wanted: int) -> None:
    """Wait for so many outcomes, and until no sample is missing from the dataset."""
    line.wait(lambda: ends.count() >= wanted, WITHIN_S, "every request has an outcome")
    with Ends(line.broker.bootstrap, QA) as accepted:
        samples = accepted.count()
    line.wait(lambda: len(sample_ids(str(line.dataset))) >= samples, WITHIN_S, "every sample is in the dataset")


def bare_rate(renderer: str, requests: int, processes: int) -> Rate:
    """The same functions in processes that only loop: each has a share of the seeds, and begins when all are warm."""
    spawn, pipes = multiprocessing.get_context("spawn"), list[Connection]()
    seeds = seeds_for(renderer, requests, "measured")
    for number in range(processes):
        here, there = spawn.Pipe()
        spawn.Process(target=_loop, args=(there, renderer, seeds[number::processes]), daemon=True).start()
        pipes.append(here)
    for pipe in pipes:
        assert pipe.recv() == "ready"
    began = time.monotonic()
    for pipe in pipes:
        pipe.send("go")
    samples = sum(pipe.recv() for pipe in pipes)
    return Rate(requests, samples, time.monotonic() - began)


def _loop(pipe: Connection, renderer: str, seeds: Sequence[SeedConcept]) -> None:
    """Plan, draw, encode, examine, ask and write: a process's share. Tells how many samples it made."""
    line = BareLine(renderer_of(RenderSettings(renderer=renderer)), capabilities=capabilities_of(renderer))
    with tempfile.TemporaryDirectory() as folder:
        table = Table.create(f"{folder}/t", COLUMNS, properties=properties_of(DEFAULT_HELD_OUT_PER_MILLE))
        _write(line, table, seeds_for(renderer, 2, f"warm {os.getpid()}"))
        pipe.send("ready")
        pipe.recv()
        pipe.send(_write(line, table, seeds))


def _write(line: BareLine, table: Table, seeds: Sequence[SeedConcept]) -> int:
    made, waiting = 0, list[Sample]()
    for event in line.outcomes(seeds):
        if not isinstance(event, QAEvent):
            continue
        files = [line.store.objects[image.key].data for image in (event.image, *event.views)]
        waiting.append(Sample(event, files[0], tuple(files[1:])))
        if len(waiting) == ROWS:
            table.append(rows_of(waiting), {})
            made, waiting = made + len(waiting), []
    if waiting:
        table.append(rows_of(waiting), {})
    return made + len(waiting)
