"""Photographs without a model: the structure's own picture with noise on it, in the file of a photograph.

In and out: as `schemas.interfaces.Renderer` and `gpu_workers.exam_policy.ObjectDetector` say.  Needs no torch.
"""

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
from PIL import Image

from gpu_workers.photo.confirmation import claim_in
from gpu_workers.photo.photographs import FromStructures
from gpu_workers.photo.structure_sources import StructureSource
from schemas.events import RenderedImage, SeenObject, Truth
from schemas.graph import SpatialGraph
from schemas.interfaces import Drawing

NOISE = 25.0
"""Of 255, the standard deviation."""


class PaintedPhotographs:
    """Draws photographs of `side` pixels over the structures of a source."""

    name = "photo-1"

    def __init__(self, source: StructureSource, side: int = 128) -> None:
        self._conditions, self._size = FromStructures(source), (side, side)
        self.parameters: dict[str, object] = {"side": side, **self._conditions.parameters}

    def render(self, graphs: Sequence[SpatialGraph], seeds: Sequence[int]) -> list[Drawing]:
        found = []
        told = self._conditions.conditionings(graphs, seeds, self._size)
        for conditioning, seed in zip(told, seeds, strict=True):
            assert conditioning.structure is not None
            noise = np.random.default_rng(seed).normal(0, NOISE, (*self._size[::-1], 3))
            pixels = np.clip(conditioning.structure.picture + noise, 0, 255).astype(np.uint8)
            file = partial(self._conditions.encode, Image.fromarray(pixels), conditioning)
            found.append(Drawing(file, "image/webp", *self._size, None, self._conditions.notes(conditioning)))
        return found

    def read_truth(self, data: bytes) -> Truth | None:
        return None


Change = Callable[[SeenObject], SeenObject | None]
"""What eyes make of an object that is there: another place or look, or nothing."""


def unchanged(thing: SeenObject) -> SeenObject:
    return thing


class ClaimReadingEyes:
    """Sees every object where the claim has it, but for a change, a pixel wider, at no depth, with all its attributes; and
    what else it is told."""

    name = "reading-eyes-1"

    def __init__(self, change: Change = unchanged, *others: SeenObject) -> None:
        self._change, self._others = change, others

    def perceive(self, pictures: Sequence[bytes], events: Sequence[RenderedImage]) -> list[Truth]:
        return [self._truth(picture) for picture in pictures]

    def _truth(self, picture: bytes) -> Truth:
        claim = claim_in(picture)
        assert claim is not None, "this picture was drawn over nothing"
        there = (thing for thing in claim[1].objects if thing.visible >= 0.1)
        seen = [self._change(thing) for thing in there]
        rough = [_by_eye(thing) for thing in seen if thing is not None]
        return Truth(objects=(*rough, *self._others))


def _by_eye(thing: SeenObject) -> SeenObject:
    x, y, w, h = thing.box
    return thing.model_copy(update={"box": (x, y, w + 1, h), "depth": 0.0, "visible": 1.0})
