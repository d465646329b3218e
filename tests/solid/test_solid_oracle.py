"""An oracle of numpy alone judges what traced pictures say of themselves: `SKG_SOLID_SCENES` scenes, 20 by default."""

import os
from io import BytesIO
from itertools import combinations, product
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from agents.planner import RulePlanner
from gpu_workers.solid.shot import TraceSettings
from gpu_workers.solid.solid_renderer import SolidRenderer
from schemas.events import Truth
from schemas.graph import SpatialGraph
from schemas.ids import make_seed
from schemas.picture_layers import Layers, read_layers
from schemas.world import Body
from spatial.world.solid_capabilities import solids_only

SCENES = int(os.environ.get("SKG_SOLID_SCENES", "20"))
CONCEPTS = (
    "kitchen",
    "living room",
    "bedroom",
    "home office",
    "breakfast table",
    "fruit still life",
    "city street",
    "park",
    "farm",
)
SIDE = 256
NEAR_PX = 2.0
DEPTH_M = 0.005
APART_M = 0.005

Pictured = tuple[SpatialGraph, Truth, Layers]


@pytest.fixture(scope="module")
def pictures(blender_python: Path) -> list[Pictured]:
    """Truth passes alone: one sample, no bounces."""
    renderer = SolidRenderer(blender_python, TraceSettings(SIDE, 1, denoise=False, bounces=0, device="cpu"))
    found: list[Pictured] = []
    for number in range(4 * SCENES):
        planned = RulePlanner(solids_only("solid")).plan_now(
            make_seed(CONCEPTS[number % len(CONCEPTS)], 4 * SCENES), number
        )
        if isinstance(planned, SpatialGraph) and len(found) < SCENES:
            drawing = renderer.render([planned], [number])[0]
            layers = read_layers(drawing.data)
            assert drawing.truth is not None
            assert layers is not None
            found.append((planned, drawing.truth, layers))
    renderer.close()
    assert len(found) == SCENES
    return found


def corners(body: Body) -> np.ndarray:
    """Eight corners in the world."""
    turn = np.radians(body.heading)
    front, left = np.array([np.cos(turn), np.sin(turn), 0]), np.array([-np.sin(turn), np.cos(turn), 0])
    width, depth, height = body.size
    signs = product((-0.5, 0.5), repeat=3)
    return np.array(
        [np.array(body.position) + a * depth * front + b * width * left + (0, 0, c * height) for a, b, c in signs]
    )


def projected(graph: SpatialGraph, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Pixels of the picture and metres along the camera's axis."""
    assert graph.world is not None
    matrix = np.array(graph.world.camera.world_to_camera).reshape(4, 4)
    fx, fy, cx, cy = (value * SIDE / graph.layout.canvas[0] for value in graph.world.camera.intrinsics)
    seen = points @ matrix[:3, :3].T + matrix[:3, 3]
    return np.stack([fx * seen[:, 0] / seen[:, 2] + cx, fy * seen[:, 1] / seen[:, 2] + cy], axis=1), seen[:, 2]


def decoded(png: bytes) -> np.ndarray:
    with Image.open(BytesIO(png)) as opened:
        return np.asarray(opened).astype(float)


def test_projected_corners_bound_each_silhouette_and_touch_it(pictures: list[Pictured]):
    for graph, _, layers in pictures:
        assert graph.world is not None
        for body, (x, y, w, h) in zip(graph.world.bodies, layers.amodal, strict=True):
            pixels, _ = projected(graph, corners(body))
            low, high = pixels.min(axis=0), pixels.max(axis=0)
            assert (np.array([x, y]) >= np.clip(low, 0, SIDE) - NEAR_PX).all()
            assert (np.array([x + w, y + h]) <= np.clip(high, 0, SIDE) + NEAR_PX).all()
            assert w * h > 0.2 * np.prod(high - low), "a body fills much of its own box"


def test_what_is_seen_lies_between_the_nearest_and_the_farthest_corner(pictures: list[Pictured]):
    for graph, _, layers in pictures:
        assert graph.world is not None
        depth, index = decoded(layers.depth) / 1000, decoded(layers.index)
        for number, body in enumerate(graph.world.bodies):
            seen = depth[index == number + 1]
            _, distances = projected(graph, corners(body))
            if len(seen):
                assert distances.min() - DEPTH_M <= float(np.median(seen)) <= distances.max() + DEPTH_M


def test_boxes_and_shares_are_those_of_the_index(pictures: list[Pictured]):
    for _, truth, layers in pictures:
        index = decoded(layers.index)
        for thing, (x, y, w, h) in zip(truth.objects, layers.amodal, strict=True):
            rows, columns = np.nonzero(index == thing.id + 1)
            if not len(rows):
                assert thing.visible == 0
                continue
            box = (columns.min(), rows.min(), columns.max() - columns.min() + 1, rows.max() - rows.min() + 1)
            assert thing.box == box
            assert box[0] >= x - NEAR_PX
            assert box[0] + box[2] <= x + w + NEAR_PX
            assert box[1] >= y - NEAR_PX
            assert box[1] + box[3] <= y + h + NEAR_PX


def test_nearly_all_things_can_be_seen(pictures: list[Pictured]):
    shares = [thing.visible for _, truth, _ in pictures for thing in truth.objects]
    assert np.mean(np.array(shares) >= 0.35) > 0.97


def test_bodies_that_carry_each_other_touch_and_others_keep_apart(pictures: list[Pictured]):
    for graph, _, _ in pictures:
        assert graph.world is not None
        bodies = graph.world.bodies
        for (i, a), (j, b) in combinations(enumerate(bodies), 2):
            if a.support != j and b.support != i:
                assert apart(corners(a), corners(b)) >= -APART_M, (graph.objects[i].category, graph.objects[j].category)


def apart(a: np.ndarray, b: np.ndarray) -> float:
    """The greatest distance of two boxes along an axis of either; below zero where they meet."""
    axes = [np.array([0.0, 0.0, 1.0])]
    for box in (a, b):
        axes += [side / np.linalg.norm(side) for side in (box[4] - box[0], box[2] - box[0])]
    return max(max((a @ n).min() - (b @ n).max(), (b @ n).min() - (a @ n).max()) for n in axes)
