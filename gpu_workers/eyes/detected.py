"""Eyes made of a detector and, where there is one, a depth estimator.

In: pictures whose renderer does not know what it drew, with their graphs.  Out: for each the truth as it was measured.
What is seen surely and is no object of the graph has an id of its own; what is seen doubtfully is hardly visible, so that
nothing is said of it and nothing claims its absence.  Judges nothing: that is `gpu_workers.findings`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO

import numpy as np
from PIL import Image

from gpu_workers.eyes.matching import Wanted, distinct, match, overlap
from gpu_workers.eyes.seeing import Box, Depth, DepthMap, Detection, Detector
from schemas.events import RenderedImage, SeenObject, Truth
from schemas.graph import GraphObject, SpatialGraph

DOUBTFULLY_VISIBLE = 0.2
"""Below `spatial.reading.MIN_VISIBLE`: nothing is said of what a detector is not sure of."""

SAME_OBJECT = 0.5
"""IoU from which a detection by the whole phrase confirms an object's attributes."""

ALL_ALIKE = 0.0
"""The depth of everything where nothing measures depth: nothing is in front of anything."""


@dataclass(frozen=True)
class Sureness:
    """Scores from which a detection counts, and from which it casts doubt. Depend on the detector."""

    firm: float = 0.35
    weak: float = 0.2


@dataclass(frozen=True)
class _Frame:
    """A picture's size, and how deep it is where that was measured."""

    size: tuple[int, int]
    depth: DepthMap | None

    def seen(self, number: int, where: Detection, visible: float) -> SeenObject:
        """A detection as a thing of the picture."""
        box = _whole(where.box, self.size)
        far = ALL_ALIKE if self.depth is None else middle_depth(self.depth, box)
        return SeenObject(id=number, category=where.label, box=box, depth=far, visible=visible)


class DetectorEyes:
    """Implements `gpu_workers.examine.Sees`."""

    def __init__(self, detector: Detector, depth: Depth | None = None, sureness: Sureness | None = None) -> None:
        self._detector, self._depth, self._sureness = detector, depth, sureness or Sureness()

    @property
    def name(self) -> str:
        """The models' names, for provenance."""
        return self._detector.name if self._depth is None else f"{self._detector.name}, {self._depth.name}"

    def look(self, pictures: Sequence[bytes], events: Sequence[RenderedImage]) -> list[Truth]:
        """What each picture shows. Raises TryLater."""
        images = [_decoded(data) for data in pictures]
        detections = self._detector.detect(images, [labels_of(event.graph) for event in events])
        depths: Sequence[DepthMap | None] = [None] * len(images) if self._depth is None else self._depth.measure(images)
        looks = zip(events, images, detections, depths, strict=True)
        return [self._truth(event.graph, image.size, found, depth) for event, image, found, depth in looks]

    def _truth(
        self, graph: SpatialGraph, size: tuple[int, int], detections: Sequence[Detection], depth: DepthMap | None
    ) -> Truth:
        names = {thing.category for thing in graph.objects} | set(graph.excluded)
        things = distinct([each for each in detections if each.label in names and each.score >= self._sureness.weak])
        firm = [each for each in things if each.score >= self._sureness.firm]
        matched = match(wanted_of(graph, size), firm, float(np.hypot(*size)))
        doubtful = [each for each in things if each.score < self._sureness.firm]
        frame = _Frame(size, depth)
        seen = []
        for number, each in sorted(matched.found.items()):
            words = self._confirmed(graph.objects[number], each, detections)
            seen.append(frame.seen(number, each, 1.0).model_copy(update={"attributes": words}))
        shares = [(each, 1.0) for each in matched.left] + [(each, DOUBTFULLY_VISIBLE) for each in doubtful]
        others = enumerate(shares, len(graph.objects))
        seen += [frame.seen(number, each, share) for number, (each, share) in others]
        return Truth(objects=tuple(seen))

    def _confirmed(self, thing: GraphObject, where: Detection, detections: Sequence[Detection]) -> tuple[str, ...]:
        """The attributes of an object, if something that is called by them is seen in its place."""
        phrase = phrase_of(thing)
        for each in detections:
            sure = each.label == phrase and each.score >= self._sureness.firm
            if thing.attributes and sure and overlap(each.box, where.box) >= SAME_OBJECT:
                return thing.attributes
        return ()


def labels_of(graph: SpatialGraph) -> list[str]:
    """What a detector is asked for: categories, what is described, what should be absent."""
    categories = [thing.category for thing in graph.objects]
    return list(dict.fromkeys([*categories, *(phrase_of(thing) for thing in graph.objects), *graph.excluded]))


def phrase_of(thing: GraphObject) -> str:
    """An object by its attributes and its category."""
    return " ".join([*thing.attributes, thing.category])


def wanted_of(graph: SpatialGraph, size: tuple[int, int]) -> list[Wanted]:
    """The graph's boxes in pixels of the picture, which may have another size than the graph's canvas."""
    across, down = size[0] / graph.layout.canvas[0], size[1] / graph.layout.canvas[1]
    boxes = [(x * across, y * down, w * across, h * down) for x, y, w, h in graph.layout.boxes]
    return [Wanted(thing.id, thing.category, box) for thing, box in zip(graph.objects, boxes, strict=True)]


def _whole(box: Box, size: tuple[int, int]) -> tuple[int, int, int, int]:
    """Whole pixels inside the picture, at least one each way."""
    left, right = (min(max(round(value), 0), size[0]) for value in (box[0], box[0] + box[2]))
    top, bottom = (min(max(round(value), 0), size[1]) for value in (box[1], box[1] + box[3]))
    left, top = min(left, size[0] - 1), min(top, size[1] - 1)
    return left, top, max(1, right - left), max(1, bottom - top)


def middle_depth(depth: DepthMap, box: tuple[int, int, int, int]) -> float:
    """The median over the box's central half, where its object most likely is."""
    x, y, width, height = box
    inner = depth[y + height // 4 : y + height - height // 4, x + width // 4 : x + width - width // 4]
    return round(float(np.median(inner)), 6)


def _decoded(data: bytes) -> Image.Image:
    with Image.open(BytesIO(data)) as picture:
        return picture.convert("RGB")
