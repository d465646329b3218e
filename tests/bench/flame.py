"""A flame graph of a stage's work, or of a part of the bench: `make bench-flame PART=draw`.

In: a stage (plan, draw, encode, examine, ask, write) or a part of `make bench` that works in this process.  Out: folded
stacks, a line each with how often it was seen, and a picture of them: as wide as the share of processor time, callers
below.  Sampled by processor time, at the end of the instruction that runs: what a library does in C counts for its caller.
"""

import argparse
import html
import signal
import sys
import time
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from types import FrameType

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
from schemas.events import QAEvent, RenderedImage
from schemas.graph import SpatialGraph
from schemas.ids import derived_seed
from schemas.interfaces import Sample
from spatial.questions import ask
from spatial.splits import DEFAULT_HELD_OUT_PER_MILLE, split_of
from streams.operations.seeds import SAMPLE_SEEDS
from streams.seed_files.seed_reading import read_seeds
from tests.fakes.store import InMemoryStore

EVERY_S, SECONDS = 0.001, 8.0
WIDTH, ROW, LETTER = 1200.0, 18, 6.6
"""Pixels: of the picture, of a row's height, of a letter's width."""

REPOSITORY = str(Path(__file__).parents[2])
Stack = tuple[str, ...]


def stages() -> Mapping[str, Callable[[], Callable[[], object]]]:
    """Of each stage what prepares its work: the work is one turn over the sample seeds."""
    return {"plan": _plan, "draw": _draw, "encode": _encode, "examine": _examine, "ask": _ask, "write": _write}


@contextmanager
def sampled() -> Iterator[Counter[Stack]]:
    """Stacks of this thread as often as they were seen, from the first caller on, while the block runs."""
    seen: Counter[Stack] = Counter()

    def look(_: int, frame: FrameType | None) -> None:
        seen[_stack(frame)] += 1

    before = signal.signal(signal.SIGPROF, look)
    signal.setitimer(signal.ITIMER_PROF, EVERY_S, EVERY_S)
    try:
        yield seen
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def _stack(frame: FrameType | None) -> Stack:
    names = []
    while frame is not None:
        code = frame.f_code
        place = code.co_filename.removeprefix(f"{REPOSITORY}/").rpartition("site-packages/")[2]
        names.append(f"{code.co_qualname} ({'/'.join(place.split('/')[-3:])})")
        frame = frame.f_back
    return tuple(reversed(names))


def folded(seen: Mapping[Stack, int]) -> str:
    """A line for each stack: its calls divided by semicolons, and how often it was seen."""
    lines = ((";".join(name.replace(";", ",") for name in stack), count) for stack, count in sorted(seen.items()))
    return "".join(f"{calls} {count}\n" for calls, count in lines)


@dataclass
class Node:
    """A call with all that it calls."""

    name: str
    count: int = 0
    children: dict[str, "Node"] = field(default_factory=dict)


def tree(seen: Mapping[Stack, int]) -> Node:
    """The stacks as one tree. Callers that are the same in every stack are left out."""
    root = Node("all")
    for stack, count in seen.items():
        node = root
        node.count += count
        for name in stack:
            node = node.children.setdefault(name, Node(name))
            node.count += count
    while len(root.children) == 1 and next(iter(root.children.values())).count == root.count:
        (root,) = root.children.values()
    return root


def svg(root: Node, title: str) -> str:
    """The picture: a row for each depth, the callers lowest."""
    deep = _depth(root)
    height = ROW * (deep + 2)
    rows = "".join(_rects(root, 0.0, 0, root.count, deep))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH:.0f}" height="{height}" font-family="monospace" '
        f'font-size="11"><rect width="100%" height="100%" fill="#fbfaf7"/><text x="6" y="13">{html.escape(title)}</text>'
        f"{rows}</svg>\n"
    )


def _depth(node: Node) -> int:
    return 1 + max((_depth(child) for child in node.children.values()), default=0)


def _rects(node: Node, x: float, depth: int, total: int, deep: int) -> Iterator[str]:
    wide = WIDTH * node.count / total
    if wide < 0.5:
        return
    y, share = ROW * (deep - depth), f"{100 * node.count / total:.1f} %"
    colour = f"hsl({20 + zlib.crc32(node.name.rpartition('(')[2].encode()) % 40},75%,{66 + 4 * (depth % 3)}%)"
    shown = node.name[: max(0, int(wide / LETTER) - 1)] if wide > 6 * LETTER else ""
    yield (
        f'<g><title>{html.escape(node.name)}: {share}</title><rect x="{x:.1f}" y="{y}" width="{wide:.1f}" '
        f'height="{ROW - 1}" fill="{colour}" rx="2"/><text x="{x + 3:.1f}" y="{y + 13}">{html.escape(shown)}</text></g>'
    )
    for child in sorted(node.children.values(), key=lambda each: each.name):
        yield from _rects(child, x, depth + 1, total, deep)
        x += WIDTH * child.count / total


def _graphs() -> list[SpatialGraph]:
    planner = RulePlanner(capabilities_of("collage"))
    planned = [planner.plan_now(seed, 0) for seed in read_seeds(SAMPLE_SEEDS)]
    return [graph for graph in planned if isinstance(graph, SpatialGraph)]


def _plan() -> Callable[[], object]:
    planner, seeds, turn = RulePlanner(capabilities_of("collage")), list(read_seeds(SAMPLE_SEEDS)), iter(range(1 << 30))
    return lambda: [planner.plan_now(seed, number) for number in (next(turn),) for seed in seeds]


def _draw() -> Callable[[], object]:
    renderer, graphs, turn = CollageRenderer(default_sprites_dir()), _graphs(), iter(range(1 << 30))
    return lambda: [renderer.render([graph], [number]) for number in (next(turn),) for graph in graphs]


def _encode() -> Callable[[], object]:
    drawings = [CollageRenderer(default_sprites_dir()).render([graph], [7])[0] for graph in _graphs()]
    return lambda: [drawing.data for drawing in drawings]


def _rendered() -> tuple[InMemoryStore, list[RenderedImage]]:
    store = InMemoryStore()
    handler = RenderHandler(CollageRenderer(default_sprites_dir()), store)
    results = [result for graph in _graphs() for result in handler.begin([graph])()]
    found = (event for result in results if isinstance(result, list) for event in result)
    return store, [event for event in found if isinstance(event, RenderedImage)]


def _examined() -> list[Sample]:
    store, images = _rendered()
    results = [result for image in images for result in ExamineHandler(store, InMemoryStore()).begin([image])()]
    events = [event for result in results if isinstance(result, list) for event in result if isinstance(event, QAEvent)]
    return [Sample(event, store.objects[event.image.key].data) for event in events]


def _examine() -> Callable[[], object]:
    store, images = _rendered()
    return lambda: [ExamineHandler(store, InMemoryStore()).begin([image])() for image in images]


def _ask() -> Callable[[], object]:
    events, turn = [sample.event for sample in _examined()], iter(range(1 << 30))
    splits = [split_of(event.graph, DEFAULT_HELD_OUT_PER_MILLE) for event in events]

    def work() -> object:
        number = next(turn)
        each = zip(events, splits, strict=True)
        return [ask(event.scene, derived_seed("flame", number), event.sample_id, split) for event, split in each]

    return work


def _write() -> Callable[[], object]:
    samples, folder = _examined(), TemporaryDirectory()
    table = Table.create(f"{folder.name}/t", COLUMNS, properties=properties_of(DEFAULT_HELD_OUT_PER_MILLE))

    def work(_: TemporaryDirectory[str] = folder) -> object:  # the folder stays as long as the work
        return table.append(rows_of(samples), {})

    return work


def measured(part: str, seconds: float) -> Counter[Stack]:
    """Stacks of the part's work: of a stage for so many seconds after one turn that fills caches, else of one run."""
    if part not in stages():
        with sampled() as seen:
            for figure in import_module(_parts()[part]).measured():
                sys.stderr.write(f"{figure.name}\n")
        return seen
    work = stages()[part]()
    work()
    with sampled() as seen:
        ends = time.monotonic() + seconds
        while time.monotonic() < ends:
            work()
    return seen


def _parts() -> Mapping[str, str]:
    from tests.bench.__main__ import PARTS

    return PARTS


def main(arguments: Sequence[str]) -> int:
    """Write PART.folded and PART.svg into a folder; 2 for an unknown part."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.flame", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("part", help=f"a stage ({', '.join(stages())}) or a part of the bench")
    parser.add_argument("--seconds", type=float, default=SECONDS, help="how long a stage works")
    parser.add_argument("--out", type=Path, default=Path(".skg/flame"), help="folder of the two files")
    given = parser.parse_args(arguments)
    if given.part not in (*stages(), *_parts()):
        sys.stderr.write(f"there is no part {given.part!r}; there are {', '.join((*stages(), *_parts()))}\n")
        return 2
    seen = measured(given.part, given.seconds)
    given.out.mkdir(parents=True, exist_ok=True)
    stacks, picture = given.out / f"{given.part}.folded", given.out / f"{given.part}.svg"
    stacks.write_text(folded(seen), "utf-8")
    picture.write_text(svg(tree(seen), f"{given.part}: {sum(seen.values()):,} samples of processor time"), "utf-8")
    sys.stdout.write(f"{stacks}\n{picture}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
