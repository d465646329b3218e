"""How fast graphs are reasoned about, laid out and asked about, by their size.

In: graphs of boxes that exist, so that all of their relations can hold.  Out: the 50th and 95th percentile of each step.
"""

import random
import time
from collections.abc import Callable, Iterator
from itertools import permutations

from schemas.events import Scene, SeenObject, Truth
from schemas.graph import Box, Relation
from schemas.reference.examples import graph as example_graph
from spatial.knowledge.knowledge_base import categories
from spatial.layout import NoLayout, solve
from spatial.questions import ask
from spatial.reasoning.closure import closure
from spatial.reasoning.conflicts import contradictions
from spatial.reasoning.draft import Draft
from spatial.relations.relation_truth import relate
from spatial.relations.scene_extraction import extract_scene
from tests.bench.figures import Figure, quantile

CANVAS = (512, 512)
SIZES = ((5, 10), (10, 20), (20, 40), (30, 60))
"""Objects and relations."""

GRAPHS = 40
ASKED = ("left_of", "right_of", "above", "below", "in_front_of", "behind", "near", "far")
GOALS = {("closure", 20): "20 ms", ("check", 20): "20 ms", ("solve", 20): "150 ms"}


def drafts(objects: int, relations: int, many: int) -> Iterator[tuple[Draft, list[Box]]]:
    """Graphs whose relations hold of boxes that are apart, and those boxes."""
    names = sorted(name for name, one in categories().items() if not one.single)
    for seed in range(many):
        rng = random.Random(f"bench {objects} {seed}")
        ranges = ((0, 470), (0, 470), (16, 42), (16, 42))
        boxes: list[Box] = [
            (x, y, w, h) for x, y, w, h in ([rng.randrange(*each) for each in ranges] for _ in range(objects))
        ]
        held = [
            Relation(subject=a, predicate=name, object=b)
            for a, b in permutations(range(objects), 2)
            for name in relate(boxes[a], boxes[b], CANVAS, a, b)
            if name in ASKED
        ]
        yield Draft(tuple(rng.sample(names, objects)), tuple(rng.sample(held, min(relations, len(held))))), boxes


def measured() -> Iterator[Figure]:
    """The figures of each size."""
    for objects, relations in SIZES:
        given = list(drafts(objects, relations, GRAPHS))
        scenes = [_scene(draft, boxes) for draft, boxes in given]
        steps: dict[str, Callable[[int], object]] = {
            "closure": lambda k, given=given: closure(given[k][0]),
            "check": lambda k, given=given: contradictions(given[k][0]),
            "solve": lambda k, given=given: _solved(given[k][0]),
            "ask": lambda k, scenes=scenes: ask(scenes[k], k),
        }
        for step, work in steps.items():
            seconds = [_timed(work, k) for k in range(len(given))]
            for share in (50, 95):
                name = f"spatial/{step}/{objects} objects, {relations} relations/p{share}"
                goal = GOALS.get((step, objects), "") if share == 95 else ""
                yield Figure(name, 1000 * quantile(seconds, share / 100), "ms", len(seconds), "one core, Python", goal)


def _solved(draft: Draft) -> object:
    try:
        return solve(draft, CANVAS, 7)
    except NoLayout:
        return None


def _scene(draft: Draft, boxes: list[Box]) -> Scene:
    seen = tuple(
        SeenObject(id=k, category=name, box=box, depth=float(k), visible=1.0)
        for k, (name, box) in enumerate(zip(draft.objects, boxes, strict=True))
    )
    graph = example_graph()
    return extract_scene(graph.model_copy(update={"excluded": ()}), Truth(objects=seen), CANVAS)


def _timed(work: Callable[[int], object], k: int) -> float:
    started = time.process_time()
    work(k)
    return time.process_time() - started
