"""Measures what a picture shows, with a detector and optionally a depth estimator.

In: pictures whose renderer does not know what it drew, with their graphs.  Out: for each the measured truth.
A firm detection that is no object of the graph gets a new id; a doubtful one gets a low visibility, so that neither its
presence nor its absence is asserted.  Does not compare with the graph: `gpu_workers.graph_check` does.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO

import numpy as np
from PIL import Image

from gpu_workers.perception.depth_order import SHARE, SPREADS, box_depths
from gpu_workers.perception.detection_filter import Thresholds, confirmed_attributes, filter_detections
from gpu_workers.perception.interfaces import Box, DepthMap, DepthModel, Detection, Detector
from gpu_workers.perception.label_prompts import descriptions_of, labels_of
from gpu_workers.perception.matching import ExpectedObject, ambiguous_detections, match_objects
from schemas.bounds import MAX_SEEN
from schemas.events import RenderedImage, SeenObject, Truth
from schemas.graph import SpatialGraph

DOUBTFUL_VISIBILITY = 0.2
"""Below `spatial.relations.scene_extraction.MIN_VISIBLE`: nothing is asserted of doubtful detections."""


@dataclass(frozen=True)
class _SeenThing:
    """A detected object: its id in the graph or a new one, the detection, its visibility (0 to 1)."""

    number: int
    where: Detection
    visible: float
    attributes: tuple[str, ...] = ()

    def box(self, size: tuple[int, int]) -> tuple[int, int, int, int]:
        return _pixel_box(self.where.box, size)


class SceneDetector:
    """Implements `gpu_workers.exam_policy.ObjectDetector`."""

    def __init__(
        self,
        detector: Detector,
        depth: DepthModel | None = None,
        thresholds: Thresholds | None = None,
        depth_bounds: tuple[float, float] = (SPREADS, SHARE),
    ) -> None:
        """`depth_bounds`: by how many of a pair's own spreads, and by what share of the nearer one's depth, two depths must
        differ for an order."""
        self._detector, self._depth, self._thresholds = detector, depth, thresholds or Thresholds()
        self._depth_bounds = depth_bounds

    @property
    def name(self) -> str:
        """The models' names, for provenance."""
        return self._detector.name if self._depth is None else f"{self._detector.name}, {self._depth.name}"

    def perceive(self, pictures: Sequence[bytes], events: Sequence[RenderedImage]) -> list[Truth]:
        """The measured truth of each picture. Raises RetryableError."""
        images = [_decoded(data) for data in pictures]
        detections = self._detector.detect(images, [labels_of(event.graph) for event in events])
        depths: Sequence[DepthMap | None] = [None] * len(images) if self._depth is None else self._depth.measure(images)
        looks = zip(events, images, detections, depths, strict=True)
        return [self._truth(event.graph, image.size, found, depth) for event, image, found, depth in looks]

    def _truth(
        self, graph: SpatialGraph, size: tuple[int, int], detections: Sequence[Detection], depth: DepthMap | None
    ) -> Truth:
        seen = _limited(list(self._seen_things(graph, size, detections)))
        boxes = [each.box(size) for each in seen]
        depths = box_depths(depth, boxes, *self._depth_bounds)
        return Truth(
            objects=tuple(
                SeenObject(
                    id=each.number, category=each.where.label, attributes=each.attributes, box=box, depth=far,
                    visible=each.visible,
                )
                for each, box, far in zip(seen, boxes, depths, strict=True)
            )
        )  # fmt: skip

    def _seen_things(
        self, graph: SpatialGraph, size: tuple[int, int], detections: Sequence[Detection]
    ) -> Iterator[_SeenThing]:
        """The graph's objects by their ids, then other firm detections, then doubtful ones."""
        found, wanted = filter_detections(graph, detections, size, self._thresholds), expected_objects(graph, size)
        doubted = ambiguous_detections(wanted, found.firm)
        firm = [each for each in found.firm if each not in doubted]
        matched = match_objects(wanted, firm, float(np.hypot(*size)))
        described = descriptions_of(graph)
        for number, each in sorted(matched.found.items()):
            texts = [one for one in detections if described.get(one.label) == each.label]
            yield _SeenThing(
                number, each, 1.0, confirmed_attributes(graph.objects[number], each, texts, self._thresholds.firm)
            )
        shares = [(each, 1.0) for each in matched.left]
        shares += [(each, DOUBTFUL_VISIBILITY) for each in (*doubted, *found.doubtful)]
        for number, (each, share) in enumerate(shares, len(graph.objects)):
            yield _SeenThing(number, each, share)


def _limited(things: Sequence[_SeenThing]) -> list[_SeenThing]:
    """At most MAX_SEEN; of too many the first ones of each label, so that no label seems absent."""
    if len(things) <= MAX_SEEN:
        return list(things)
    before: Counter[str] = Counter()
    turns = []
    for each in things:
        turns.append(before[each.where.label])
        before[each.where.label] += 1
    chosen = sorted(range(len(things)), key=lambda number: (turns[number], number))[:MAX_SEEN]
    return [things[number] for number in sorted(chosen)]


def expected_objects(graph: SpatialGraph, size: tuple[int, int]) -> list[ExpectedObject]:
    """The graph's boxes in pixels of the picture, which may have another size than the graph's canvas."""
    across, down = size[0] / graph.layout.canvas[0], size[1] / graph.layout.canvas[1]
    boxes = [(x * across, y * down, w * across, h * down) for x, y, w, h in graph.layout.boxes]
    return [ExpectedObject(thing.id, thing.category, box) for thing, box in zip(graph.objects, boxes, strict=True)]


def _pixel_box(box: Box, size: tuple[int, int]) -> tuple[int, int, int, int]:
    """Whole pixels inside the picture, at least one each way."""
    left, right = (min(max(round(value), 0), size[0]) for value in (box[0], box[0] + box[2]))
    top, bottom = (min(max(round(value), 0), size[1]) for value in (box[1], box[1] + box[3]))
    left, top = min(left, size[0] - 1), min(top, size[1] - 1)
    return left, top, max(1, right - left), max(1, bottom - top)


def _decoded(data: bytes) -> Image.Image:
    with Image.open(BytesIO(data)) as picture:
        return picture.convert("RGB")
