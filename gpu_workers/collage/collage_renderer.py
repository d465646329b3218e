"""The collage renderer: from a graph to a WebP file with the truth embedded.

In: graphs with layouts, and seeds.  Out: drawings; the same bytes for the same graph and seed on the same machine.
Reads sprites from a folder; uses no broker and no store.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from math import sqrt
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from gpu_workers.collage.backdrop_context import BackdropContext
from gpu_workers.collage.backdrops.backdrop_table import paint_backdrop
from gpu_workers.collage.compose import Composer
from gpu_workers.collage.object_pictures import Painter
from gpu_workers.collage.paint_order import Place, place_objects
from gpu_workers.collage.scene_truth import picture_truth
from gpu_workers.picture_metadata import packet, read_packet
from schemas.errors import PermanentError
from schemas.events import Truth
from schemas.graph import Box, SpatialGraph
from schemas.ids import derived_seed
from schemas.interfaces import Drawing
from spatial.knowledge.categories import SceneKind
from spatial.knowledge.knowledge_base import backdrop_pictures, categories, knowledge_digest, scene_kinds
from spatial.layout.perspective.ground_plane import FAR_SCALE
from spatial.layout.size_ratios import FAR_M

SIDE = 512
"""Pixels of the longer side."""

QUALITY = 88
METHOD = 1
"""WebP's effort, 0 to 6, measured on 50 pictures: 1 at 88 takes 4.6 ms a picture for 22.6 kB (38.9 dB), 2 at 90 6.5 ms
for 21.3 kB (39.2 dB), 4 at 90 takes 16 ms for 3 % less than that."""

LOOKS = 14
"""The edition of looks and backdrops: others are other pictures of the same seed."""

LEAST_METRE, USUAL_METRE, MOST_METRE = 42.0, 80.0, 130.0
"""Pixels of a metre at the far end of the ground in a picture of SIDE."""

MEDIA_TYPE = "image/webp"

BUILT = frozenset({"window", "door", "curtain", "house", "office building", "factory", "castle"})
"""Walls of a place, and what belongs to them."""


@dataclass(frozen=True, eq=False)
class Composed:
    """A finished collage. `owner`: height × width, the number and one of the object that is seen at each pixel, 0 for none.
    `backdrop`: its kind.  `horizon`: its row.  `standing`: the objects that stand on the ground by themselves."""

    image: Image.Image
    truth: Truth
    owner: NDArray[np.uint16]
    backdrop: str
    horizon: int
    standing: tuple[int, ...] = ()


class CollageRenderer:
    """Implements `schemas.interfaces.Renderer` without a GPU."""

    def __init__(self, sprites_dir: Path) -> None:
        self._painter = Painter(sprites_dir)

    @property
    def name(self) -> str:
        """Name and version."""
        return "collage-1"

    @property
    def parameters(self) -> dict[str, object]:
        """Everything besides graph and seed that changes pixels."""
        digest = knowledge_digest()
        own: dict[str, object] = {"side": SIDE, "quality": QUALITY, "method": METHOD, "looks": LOOKS}
        return own if digest is None else {**own, "knowledge": digest}

    def render(self, graphs: Sequence[SpatialGraph], seeds: Sequence[int]) -> list[Drawing]:
        """One drawing a graph, in order. Raises PermanentError for an unknown category, scene or sprite."""
        return [self._draw(graph, seed) for graph, seed in zip(graphs, seeds, strict=True)]

    def read_truth(self, data: bytes) -> Truth | None:
        """The truth embedded in a picture of this renderer, or None."""
        return read_packet(data)

    def _draw(self, graph: SpatialGraph, seed: int) -> Drawing:
        made = self.compose(graph, seed)
        return Drawing(partial(encoded, made.image, made.truth), MEDIA_TYPE, *made.image.size, made.truth)

    def compose(self, graph: SpatialGraph, seed: int) -> Composed:
        """The finished collage. Raises PermanentError for an unknown category, scene or sprite."""
        kind = known_scene(graph)
        graph = scaled_to_output(graph)
        order = place_objects(graph, kind, categories())
        pictures = {}
        for place in order:
            held = [inner.box for inner in order if inner.holder == place.id]
            pictures[place.id] = self._painter.picture(place, held, derived_seed("look", seed, place.id))
        context, backdrops = backdrop_context(graph, kind, order, seed), backdrop_pictures()
        brush = paint_backdrop(kind.backdrop, context, [backdrops[name] for name in kind.pictures])
        composer = Composer(brush.image, kind.backdrop)
        masks = composer.add_all(order, pictures)
        elements = (set(kind.elements) - brush.refused) | brush.painted
        truth = picture_truth(graph, order, pictures, masks, elements)
        grounded = (place for place in order if place.ground == "floor" and place.carrier is None and place.holder is None)
        standing = tuple(sorted(place.id for place in grounded))
        return Composed(composer.image, truth, composer.owner(), kind.backdrop, context.horizon, standing)


def known_scene(graph: SpatialGraph) -> SceneKind:
    """The kind of scene of a graph. Raises PermanentError when it or a category is unknown."""
    kind = scene_kinds().get(graph.scene)
    if kind is None:
        raise PermanentError("failed", f"the collage renderer knows no scene {graph.scene!r}")
    known = categories()
    for thing in graph.objects:
        category = known.get(thing.category)
        if category is None or (category.sprite is None and not category.drawn):
            raise PermanentError("failed", f"the collage renderer cannot draw {thing.category!r}")
    return kind


def scaled_to_output(graph: SpatialGraph) -> SpatialGraph:
    """The graph with its layout scaled so that the longer side of its canvas is SIDE pixels."""
    width, height = graph.layout.canvas
    scale = SIDE / max(width, height)
    if scale == 1:
        return graph

    def grown(box: Box) -> Box:
        x, y, w, h = box
        left, top, right, bottom = (round(v * scale) for v in (x, y, x + w, y + h))
        return left, top, max(1, right - left), max(1, bottom - top)

    canvas = (max(16, round(width * scale)), max(16, round(height * scale)))
    # not validated again: rounding may move a box one pixel beyond its canvas
    layout = graph.layout.model_copy(update={"canvas": canvas, "boxes": tuple(map(grown, graph.layout.boxes))})
    return graph.model_copy(update={"layout": layout})


def backdrop_context(graph: SpatialGraph, kind: SceneKind, order: Sequence[Place], seed: int) -> BackdropContext:
    """Where objects stand, and that the backdrop may show no category that the graph counts or excludes."""
    return BackdropContext(
        scene=kind.name,
        size=graph.layout.canvas,
        horizon=round(kind.horizon * graph.layout.canvas[1]),
        seed=derived_seed("backdrop", seed),
        wanted=frozenset(kind.elements),
        avoid=frozenset(graph.excluded) | {thing.category for thing in graph.objects} | not_beside_objects(kind),
        feet=tuple(place.foot for place in order if place.carrier is None and place.holder is None),
        metre=metre_at_the_back(order, round(kind.horizon * graph.layout.canvas[1]), graph.layout.canvas[1]),
    )


def not_beside_objects(kind: SceneKind) -> frozenset[str]:
    """What its surroundings may not show: no things where it names no fixtures, since questions may seek among all things.

    Buildings and what is built into walls are no things beside the objects.
    """
    return frozenset() if kind.fixtures else frozenset(categories()) - BUILT


def metre_at_the_back(order: Sequence[Place], horizon: int, height: int) -> float:
    """How many pixels a metre takes at the far end of the ground: as the largest thing near by that stands there shows."""
    standing = [place for place in order if place.ground == "floor" and place.carrier is None and place.holder is None]
    near_by = [place for place in standing if place.category.side_m <= FAR_M] or standing
    if not near_by:
        return USUAL_METRE * height / SIDE
    largest = max(near_by, key=lambda place: (place.category.side_m, place.id))
    _, y, w, h = largest.box
    near = min(1.0, max(0.0, (y + h - horizon) / max(1, height - horizon)))
    metre = sqrt(w * h) / largest.category.side_m * FAR_SCALE / (FAR_SCALE + (1 - FAR_SCALE) * near)
    return min(max(metre, LEAST_METRE * height / SIDE), MOST_METRE * height / SIDE)


def encoded(image: Image.Image, truth: Truth) -> bytes:
    """The file: WebP with fixed settings and the truth as metadata."""
    buffer = BytesIO()
    image.save(buffer, "WEBP", quality=QUALITY, method=METHOD, xmp=packet(truth), exact=False)
    return buffer.getvalue()
