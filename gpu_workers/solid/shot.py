"""One picture to be traced, and others of its scene: meshes in place, lights, sky, cameras and settings.

In: parts, lights, a camera.  Out: a header and arrays.  Knows no thing and no room.
"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

import numpy as np

from gpu_workers.solid.kit.materials import Colour, Lamp, Material
from gpu_workers.solid.kit.mesh import Mesh, Points
from spatial.world.pinhole import Pinhole

NOTHING = 0
"""Index of what is no object of the graph: room, ground, fillers."""


@dataclass(frozen=True, eq=False)
class Part:
    """A mesh of one material.  `weighted`: its large flat faces stay flat up to their rounded edges."""

    mesh: Mesh
    material: Material
    weighted: bool = False


@dataclass(frozen=True, eq=False)
class Placed:
    """A part in the world: `pose` is 4 × 4 from own axes to the world's, `index` that of the object whose part it is."""

    part: Part
    pose: Points
    index: int = NOTHING
    shadow: bool = True


@dataclass(frozen=True)
class Light:
    """A light.  `watts` for lamps and areas, watts per square metre for the sun; `pose` looks along its own −z."""

    kind: Literal["POINT", "AREA", "SUN"]
    pose: tuple[float, ...]
    watts: float
    colour: Colour = (1.0, 1.0, 1.0)
    radius: float = 0.05
    size: tuple[float, float] = (1.0, 1.0)


@dataclass(frozen=True)
class Sky:
    """Light from everywhere, and what is seen where nothing stands. `clouds`: how much of it they cover, 0 for none."""

    horizon: Colour
    zenith: Colour
    strength: float
    clouds: float = 0.0


@dataclass(frozen=True)
class TraceSettings:
    """`samples` a pixel, whether they are denoised, how often light bounces; `device`: cpu, cuda, optix, or auto.

    `threads` on a CPU, 0 for one on each core: pictures do not depend on them.
    """

    side: int = 512
    samples: int = 8
    denoise: bool = True
    bounces: int = 6
    device: str = "cpu"
    threads: int = 0


@dataclass(frozen=True, eq=False)
class Shot:
    """Everything that one picture is traced from. `views`: further cameras, each of which gives a picture of its own."""

    parts: Sequence[Placed]
    lights: Sequence[Light]
    sky: Sky
    camera: Pinhole
    size: tuple[int, int]
    exposure: float = 0.0
    settings: TraceSettings = field(default_factory=TraceSettings)
    views: Sequence[Pinhole] = ()


def message_of(shot: Shot) -> tuple[dict[str, Any], list[bytes]]:
    """The header and the arrays that say all of it."""
    materials: dict[Material, int] = {}
    chunks: list[bytes] = []
    parts, start = [], 0
    for placed in shot.parts:
        described, arrays = _part(placed, materials, start)
        parts.append(described)
        chunks += arrays
        start += sum(map(len, arrays))
    width, height = shot.size
    header = {
        "render": asdict(shot.settings) | {"width": width, "height": height, "exposure": shot.exposure},
        "parts": parts,
        "materials": [asdict(one) for one in materials],
        "lights": [asdict(light) for light in shot.lights],
        "sky": asdict(shot.sky),
        "cameras": [{"intrinsics": one.intrinsics, "pose": _flat(camera_pose(one))} for one in (shot.camera, *shot.views)],
    }
    return header, chunks


def _part(placed: Placed, materials: dict[Material, int], start: int) -> tuple[dict[str, Any], list[bytes]]:
    """One part's row of the header, and its arrays, of which the first begins at byte `start` of all."""
    mesh = placed.part.mesh
    described: dict[str, Any] = {
        "material": materials.setdefault(placed.part.material, len(materials)),
        "pose": _flat(placed.pose),
        "index": placed.index,
        "shadow": placed.shadow,
        "weighted": placed.part.weighted,
    }
    arrays = []
    for name, kind in (("points", np.float32), ("corners", np.int32), ("counts", np.int32)):
        data = getattr(mesh, name).astype(kind)
        described[name] = [start, data.size]
        arrays.append(data.tobytes())
        start += len(arrays[-1])
    return described, arrays


def camera_pose(camera: Pinhole) -> Points:
    """From the axes of Blender's camera (x right, y up, it looks along −z) to the world's."""
    world = np.linalg.inv(camera.world_to_camera)
    return np.asarray(world @ np.diag([1.0, -1.0, -1.0, 1.0]), dtype=np.float64)


def pose(x: float = 0.0, y: float = 0.0, z: float = 0.0, heading: float = 0.0) -> Points:
    """Upright at a place, turned counter-clockwise seen from above by `heading` degrees."""
    turn = np.radians(heading)
    found = np.eye(4)
    found[:2, :2] = [[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]]
    found[:3, 3] = (x, y, z)
    return found


def facing_pose(position: Sequence[float], target: Sequence[float]) -> tuple[float, ...]:
    """A light at a position whose beam goes towards a target."""
    back = np.asarray(position, float) - np.asarray(target, float)
    back /= np.linalg.norm(back)
    side = np.cross((0.0, 0.0, 1.0) if abs(back[2]) < 0.99 else (0.0, 1.0, 0.0), back)
    side /= np.linalg.norm(side)
    found = np.eye(4)
    found[:3, :3] = np.stack([side, np.cross(back, side), back], axis=1)
    found[:3, 3] = position
    return tuple(_flat(found))


def lamp_light(lamp: Lamp, at: Points) -> Light:
    """The light of a lamp in a thing that stands at a pose."""
    place = np.eye(4)
    place[:3, 3] = at[:3, :3] @ np.array(lamp.position) + at[:3, 3]
    return Light("POINT", tuple(_flat(place)), lamp.watts, lamp.colour, lamp.radius)


def placed_parts(parts: Iterable[Part], at: Points, index: int = NOTHING) -> list[Placed]:
    """All parts of one thing at its pose."""
    return [Placed(part, at, index) for part in parts]


def _flat(values: Points) -> list[float]:
    return [float(value) for value in values.reshape(-1)]
