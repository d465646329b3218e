"""Rooms and tables: floors, walls, windows, the light that comes through them.

In: a space, random numbers.  Out: surroundings.
"""

from collections.abc import Sequence
from random import Random

from gpu_workers.solid.kit.materials import COLOURS, Colour, Kind, Material
from gpu_workers.solid.kit.mesh import Mesh, mesh_of
from gpu_workers.solid.kit.primitives import box, cylinder
from gpu_workers.solid.scenery.fillers import TABLE_TO_WALL_M
from gpu_workers.solid.scenery.landforms import level
from gpu_workers.solid.scenery.room_table import room_of
from gpu_workers.solid.scenery.surroundings import Surroundings
from gpu_workers.solid.shot import Light, Part, Placed, Sky, facing_pose, pose
from schemas.world import Space
from spatial.world.views.room_views import side_walls

TABLES: Sequence[tuple[Kind, str]] = (
    ("wood", "oak"), ("wood", "walnut"), ("wood", "pine"), ("fabric", "white"), ("fabric", "cream"), ("stone", "cream"),
)  # fmt: skip

DAYLIGHT: Colour = (1.0, 0.95, 0.88)
LAMPLIGHT: Colour = (1.0, 0.82, 0.6)


def room(space: Space, scene: str, rng: Random) -> Surroundings:
    """A room that is open towards the camera."""
    look = room_of(scene)
    (kind, colour), (wall_kind, wall_colour) = rng.choice(look.floors), rng.choice(look.walls)
    across, along = (Material(wall_kind, wall_colour, grain=grain) for grain in ("y", "x"))
    trim = Material("paint", COLOURS["white"])
    left, right = side_walls(space.left, space.right)
    near, back, high = space.front - 6.0, space.back, space.height
    made = Surroundings(sky=Sky((0.92, 0.94, 0.97), (0.85, 0.9, 1.0), 0.25), elements={"wall", "floor"})
    made.parts += [
        _fixed(level((left, right), (near, back), 0.0), Material(kind, colour)),
        _fixed(level((left, right), (near, back), high, down=True), Material("plaster", COLOURS["white"])),
        _fixed(_upright((left, back), (right, back), high), across),
        _fixed(_upright((left, near), (left, back), high), along),
        _fixed(_upright((right, back), (right, near), high), along),
        _fixed(box(right - left, 0.015, 0.09, 0.004).turned(z=-90).moved((left + right) / 2, back - 0.0075, 0), trim),
    ]
    made.lights += _window_light((left, right, near, back, high), rng)
    return made


def table(space: Space, rng: Random) -> Surroundings:
    """A table's top before a wall."""
    kind, colour = rng.choice(TABLES)
    width, depth = space.right - space.left + 0.5, space.back - space.front + 0.3
    middle = ((space.left + space.right) / 2, (space.front + space.back) / 2)
    home = room_of(None)
    wall_kind, wall_colour = rng.choice(home.walls)
    back, high = space.back + TABLE_TO_WALL_M, 2.6
    made = Surroundings(sky=Sky((0.92, 0.94, 0.97), (0.85, 0.9, 1.0), 0.25), elements={"table", "tabletop", "wall"})
    top = box(width, depth, 0.03, 0.01).moved(*middle, space.ground - 0.03)
    floor_kind, floor_colour = rng.choice(home.floors)
    made.parts += [
        _fixed(top, Material(kind, COLOURS[colour], grain="y")),
        _fixed(level((-6, 6), (-6, back), 0.0), Material(floor_kind, floor_colour)),
        _fixed(_upright((-6, back), (6, back), high), Material(wall_kind, wall_colour)),
    ]
    legs = [(x * (depth / 2 - 0.08), y * (width / 2 - 0.08)) for x in (-1, 1) for y in (-1, 1)]
    made.parts += [
        _fixed(cylinder(0.03, space.ground - 0.03).moved(middle[0] + y, middle[1] + x), Material("wood", COLOURS[colour]))
        for x, y in legs
    ]  # fmt: skip
    made.lights += _window_light((-1.6, 1.6, -2.5, back, high), rng)
    return made


def _window_light(walls: tuple[float, float, float, float, float], rng: Random) -> list[Light]:
    """Soft light from a window at one side behind the camera, and a weaker one from the other side."""
    left, right, near, back, high = walls
    side = rng.choice((-1, 1))
    x = left + 0.2 if side < 0 else right - 0.2
    reach = max(right - left, 2.0)
    colour = rng.choice((DAYLIGHT, DAYLIGHT, LAMPLIGHT))
    target = ((left + right) / 2, (near + 6 + back) / 2, 0.4)
    strong = Light("AREA", facing_pose((x, near + 4.6, high - 0.4), target), 12.5 * reach**2, colour, size=(1.8, 1.8))
    weak = Light("AREA", facing_pose((-x, near + 4.2, high - 0.3), target), 7 * reach**2, DAYLIGHT, size=(2.2, 2.2))
    return [strong, weak]


def _fixed(mesh: Mesh, material: Material) -> Placed:
    return Placed(Part(mesh, material, weighted=True), pose())


def _upright(start: tuple[float, float], end: tuple[float, float], high: float) -> Mesh:
    """A wall from one corner to another, seen from the left of the way between them turned back: from inside the room."""
    (ax, ay), (bx, by) = start, end
    return mesh_of([(ax, ay, 0), (ax, ay, high), (bx, by, high), (bx, by, 0)], [(0, 1, 2, 3)])
