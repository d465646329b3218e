"""An oracle of numpy alone judges rows of traced pictures: `SKG_SOLID_SCENES` scenes, 20 by default.

They are asked for in turn over all scenes of the knowledge that can be shown; `SKG_SOLID_FIRST` is the number of the first
request (0 by default), so that many are judged in several runs.

In: a table that the line wrote, its Parquet files read plainly.  Camera, boxes, masks, depths and relations are computed
anew; only the surfaces of things, which rows do not have, are built as the renderer builds them.
"""

import json
import os
from collections.abc import Callable, Iterator, Mapping
from io import BytesIO
from itertools import combinations, product
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
from PIL import Image

from gpu_workers.solid.scene_shot import scene_shot
from gpu_workers.solid.shot import TraceSettings
from gpu_workers.solid.solid_renderer import SolidRenderer
from schemas.events import QAEvent, SeedConcept, SeedOptions
from schemas.graph import SpatialGraph
from schemas.ids import make_seed
from schemas.interfaces import Sample
from schemas.world import World
from spatial.knowledge.knowledge_base import scene_kinds
from spatial.world.solid_capabilities import solids_only, unshown_scenes
from tests.fakes.line import Line, store_rows
from tests.solid.own_relations import Seen, holds, metres_apart

SCENES = int(os.environ.get("SKG_SOLID_SCENES", "20"))
FIRST = int(os.environ.get("SKG_SOLID_FIRST", "0"))
SHOWN = sorted(scene_kinds().keys() - unshown_scenes().keys())
CONCEPTS = Random(14).sample(SHOWN, len(SHOWN))
ASKED = [
    ("kitchen", "broom", "leaning_on", "refrigerator"), ("kitchen", "bottle", "inside", "refrigerator"),
    ("garage", "ladder", "leaning_on", "wardrobe"), ("dining room", "teapot", "inside", "cabinet"),
    ("barnyard", "rake", "leaning_on", "fence"), ("bedroom", "teddy bear", "inside", "wardrobe"),
    ("home office", "mop", "leaning_on", "bookshelf"), ("kitchen", "loaf of bread", "inside", "stove"),
    ("beach", "surfboard", "leaning_on", "fence"), ("backyard", "bicycle", "leaning_on", "fence"),
    ("garage", "shovel", "leaning_on", "cabinet"), ("hallway", "closed umbrella", "leaning_on", "dresser"),
]  # fmt: skip
"""What every fifth request asks for, in turn."""

EVERY = 5
pytestmark = pytest.mark.timeout(300 + 30 * SCENES)

SIDE = 256
NEAR_PX = 2.0
DEPTH_M = 0.005
APART_M = 0.005
TOUCH_M = 0.005

Row = dict[str, Any]
Record = Callable[[str, object], None]


@pytest.fixture(scope="module")
def rows(
    blender_python: Path, tmp_path_factory: pytest.TempPathFactory, record_testsuite_property: Callable[[str, object], None]
) -> list[Row]:
    """Accepted samples; how many were judged is told in a report (`--junitxml`)."""
    uri = store_rows(str(tmp_path_factory.mktemp("solid") / "table"), accepted_samples(blender_python))
    found = [row for path in Path(uri).glob("*.parquet") for row in pq.read_table(path).to_pylist()]
    record_testsuite_property("scenes", len(found))
    for column in ("objects", "relations"):
        record_testsuite_property(column, sum(len(row[column]) for row in found))
    return found


def accepted_samples(python: Path) -> list[Sample]:
    """So many of what is asked for. Truth passes alone: one sample a pixel, no bounces."""
    renderer = SolidRenderer(python, TraceSettings(SIDE, 1, denoise=False, bounces=0, device="cpu"))
    line, samples = Line(renderer, capabilities=solids_only("solid")), list[Sample]()
    for number in range(FIRST, FIRST + 4 * SCENES):
        seed = requested(number)
        accepted = [event for event in line.outcomes([seed]) if isinstance(event, QAEvent)]
        samples += [Sample(event, line.store.objects[event.image.key].data) for event in accepted]
        if len(samples) == SCENES:
            break
    renderer.close()
    return samples


def requested(number: int) -> SeedConcept:
    """A request: of every scene in turn, and every fifth of something that leans or is in something that stands open."""
    if number % EVERY == EVERY - 1:
        scene, *stated = ASKED[number // EVERY % len(ASKED)]
        options = SeedOptions.model_validate({"required_relations": [stated], "max_objects": 4})
        return make_seed(scene, 1, first=number, options=options)
    return make_seed(CONCEPTS[number % len(CONCEPTS)], 1, first=number // len(CONCEPTS))


def mask_of(thing: Row) -> np.ndarray:
    """The mask, by COCO's description of its compressed run lengths."""
    height, width = thing["mask"]["size"]
    runs: list[int] = []
    value = shift = 0
    for character in thing["mask"]["counts"]:
        bits = ord(character) - 48
        value |= (bits & 31) << shift
        shift += 5
        if bits < 32:
            value -= (1 << shift) if bits & 16 else 0
            runs.append(value + (runs[-2] if len(runs) > 2 else 0))
            value = shift = 0
    pixels = np.concatenate([np.full(length, number % 2 == 1) for number, length in enumerate(runs)])
    return pixels.reshape(width, height).T


def depth_in(row: Row) -> np.ndarray:
    """Metres."""
    with Image.open(BytesIO(row["depth_map"]["bytes"])) as opened:
        assert opened.size == (row["width"], row["height"])
        return np.asarray(opened).astype(float) / 1000


def corners(thing: Row) -> np.ndarray:
    """Eight corners in the world."""
    turn = np.radians(thing["heading"])
    front, left = np.array([np.cos(turn), np.sin(turn), 0]), np.array([-np.sin(turn), np.cos(turn), 0])
    up = np.array([0.0, 0.0, 1.0])
    if thing["rotation"] is not None:
        right, front, up = np.array(thing["rotation"]).reshape(3, 3).T
        left = -right
    width, depth, height = thing["size"]
    signs = product((-0.5, 0.5), repeat=3)
    return np.array(
        [np.array(thing["position"]) + a * depth * front + b * width * left + c * height * up for a, b, c in signs]
    )


def seen_by(row: Row, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Pixels of the picture and metres along the camera's axis."""
    matrix = np.array(row["camera"]["world_to_camera"]).reshape(4, 4)
    fx, fy, cx, cy = row["camera"]["intrinsics"]
    seen = points @ matrix[:3, :3].T + matrix[:3, 3]
    return np.stack([fx * seen[:, 0] / seen[:, 2] + cx, fy * seen[:, 1] / seen[:, 2] + cy], axis=1), seen[:, 2]


def each_thing(rows: list[Row]) -> Iterator[tuple[Row, Row, str]]:
    """Every object with its row and a name for it."""
    for row in rows:
        for thing in row["objects"]:
            yield row, thing, f"{row['sample_id'][:8]} {row['scene']}: {thing['category']}"


def test_projected_corners_bound_each_silhouette_and_touch_it(rows: list[Row]):
    found = []
    for row, thing, name in each_thing(rows):
        pixels, _ = seen_by(row, corners(thing))
        low, high = np.clip(pixels.min(axis=0), 0, SIDE), np.clip(pixels.max(axis=0), 0, SIDE)
        x, y, w, h = thing["amodal_box"]
        if (np.array([x, y]) < low - NEAR_PX).any() or (np.array([x + w, y + h]) > high + NEAR_PX).any():
            found.append((name, thing["amodal_box"], low, high))
        if w * h <= 0.2 * np.prod(high - low):
            found.append((name, "a body fills much of its own box", w * h, np.prod(high - low)))
    assert found == []


def test_what_is_seen_lies_between_the_nearest_and_the_farthest_corner(rows: list[Row]):
    found = []
    for row, thing, name in each_thing(rows):
        _, distances = seen_by(row, corners(thing))
        middle = float(np.median(depth_in(row)[mask_of(thing)]))
        if not distances.min() - DEPTH_M <= middle <= distances.max() + DEPTH_M:
            found.append((name, middle, distances.min(), distances.max()))
    assert found == []


def test_boxes_are_those_of_the_masks_and_lie_in_the_silhouettes(rows: list[Row]):
    found = []
    for _, thing, name in each_thing(rows):
        down, across = np.nonzero(mask_of(thing))
        box = [across.min(), down.min(), np.ptp(across) + 1, np.ptp(down) + 1]
        x, y, w, h = thing["amodal_box"]
        low, high = np.array(box[:2]), np.array(box[:2]) + box[2:]
        if thing["box"] != box or (low < (x - NEAR_PX, y - NEAR_PX)).any() or (high > (x + w + 2, y + h + NEAR_PX)).any():
            found.append((name, thing["box"], box, thing["amodal_box"]))
    assert found == []


def test_no_pixel_shows_two_things_and_distances_are_those_of_the_positions(rows: list[Row]):
    for row in rows:
        assert np.sum([mask_of(thing) for thing in row["objects"]], axis=0).max() <= 1
        eye = np.linalg.inv(np.array(row["camera"]["world_to_camera"]).reshape(4, 4))[:3, 3]
        for thing in row["objects"]:
            assert thing["distance"] == pytest.approx(np.linalg.norm(eye - thing["position"]), abs=0.001)
            assert thing["depth"] == pytest.approx(seen_by(row, np.array([thing["position"]]))[1][0], abs=0.001)


def test_nearly_all_things_can_be_seen(rows: list[Row]):
    assert np.mean([thing["visible"] >= 0.35 for _, thing, _ in each_thing(rows)]) > 0.97


def test_bodies_that_do_not_carry_each_other_keep_apart(rows: list[Row]):
    found = []
    for row in rows:
        for a, b in combinations(row["objects"], 2):
            carried = a["support"] == b["id"] or b["support"] == a["id"] or {a["id"], b["id"]} in propped(row)
            if not carried and metres_apart(corners(a), corners(b)) < -APART_M:
                found.append((row["sample_id"][:8], a["category"], b["category"], metres_apart(corners(a), corners(b))))
    assert found == []


def propped(row: Row) -> list[set[int]]:
    """What leans on what: whether it reaches into it is judged by surfaces."""
    return [{r["subject"], r["object"]} for r in row["relations"] if r["predicate"] in ("leaning_on", "props_up")]


def test_what_leans_is_turned_and_has_no_front_and_nothing_else_is(rows: list[Row]):
    for row, thing, name in each_thing(rows):
        if thing["rotation"] is None:
            assert not any(thing["id"] == leaner for leaner in leaners(row)), name
            continue
        turn = np.array(thing["rotation"]).reshape(3, 3)
        assert np.allclose(turn @ turn.T, np.eye(3), atol=1e-6), name
        assert np.linalg.det(turn) == pytest.approx(1, abs=1e-6), name
        assert not thing["has_front"], name


def leaners(row: Row) -> list[int]:
    ends = {"leaning_on": "subject", "props_up": "object"}
    return [r[ends[r["predicate"]]] for r in row["relations"] if r["predicate"] in ends]


def test_every_relation_is_true_by_the_oracles_own_definitions(rows: list[Row]):
    found, counted = [], 0
    for row in rows:
        things = {thing["id"]: as_seen(row, thing) for thing in row["objects"]}
        for relation in row["relations"]:
            counted += 1
            verdict = holds(relation, things, SIDE)
            if not verdict:
                names = [things[i].thing["category"] for i in (relation["subject"], relation["object"]) if i is not None]
                found.append((row["sample_id"][:8], names, relation["predicate"], verdict))
    assert found == []
    assert counted > 5 * len(rows)


def as_seen(row: Row, thing: Row) -> Seen:
    """The thing as own definitions take it."""
    down, across = np.nonzero(mask_of(thing))
    low, high = np.array([across.min(), down.min()]), np.array([across.max() + 1, down.max() + 1])
    turn = np.radians(thing["heading"])
    matrix = np.array(row["camera"]["world_to_camera"]).reshape(4, 4)
    front = matrix[:3, :3] @ (np.cos(turn), np.sin(turn), 0)
    return Seen(thing, low, high, corners(thing), seen_by(row, np.array([thing["position"]]))[1][0], float(front[0]))


def built(row: Row) -> tuple[SpatialGraph, World, Mapping[int, np.ndarray]]:
    """A row's graph with the built surfaces of its things."""
    provenance = json.loads(row["provenance"])
    graph = SpatialGraph.model_validate_json(json.dumps(provenance["graph"]))
    assert graph.world is not None
    return graph, graph.world, scene_shot(graph, int(provenance["notes"]["render_seed"]), TraceSettings(SIDE)).triangles


def test_what_is_carried_touches_its_carrier_and_nothing_floats_or_sinks(rows: list[Row]):
    found = []
    for row in rows:
        graph, _, surfaces = built(row)
        assert graph.world is not None
        for thing, body in zip(graph.objects, graph.world.bodies, strict=True):
            if body.support is not None:
                gap = gap_below(surfaces[thing.id], surfaces[body.support])
            elif body.where == "floor":
                gap = float(surfaces[thing.id][..., 2].min()) - graph.world.space.ground
            else:
                continue
            if abs(gap) > TOUCH_M:
                on = "the ground" if body.support is None else graph.objects[body.support].category
                found.append((row["sample_id"][:8], thing.category, body.form, body.where, on, round(gap, 4)))
    assert found == []


def test_what_leans_touches_what_it_leans_on_and_reaches_no_deeper(rows: list[Row], record_testsuite_property: Record):
    found, count = [], 0
    for row in rows:
        graph, world, surfaces = built(row) if any(thing["rotation"] for thing in row["objects"]) else (None, None, {})
        for thing, body in zip(graph.objects, world.bodies, strict=True) if graph and world else ():
            if body.rotation is None:
                continue
            count += 1
            points = finely(surfaces[thing.id])
            if body.leans_on is None:
                gap = deepest = world.space.back - float(points[:, 1].max())
            else:
                prop = next(other for other in row["objects"] if other["id"] == body.leans_on)
                gap = distance(points, surfaces[body.leans_on], prop)
                deepest = float(in_own_axes(points, prop).max(axis=1).min())
            if abs(gap) > TOUCH_M or deepest < -APART_M:
                found.append((row["sample_id"][:8], thing.category, body.form, round(gap, 4), round(deepest, 4)))
    record_testsuite_property("leaning", count)
    assert found == []


def finely(triangles: np.ndarray, step: float = 0.004) -> np.ndarray:
    """Points on a surface (n × 3): corners, and along all edges not farther apart than so many metres."""
    found = [triangles.reshape(-1, 3)]
    for k in range(3):
        start, end = triangles[:, k], triangles[:, (k + 1) % 3]
        lengths = np.linalg.norm(end - start, axis=1)
        for parts in (2**k for k in range(1, 11)):
            long = (lengths > step * parts / 2) & ((lengths <= step * parts) | (parts == 1024))
            shares = np.linspace(0, 1, parts + 1)[1:-1, None, None]
            found.append((start[long] + shares * (end - start)[long]).reshape(-1, 3))
    return np.concatenate(found)


def distance(points: np.ndarray, triangles: np.ndarray, thing: Row) -> float:
    """Metres from the nearest of some points to the surface of an upright thing: of those nearest to its box."""
    off = np.abs(in_own_axes(points, thing).max(axis=1))
    return min(to_triangles(point, triangles) for point in points[np.argsort(off)[:400]])


def in_own_axes(points: np.ndarray, thing: Row) -> np.ndarray:
    """How far points are beyond the sides of an upright thing's box, across, along and up (n × 3); below zero within."""
    turn, size = np.radians(thing["heading"]), np.array(thing["size"])
    x, y, z = (points - np.array(thing["position"])).T
    own = np.stack([x * np.sin(turn) - y * np.cos(turn), x * np.cos(turn) + y * np.sin(turn), z], axis=1)
    return np.abs(own) - size / 2


def to_triangles(point: np.ndarray, triangles: np.ndarray) -> float:
    """Metres from a point to the nearest of triangles (n × 3 × 3)."""
    a, ab, ac = triangles[:, 0], triangles[:, 1] - triangles[:, 0], triangles[:, 2] - triangles[:, 0]
    normal = np.cross(ab, ac)
    area = np.maximum((normal**2).sum(axis=1), 1e-24)
    off = point - a
    v, w = (np.einsum("ni,ni->n", np.cross(*pair), normal) / area for pair in ((off, ac), (ab, off)))
    within = (v >= 0) & (w >= 0) & (v + w <= 1)
    height = np.abs(np.einsum("ni,ni->n", off, normal)) / np.sqrt(area)
    best = float(height[within].min(initial=np.inf))
    for k in range(3):
        start, way = triangles[:, k], triangles[:, (k + 1) % 3] - triangles[:, k]
        share = np.clip(np.einsum("ni,ni->n", point - start, way) / np.maximum((way**2).sum(axis=1), 1e-24), 0, 1)
        best = min(best, float(np.linalg.norm(start + share[:, None] * way - point, axis=1).min()))
    return best


def gap_below(upper: np.ndarray, lower: np.ndarray) -> float:
    """Metres from the lowest points of a surface (n × 3 × 3) to the nearest height of another below or above them.

    Negative where it is above: the thing is sunk in.  Infinite where nothing is there.
    """
    points = upper.reshape(-1, 3)
    feet = points[points[:, 2] < points[:, 2].min() + 0.001]
    feet = feet[np.linspace(0, len(feet) - 1, min(len(feet), 60)).astype(int)]
    middle = feet.mean(axis=0)
    feet = np.concatenate([middle + (feet - middle) * share for share in (1.0, 0.75, 0.5, 0.25, 0.0)])  # feet on bars, too
    offsets = [foot[2] - height for foot in feet for height in heights_at(lower, foot[:2])]
    return float(min(offsets, key=abs, default=np.inf))


def heights_at(triangles: np.ndarray, at: np.ndarray) -> np.ndarray:
    """Where a vertical line meets a surface."""
    a, b, c = (triangles[:, k, :2] - at for k in range(3))
    areas = np.stack([p[:, 0] * q[:, 1] - p[:, 1] * q[:, 0] for p, q in ((b, c), (c, a), (a, b))], axis=1)
    total = areas.sum(axis=1)
    met = (np.abs(total) > 1e-12) & ((areas >= -1e-9).all(axis=1) | (areas <= 1e-9).all(axis=1))
    return (areas[met] / total[met, None] * triangles[met][..., 2]).sum(axis=1)
