"""What an event costs each part of the line, in processor time: decode, plan, solve, draw, encode, put, examine, ask,
publish, write.

In: graphs of the sample seeds, drawn as collages, without a broker and a store.  Out: milliseconds of a processor an event.
"""

import cProfile
import gc
import pstats
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
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
from schemas.codec import decode, to_message
from schemas.events import QAEvent, SeedConcept
from schemas.graph import SpatialGraph
from schemas.ids import derived_seed, make_seed
from schemas.interfaces import Sample, StoredObject
from spatial.layout import solve
from spatial.questions import ask
from spatial.reasoning.draft import draft_of
from spatial.splits import DEFAULT_HELD_OUT_PER_MILLE, split_of
from streams.operations.seeds import SAMPLE_SEEDS
from streams.seed_files.seed_reading import read_seeds
from tests.bench.figures import Figure
from tests.fakes.store import InMemoryStore

T = TypeVar("T")
TRACEPARENT = f"00-{1:032x}-{1:016x}-01"
GRAPHS, ROWS, HOTTEST, WARM = 2, 64, 5, 8
"""Graphs of each seed, rows of a commit, functions that are named, seeds before anything is measured."""

UNLIMITED = ("solve", "draw", "encode")
"""Parts that may cost more than a millisecond."""


class Costs:
    """Processor seconds and counts of each part."""

    def __init__(self) -> None:
        self.seconds: defaultdict[str, float] = defaultdict(float)
        self.count: defaultdict[str, int] = defaultdict(int)

    def of(self, part: str, work: Callable[[], T], many: int = 1) -> T:
        """What the work returns; its processor time is the part's."""
        started = time.process_time()
        done = work()
        self.seconds[part] += time.process_time() - started
        self.count[part] += many
        return done


def measured() -> Iterator[Figure]:
    """Milliseconds of a processor of each part, and the hottest functions of drawing and encoding."""
    seeds = [make_seed(each.concept) for each in read_seeds(SAMPLE_SEEDS)]
    planner, renderer, costs = RulePlanner(capabilities_of("collage")), CollageRenderer(default_sprites_dir()), Costs()
    _line(_Line(planner, renderer, Costs()), seeds[:WARM], 0)  # loads everything: a process does that once
    gc.collect()
    gc.freeze()  # what is loaded is that of all stages: the collector would go over it at the cost of whichever part runs
    drawn = _line(_Line(planner, renderer, costs), seeds, 1)
    for part in ("decode", "plan", "solve", "draw", "encode", "put", "examine", "ask", "publish", "write"):
        goal = "" if part in UNLIMITED else "1 ms"
        value = 1000 * costs.seconds[part] / costs.count[part]
        yield Figure(f"stages/{part}", value, "ms", costs.count[part], "one core, Python", goal)
    yield from _hottest(drawn[:20])


@dataclass(frozen=True)
class _Line:
    """What works, and where its costs are kept."""

    planner: RulePlanner
    renderer: CollageRenderer
    costs: Costs


def _line(line: _Line, seeds: Sequence[SeedConcept], first: int) -> list[SpatialGraph]:
    """Carry `GRAPHS` graphs of each seed from plan to row, the first of them with that index; the graphs."""
    costs, indices = line.costs, range(first, first + GRAPHS)
    graphs = [costs.of("plan and solve", lambda s=s, k=k: line.planner.plan_now(s, k)) for s in seeds for k in indices]
    drawn = [graph for graph in graphs if isinstance(graph, SpatialGraph)]
    for graph in drawn:
        attempt = int(graph.provenance.notes["attempt"])  # what was solved last, again
        seed = derived_seed("layout", graph.seed_id, graph.index, attempt)
        costs.of("solve", lambda graph=graph, seed=seed: solve(draft_of(graph), graph.layout.canvas, seed))
    _draw_and_examine(line.renderer, drawn, costs)
    costs.seconds["plan"], costs.count["plan"] = costs.seconds["plan and solve"] - costs.seconds["solve"], len(graphs)
    del costs.seconds["plan and solve"]
    return drawn


def _draw_and_examine(renderer: CollageRenderer, graphs: list[SpatialGraph], costs: Costs) -> None:
    store = InMemoryStore()
    render, examine, samples = RenderHandler(renderer, store), ExamineHandler(store, store), list[Sample]()
    for graph in graphs:
        message = costs.of("publish", lambda graph=graph: to_message(graph, "bench", TRACEPARENT, datetime.now(UTC)))
        costs.of("decode", lambda message=message: decode(message.topic, message.value, message.headers))
        (drawing,) = costs.of("draw", lambda graph=graph: renderer.render([graph], [7]))
        data = costs.of("encode", lambda drawing=drawing: drawing.data)
        key, stored = f"bench/{graph.graph_id}", StoredObject(data, drawing.media_type)
        costs.of("put", lambda key=key, stored=stored: store.put_if_absent(key, stored))
        (events,) = render.begin([graph])()
        assert isinstance(events, list)
        (seen,) = costs.of("ask", lambda events=events: examine.begin(events)())
        again = ExamineHandler(store, InMemoryStore())  # what it costs besides asking, which is quicker a second time
        costs.of("examine", lambda events=events, again=again: again.begin(events)())
        for event in seen if isinstance(seen, list) else ():
            if isinstance(event, QAEvent):
                _asked(event, costs)
                samples.append(Sample(event, store.objects[event.image.key].data))
    costs.seconds["examine"] -= costs.seconds["asking again"]
    costs.seconds["ask"] -= costs.seconds["examine"]
    with tempfile.TemporaryDirectory() as folder:
        table = Table.create(f"{folder}/t", COLUMNS, properties=properties_of(DEFAULT_HELD_OUT_PER_MILLE))
        for first in range(0, len(samples), ROWS):
            some = samples[first : first + ROWS]
            costs.of("write", lambda some=some: table.append(rows_of(some), {}), len(some))


def _asked(event: QAEvent, costs: Costs) -> None:
    split = split_of(event.graph, DEFAULT_HELD_OUT_PER_MILLE)
    costs.of("asking again", lambda: ask(event.scene, derived_seed("ask", event.sample_id), event.sample_id, split))


def _hottest(graphs: list[SpatialGraph]) -> Iterator[Figure]:
    """The functions in which drawing and encoding spend most, without what they call."""
    renderer, profile = CollageRenderer(default_sprites_dir()), cProfile.Profile(time.process_time)
    profile.enable()
    for graph in graphs:
        renderer.render([graph], [7])[0].data  # noqa: B018 - encodes
    profile.disable()
    stats = pstats.Stats(profile).stats  # type: ignore[attr-defined]
    ordered = sorted(stats.items(), key=lambda each: -each[1][2])[:HOTTEST]
    for (file, _, function), (_, calls, own, *_) in ordered:
        name = f"stages/hottest/{file.rpartition('/')[2]}:{function}"
        yield Figure(name, 1000 * own / len(graphs), "ms", calls, "itself, a picture")
