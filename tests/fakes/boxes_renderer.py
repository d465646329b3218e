"""A renderer that paints each object as a rectangle, the nearest last, and knows exactly what is visible.

In and out: as `schemas.interfaces.Renderer` says.  Needs no sprites; quick; deterministic.
"""

from collections.abc import Sequence
from io import BytesIO

import numpy as np
from PIL import Image

from schemas.events import SeenObject, Truth
from schemas.graph import SpatialGraph
from schemas.interfaces import Drawing


class BoxesRenderer:
    """Draws graphs as coloured boxes."""

    name = "boxes-1"
    parameters: dict[str, object] = {}  # noqa: RUF012 - a constant of the Protocol's type

    def render(self, graphs: Sequence[SpatialGraph], seeds: Sequence[int]) -> list[Drawing]:
        return [_drawing(graph) for graph in graphs]

    def read_truth(self, data: bytes) -> Truth | None:
        with Image.open(BytesIO(data)) as picture:
            text = picture.info.get("xmp")
        return Truth.model_validate_json(text) if text else None


def _drawing(graph: SpatialGraph) -> Drawing:
    width, height = graph.layout.canvas
    owner = np.full((height, width), -1)
    for number in sorted(range(len(graph.objects)), key=lambda n: -graph.layout.depth[n]):
        x, y, w, h = graph.layout.boxes[number]
        owner[max(0, y) : y + h, max(0, x) : x + w] = number
    truth = Truth(
        objects=tuple(seen for number in range(len(graph.objects)) if (seen := _seen(graph, number, owner))),
        drawn=tuple(relation for relation in graph.relations if relation.object is not None),
    )
    shade = (int(graph.graph_id[:6], 16) + (owner + 1) * 2_654_435) % 0x1000000
    pixels = np.stack([shade >> 16, (shade >> 8) & 255, shade & 255], axis=-1).astype(np.uint8)
    file = BytesIO()
    Image.fromarray(pixels).save(file, "WEBP", lossless=True, method=0, xmp=truth.model_dump_json().encode())
    return Drawing(file.getvalue, "image/webp", width, height, truth)


def _seen(graph: SpatialGraph, number: int, owner: "np.ndarray[tuple[int, int], np.dtype[np.int64]]") -> SeenObject | None:
    rows, columns = np.nonzero(owner == number)
    if not len(rows):
        return None
    box = (int(columns.min()), int(rows.min()), int(np.ptp(columns)) + 1, int(np.ptp(rows)) + 1)
    whole = graph.layout.boxes[number][2] * graph.layout.boxes[number][3]
    thing = graph.objects[number]
    return SeenObject(
        id=thing.id,
        category=thing.category,
        attributes=thing.attributes,
        box=box,
        depth=graph.layout.depth[number],
        visible=min(1.0, len(rows) / whole),
    )
