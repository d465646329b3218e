"""A collage renderer that does what diffusion models do: sometimes it draws another scene than it was asked for.

In and out: as `schemas.interfaces.Renderer`, without a truth.  What was really drawn stays inside the file, where the
scripted detector and depth estimator of this module read it: they see perfectly, so that only the examiner is on trial.
"""

from collections.abc import Sequence
from dataclasses import replace
from io import BytesIO
from random import Random

import numpy as np
from PIL import Image

from gpu_workers.perception.interfaces import DepthMap, Detection
from gpu_workers.picture_metadata import read_packet
from schemas.events import Truth
from schemas.graph import GraphObject, SpatialGraph
from schemas.interfaces import Drawing, Renderer
from spatial.relations.boxes import iou
from spatial.relations.scene_extraction import MIN_VISIBLE

FAULTS = ("swapped", "missing", "extra")
SURE, UNSURE = 0.9, 0.25
PLACES = 5
"""Tried for one more thing, which hides as little as it can of any other: a box of both would be of neither."""

STRANGERS = ("cat", "dog", "chair", "bench", "mug", "car", "apple")


class FaultyRenderer:
    """Draws `share` of its pictures wrong, the same share by each of `how`."""

    def __init__(self, inner: Renderer, share: float, how: Sequence[str] = FAULTS) -> None:
        self._inner, self._share, self._how = inner, share, how
        self.faults: dict[tuple[str, int], str] = {}

    @property
    def name(self) -> str:
        return "faulty-1"

    @property
    def parameters(self) -> dict[str, object]:
        return {**self._inner.parameters, "faults": self._share}

    def render(self, graphs: Sequence[SpatialGraph], seeds: Sequence[int]) -> list[Drawing]:
        wrong = [self._perhaps_wrong(graph, seed) for graph, seed in zip(graphs, seeds, strict=True)]
        return [replace(drawing, truth=None) for drawing in self._inner.render(wrong, seeds)]

    def read_truth(self, data: bytes) -> Truth | None:
        return None

    def _perhaps_wrong(self, graph: SpatialGraph, seed: int) -> SpatialGraph:
        rng = Random(seed)
        if rng.random() >= self._share:
            return graph
        fault = rng.choice(self._how)
        wrong = WAYS[fault](graph, rng)
        self.faults[graph.graph_id, seed] = fault
        return wrong


def swapped(graph: SpatialGraph, rng: Random) -> SpatialGraph:
    """The mirror image: every left is a right."""
    width = graph.layout.canvas[0]
    boxes = tuple((width - x - w, y, w, h) for x, y, w, h in graph.layout.boxes)
    return graph.model_copy(update={"layout": graph.layout.model_copy(update={"boxes": boxes})})


def with_one_missing(graph: SpatialGraph, rng: Random) -> SpatialGraph:
    if len(graph.objects) == 1:
        return swapped(graph, rng)
    gone = rng.randrange(len(graph.objects))
    return _of(graph, [i for i in range(len(graph.objects)) if i != gone], ())


def with_one_more(graph: SpatialGraph, rng: Random) -> SpatialGraph:
    """A second one of something, nearer than all, in the lower corner that is farther from it: else it would be hidden."""
    again = rng.choice(graph.objects)
    x, _, w, h = graph.layout.boxes[again.id]
    width, height = graph.layout.canvas
    corner = 2 if 2 * x + w > width else max(2, width - w - 2)
    box = (corner, max(2, height - h - 2), min(w, width - 4), min(h, height - 4))
    return _of(graph, range(len(graph.objects)), ((again.id, box),))


def with_a_stranger(graph: SpatialGraph, rng: Random) -> SpatialGraph:
    """Beside all that was wanted a thing that the graph does not speak of, so that nobody looks for it."""
    spoken_of = {thing.category for thing in graph.objects} | set(graph.excluded)
    return _with(graph, rng, next(name for name in STRANGERS if name not in spoken_of))


def with_what_was_excluded(graph: SpatialGraph, rng: Random) -> SpatialGraph:
    """Beside all that was wanted a thing that should not be there."""
    return _with(graph, rng, rng.choice(graph.excluded))


def _with(graph: SpatialGraph, rng: Random, category: str) -> SpatialGraph:
    layout, (width, height) = graph.layout, graph.layout.canvas
    side = min(width, height) // 6
    places = ((rng.randrange(2, width - side - 2), rng.randrange(height // 2, height - side - 2)) for _ in range(PLACES))
    box = min(((x, y, side, side) for x, y in places), key=lambda place: max(iou(place, other) for other in layout.boxes))
    thing = GraphObject(id=len(graph.objects), category=category)
    boxes, depth = (*layout.boxes, box), (*layout.depth, min(layout.depth) - 0.01)
    changes = {"objects": (*graph.objects, thing), "layout": layout.model_copy(update={"boxes": boxes, "depth": depth})}
    return graph.model_copy(update={**changes, "relations": ()})


WAYS = {
    "swapped": swapped, "missing": with_one_missing, "extra": with_one_more, "stranger": with_a_stranger,
    "excluded": with_what_was_excluded,
}  # fmt: skip


def _of(graph: SpatialGraph, kept: Sequence[int], more: Sequence[tuple[int, tuple[int, int, int, int]]]) -> SpatialGraph:
    """The graph of some of its objects and copies of others at places of their own, without relations."""
    nearest = min(graph.layout.depth) - 0.01
    sources = [*((i, graph.layout.boxes[i], graph.layout.depth[i]) for i in kept), *((i, b, nearest) for i, b in more)]
    objects = [graph.objects[i].model_copy(update={"id": number}) for number, (i, _, _) in enumerate(sources)]
    return graph.model_copy(
        update={
            "objects": tuple(objects),
            "relations": (),
            "layout": graph.layout.model_copy(
                update={"boxes": tuple(box for _, box, _ in sources), "depth": tuple(depth for _, _, depth in sources)}
            ),
        }
    )


def truth_in(picture: Image.Image) -> Truth:
    """What a collage says of itself."""
    file = BytesIO()
    picture.save(file, "WEBP", xmp=picture.info["xmp"], quality=1, method=0)
    truth = read_packet(file.getvalue())
    assert truth is not None
    return truth


class TruthfulDetector:
    """Finds what the file says is there, if it is asked for it; is unsure of what is mostly hidden."""

    name = "truthful-1"

    def detect(self, pictures: Sequence[Image.Image], labels: Sequence[Sequence[str]]) -> list[list[Detection]]:
        return [self._found(picture, set(asked)) for picture, asked in zip(pictures, labels, strict=True)]

    def _found(self, picture: Image.Image, asked: set[str]) -> list[Detection]:
        truth, whole = truth_in(picture), (0.0, 0.0, float(picture.width), float(picture.height))
        backdrop = [label for label in sorted(asked) if any(label in word or word in label for word in truth.elements)]
        found = [Detection(label, whole, UNSURE) for label in backdrop]
        for thing in truth.objects:
            score = SURE if thing.visible >= MIN_VISIBLE else UNSURE
            x, y, w, h = thing.box
            for label in {thing.category, " ".join([*thing.attributes, thing.category])} & asked:
                found.append(Detection(label, (float(x), float(y), float(w), float(h)), score))
        return found


class ErringDetector:
    """Sees all, but says it as detectors do: twice, by other words, in parts, where nothing is, with doubtful scores."""

    name = "erring-1"

    def detect(self, pictures: Sequence[Image.Image], labels: Sequence[Sequence[str]]) -> list[list[Detection]]:
        seen = zip(pictures, labels, TruthfulDetector().detect(pictures, labels), strict=True)
        return [self._garbled(picture, list(asked), found) for picture, asked, found in seen]

    def _garbled(self, picture: Image.Image, asked: list[str], found: list[Detection]) -> list[Detection]:
        rng = Random(f"{picture.size} {len(found)} {sorted(asked)}")
        return [detection for each in found for detection in self._said(each, asked, rng)]

    def _said(self, each: Detection, asked: list[str], rng: Random) -> list[Detection]:
        x, y, w, h = each.box
        errors = {
            "twice": [replace(each, box=(x + 1, y, w, h), score=min(each.score, 0.6))],
            "as a part": [replace(each, box=(x, y, w / 2, h), score=min(each.score, 0.6))],
            "by another word": [replace(each, label=rng.choice(asked), score=min(each.score, 0.8))],
            "nowhere": [replace(each, box=(float("nan"), y, w, h)), replace(each, box=(-900.0, y, w, h))],
            "in the plural": [replace(each, label=f"{each.label}s")],
        }
        said = rng.choice([*errors, "well", "well", "well"])
        return [each, *errors.get(said, [])]


class TruthfulDepth:
    """Paints each object's depth into its box, the nearest last."""

    name = "truthful-depth-1"

    def measure(self, pictures: Sequence[Image.Image]) -> list[DepthMap]:
        return [self._map(picture) for picture in pictures]

    def _map(self, picture: Image.Image) -> DepthMap:
        depth = np.full((picture.height, picture.width), 100.0, np.float32)
        for thing in sorted(truth_in(picture).objects, key=lambda each: -each.depth):
            x, y, w, h = thing.box
            depth[max(0, y) : y + h, max(0, x) : x + w] = thing.depth
        return depth
