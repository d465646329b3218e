"""Bicycles."""

from gpu_workers.solid.builders.build_request import Builders, BuildRequest, Built
from gpu_workers.solid.builders.fittings import (
    BLACK,
    STEEL,
    add_spoked_wheel,
)
from gpu_workers.solid.kit.materials import wood
from gpu_workers.solid.kit.mesh import Mesh
from gpu_workers.solid.kit.primitives import box, cushion, cylinder, tube


def diamond_bicycle(request: BuildRequest) -> Built:
    """A bicycle with a level bar and a straight handlebar."""
    return _bicycle(request, level_bar=True)


def low_bicycle(request: BuildRequest) -> Built:
    """A bicycle with a low bar, a basket and a bent handlebar."""
    return _bicycle(request, level_bar=False)


Point = tuple[float, float, float]


def _bicycle(request: BuildRequest, level_bar: bool) -> Built:
    d, h = request.depth, request.height
    r = d * 0.195
    rear, front, crank = (-d / 2 + r, 0.0, r), (d / 2 - r, 0.0, r), (-d * 0.06, 0.0, r * 0.9)
    built = Built()
    for hub in (rear, front):
        add_spoked_wheel(built, r, hub)
    top_bar = (
        [(-d * 0.15, 0.0, h * 0.74), (d * 0.2, 0.0, h * 0.78)]
        if level_bar
        else [(-d * 0.1, 0.0, h * 0.52), (d * 0.215, 0.0, h * 0.68)]
    )
    _add_frame(built, request, (rear, front, crank), top_bar)
    _add_handlebar(built, request, 0.0 if level_bar else 0.06)
    _add_drive(built, rear, crank)
    return built if level_bar else built.add(wood("pine"), *_basket(d * 0.31, h * 0.62))


def _add_frame(built: Built, request: BuildRequest, hubs: tuple[Point, Point, Point], top_bar: list[Point]) -> None:
    d, h = request.depth, request.height
    rear, front, crank = hubs
    crown = (d * 0.235, 0.0, h * 0.58)
    bars = [[crank, (d * 0.215, 0, h * 0.68)], [crank, (-d * 0.16, 0, h * 0.78)], top_bar, [(d * 0.2, 0, h * 0.78), crown]]
    joints = (crank, (-d * 0.14, 0, h * 0.68))
    stays = [[(rear[0], y, rear[2]), (x, y * 0.4, z)] for y in (-0.05, 0.05) for x, _, z in joints]
    fork = [[(crown[0], y * 0.5, crown[2]), (front[0], y, front[2])] for y in (-0.05, 0.05)]
    built.add(
        request.made_of("paint"),
        *(tube(path, 0.017, 10) for path in bars),
        *(tube(path, 0.011, 8) for path in [*stays, *fork]),
    )


def _add_handlebar(built: Built, request: BuildRequest, bent_by: float) -> None:
    """The handlebar with its grips, and the saddle on its post."""
    w, d, h = request.width, request.depth, request.height
    top = h - 0.012
    bar = [(d * 0.19, 0.0, top - 0.01)]
    for y in (0.2, 0.5):
        place = (d * (0.185 if y == 0.2 else 0.17) - bent_by * (y > 0.2), y * w - 0.012 * (y > 0.2), top - 0.02 * (y > 0.2))
        bar = [(place[0], -place[1], place[2]), *bar, place]
    built.add(STEEL, tube(bar, 0.012, 10), tube([(d * 0.2, 0, h * 0.78), (d * 0.19, 0, top)], 0.013, 8))
    built.add(STEEL, tube([(-d * 0.16, 0, h * 0.78), (-d * 0.172, 0, h * 0.86)], 0.013, 8))
    grips = [tube([(x, y, z), (x, y * 0.66, z + 0.006)], 0.017, 8) for x, y, z in (bar[0], bar[-1])]
    built.add(BLACK, *grips, cushion(0.15, 0.25, 0.06, 0.3).moved(-d * 0.165, 0, h * 0.86))


def _add_drive(built: Built, rear: Point, crank: Point) -> None:
    """Chain wheels, cranks, pedals and the chain."""
    x, _, z = crank
    wheels = [(0.09, crank), (0.035, rear)]
    built.add(STEEL, *(cylinder(r, 0.01).turned(x=90).moved(at[0], -0.05, at[2]) for r, at in wheels))
    for y, s in ((-0.07, 1), (0.07, -1)):
        built.add(STEEL, tube([(x, y, z), (x + s * 0.16, y, z - s * 0.05)], 0.009, 8))
        built.add(BLACK, box(0.08, 0.09, 0.02).moved(x + s * 0.16, y * 1.7, z - s * 0.05 - 0.01))
    sides = [[(x, -0.055, z + up), (rear[0], -0.055, rear[2] + up * 0.4)] for up in (-0.085, 0.085)]
    built.add(BLACK, *(tube(side, 0.005, 6) for side in sides))


def _basket(x: float, z: float) -> list[Mesh]:
    rings = [
        [(x + dx * s, dy * s, z + up) for dx, dy in ((-0.12, -0.16), (0.12, -0.16), (0.12, 0.16), (-0.12, 0.16))]
        for up, s in ((0, 0.85), (0.07, 0.92), (0.14, 0.97), (0.21, 1.02))
    ]
    return [
        *(tube(ring, 0.007, 6, closed=True) for ring in rings),
        *(tube([rings[0][k], rings[-1][k]], 0.007, 6) for k in range(4)),
        box(0.26, 0.2, 0.01).moved(x, 0, z),
    ]


BUILDERS: Builders = {
    "bicycle": {"diamond": diamond_bicycle, "low": low_bicycle},
}
