"""Pictures with the events that announce them and the truths they might carry: right, altered, or anybody's.

In: nothing.  Out: strategies of a stored picture and its event; and an object that finds what it is told to find.
"""

import hashlib
import random
from collections.abc import Sequence
from functools import lru_cache
from io import BytesIO
from typing import Any

from hypothesis import strategies as st
from PIL import Image

from gpu_workers.perception.interfaces import DepthMap, Detection
from schemas.errors import PermanentError
from schemas.events import RenderedImage
from schemas.graph import SpatialGraph
from schemas.interfaces import StoredObject
from schemas.pictures import Truth
from tests.fakes.event_strategies import Draw, boxes, models

SIZES = ((64, 64), (512, 512), (120, 40), (16, 300))


@lru_cache(maxsize=8)
def picture(size: tuple[int, int]) -> bytes:
    """A PNG of coloured noise: neither blank nor dark."""
    small = Image.frombytes("RGB", (8, 8), random.Random(7).randbytes(192))
    file = BytesIO()
    small.resize(size, Image.Resampling.NEAREST).save(file, "PNG")
    return file.getvalue()


@st.composite
def announced(draw: Draw) -> tuple[RenderedImage, StoredObject]:
    """An event with its picture; now and then the bytes are no picture, or others than were announced."""
    event: RenderedImage = draw(models(RenderedImage))
    size = draw(st.sampled_from(SIZES))
    data = draw(st.sampled_from([picture(size)] * 12 + [b"", b"RIFF", picture(size)[:60], picture((64, 65))]))
    true_hash = draw(st.booleans()) or data == picture(size)
    image = event.image.model_copy(
        update={
            "sha256": hashlib.sha256(data).hexdigest() if true_hash else event.image.sha256,
            "size": max(1, len(data)),
            "media_type": "image/png",
            "width": size[0],
            "height": size[1],
        }
    )
    truth = draw(st.one_of(*[truths(event.graph, size)] * 3, st.just(event.truth)))
    views = event.views if draw(st.integers(0, 9)) == 0 else ()
    return event.model_copy(update={"image": image, "truth": truth, "views": views}), StoredObject(data, "image/png")


@st.composite
def truths(draw: Draw, graph: SpatialGraph, size: tuple[int, int]) -> Truth:
    """What a renderer might say of its picture of a graph: all of it, or with things moved, hidden, renamed, missing."""
    things = [_seen(draw, graph, number, size) for number in range(len(graph.objects))]
    changes = draw(st.integers(0, 3))
    for _ in range(changes if things else 0):
        one = draw(st.sampled_from(things))
        one |= draw(
            st.sampled_from([{"visible": 0.0}, {"visible": 0.34}, {"category": "cat"}, {"attributes": ["red"]}, {}])
        )
        one |= {"box": draw(boxes(size))} if draw(st.booleans()) else {}
    kept = [thing for thing in things if draw(st.integers(0, 30))]
    if kept and not draw(st.integers(0, 5)):
        kept.append({**kept[0], "id": draw(st.integers(0, 2**31 - 1))})
    unique = {thing["id"]: thing for thing in kept}
    drawn = [relation for relation in graph.relations if draw(st.booleans())]
    return Truth.model_validate({"objects": list(unique.values()), "drawn": drawn, "elements": draw(ELEMENTS)})


ELEMENTS = st.lists(st.sampled_from(["wall", "tree", "sky", "lamp"]), max_size=3)


def _seen(draw: Draw, graph: SpatialGraph, number: int, size: tuple[int, int]) -> dict[str, Any]:
    thing, canvas = graph.objects[number], graph.layout.canvas
    x, y, width, height = (
        value * size[axis % 2] // canvas[axis % 2] for axis, value in enumerate(graph.layout.boxes[number])
    )
    box = (x, y, max(1, width), max(1, height))
    fields = {"id": number, "category": thing.category, "attributes": thing.attributes}
    return {**fields, "box": box, "depth": graph.layout.depth[number], "visible": draw(st.sampled_from([1.0, 0.9, 0.35]))}


@st.composite
def detections(draw: Draw) -> list[tuple[int, Detection]]:
    """Anything that a detector might find, by the place of a label among those that it was asked for."""
    numbers = st.floats(-700, 700) | st.sampled_from([float("nan"), float("inf"), -float("inf"), 1e300, 0.0])
    box = st.tuples(numbers, numbers, numbers, numbers)
    inside = st.tuples(st.floats(0, 40), st.floats(0, 40), st.floats(1, 500), st.floats(1, 500))
    labels = st.sampled_from(["", " ", "\u200b", "a\x00b", "cat", "blorp", "w" * 300])
    scores = st.floats(0, 1) | st.sampled_from([float("nan"), 2.0, -1.0])
    found = st.builds(Detection, labels, inside | inside | box, scores)
    return draw(st.lists(st.tuples(st.integers(0, 9), found), max_size=8))


class Finds:
    """Finds what it was told, by labels that it was asked for; where `failure` is given it says that instead."""

    name = "finds-1"

    def __init__(self, found: Sequence[tuple[int, Detection]], failure: PermanentError | None = None) -> None:
        self._found, self._failure = found, failure

    def detect(self, pictures: Sequence[Image.Image], labels: Sequence[Sequence[str]]) -> list[list[Detection]]:
        if self._failure is not None:
            raise self._failure
        return [[self._named(number, one, asked) for number, one in self._found] for asked in labels]

    def _named(self, number: int, found: Detection, labels: Sequence[str]) -> Detection:
        label = labels[number % len(labels)] if labels and number < 7 else found.label
        return Detection(label, found.box, found.score)


class Slopes:
    """A depth estimator that gives `value` everywhere but in one corner."""

    name = "slopes-1"

    def __init__(self, value: float) -> None:
        self._value = value

    def measure(self, pictures: Sequence[Image.Image]) -> list[DepthMap]:
        import numpy as np

        maps = [np.full(picture.size[::-1], self._value, np.float32) for picture in pictures]
        for each in maps:
            each[:2, :2] = 1.0
        return maps
