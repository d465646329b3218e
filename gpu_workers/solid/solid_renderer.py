"""The solid renderer: from a graph planned in metres to a traced picture with exact truth.

In: graphs with worlds, and seeds.  Out: drawings; the same bytes for the same graph and seed on the same machine.
Uses no broker and no store.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from gpu_workers.picture_metadata import packet, read_packet
from gpu_workers.solid.blender_interpreter import interpreter_of
from gpu_workers.solid.blender_process import BlenderProcess, Traced
from gpu_workers.solid.scene_shot import SceneShot, scene_shot
from gpu_workers.solid.shot import TraceSettings
from gpu_workers.solid.silhouettes import Silhouette, covers, silhouette
from gpu_workers.solid.solid_truth import SeenScene, scene_truth
from schemas.events import Truth
from schemas.graph import SpatialGraph
from schemas.interfaces import Drawing
from schemas.picture_layers import Layers, with_layers
from spatial.world.pinhole import Pinhole

EDITION = 6
"""Of bodies, materials and surroundings: others are other pictures of the same seed."""

QUALITY, METHOD = 92, 2
MEDIA_TYPE = "image/webp"
MILLIMETRES, MOST_MM = 1000.0, 65_535


class SolidRenderer:
    """Implements `schemas.interfaces.Renderer` with a Blender process of its own."""

    def __init__(self, python: Path, settings: TraceSettings) -> None:
        """`python`: the interpreter of the environment that has bpy."""
        self._blender, self._settings = BlenderProcess(python), settings

    @property
    def name(self) -> str:
        """Name and version."""
        return "solid-1"

    @property
    def parameters(self) -> dict[str, object]:
        """Everything besides graph and seed that changes pixels."""
        chosen = self._settings
        return {
            "edition": EDITION, "side": chosen.side, "samples": chosen.samples, "denoise": chosen.denoise,
            "bounces": chosen.bounces, "device": chosen.device, "quality": QUALITY, "method": METHOD,
        }  # fmt: skip

    def render(self, graphs: Sequence[SpatialGraph], seeds: Sequence[int]) -> list[Drawing]:
        """One drawing a graph, in order. Raises PermanentError for a graph that has no world or cannot be built."""
        return [self._draw(graph, seed) for graph, seed in zip(graphs, seeds, strict=True)]

    def read_truth(self, data: bytes) -> Truth | None:
        """The truth embedded in a picture of this renderer, or None."""
        return read_packet(data)

    def close(self) -> None:
        """End the Blender process."""
        self._blender.close()

    def _draw(self, graph: SpatialGraph, seed: int) -> Drawing:
        scene = scene_shot(graph, seed, self._settings)
        traced = self._blender.trace(scene.shot)
        first, *views = (
            self._drawing(graph, scene, camera, seen)
            for camera, seen in zip((scene.shot.camera, *scene.shot.views), (traced, *traced.views), strict=True)
        )
        return replace(first, views=views)

    def _drawing(self, graph: SpatialGraph, scene: SceneShot, camera: Pinhole, traced: Traced) -> Drawing:
        """What one camera sees of a scene."""
        size = scene.shot.size
        shapes = [silhouette(scene.triangles[i], camera, size) for i in range(len(graph.objects))]
        words = [thing.attributes for thing in graph.objects]
        further = None if camera is scene.shot.camera else camera
        truth = scene_truth(graph, SeenScene(traced.index, shapes, words, scene.elements, further))
        notes = {"trace_s": f"{traced.trace_s:.2f}", "device": self._settings.device}
        return Drawing(partial(encoded, traced, truth, shapes), MEDIA_TYPE, *size, truth, notes)


def solid_renderer(given: Mapping[str, Any]) -> SolidRenderer:
    """The renderer of settings. Raises UserError where there is no interpreter that can import Blender."""
    settings = TraceSettings(
        side=given["solid_side"], samples=given["solid_samples"], denoise=given["solid_denoise"],
        bounces=given["solid_bounces"], device=given["solid_device"], threads=given["solid_threads"],
    )  # fmt: skip
    return SolidRenderer(interpreter_of(given), settings)


def encoded(traced: Traced, truth: Truth, shapes: Sequence[Silhouette]) -> bytes:
    """The file: WebP with the truth as metadata, and its layers."""
    buffer = BytesIO()
    picture = Image.fromarray(traced.picture)
    picture.save(buffer, "WEBP", quality=QUALITY, method=METHOD, xmp=packet(truth))
    depth = np.rint(traced.depth * MILLIMETRES)
    depth = np.where(np.isfinite(depth) & (depth <= MOST_MM), depth, 0).astype(np.uint16)
    extents, hidden = tuple(shape.extent for shape in shapes), covers(traced.index, shapes, traced.depth)
    layers = Layers(_png(depth), _png(traced.index.astype(np.uint8)), extents, hidden)
    return with_layers(buffer.getvalue(), layers)


def _png(pixels: np.ndarray) -> bytes:
    buffer = BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG", compress_level=6)
    return buffer.getvalue()
