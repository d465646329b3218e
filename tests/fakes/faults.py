"""A collage renderer that does what diffusion models do: sometimes it draws another scene than it was asked for.

In and out: as `schemas.doors.Renderer`, without a truth.  What was really drawn stays inside the file, where the scripted
detector and depth estimator of this module read it: they see perfectly, so that only the examiner is on trial.
"""

from collections.abc import Sequence
from dataclasses import replace
from io import BytesIO
from random import Random

import numpy as np
from PIL import Image

from gpu_workers.collage.xmp import read_packet
from gpu_workers.eyes.seeing import DepthMap, Detection
from schemas.doors import Drawing, Renderer
from schemas.events import Truth
from schemas.graph import SpatialGraph
from spatial.reading import MIN_VISIBLE

FAULTS = ("swapped", "missing", "extra")
SURE, UNSURE = 0.9, 0.25


class FaultyRenderer:
    """Draws `share` of its pictures wrong: sides swapped, an object missing, one too many; a third of each."""

    def __init__(self, inner: Renderer, share: float) -> None:
        self._inner, self._share = inner, share
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
        fault = rng.choice(FAULTS)
        wrong = {"swapped": swapped, "missing": with_one_missing, "extra": with_one_more}[fault](graph, rng)
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
    return _of(graph, [i for i in range(len(graph.objects)) if i != rng.randrange(len(graph.objects))], ())


def with_one_more(graph: SpatialGraph, rng: Random) -> SpatialGraph:
    """A second one of something, in a corner, nearer than all."""
    again = rng.choice(graph.objects)
    _, _, w, h = graph.layout.boxes[again.id]
    width, height = graph.layout.canvas
    box = (rng.choice((2, max(2, width - w - 2))), max(2, height - h - 2), min(w, width - 4), min(h, height - 4))
    return _of(graph, range(len(graph.objects)), ((again.id, box),))


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
