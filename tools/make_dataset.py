"""Makes a dataset without a broker or a store, for measurements: `python -m tools.make_dataset --samples 1500 --out DIR`.

In: a number of samples; a seeds file, or the sample seeds with every scene of the knowledge base.  Out: a Delta table at
DIR, written in one commit, and a line that says what came of it.  Planner, renderer and examiner are the factory's own;
SKG_RENDERER selects the renderer, SKG_HELD_OUT_PER_MILLE how much is held out.  A concept is planned, drawn and examined
by one process, so its near duplicates are found.
"""

import argparse
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import cache
from multiprocessing import get_context
from pathlib import Path

import pyarrow as pa

from agents.planner import RulePlanner
from dataset.table.bulk_write import write_whole
from dataset.table.columns import COLUMNS
from dataset.table.held_out_share import marked
from dataset.table.row_encoding import rows_of
from gpu_workers.examine import ExamineHandler
from gpu_workers.render import RenderHandler
from gpu_workers.renderers import capabilities_of
from schemas.base import Event
from schemas.errors import PermanentError, RetryableError, UserError
from schemas.events import QAEvent, Rejection, SeedConcept
from schemas.ids import make_seed
from schemas.interfaces import Renderer, Results, Sample, StoredObject
from spatial.knowledge.knowledge_base import scene_kinds
from streams.adapters.vision_factories import renderer_of
from streams.errors import BadSeeds
from streams.operations.seeds import SAMPLE_SEEDS, SeedRequest, seeds_of
from streams.seed_files.seed_reading import read_seeds
from streams.settings import RenderSettings

TRIES = 4
"""Graphs planned for each sample that is wanted, before a concept is given up."""


@dataclass
class MemoryStore:
    """Implements `schemas.interfaces.ObjectStore` for one process."""

    bucket: str = "memory"
    stored: dict[str, StoredObject] = field(default_factory=dict)

    def put_if_absent(self, key: str, stored: StoredObject) -> bool:
        """Keep it under `key` unless something is there."""
        return self.stored.setdefault(key, stored) is stored

    def get(self, key: str) -> StoredObject | None:
        """What is kept under `key`."""
        return self.stored.get(key)

    def keys(self, prefix: str) -> Iterator[str]:
        """Every key that starts with `prefix`, in order."""
        return iter(sorted(key for key in self.stored if key.startswith(prefix)))


@dataclass(frozen=True)
class Concept:
    """Seeds of one concept, asked in turn, and how many samples are wanted of them together."""

    seeds: tuple[SeedConcept, ...]
    wanted: int


def concepts_of(seeds: Iterable[SeedConcept], samples: int, salt: str = "") -> list[Concept]:
    """The seeds by concept; `samples` are divided among the concepts as evenly as possible."""
    by_name: dict[str, list[SeedConcept]] = {}
    for seed in seeds:
        options = seed.options.model_copy(update={"salt": salt}) if salt else seed.options
        by_name.setdefault(seed.concept, []).append(make_seed(seed.concept, context=seed.context, options=options))
    share, rest = divmod(samples, max(1, len(by_name)))
    return [Concept(tuple(each), share + (n < rest)) for n, each in enumerate(by_name.values())]


def default_seeds() -> list[SeedConcept]:
    """The sample seeds, and a seed of every scene of the knowledge base."""
    return [*read_seeds(SAMPLE_SEEDS), *(seed for name in scene_kinds() for seed in seeds_of(SeedRequest(concept=name)))]


@cache
def renderer_of_process() -> Renderer:
    """One for all concepts of a process: each renderer in metres starts a Blender of its own."""
    return renderer_of(RenderSettings())


def samples_of(concept: Concept) -> list[Sample]:
    """The accepted samples of a concept with their pictures: as many as are wanted, fewer after too many tries."""
    pictures, settings = MemoryStore(), RenderSettings()
    planner = RulePlanner(capabilities_of(settings.renderer, structure=settings.render_structure))
    render = RenderHandler(renderer_of_process(), pictures, held_out_per_mille=settings.held_out_per_mille)
    examine = ExamineHandler(pictures, MemoryStore())
    found: list[Sample] = []
    for number in range(TRIES * concept.wanted):
        if len(found) == concept.wanted:
            break
        index, turn = divmod(number, len(concept.seeds))
        graph = planner.plan_now(concept.seeds[turn], index)
        if isinstance(graph, Rejection):
            continue
        judged = _events(examine.begin(_events(render.begin([graph])()))())
        for event in (each for each in judged if isinstance(each, QAEvent)):
            image, *views = (pictures.stored[each.key].data for each in (event.image, *event.views))
            found.append(Sample(event, image, tuple(views)))
    return found


def _events(results: Results) -> list[Event]:
    """The events of a batch of one. Raises the failure that came in their place."""
    (result,) = results
    if isinstance(result, Exception):
        raise result
    return result


def _rows_of(concept: Concept) -> pa.Table:
    return rows_of(samples_of(concept))


def make(out: Path, concepts: Sequence[Concept], processes: int) -> int:
    """Write the table and return the number of its rows. Raises UserError where there is a table already."""
    made, columns = 0, marked(COLUMNS, RenderSettings().held_out_per_mille)

    def batches(tables: Iterable[pa.Table]) -> Iterator[pa.RecordBatch]:
        nonlocal made
        for concept, table in zip(concepts, tables, strict=True):
            made += table.num_rows
            sys.stderr.write(f"{made:>6,} samples: {table.num_rows} of {concept.wanted} of {concept.seeds[0].concept!r}\n")
            yield from table.to_batches()

    if processes == 1:
        write_whole(str(out), columns, batches(map(_rows_of, concepts)))
        return made
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        write_whole(str(out), columns, batches(pool.map(_rows_of, concepts)))
    return made


def main(arguments: Sequence[str]) -> int:
    """Make the dataset; 1 where fewer samples came of it than were asked for, 2 where it cannot be made."""
    given = _parser().parse_args(arguments)
    try:
        seeds = read_seeds(given.seeds) if given.seeds else default_seeds()
        made = make(given.out, concepts_of(seeds, given.samples, given.salt), given.processes)
    except (UserError, BadSeeds, RetryableError, PermanentError, OSError) as error:
        sys.stderr.write(f"make_dataset: {error}\n")
        return 2
    sys.stdout.write(f"{given.out}: {made:,} samples of {given.samples:,}\n")
    return 0 if made == given.samples else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tools.make_dataset", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--samples", type=_positive, default=1500, help="rows of the table")
    parser.add_argument("--out", type=Path, required=True, help="folder of the table, which is not there yet")
    parser.add_argument("--seeds", type=Path, help="seeds file (JSON lines); default: the sample seeds and every scene")
    parser.add_argument("--salt", default="", help="another salt makes other samples of the same concepts")
    parser.add_argument("--processes", type=_positive, default=os.cpu_count() or 1, help="processes at a time")
    return parser


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("give a number above 0")
    return number


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
