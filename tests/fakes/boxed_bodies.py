"""A renderer of scenes in metres that needs no Blender: every body is its own box, met by a ray through each pixel.

In and out: as `schemas.interfaces.Renderer` says.  Files have the layers that traced pictures have.
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from gpu_workers.picture_metadata import read_packet
from gpu_workers.solid.blender_process import Traced
from gpu_workers.solid.scene_shot import pinhole
from gpu_workers.solid.silhouettes import silhouette
from gpu_workers.solid.solid_renderer import encoded
from gpu_workers.solid.solid_truth import SeenScene, scene_truth
from schemas.events import Truth
from schemas.graph import SpatialGraph
from schemas.interfaces import Drawing
from schemas.world import Body
from spatial.world.footprints import body_corners
from spatial.world.pinhole import Pinhole

FACES = ((0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3))
"""Corners of each side, as `box_corners` orders them."""

BACK_M = 80.0
"""Where nothing stands."""


class BodyBoxesRenderer:
    """Draws worlds as coloured boxes of `side` pixels."""

    name = "boxes-1"

    def __init__(self, side: int = 128) -> None:
        self.parameters: dict[str, object] = {"side": side}
        self._side = side

    def render(self, graphs: Sequence[SpatialGraph], seeds: Sequence[int]) -> list[Drawing]:
        return [self._drawings(graph) for graph in graphs]

    def read_truth(self, data: bytes) -> Truth | None:
        return read_packet(data)

    def _drawings(self, graph: SpatialGraph) -> Drawing:
        assert graph.world is not None
        scale = self._side / graph.layout.canvas[0]
        views = [self._drawing(graph, pinhole(one, scale), is_further=True) for one in graph.world.views]
        return replace(self._drawing(graph, pinhole(graph.world.camera, scale)), views=views)

    def _drawing(self, graph: SpatialGraph, camera: Pinhole, is_further: bool = False) -> Drawing:
        assert graph.world is not None
        size = (self._side, self._side)
        hits = np.stack([depth_of(body, camera, self._side) for body in graph.world.bodies])
        depth = hits.min(axis=0)
        index = np.where(depth < np.inf, hits.argmin(axis=0) + 1, 0).astype(np.uint16)
        shapes = [silhouette(triangles(body), camera, size) for body in graph.world.bodies]
        words = [thing.attributes for thing in graph.objects]
        truth = scene_truth(graph, SeenScene(index, shapes, words, (), camera if is_further else None))
        shade = int(graph.graph_id[:6], 16) + index.astype(np.int64) * 2_654_435
        picture = np.stack([shade >> 16 & 255, shade >> 8 & 255, shade & 255], axis=-1).astype(np.uint8)
        traced = Traced(picture, np.minimum(depth, BACK_M).astype(np.float32), index, 0.0, 0.0)
        return Drawing(partial(encoded, traced, truth, shapes), "image/webp", *size, truth)


def triangles(body: Body) -> NDArray[np.float64]:
    """The sides of a body's box (12 × 3 × 3)."""
    corners = body_corners(body)[0]
    return np.array([corners[list(half)] for a, b, c, d in FACES for half in ((a, b, c), (a, c, d))])


def depth_of(body: Body, camera: Pinhole, side: int) -> NDArray[np.float64]:
    """Metres along the camera's axis to a body's box through the middle of each pixel, infinite beside it."""
    fx, fy, cx, cy = camera.intrinsics
    u, v = np.meshgrid(np.arange(side) + 0.5, np.arange(side) + 0.5)
    rays = np.stack([(u - cx) / fx, (v - cy) / fy, np.ones_like(u)], axis=-1) @ camera.world_to_camera[:3, :3]
    turn = np.radians(body.heading)
    axes = np.array([[np.cos(turn), np.sin(turn), 0], [-np.sin(turn), np.cos(turn), 0], [0, 0, 1]])
    if body.rotation is not None:
        across, ahead, up = np.array(body.rotation).reshape(3, 3).T
        axes = np.stack([ahead, -across, up])
    width, depth, height = body.size
    start = axes @ (camera.position - body.position)
    with np.errstate(divide="ignore"):
        ends = np.stack([(sign * np.array([depth, width, height]) / 2 - start) / (rays @ axes.T) for sign in (-1, 1)])
    near, far = ends.min(axis=0).max(axis=-1), ends.max(axis=0).min(axis=-1)
    return np.where((near < far) & (near > 0), near, np.inf)
