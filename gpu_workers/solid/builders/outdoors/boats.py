"""Boats: with sails, with paddles."""

from math import cos, pi, sin

import numpy as np

from gpu_workers.solid.builders.build_request import Builders, BuildRequest, Built
from gpu_workers.solid.builders.fittings import (
    loft,
    upright_loft,
)
from gpu_workers.solid.kit.materials import Material, material, wood
from gpu_workers.solid.kit.mesh import Mesh, grid_mesh
from gpu_workers.solid.kit.primitives import box, ellipsoid, plate, tube


def hull(length: float, width: float, height: float, blunt: float = 0.75) -> Mesh:
    """A boat's open shell about the origin, its bow at +x; `blunt`: how wide its stern is."""
    rows = []
    for x in np.linspace(-1, 1, 21):
        half = width / 2 * (1 - max(0.0, x) ** 2.4) ** 0.75 * (1 - (1 - blunt) * max(0.0, -x) ** 2)
        rim = height * (0.84 + 0.16 * max(0.0, x) ** 2)
        keel = height * 0.25 * max(0.0, x) ** 4
        turn = np.linspace(-pi / 2, pi / 2, 13)
        out = [(x * length / 2, half * sin(a), keel + (rim - keel) * (1 - cos(a) ** 0.6)) for a in turn]
        inner = [
            (
                x * length / 2 * 0.985,
                half * 0.93 * sin(a),
                min(rim, keel + height * 0.12 + (rim - keel - height * 0.1) * (1 - cos(a) ** 0.6)),
            )
            for a in turn[::-1]
        ]
        rows.append([*out, *inner])
    return loft(np.array(rows))


def sloop(request: BuildRequest) -> Built:
    """A boat with two sails."""
    return _sailboat(request, 2)


def catboat(request: BuildRequest) -> Built:
    """A boat with one sail."""
    return _sailboat(request, 1)


def _sailboat(request: BuildRequest, sails: int) -> Built:
    w, d, h = request.width, request.depth, request.height
    deep = h * 0.13
    built = (
        Built()
        .add(request.made_of("paint"), hull(d, w, deep))
        .add(wood("oak"), plate([(x * d * 0.46, y) for x, y in _deck(w * 0.88)], 0.03).moved(z=deep * 0.7))
    )
    built.add(
        material("paint", "white"),
        upright_loft([(deep * 0.7, d * 0.34, w * 0.55, 0.5, d * 0.08), (deep * 1.15, d * 0.26, w * 0.42, 0.6, d * 0.06)]),
    )
    mast = d * (0.1 if sails == 2 else 0.24)
    built.add(
        wood("pine"),
        tube([(mast, 0, deep * 0.4), (mast, 0, h)], [0.06, 0.035]),
        tube([(mast, 0, deep * 1.5), (-d * 0.42, 0, deep * 1.6)], 0.035),
    )
    cloth = material("fabric", (0.93, 0.92, 0.88))
    built.add(cloth, _sail((mast - 0.05, deep * 1.7), (-d * 0.4, deep * 1.75), (mast - 0.05, h * 0.97), w * 0.14))
    if sails == 2:
        built.add(cloth, _sail((d * 0.47, deep * 1.15), (mast + 0.1, deep * 1.5), (mast + 0.08, h * 0.86), w * 0.12))
    return built


def _deck(width: float) -> list[tuple[float, float]]:
    xs = np.linspace(-1, 1, 15)
    half = [width / 2 * (1 - max(0.0, x) ** 2.4) ** 0.75 * (1 - 0.25 * max(0.0, -x) ** 2) for x in xs]
    return [*zip(xs, [-v for v in half], strict=True), *zip(xs[::-1], half[::-1], strict=True)]


def _sail(tack: tuple[float, float], clew: tuple[float, float], head: tuple[float, float], belly: float) -> Mesh:
    """A triangle of cloth (x, z) that bellies out to the left."""
    grid = []
    for s in np.linspace(0, 1, 10):
        start, end = np.array(tack) * (1 - s) + np.array(head) * s, np.array(clew) * (1 - s) + np.array(head) * s
        grid.append([(*(start * (1 - t) + end * t), belly * sin(pi * t) * (1 - s) ** 0.7) for t in np.linspace(0, 1, 8)])
    points = np.array(grid)[..., [0, 2, 1]]
    return grid_mesh(points)


def wooden_canoe(request: BuildRequest) -> Built:
    """A slender open boat with two seats and a paddle."""
    return _canoe(request, request.made_of("wood"))


def painted_canoe(request: BuildRequest) -> Built:
    """The same, painted."""
    return _canoe(request, request.made_of("paint"))


def _canoe(request: BuildRequest, look: Material) -> Built:
    w, d, h = request.width, request.depth, request.height
    rows = []
    for x in np.linspace(-1, 1, 25):
        half = w / 2 * max(0.02, (1 - abs(x) ** 2.2)) ** 0.8
        rim, turn = h * (0.74 + 0.26 * abs(x) ** 2.5), np.linspace(-pi / 2, pi / 2, 11)
        out = [(x * d / 2, half * sin(a), rim * (1 - cos(a) ** 0.7)) for a in turn]
        inner = [
            (x * d / 2 * 0.985, half * 0.92 * sin(a), min(rim, h * 0.06 + rim * (1 - 0.94 * cos(a) ** 0.7)))
            for a in turn[::-1]
        ]
        rows.append([*out, *inner])
    built = Built().add(look, loft(np.array(rows)))
    built.add(
        wood("walnut", "y"),
        *(box(w * 0.86 * (1 - abs(x) ** 2), 0.2, 0.025).moved(x * d / 2, 0, h * 0.56) for x in (-0.5, 0.45)),
        *(box(w * 0.9, 0.05, 0.03).moved(x, 0, h * 0.68) for x in (0.0,)),
    )
    paddle = [
        tube([(-d * 0.2, w * 0.1, h * 0.66), (d * 0.14, w * 0.16, h * 0.7)], 0.016, 8),
        ellipsoid(0.5, 0.16, 0.03, 20).moved(d * 0.18, w * 0.165, h * 0.7),
    ]
    return built.add(wood("pine"), *paddle)


BUILDERS: Builders = {
    "sailboat": {"two sails": sloop, "one sail": catboat},
    "canoe": {"wooden": wooden_canoe, "painted": painted_canoe},
}
