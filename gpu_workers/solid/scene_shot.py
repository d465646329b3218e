"""From a graph's world to a shot: surroundings, bodies in place, their lamps.

In: a graph with a world, a seed.  Out: a shot, the meshes of each object in the world, and words for the surroundings.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random

import numpy as np

from gpu_workers.solid.builders.builder_table import build_body
from gpu_workers.solid.kit.materials import COLOURS
from gpu_workers.solid.kit.mesh import Points
from gpu_workers.solid.scenery.fillers import fillers
from gpu_workers.solid.scenery.lit_rooms import room, table
from gpu_workers.solid.scenery.open_places import open_place
from gpu_workers.solid.scenery.surroundings import Surroundings
from gpu_workers.solid.shot import NOTHING, Placed, Shot, TraceSettings, lamp_light, placed_parts, pose
from schemas.errors import PermanentError
from schemas.graph import SpatialGraph
from schemas.ids import derived_seed
from schemas.world import Body, Camera, World
from spatial.world.pinhole import Pinhole


@dataclass(frozen=True, eq=False)
class SceneShot:
    """`triangles`: of each object, its surface in the world (n × 3 × 3, metres)."""

    shot: Shot
    triangles: Mapping[int, Points]
    elements: frozenset[str]


def scene_shot(graph: SpatialGraph, seed: int, settings: TraceSettings) -> SceneShot:
    """The shot of a graph. Raises PermanentError for one without a world or with a body that cannot be built."""
    world = graph.world
    if world is None:
        raise PermanentError("failed", "the solid renderer draws graphs that were planned in metres: this one has no world")
    width, height = graph.layout.canvas
    around = surroundings(graph, world, Random(derived_seed("surroundings", seed)))
    parts, lights, triangles = list(around.parts), list(around.lights), {}
    behind = fillers(graph, Random(derived_seed("fillers", seed)))
    pairs = [(thing.category, body) for thing, body in zip(graph.objects, world.bodies, strict=True)]
    for number, (category, body) in enumerate([*pairs, *((filler.category, filler.body) for filler in behind)]):
        is_object = number < len(pairs)
        built = build_body(
            category, body.form, body.size, COLOURS[body.colour or "beige"], derived_seed("body", seed, number)
        )
        placed = placed_parts(built.parts, body_pose(body), number + 1 if is_object else NOTHING)
        parts += placed
        lights += [lamp_light(lamp, body_pose(body)) for lamp in built.lamps]
        if is_object:
            triangles[number] = world_triangles(placed)
    shot = Shot(
        parts=parts, lights=lights, sky=around.sky, camera=pinhole(world.camera, settings.side / width),
        size=(settings.side, round(settings.side * height / width)),
        exposure=around.exposure, settings=settings, views=[pinhole(one, settings.side / width) for one in world.views],
    )  # fmt: skip
    return SceneShot(shot, triangles, frozenset(around.elements | {filler.category for filler in behind}))


def surroundings(graph: SpatialGraph, world: World, rng: Random) -> Surroundings:
    """What surrounds the bodies."""
    if world.space.kind == "room":
        return room(world.space, graph.scene, rng)
    if world.space.kind == "table":
        return table(world.space, rng)
    return open_place(graph, rng)


def body_pose(body: Body) -> Points:
    """From a body's own axes (origin at the middle of its foot) to the world's."""
    x, y, z = body.position
    if body.rotation is None:
        return pose(x, y, z - body.size[2] / 2, body.heading)
    width, depth, height = np.array(body.rotation).reshape(3, 3).T
    found = np.eye(4)
    found[:3, :3] = np.stack([depth, -width, height], axis=1)
    found[:3, 3] = np.array(body.position) - height * body.size[2] / 2
    return found


def world_triangles(placed: list[Placed]) -> Points:
    """The surface of a thing in the world (n × 3 × 3)."""
    found = []
    for one in placed:
        points = one.part.mesh.points @ one.pose[:3, :3].T + one.pose[:3, 3]
        found.append(points[one.part.mesh.triangles()])
    return np.concatenate(found)


def pinhole(camera: Camera, scale: float = 1.0) -> Pinhole:
    """The camera of a world, for a picture that is larger than the planned canvas by `scale`."""
    fx, fy, cx, cy = (value * scale for value in camera.intrinsics)
    return Pinhole((fx, fy, cx, cy), np.array(camera.world_to_camera).reshape(4, 4))
