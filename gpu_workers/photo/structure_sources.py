"""Structures by renderers that know what they draw.

In: graphs and seeds.  Out: a structure of each graph, of the renderer's own size.  Of a renderer whose files have layers
(scenes in metres) all comes from its file; the collage says where its objects are.
"""

from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from gpu_workers.collage.collage_renderer import CollageRenderer, Composed
from gpu_workers.photo.around_objects import painted_surface, surface_in_metres
from gpu_workers.photo.structure import Claimed, Structure
from schemas.errors import PermanentError
from schemas.graph import SpatialGraph
from schemas.interfaces import Drawing, Renderer
from schemas.picture_layers import read_layers
from spatial.knowledge.knowledge_base import scene_kinds
from spatial.world.pinhole import as_pinhole
from spatial.world.seen_world import camera_in_pixels

MILLIMETRES = 1000.0

BEYOND = 0.1
"""How far behind the farthest and before the nearest object a collage's ground goes, as a share of their range; it never
comes nearer upwards."""


class StructureSource(Protocol):
    """Draws what photographs are drawn over."""

    @property
    def name(self) -> str:
        """The renderer's name and version."""
        ...

    @property
    def parameters(self) -> Mapping[str, object]:
        """All that changes structures besides graphs and seeds (JSON values)."""
        ...

    def structures(self, graphs: Sequence[SpatialGraph], seeds: Sequence[int]) -> list[Structure]:
        """A structure of each graph, in order. Raises PermanentError for a graph that it cannot draw."""
        ...


class LayeredStructures:
    """Implements `StructureSource` with a renderer of scenes in metres."""

    def __init__(self, renderer: Renderer) -> None:
        self._renderer = renderer

    @property
    def name(self) -> str:
        """The renderer's name and version."""
        return self._renderer.name

    @property
    def parameters(self) -> Mapping[str, object]:
        """The renderer's."""
        return self._renderer.parameters

    def structures(self, graphs: Sequence[SpatialGraph], seeds: Sequence[int]) -> list[Structure]:
        """From the files of its pictures, of the first camera."""
        alone = [_without_views(graph) for graph in graphs]
        drawings = self._renderer.render(alone, seeds)
        return [self._structure(graph, drawing) for graph, drawing in zip(alone, drawings, strict=True)]

    def _structure(self, graph: SpatialGraph, drawing: Drawing) -> Structure:
        file = drawing.data
        layers = read_layers(file)
        if layers is None or graph.world is None or drawing.truth is None:
            raise PermanentError("failed", f"{self.name} says too little of its pictures' pixels for a photograph")
        with Image.open(BytesIO(file)) as opened:
            picture = np.asarray(opened.convert("RGB"))
        metres = _grey(layers.depth).astype(np.float32) / MILLIMETRES
        depth = np.where(metres > 0, metres, np.inf).astype(np.float32)
        camera = as_pinhole(camera_in_pixels(graph, drawing.width))
        scene = scene_kinds().get(graph.scene)
        surface = surface_in_metres(depth, camera, graph.world, "" if scene is None else scene.backdrop)
        return Structure(
            picture, depth, _grey(layers.index).astype(np.uint16), surface, _words(graph), True,
            Claimed(self.name, drawing.truth, layers),
        )  # fmt: skip


class CollageStructures:
    """Implements `StructureSource` with collages."""

    def __init__(self, renderer: CollageRenderer) -> None:
        self._renderer = renderer

    @property
    def name(self) -> str:
        """The renderer's name and version."""
        return self._renderer.name

    @property
    def parameters(self) -> Mapping[str, object]:
        """The renderer's."""
        return self._renderer.parameters

    def structures(self, graphs: Sequence[SpatialGraph], seeds: Sequence[int]) -> list[Structure]:
        """Of finished collages."""
        return [self._structure(graph, seed) for graph, seed in zip(graphs, seeds, strict=True)]

    def _structure(self, graph: SpatialGraph, seed: int) -> Structure:
        made = self._renderer.compose(graph, seed)
        surface = painted_surface(made.backdrop, made.horizon, made.image.size)
        return Structure(
            np.asarray(made.image.convert("RGB")), _collage_depth(made), made.owner, surface, _words(graph), False,
            Claimed(self.name, made.truth),
        )  # fmt: skip


def structure_source(renderer: Renderer) -> StructureSource:
    """Structures by a renderer."""
    return CollageStructures(renderer) if isinstance(renderer, CollageRenderer) else LayeredStructures(renderer)


def _collage_depth(made: Composed) -> NDArray[np.float32]:
    """Each object at its own depth, on a ground that has that depth where the object stands."""
    depths = np.array([thing.depth for thing in made.truth.objects] or [0.0])
    reach = BEYOND * (np.ptp(depths) or 1.0)
    width, height = made.image.size
    feet = sorted((thing.box[1] + thing.box[3], thing.depth) for thing in made.truth.objects if thing.id in made.standing)
    rows = [made.horizon, *(row for row, _ in feet if made.horizon < row < height), height]
    ground = [depths.max() + reach, *(depth for row, depth in feet if made.horizon < row < height), depths.min() - reach]
    line = np.interp(np.arange(height), rows, np.minimum.accumulate(ground))
    found = np.repeat(line[:, None], width, axis=1)
    for thing in made.truth.objects:
        found[made.owner == thing.id + 1] = thing.depth
    return found.astype(np.float32)


def _without_views(graph: SpatialGraph) -> SpatialGraph:
    """The graph without further cameras: a photograph of each would be of another place."""
    if graph.world is None or not graph.world.views:
        return graph
    return graph.model_copy(update={"world": graph.world.model_copy(update={"views": ()})})


def _words(graph: SpatialGraph) -> tuple[str, ...]:
    return tuple(thing.category for thing in graph.objects)


def _grey(png: bytes) -> NDArray[np.integer]:
    with Image.open(BytesIO(png)) as picture:
        return np.asarray(picture)
