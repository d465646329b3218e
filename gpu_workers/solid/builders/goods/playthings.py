"""Things to play with: balls, dice, blocks, balloons, houses for dolls."""

from collections.abc import Sequence
from math import acos, atan2, cos, degrees, pi, radians, sin

import numpy as np

from gpu_workers.solid.builders.build_request import Builder, Builders, BuildRequest, Built
from gpu_workers.solid.kit.curves import arc, spline
from gpu_workers.solid.kit.materials import Kind, material, wood
from gpu_workers.solid.kit.mesh import Mesh, flipped, grid_mesh, joined
from gpu_workers.solid.kit.primitives import ball, box, cylinder, lathe, plate, tube

GOLDEN = (1 + 5**0.5) / 2
CORNERS = [(0, a, b * GOLDEN) for a in (-1, 1) for b in (-1, 1)]
PENTAGONS = [tuple(np.roll(corner, k)) for corner in CORNERS for k in range(3)]
"""Directions of the twelve black patches of a football."""


def pointed(mesh: Mesh, direction: Sequence[float]) -> Mesh:
    """A mesh about the z axis turned so that z points along a direction."""
    x, y, z = np.asarray(direction, dtype=float) / np.linalg.norm(direction)
    return mesh.turned(y=degrees(acos(z)), z=degrees(atan2(y, x)))


def cap(radius: float, angle: float, sides: int) -> Mesh:
    """The part of a ball about +z within an angle in degrees, its rim a polygon of so many sides (0: round)."""
    turn = np.linspace(0, 2 * pi, 40, endpoint=False)
    piece = 2 * pi / max(1, sides)
    rim = cos(piece / 2) / np.cos(turn % piece - piece / 2) if sides else np.ones(40)
    polar = radians(angle) * np.linspace(1, 0.01, 7)[:, None] * rim
    rows = [np.sin(polar) * np.cos(turn), np.sin(polar) * np.sin(turn), np.cos(polar)]
    return grid_mesh(radius * np.stack(rows, axis=-1), around=True)


def patched_ball(angle: float, sides: int) -> Builder:
    """A white ball with twelve dark patches."""

    def build(request: BuildRequest) -> Built:
        r = request.height / 2
        patches = [pointed(cap(1.008 * r, angle, sides), corner).moved(z=r) for corner in PENTAGONS]
        built = Built().add(material("leather", "white"), ball(r, 40).moved(z=r))
        return built.add(material("leather", "black"), *patches)

    return build


def pointed_ring(angle: float, direction: Sequence[float]) -> list[tuple[float, float, float]]:
    """Points of a circle on the unit ball, at an angle in degrees about a direction."""
    ring = np.column_stack([sin(radians(angle)) * arc(1.0, 0, 352.5, 47), np.full(48, cos(radians(angle)))])
    turned = pointed(Mesh(ring, np.zeros(0, np.int32), np.zeros(0, np.int32)), direction).points
    return [(float(x), float(y), float(z)) for x, y, z in turned]


def seam(radius: float, ring: Sequence[Sequence[float]]) -> Mesh:
    """A closed line on a ball that stands on the ground."""
    return tube(0.992 * radius * np.asarray(ring), 0.02 * radius, 8, closed=True).moved(z=radius)


SEAMS: dict[str, dict[str, list[tuple[float, tuple[float, float, float]]]]] = {
    "basketball": {
        "upright": [(90, (1, 0, 0)), (90, (0, 0, 1)), (52, (0, 1, 0)), (128, (0, 1, 0))],
        "tilted": [(90, (1, 0.4, 0.5)), (90, (-0.5, 0, 1)), (54, (0.1, 1, -0.45)), (126, (0.1, 1, -0.45))],
    },
}  # fmt: skip
"""Circles of balls: angle and axis."""


def seamed_ball(category: str, form: str, kind: Kind, line: str) -> Builder:
    """A ball with seams along circles."""

    def build(request: BuildRequest) -> Built:
        r = request.height / 2
        lines = [seam(r, pointed_ring(angle, axis)) for angle, axis in SEAMS[category][form]]
        return Built().add(request.made_of(kind), ball(r, 40).moved(z=r)).add(material("rubber", line), joined(lines))

    return build


def striped_ball(turn: float) -> Builder:
    """A volleyball: three strips on each of six sides, the middle ones blue."""

    def build(request: BuildRequest) -> Built:
        r = request.height / 2
        built = Built().add(material("rubber", "charcoal"), ball(0.985 * r, 40).moved(z=r))
        for k, look in ((0, request.made_of("leather")), (1, material("leather", "blue")), (2, request.made_of("leather"))):
            strips = [ball_strip(r, axis, sign, k) for axis in range(3) for sign in (-1, 1)]
            built.add(look, joined(strips).turned(x=turn, z=1.3 * turn).moved(z=r))
        return built

    return build


def ball_strip(r: float, axis: int, sign: int, number: int) -> Mesh:
    """A third (0 to 2) of a side of a cube, swollen to a ball about the origin, but for a groove about it."""
    groove = 0.02
    u, v = (
        np.tan(np.linspace(low, high, 9) * pi / 4)
        for low, high in ((2 * number / 3 - 1 + groove, 2 * number / 3 - 1 / 3 - groove), (groove - 1, 1 - groove))
    )
    grid = np.zeros((9, 9, 3))
    grid[..., axis], grid[..., (axis + 1) % 3], grid[..., (axis + 2) % 3] = sign, u[:, None], v[None]
    mesh = grid_mesh(r * grid / np.linalg.norm(grid, axis=-1, keepdims=True))
    return flipped(mesh) if sign > 0 else mesh


def stitched_ball(turn: float) -> Builder:
    """A baseball: one seam that winds about it, with red stitches."""

    def build(request: BuildRequest) -> Built:
        r = request.height / 2
        t = np.linspace(0, 2 * pi, 72, endpoint=False)
        way = np.stack(
            [np.cos(t) * 0.8 + 0.35 * np.cos(3 * t), np.sin(t) * 0.8 - 0.35 * np.sin(3 * t), 0.95 * np.sin(2 * t)], axis=1
        )
        way /= np.linalg.norm(way, axis=1, keepdims=True)
        line = tube(0.99 * r * way, 0.035 * r, 8, closed=True)
        across = np.cross(way, np.roll(way, -1, axis=0) - way)
        across *= 0.09 / np.linalg.norm(across, axis=1, keepdims=True)
        stitch = [tube([r * (p - side), r * (p + side)], 0.022 * r, 6) for p, side in zip(way, across, strict=True)]
        built = Built().add(request.made_of("leather"), ball(r, 40).moved(z=r))
        return built.add(material("fabric", "red"), *(m.turned(x=turn, y=25).moved(z=r) for m in (line, joined(stitch))))

    return build


PIPS = {1: [(0, 0)], 2: [(-1, -1), (1, 1)], 3: [(-1, -1), (0, 0), (1, 1)], 4: [(-1, -1), (-1, 1), (1, -1), (1, 1)]}
FACES = [(0, 0, 1), (0, 90, 2), (90, 0, 3), (-90, 0, 4), (0, -90, 2)]
"""Turns about x and y of a die's sides, and their pips."""


def die(round_by: float) -> Builder:
    """A die with its pips."""

    def build(request: BuildRequest) -> Built:
        h = request.height
        pip = cylinder(0.1 * h, 0.02 * h, round_by=0.0002).moved(z=0.492 * h)
        dark = "white" if sum(request.colour) < 1.9 else "black"
        spots = [
            pip.moved(0.26 * h * x, 0.26 * h * y).turned(x=tx, y=ty).moved(z=h / 2)
            for tx, ty, n in FACES
            for x, y in PIPS[n]
        ]
        return (
            Built().add(request.made_of("paint"), box(h, h, h, round_by * h, 4)).add(material("paint", dark), joined(spots))
        )

    return build


def blocks(places: Sequence[tuple[float, int, str]]) -> Builder:
    """Wooden blocks on each other: (aside, row, colour)."""

    def build(request: BuildRequest) -> Built:
        side, built = request.depth, Built()
        for k, (aside, row, colour) in enumerate(places):
            piece = box(side * 0.97, side * 0.97, side, 0.003).turned(z=(k * 37) % 9 - 4).moved(0, aside * side, row * side)
            built.add(material("wood", colour), piece, flat=True)
        return built

    return build


def balloon(wave: float) -> Builder:
    """A balloon above its string, whose end lies on the ground."""

    def build(request: BuildRequest) -> Built:
        r, h = request.depth / 2, request.height
        low = h - 2.45 * r
        shape = [
            (0.06, 0),
            (0.04, 0.05),
            (0.12, 0.1),
            (0.5, 0.42),
            (0.9, 0.95),
            (1, 1.45),
            (0.86, 2.0),
            (0.5, 2.33),
            (0, 2.45),
        ]
        body = lathe([(max(0.0, float(a)) * r, low + float(z) * r) for a, z in spline(shape, 4)])
        string = spline(
            [(0, 0, low), (0.02, wave, 0.7 * low), (0, -wave, 0.4 * low), (0, wave * 0.5, 0.12 * low), (0.03, 0, 0.003)], 8
        )
        built = Built().add(request.made_of("ceramic"), body).add(material("fabric", "white"), tube(string, 0.003, 6))
        return built.add(request.made_of("ceramic"), cylinder(0.13 * r, 0.08 * r, 0.04 * r).moved(z=low - 0.06 * r))

    return build


def doll_house(floors: int) -> Builder:
    """A house open at the front, with rooms, a gable roof and windows in its sides."""

    def build(request: BuildRequest) -> Built:
        w, d, h = request.width, request.depth, request.height
        wall, eaves = 0.012, 0.68 * h
        shell = request.made_of("paint")
        built = Built().add(shell, box(0.9 * w, wall, eaves, 0.002).moved(-d / 2 + wall / 2 + 0.02 * d), flat=True)
        sides = [box(wall, 0.92 * d, eaves, 0.002).moved(0, y * 0.45 * w) for y in (-1, 0.08, 1)]
        built.add(shell, *sides, flat=True)
        levels = [box(0.9 * w, 0.92 * d, wall, 0.002).moved(z=k * (eaves - wall) / floors) for k in range(floors + 1)]
        built.add(wood("pine", "y"), *levels, flat=True)
        gable = plate([(-0.45 * w, 0), (0.45 * w, 0), (0, h - eaves - 0.02 * h)], wall).turned(x=90).turned(z=90)
        built.add(shell, gable.moved(-0.46 * d, 0, eaves))
        slope = degrees(atan2(h - eaves, 0.5 * w))
        long = (w / 2) / cos(radians(slope)) * 1.0
        for side in (-1, 1):
            slab = box(long, d, 0.02 * h, 0.003).turned(x=-side * slope).moved(0, side * w / 4, (h + eaves) / 2 - 0.03 * h)
            built.add(material("paint", "terracotta"), slab, flat=True)
        return furnished(built, (w, d, (eaves - wall) / floors), floors)

    return build


def furnished(built: Built, size: tuple[float, float, float], floors: int) -> Built:
    """A bed, a table and a chest in the rooms."""
    w, _, each = size
    for level in range(floors):
        low = level * each + 0.014
        first, second = ("teal", "pine") if level else ("red", "white")
        built.add(material("paint", first), box(0.22 * w, 0.1, 0.24 * each, 0.006).moved(-0.02, -0.22 * w, low), flat=True)
        built.add(material("paint", second), box(0.12 * w, 0.08, 0.42 * each, 0.004).moved(-0.04, 0.3 * w, low), flat=True)
    return built


BLOCK_COLOURS = ("red", "blue", "yellow", "green", "orange", "purple")

BUILDERS: Builders = {
    "soccer ball": {"classic": patched_ball(23, 5), "dotted": patched_ball(15, 0)},
    "basketball": {form: seamed_ball("basketball", form, "rubber", "black") for form in ("upright", "tilted")},
    "volleyball": {"upright": striped_ball(8), "tilted": striped_ball(35)},
    "baseball": {"level": stitched_ball(0), "turned": stitched_ball(70)},
    "die": {"sharp": die(0.08), "round": die(0.2)},
    "stack of blocks": {
        "pyramid": blocks([*zip((-1, 0, 1, -0.5, 0.5, 0), (0, 0, 0, 1, 1, 2), BLOCK_COLOURS, strict=True)]),
        "towers": blocks([*zip((-1, 0, 1, -1, 0.9, -1), (0, 0, 0, 1, 1, 2), BLOCK_COLOURS[::-1], strict=True)]),
    },
    "balloon": {"still": balloon(0.01), "waving": balloon(0.035)},
    "doll house": {"two floors": doll_house(2), "three floors": doll_house(3)},
}  # fmt: skip
