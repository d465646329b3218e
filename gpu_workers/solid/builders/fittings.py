"""Parts that many things share: legs, boards, doors and drawers with handles, wheels, screens, rings, lofted shells.

In: measures in metres.  Out: meshes, or parts added to a thing under construction.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import cos, pi, sin
from typing import Literal

import numpy as np

from gpu_workers.solid.builders.build_request import Built
from gpu_workers.solid.kit.materials import Material, material
from gpu_workers.solid.kit.mesh import Face, Mesh, Points, grid_mesh, mesh_of
from gpu_workers.solid.kit.primitives import box, cylinder, lathe, plate, rounded_outline, rounded_profile, tube

STEEL = material("metal", "steel")
BRASS = material("metal", "brass")
DARK_METAL = material("paint", "charcoal")
BLACK = material("plastic", "black")
WHITE = material("paint", "white")
RUBBER = material("rubber", "charcoal")
GLASS = material("glass", (0.95, 0.97, 0.97))
DARK_GLASS = material("screen", (0.03, 0.04, 0.05))

Outline = Sequence[tuple[float, float]]


def side_plate(outline: Outline, width: float, round_by: float = 0.0) -> Mesh:
    """An outline of (x, z), counter-clockwise seen from the right (-y), as thick as `width` about y = 0."""
    return plate(outline, width, round_by).turned(x=90).moved(y=width / 2)


def front_plate(outline: Outline, thickness: float, round_by: float = 0.0) -> Mesh:
    """An outline of (y, z), counter-clockwise seen from the front, as thick as `thickness` from x = 0 on."""
    return plate(outline, thickness, round_by).turned(x=90, z=90)


def standing_outline(width: float, height: float, radius: float) -> list[tuple[float, float]]:
    """A rectangle with round corners that stands on zero, for `front_plate`."""
    return [(y, z + height / 2) for y, z in rounded_outline(height, width, radius)]


def facing(mesh: Mesh) -> Mesh:
    """What stands upwards, laid so that it points to the front (+x)."""
    return mesh.turned(y=90)


def sideways(mesh: Mesh) -> Mesh:
    """What stands upwards, laid so that it points to the left (+y)."""
    return mesh.turned(x=-90)


def circle(radius: float, steps: int = 32, turn: float = 2 * pi, start: float = 0.0) -> Points:
    """Points of a circle, or of an arc, in the plane of x and y."""
    angle = np.linspace(start, start + turn, steps, endpoint=turn < 2 * pi)
    return np.stack([radius * np.cos(angle), radius * np.sin(angle), np.zeros(steps)], axis=1)


def hoop(radius: float, thick: float, steps: int = 32) -> Mesh:
    """A ring that lies about the origin."""
    return tube(circle(radius, steps).tolist(), thick, closed=True)


def loft(rings: Points | Sequence[Points]) -> Mesh:
    """A skin over closed rings (rows × corners × 3), capped at both ends; each counter-clockwise seen from the last."""
    grid = np.asarray(rings, dtype=np.float64)
    wall = grid_mesh(grid, around=True)
    count, last = grid.shape[1], (grid.shape[0] - 1) * grid.shape[1]
    caps: list[Face] = [list(range(count))[::-1], list(range(last, last + count))]
    return mesh_of(wall.points, [*wall.faces(), *caps])


def upright_loft(levels: Iterable[tuple[float, float, float, float, float]]) -> Mesh:
    """A skin over round-cornered rectangles one above another: height, depth, width, share of roundness, shift along x."""
    rings = []
    for z, depth, width, roundness, shift in levels:
        ring = rounded_outline(width, depth, roundness * min(width, depth) / 2)
        rings.append(np.array([(x + shift, y, z) for x, y in ring]))
    return loft(rings)


def long_loft(stations: Iterable[tuple[float, float, float, float, float]]) -> Mesh:
    """A skin over round-cornered sections one before another: x, width, lowest z, highest z, share of roundness."""
    rings = []
    for x, width, low, high, roundness in stations:
        ring = rounded_outline(high - low, width, roundness * min(width, high - low) / 2)
        rings.append(np.array([(x, y, z + (low + high) / 2) for y, z in ring]))
    return loft(rings)


def arch(width: float, height: float, steps: int = 12) -> list[tuple[float, float]]:
    """A rectangle with a half-ellipse on top, as an outline that stands on zero."""
    spring = max(0.0, height - width / 2)
    rise = height - spring
    top = [(width / 2 * cos(a), spring + rise * sin(a)) for a in np.linspace(0, pi, steps)]
    return [(-width / 2, 0.0), (width / 2, 0.0), *top]


def four(mesh: Mesh, x: float, y: float, z: float = 0.0) -> list[Mesh]:
    """A mesh at each corner of a rectangle."""
    return [mesh.moved(sx * x, sy * y, z) for sx in (-1, 1) for sy in (-1, 1)]


def splayed_legs(width: float, depth: float, height: float, thick: float, splay: float = 0.06) -> list[Mesh]:
    """Four round legs that taper and lean outwards; their feet reach to the rectangle's sides."""
    x, y = depth / 2 - thick * 0.6, width / 2 - thick * 0.6
    return [
        tube([(sx * x, sy * y, 0), (sx * (x - splay), sy * (y - splay), height)], [thick * 0.55, thick])
        for sx in (-1, 1)
        for sy in (-1, 1)
    ]


def carcass(width: float, depth: float, height: float, thick: float = 0.02) -> list[Mesh]:
    """Boards of a case that is open in front."""
    side = box(thick, depth, height, 0.003)
    level = box(width - 2 * thick, depth, thick, 0.003)
    back = box(width - 2 * thick, 0.01, height - thick, 0.002).moved(-depth / 2 + 0.006, 0, thick / 2)
    ends = [side.moved(0, y * (width - thick) / 2) for y in (-1, 1)]
    return [*ends, level, level.moved(z=height - thick), back]


def bar_handle(length: float, upright: bool = False) -> Mesh:
    """A bar on two posts that points to the front from x = 0."""
    half = length / 2
    path = [
        (0, -half, 0),
        (0.026, -half, 0),
        (0.03, -half + 0.008, 0),
        (0.03, half - 0.008, 0),
        (0.026, half, 0),
        (0, half, 0),
    ]
    bar = tube(path, 0.0055, around=8)
    return bar.turned(x=90) if upright else bar


def knob(radius: float = 0.016) -> Mesh:
    """A round knob that points to the front from x = 0."""
    neck, head = radius * 0.45, radius * 1.7
    profile = [(0, 0), (neck, 0), (neck, radius * 0.8), (radius, head * 0.7), (radius * 0.8, head), (0, head)]
    return facing(lathe(rounded_profile(profile, radius * 0.3), 20))


Handle = Literal["knob", "bar", "door knob", "door bar"]
"""Of a drawer in its middle, or of a door at its free edge."""

HANDLE_METAL: dict[Handle, Material] = {"knob": BRASS, "bar": STEEL, "door knob": BRASS, "door bar": STEEL}


def handle_of(kind: Handle, width: float, height: float, side: float) -> Mesh:
    """A handle about the middle of a front of width × height metres; `side`: 1 or -1 where the left or right door is."""
    free_edge = -side * (width / 2 - 0.04)
    if kind == "knob":
        return knob()
    if kind == "door knob":
        return knob().moved(y=free_edge)
    if kind == "door bar":
        return bar_handle(min(0.22, height * 0.4), upright=True).moved(y=free_edge)
    return bar_handle(min(0.16, width * 0.45))


@dataclass(frozen=True)
class Front:
    """The area that doors or drawers fill: its plane, lower middle, width and height, in metres."""

    x: float
    z: float
    width: float
    height: float
    y: float = 0.0


def add_fronts(built: Built, look: Material, area: Front, grid: tuple[int, int], handle: Handle) -> Built:
    """Columns × rows of doors or drawers over an area, each with its handle."""
    columns, rows = grid
    width, height = area.width / columns, area.height / rows
    for column in range(columns):
        for row in range(rows):
            y, z = area.y + (column + 0.5) * width - area.width / 2, area.z + row * height
            side = 0.0 if columns == 1 else (-1.0 if column % 2 == 0 else 1.0)
            built.add(look, box(width - 0.006, 0.018, height - 0.006, 0.004).moved(area.x + 0.009, y, z + 0.003), flat=True)
            built.add(HANDLE_METAL[handle], handle_of(handle, width, height, side).moved(area.x + 0.018, y, z + height / 2))
    return built


def add_wheel(built: Built, radius: float, width: float, at: tuple[float, float, float], hub: Material = STEEL) -> Built:
    """A tyre with its rim, its axis along y, its middle at a place."""
    half, lip = width / 2, radius * 0.66
    tyre = [
        (lip, -half * 0.8),
        (radius * 0.9, -half),
        (radius, -half * 0.6),
        (radius, half * 0.6),
        (radius * 0.9, half),
        (lip, half * 0.8),
    ]
    rim = [
        (0, -half * 0.6),
        (lip * 0.3, -half * 0.75),
        (lip * 0.8, -half * 0.5),
        (lip, -half * 0.8),
        (lip, half * 0.8),
        (lip * 0.8, half * 0.5),
        (lip * 0.3, half * 0.75),
        (0, half * 0.6),
    ]
    built.add(RUBBER, lathe(rounded_profile(tyre, width * 0.12), 32).turned(x=-90).moved(*at))
    return built.add(hub, lathe(rim, 32).turned(x=-90).moved(*at))


def add_spoked_wheel(built: Built, radius: float, at: tuple[float, float, float], spokes: int = 12) -> Built:
    """A wheel of wire spokes, its axis along y."""
    turned = [hoop(radius - 0.016, 0.016, 40)]
    rim = [hoop(radius - 0.036, 0.008, 40), cylinder(0.022, 0.07).moved(z=-0.035)]
    rays = [
        tube([(0.015 * c, 0.015 * s, 0.02 * (-1) ** k), ((radius - 0.036) * c, (radius - 0.036) * s, 0)], 0.0025, 5)
        for k in range(spokes)
        for c, s in [(cos(2 * pi * k / spokes), sin(2 * pi * k / spokes))]
    ]
    built.add(RUBBER, *(mesh.turned(x=90).moved(*at) for mesh in turned))
    return built.add(STEEL, *(mesh.turned(x=90).moved(*at) for mesh in [*rim, *rays]))


def feet(width: float, depth: float, height: float = 0.02, radius: float = 0.015) -> list[Mesh]:
    """Four short round feet at the corners of a rectangle."""
    return four(cylinder(radius, height, round_by=0.002), depth / 2 - radius * 1.5, width / 2 - radius * 1.5)


def book_row(
    built: Built, size: tuple[float, float, float], place: tuple[float, float, float], pick: Sequence[float]
) -> Built:
    """Books that stand in a row from the right (-y) of a place, their spines to the front.

    `size`: width, depth, height in metres; `pick`: random shares.
    """
    width, depth, height = size
    cloths = [
        material("leather", name) for name in ("red", "navy", "olive", "cream", "teal", "brown", "terracotta", "gray")
    ]
    x, y, z = place
    at = y - width / 2
    for k, share in enumerate(pick):
        thick = 0.018 + 0.03 * share
        if at + thick > y + width / 2:
            break
        tall = height * (0.72 + 0.26 * ((share * 7) % 1))
        look = cloths[(k * 3 + int(share * 40)) % len(cloths)]
        built.add(look, box(thick - 0.002, depth * 0.8, tall, 0.003).moved(x, at + thick / 2, z), flat=True)
        at += thick
    return built
