"""Fits `spatial/questions/answer_odds.json` to planned scenes: `python -m tools.fit_answer_odds [--scenes 28000]`; with
`--worlds 1600` `metric_odds.json` to so many scenes in metres, each of which takes some seconds.

In: every scene of the knowledge base, planned and laid out as for the collage or in metres.  Out: the file, with one score
for each category and aspect: the log odds that it comes before another (Bradley and Terry 1952), with a Gaussian prior;
in metres also its share in the usual logarithm of a distance, by least squares with the same kind of prior.
Run it after the planner, the layouts or the knowledge changed; `tests/unit/spatial/test_answer_odds.py` says when.
"""

import argparse
import json
import math
import random
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from itertools import combinations, islice, permutations
from pathlib import Path
from types import MappingProxyType
from typing import get_args

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.sparse import csr_array

from agents.planner import RulePlanner
from gpu_workers.renderers import capabilities_of
from gpu_workers.solid.scene_shot import pinhole
from gpu_workers.solid.silhouettes import covers, silhouette
from schemas.events import Scene, SeedOptions, SeenObject, Truth
from schemas.graph import SpatialGraph
from schemas.picture_layers import Covers
from spatial.knowledge.knowledge_base import scene_kinds
from spatial.knowledge.renderer_capabilities import RendererCapabilities
from spatial.questions.answer_odds import LENGTH_SPREAD, LENGTHS, Aspect, FlatAspect, MetricAspect
from spatial.questions.object_names import SIDEWAYS_WORDS, NamedScene
from spatial.questions.proposals.comparison_proposals import counts_of
from spatial.questions.proposals.metric_proposals import supports_of
from spatial.questions.proposals.query_proposals import closer_pairs
from spatial.questions.rules.metric_facts import (
    LEAST_M,
    body_of,
    centre_distance,
    is_aloft,
    may_be_joined,
    nearer_to_camera,
)
from spatial.questions.rules.occlusion_rules import hides
from spatial.questions.rules.size_rules import looks_larger
from spatial.relations.scene_extraction import extract_scene
from spatial.world.body_table import bodies
from spatial.world.footprints import body_corners
from spatial.world.seen_world import seen_world
from streams.operations.seeds import SeedRequest, seeds_of

FILE = Path("spatial/questions/answer_odds.json")
METRIC_FILE = FILE.with_name("metric_odds.json")

PRIOR = 0.5
"""Standard deviation of the scores. What was seen twice is not certain: with 2 the likelier order of
fresh scenes was asked in 47.2 % of the cases, with 0.5 in 48.3 %."""

PRIORS = {"larger": 30.0, "more": 0.25, "behind": 0.25}
"""The same for an aspect that names tell nearly always: of sizes more than nine in ten are the likelier order, which fresh
scenes were asked in 51.9 % of the cases with 6, in 50.8 % with 12, in 50.4 % with 30 and with 50.
And for those that they hardly tell: the likelier of what is more was asked in 46.4 % of the cases with 0.5,
of what is behind in 44.2 %."""

METRIC_PRIORS = {"above": 1.0, "supports": 1.0, "behind": 0.35} | dict.fromkeys(
    ("larger", "outer", "closer", "hides"), 0.25
)
"""The same for scenes in metres, of what a category's size does not say: two logarithms, of its height and of its width,
foretell what is behind, larger or nearer of categories that are hardly ever seen. Fitted to 1,609 scenes the odds told
which of two things is behind the other in 70 % of the pairs of 1,227 others, without the sizes in 67 %."""

Known = Mapping[str, tuple[float, ...]]
NOTHING: Known = MappingProxyType({})

CLOSER_A_SCENE = 12
"""Triples of a scene that the scores of `closer` are fitted to: there are hundreds, which tell the same again."""

SIDE_PX = 128
"""Pixels of a side at which is seen what hides what."""

ANY = SeedOptions()

Pair = tuple[str, str, str]
"""Aspect, the category that comes before, the other one."""

Length = tuple[str, str, float]
"""Two categories, and how many metres their centres are apart."""


def pairs_of(number: int) -> list[Pair]:
    """The pairs of one planned scene."""
    kinds = sorted(scene_kinds())
    [seed] = seeds_of(SeedRequest(concept=kinds[number % len(kinds)], first=number // len(kinds)))
    graph = RulePlanner(capabilities_of("collage")).plan_now(seed, seed.first)
    return list(_pairs(NamedScene(drawn_exactly(graph)))) if isinstance(graph, SpatialGraph) else []


def metric_pairs_of(number: int) -> tuple[list[Pair], list[Length]]:
    """The pairs and distances of one planned scene in metres."""
    solved = solved_scene(number)
    return ([], []) if solved is None else in_metres(NamedScene(solved))


def in_metres(scene: NamedScene) -> tuple[list[Pair], list[Length]]:
    """The pairs and distances of a scene in metres."""
    orders, category = permutations(scene.plainly_named, 2), [thing.category for thing in scene.objects]
    nearer: list[Pair] = [("nearer", category[i], category[j]) for i, j in orders if nearer_to_camera(scene, i, j).value]
    carried: list[Pair] = [("supports", category[i], category[j]) for i, j in _supporting(scene)]
    hiding: list[Pair] = [("hides", category[i], category[j]) for i, j in _hiding(scene)]
    apart = [
        (category[i], category[j], centre_distance(body_of(scene, i), body_of(scene, j)))
        for i, j in combinations(scene.plainly_named, 2)
        if not may_be_joined(scene, i, j) and not is_aloft(scene, i) and not is_aloft(scene, j)
    ]
    return [*_pairs(scene), *nearer, *carried, *hiding], [length for length in apart if length[2] >= LEAST_M]


def solved_scene(number: int) -> Scene | None:
    """A planned scene in metres, its bodies seen as their boxes; None where the planner has no place for all."""
    kinds = sorted(scene_kinds())
    graph = graph_in_metres(kinds[number % len(kinds)], number // len(kinds))
    return None if graph is None else scene_in_metres(graph)


def graph_in_metres(
    concept: str, first: int, options: SeedOptions = ANY, capabilities: RendererCapabilities | None = None
) -> SpatialGraph | None:
    """A graph that is planned in metres; None where the planner has no place for all."""
    [seed] = seeds_of(SeedRequest(concept=concept, first=first, options=options))
    graph = RulePlanner(capabilities or capabilities_of("solid")).plan_now(seed, seed.first)
    return graph if isinstance(graph, SpatialGraph) else None


def scene_in_metres(graph: SpatialGraph) -> Scene:
    """What a graph's first camera sees, if each body were its box."""
    hidden, flat = boxed_covers(graph), drawn_exactly(graph)
    shares = [round(max(0.0, 1 - sum(share for _, share in hidden[thing.id])), 4) for thing in flat.objects]
    seen = zip(flat.objects, shares, strict=True)
    objects = tuple(thing.model_copy(update={"visible": share}) for thing, share in seen)
    world = seen_world(graph, objects, flat.canvas[0], hidden)
    return flat.model_copy(update={"objects": objects, "world": world})


def _hiding(scene: NamedScene) -> Iterator[tuple[int, int]]:
    """Of each thing what hides part of it, with each of those that do not."""
    for anchor in scene.plainly_named:
        found = {i: hides(scene, anchor, i).value for i in scene.plainly_named if i != anchor}
        before, beside = ([i for i in found if found[i] is value] for value in (True, False))
        yield from ((i, j) for i in before for j in beside)


def _supporting(scene: NamedScene) -> Iterator[tuple[int, int]]:
    """What carries each thing, with each of those that might."""
    for held in scene.plainly_named:
        found = supports_of(scene, held)
        if found is not None:
            yield from ((found[0], other) for other in found[1])


def boxed_covers(graph: SpatialGraph) -> tuple[Covers, ...]:
    """What hides how much of what, if all bodies were their boxes and the nearer one stood before the other."""
    assert graph.world is not None
    camera, size = pinhole(graph.world.camera, SIDE_PX / graph.layout.canvas[0]), (SIDE_PX, SIDE_PX)
    corners = [body_corners(body)[0] for body in graph.world.bodies]
    shapes = [silhouette(np.array(list(combinations(one, 3))), camera, size) for one in corners]
    index = np.zeros((SIDE_PX, SIDE_PX), np.uint16)
    for number in sorted(range(len(shapes)), key=lambda k: -graph.layout.depth[k]):
        index[shapes[number].inside] = number + 1
    return covers(index, shapes)


def drawn_exactly(graph: SpatialGraph) -> Scene:
    """The scene as a renderer that draws exactly the layout would show it."""
    layout = zip(graph.objects, graph.layout.boxes, graph.layout.depth, strict=True)
    objects = tuple(
        SeenObject(id=o.id, category=o.category, attributes=o.attributes, box=box, depth=depth, visible=1.0)
        for o, box, depth in layout
    )
    return extract_scene(graph, Truth(objects=objects, drawn=graph.relations), graph.layout.canvas)


def _pairs(scene: NamedScene) -> Iterator[Pair]:
    category = [thing.category for thing in scene.objects]
    for i in scene.named:
        yield from (("above", category[i], category[j]) for j in scene.named if scene.relation(i, "above", j).value)
        yield from (("behind", category[i], category[j]) for j in scene.named if scene.relation(i, "behind", j).value)
        yield from (("larger", category[i], category[j]) for j in scene.named if looks_larger(scene, i, j).value)
    yield from (("outer", category[i], category[j]) for i in _outermost(scene) for j in scene.labels if i != j)
    nearer = islice(closer_pairs(scene, random.Random(scene.content)), CLOSER_A_SCENE)
    yield from (("closer", category[i], category[j]) for i, j, _ in nearer)
    numbers = counts_of(scene)
    yield from (("more", a, b) for (a, many), (b, few) in permutations(numbers.items(), 2) if many > few)
    yield from (("seen", seen, unseen) for seen in scene.present for unseen in scene.absent)


def _outermost(scene: NamedScene) -> Iterator[int]:
    ends = (scene.outermost(extreme, tuple(range(len(scene.objects)))) for extreme in SIDEWAYS_WORDS)
    yield from (end[0] for end in ends if end is not None and end[0] in scene.labels)


def fitted(pairs: Iterable[tuple[str, str]], prior: float = PRIOR, known: Known = NOTHING) -> dict[str, float]:
    """The most likely score of each category, given which of two came before.

    `known`: numbers of each category that its score is a sum of, besides what is its own; all of these have a score.
    """
    counts = Counter(pairs)
    names = sorted({name for pair in counts for name in pair} | known.keys())
    place = {name: k for k, name in enumerate(names)}
    rows, weights = list(counts), np.array(list(counts.values()), dtype=float)
    ends = np.array([[place[a], place[b]] for a, b in rows])
    data, index = np.tile([1.0, -1.0], len(rows)), np.arange(0, 2 * len(rows) + 1, 2)
    numbers = max(map(len, known.values()), default=0)
    traits = np.array([known.get(name, (0.0,) * numbers) for name in names], dtype=float).reshape(len(names), numbers)
    design = csr_array((data, ends.ravel(), index), shape=(len(rows), len(names)))

    def loss(found: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        own = found[numbers:]
        ahead = design @ (traits @ found[:numbers] + own)
        value = float(weights @ np.logaddexp(0, -ahead) + own @ own / (2 * prior**2))
        slope = design.T @ (-weights / (1 + np.exp(ahead)))
        return value, np.concatenate([traits.T @ slope, slope + own / prior**2])

    best = minimize(loss, np.zeros(numbers + len(names)), jac=True, method="L-BFGS-B").x
    scores = traits @ best[:numbers] + best[numbers:]
    return {name: round(float(score), 2) for name, score in zip(names, scores, strict=True)}


def sizes() -> Known:
    """Of each category with a body the logarithms of its height and of the mean of its width and depth, in metres."""
    usual = {name: body.size_of(body.forms[0]) for name, body in bodies().items()}
    return {name: (math.log(high), math.log(wide * deep) / 2) for name, (wide, deep, high) in usual.items()}


def fitted_lengths(lengths: Sequence[Length], prior: float = PRIOR) -> dict[str, float]:
    """The share of each category in the logarithm of a distance, that of an unknown one as `""`."""
    names = sorted({name for length in lengths for name in length[:2]})
    place = {name: k for k, name in enumerate(names)}
    usual = np.log([length for *_, length in lengths])
    mean = float(usual.mean()) / 2
    design = np.zeros((len(lengths), len(names)))
    for row, (one, other, _) in enumerate(lengths):
        design[row, place[one]] += 1
        design[row, place[other]] += 1
    ridge = np.eye(len(names)) * (LENGTH_SPREAD / prior) ** 2
    shares = mean + np.linalg.solve(design.T @ design + ridge, design.T @ (usual - 2 * mean))
    return {"": round(mean, 2)} | {name: round(float(share), 2) for name, share in zip(names, shares, strict=True)}


def main(arguments: Sequence[str]) -> int:
    """Fit and write the file."""
    parser = argparse.ArgumentParser(description="Fit the odds of answers to planned scenes.")
    parser.add_argument("--scenes", type=int, default=28_000, help="scenes to plan")
    parser.add_argument("--worlds", type=int, help="scenes in metres to plan instead, for questions in metres")
    asked = parser.parse_args(arguments)
    with ProcessPoolExecutor() as pool:
        if asked.worlds:
            found = list(pool.map(metric_pairs_of, range(asked.worlds), chunksize=4))
            write_metric_odds(found)
        else:
            pairs = [pair for found in pool.map(pairs_of, range(asked.scenes), chunksize=16) for pair in found]
            _write(FILE, _odds(pairs, get_args(FlatAspect), PRIORS, NOTHING))
    return 0


def write_metric_odds(found: Iterable[tuple[list[Pair], list[Length]]]) -> None:
    """Fit and write the scores of scenes in metres."""
    scenes = list(found)
    aspects = (*get_args(FlatAspect), *get_args(MetricAspect))
    odds = _odds([pair for pairs, _ in scenes for pair in pairs], aspects, METRIC_PRIORS, sizes())
    _write(METRIC_FILE, odds | {LENGTHS: fitted_lengths([length for _, lengths in scenes for length in lengths])})


def _odds(
    pairs: Sequence[Pair], aspects: Iterable[Aspect], priors: Mapping[str, float], known: Known
) -> dict[str, dict[str, float]]:
    return {
        aspect: fitted(((a, b) for name, a, b in pairs if name == aspect), priors.get(aspect, PRIOR), known)
        for aspect in aspects
    }


def _write(file: Path, odds: Mapping[str, Mapping[str, float]]) -> None:
    file.write_text(json.dumps(odds, indent=1, sort_keys=True, ensure_ascii=False) + "\n", "utf-8")
    sys.stdout.write(f"{file}: {sum(map(len, odds.values())):,} scores\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
