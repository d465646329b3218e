"""Bare shapes: cube, sphere, cylinder, cone, pyramid, hemisphere, torus, prism, each shiny or matt.

Edges are rounded by a share of the shape and no surface has a pattern: nothing of them shows how large they are.
"""

from collections.abc import Callable
from functools import partial
from math import cos, pi, sin

import numpy as np

from gpu_workers.solid.builders.build_request import Builders, BuildRequest, Built
from gpu_workers.solid.kit.materials import Kind
from gpu_workers.solid.kit.mesh import Mesh, joined, mesh_of
from gpu_workers.solid.kit.primitives import box, cylinder, ellipsoid, lathe, rounded_profile, tube

ROUNDED = 0.012
"""Of edges: a share of the width."""

AROUND = 72

THICK = 0.32
"""Of a torus: its thickness as a share of its width, before it is stretched to its height."""

SURFACES: dict[str, Kind] = {"shiny": "plastic", "matt": "rubber"}


def _cube(w: float, d: float, h: float) -> Mesh:
    return box(w, d, h, ROUNDED * w)


def _sphere(w: float, d: float, h: float) -> Mesh:
    return ellipsoid(d, w, h, AROUND).moved(z=h / 2)


def _cylinder(w: float, _d: float, h: float) -> Mesh:
    return cylinder(w / 2, h, round_by=ROUNDED * w)


def _cone(w: float, _d: float, h: float) -> Mesh:
    return lathe(rounded_profile([(0.0, 0.0), (w / 2, 0.0), (0.0, h)], ROUNDED * w), AROUND)


def _pyramid(w: float, d: float, h: float) -> Mesh:
    x, y = d / 2, w / 2
    corners = [(x, -y, 0.0), (x, y, 0.0), (-x, y, 0.0), (-x, -y, 0.0), (0.0, 0.0, h)]
    return _faceted(corners, [[3, 2, 1, 0], [0, 1, 4], [1, 2, 4], [2, 3, 4], [3, 0, 4]])


def _hemisphere(w: float, _d: float, h: float) -> Mesh:
    arc = [(w / 2 * cos(a), h * sin(a)) for a in np.linspace(0, pi / 2, AROUND // 4, endpoint=False)]
    return lathe([(0.0, 0.0), (w / 2 * (1 - ROUNDED), 0.0), *arc, (0.0, h)], AROUND)


def _torus(w: float, _d: float, h: float) -> Mesh:
    thick = THICK * w / 2
    radius = w / 2 - thick
    ring = [(radius * cos(a), radius * sin(a), thick) for a in np.linspace(0, 2 * pi, AROUND, endpoint=False)]
    return tube(ring, thick, around=24, closed=True).scaled(1.0, 1.0, h / (2 * thick))


def _prism(w: float, d: float, h: float) -> Mesh:
    x, y = d / 2, w / 2
    corners = [(x, -y, 0.0), (x, y, 0.0), (-x, y, 0.0), (-x, -y, 0.0), (0.0, -y, h), (0.0, y, h)]
    return _faceted(corners, [[3, 2, 1, 0], [0, 1, 5, 4], [2, 3, 4, 5], [0, 4, 3], [1, 2, 5]])


def _faceted(corners: list[tuple[float, float, float]], faces: list[list[int]]) -> Mesh:
    """Faces that share no points, so that each is shaded as the plane that it is."""
    points = np.array(corners)
    return joined(mesh_of(points[face], [range(len(face))]) for face in faces)


Shaper = Callable[[float, float, float], Mesh]
"""From width, depth and height in metres to a mesh that stands on the ground."""


def _built(shaper: Shaper, surface: Kind, request: BuildRequest) -> Built:
    mesh = shaper(request.width, request.depth, request.height)
    return Built().add(request.made_of(surface), mesh, flat=shaper is _cube)


SHAPERS: dict[str, Shaper] = {
    "cube": _cube, "sphere": _sphere, "cylinder": _cylinder, "cone": _cone, "pyramid": _pyramid,
    "hemisphere": _hemisphere, "torus": _torus, "triangular prism": _prism,
}  # fmt: skip

BUILDERS: Builders = {
    name: {form: partial(_built, shaper, kind) for form, kind in SURFACES.items()} for name, shaper in SHAPERS.items()
}
