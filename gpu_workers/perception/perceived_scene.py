"""Eyes made of a detector and, where there is one, a depth estimator.

In: pictures whose renderer does not know what it drew, with their graphs.  Out: for each the truth as it was measured.
What is seen surely and is no object of the graph has an id of its own; what is seen doubtfully is hardly visible, so that
nothing is said of it and nothing claims its absence.  Judges nothing: that is `gpu_workers.graph_check`.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO

import numpy as np
from PIL import Image

from gpu_workers.perception.detection_filter import Thresholds, believed, confirmed
from gpu_workers.perception.interfaces import Box, Depth, DepthMap, Detection, Detector
from gpu_workers.perception.label_prompts import descriptions_of, labels_of
from gpu_workers.perception.matching import ExpectedObject, match, unclear
from schemas.bounds import MAX_DEPTH, MAX_SEEN
from schemas.events import RenderedImage, SeenObject, Truth
from schemas.graph import SpatialGraph

DOUBTFULLY_VISIBLE = 0.2
"""Below `spatial.relations.scene_extraction.MIN_VISIBLE`: nothing is said of what a detector is not sure of."""

ALL_ALIKE = 0.0
"""The depth of everything where nothing measures depth: nothing is in front of anything."""


@dataclass(frozen=True)
class _Sight:
    """Something that is seen: as which of the graph's objects or under which new number, how well."""

    number: int
    where: Detection
    visible: float
    attributes: tuple[str, ...] = ()

    def box(self, size: tuple[int, int]) -> tuple[int, int, int, int]:
        return _whole(self.where.box, size)


class DetectorEyes:
    """Implements `gpu_workers.examine.Sees`."""

    def __init__(self, detector: Detector, depth: Depth | None = None, sureness: Thresholds | None = None) -> None:
        self._detector, self._depth, self._sureness = detector, depth, sureness or Thresholds()

    @property
    def name(self) -> str:
        """The models' names, for provenance."""
        return self._detector.name if self._depth is None else f"{self._detector.name}, {self._depth.name}"

    def look(self, pictures: Sequence[bytes], events: Sequence[RenderedImage]) -> list[Truth]:
        """What each picture shows. Raises RetryableError."""
        images = [_decoded(data) for data in pictures]
        detections = self._detector.detect(images, [labels_of(event.graph) for event in events])
        depths: Sequence[DepthMap | None] = [None] * len(images) if self._depth is None else self._depth.measure(images)
        looks = zip(events, images, detections, depths, strict=True)
        return [self._truth(event.graph, image.size, found, depth) for event, image, found, depth in looks]

    def _truth(
        self, graph: SpatialGraph, size: tuple[int, int], detections: Sequence[Detection], depth: DepthMap | None
    ) -> Truth:
        seen = _at_most(list(self._sights(graph, size, detections)))
        boxes = [each.box(size) for each in seen]
        depths = depths_of(depth, boxes)
        return Truth(
            objects=tuple(
                SeenObject(
                    id=each.number, category=each.where.label, attributes=each.attributes, box=box, depth=far,
                    visible=each.visible,
                )
                for each, box, far in zip(seen, boxes, depths, strict=True)
            )
        )  # fmt: skip

    def _sights(self, graph: SpatialGraph, size: tuple[int, int], detections: Sequence[Detection]) -> Iterator[_Sight]:
        """The graph's objects by their ids, then what else is there, then what may be there."""
        found, wanted = believed(graph, detections, size, self._sureness), wanted_of(graph, size)
        doubted = unclear(wanted, found.firm)
        firm = [each for each in found.firm if each not in doubted]
        matched = match(wanted, firm, float(np.hypot(*size)))
        described = descriptions_of(graph)
        for number, each in sorted(matched.found.items()):
            texts = [one for one in detections if described.get(one.label) == each.label]
            yield _Sight(number, each, 1.0, confirmed(graph.objects[number], each, texts, self._sureness.firm))
        shares = [(each, 1.0) for each in matched.left]
        shares += [(each, DOUBTFULLY_VISIBLE) for each in (*doubted, *found.doubtful)]
        for number, (each, share) in enumerate(shares, len(graph.objects)):
            yield _Sight(number, each, share)


def _at_most(sights: Sequence[_Sight]) -> list[_Sight]:
    """As many as a truth may hold; of too many the first ones of each word, so that none is claimed to be absent."""
    if len(sights) <= MAX_SEEN:
        return list(sights)
    before: Counter[str] = Counter()
    turns = []
    for each in sights:
        turns.append(before[each.where.label])
        before[each.where.label] += 1
    chosen = sorted(range(len(sights)), key=lambda number: (turns[number], number))[:MAX_SEEN]
    return [sights[number] for number in sorted(chosen)]


def wanted_of(graph: SpatialGraph, size: tuple[int, int]) -> list[ExpectedObject]:
    """The graph's boxes in pixels of the picture, which may have another size than the graph's canvas."""
    across, down = size[0] / graph.layout.canvas[0], size[1] / graph.layout.canvas[1]
    boxes = [(x * across, y * down, w * across, h * down) for x, y, w, h in graph.layout.boxes]
    return [ExpectedObject(thing.id, thing.category, box) for thing, box in zip(graph.objects, boxes, strict=True)]


def _whole(box: Box, size: tuple[int, int]) -> tuple[int, int, int, int]:
    """Whole pixels inside the picture, at least one each way."""
    left, right = (min(max(round(value), 0), size[0]) for value in (box[0], box[0] + box[2]))
    top, bottom = (min(max(round(value), 0), size[1]) for value in (box[1], box[1] + box[3]))
    left, top = min(left, size[0] - 1), min(top, size[1] - 1)
    return left, top, max(1, right - left), max(1, bottom - top)


def depths_of(depth: DepthMap | None, boxes: Sequence[tuple[int, int, int, int]]) -> list[float]:
    """The depth of what is in each box: the median over its central half, where its object most likely is.

    All alike where nothing measures depth, where the map is broken, and where it varies as much within things as between
    them: noise on an even map is no depth.
    """
    alike = [ALL_ALIKE] * len(boxes)
    if depth is None or not boxes:
        return alike
    middles = [_middle(depth, box) for box in boxes]
    if not all(part.size and np.isfinite(part).all() and np.abs(part).max() <= MAX_DEPTH for part in middles):
        return alike
    depths = [float(np.median(part)) for part in middles]
    within = float(np.median([np.subtract(*np.percentile(part, (75, 25))) for part in middles]))
    return depths if max(depths) - min(depths) > within else alike


def _middle(depth: DepthMap, box: tuple[int, int, int, int]) -> DepthMap:
    x, y, width, height = box
    return depth[y + height // 4 : y + height - height // 4, x + width // 4 : x + width - width // 4]


def _decoded(data: bytes) -> Image.Image:
    with Image.open(BytesIO(data)) as picture:
        return picture.convert("RGB")
