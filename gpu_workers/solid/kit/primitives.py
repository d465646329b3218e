"""Basic shapes of which things are made: rounded boxes, turned profiles, tubes, plates, cushions, leaves.

In: measures in metres.  Out: meshes that stand on z = 0 (boxes, turned and extruded shapes) or lie about the origin.
"""

from collections.abc import Sequence
from math import pi

import numpy as np

from gpu_workers.solid.kit.mesh import Face, Mesh, Points, flipped, grid_mesh, joined, merged, mesh_of

AROUND = 48
"""Sides of a turned shape: its silhouette looks round at 512 pixels."""


def box(width: float, depth: float, height: float, round_by: float = 0.006, steps: int = 2) -> Mesh:
    """A box with rounded edges that stands on the ground; x is its depth (front to back), y its width."""
    return _rounded_box((depth, width, height), round_by, steps, pieces=1)


def cushion(width: float, depth: float, height: float, puff: float = 0.25) -> Mesh:
    """A soft box: wide roundings, and a top and bottom that bulge by up to a share `puff` of its height in the middle."""
    body = _rounded_box((depth, width, height), 0.42 * min(width, depth, height), steps=4, pieces=6)
    x, y, z = body.points.T
    swell = np.sqrt(np.clip(1 - (2 * x / depth) ** 2, 0, 1) * np.clip(1 - (2 * y / width) ** 2, 0, 1))
    bulged = height / 2 + (z - height / 2) * (1 - puff + puff * swell)
    return Mesh(np.stack([x, y, bulged], axis=1), body.corners, body.counts)


def _rounded_box(sides: tuple[float, float, float], round_by: float, steps: int, pieces: int) -> Mesh:
    half = np.array(sides) / 2
    radius = max(1e-4, min(round_by, float(half.min()) * 0.98))
    lines = [_lines(float(h), radius, steps, pieces) for h in half]
    faces = [_box_side(half, radius, lines, (axis, sign)) for axis in range(3) for sign in (-1, 1)]
    return merged(joined(faces)).moved(z=sides[2] / 2)


def _lines(half: float, radius: float, steps: int, pieces: int) -> Points:
    """Where a side is cut: closely over its rounded edges, into pieces between them."""
    bend = radius * np.tan(np.linspace(0, pi / 4, steps + 1))
    core = half - radius
    return np.concatenate([-core - bend[::-1], np.linspace(-core, core, pieces + 1)[1:-1], core + bend])


def _box_side(half: Points, radius: float, lines: Sequence[Points], side: tuple[int, int]) -> Mesh:
    axis, sign = side
    u, v = [(1, 2), (2, 0), (0, 1)][axis]
    grid_u, grid_v = np.meshgrid(lines[u], lines[v], indexing="ij")
    flat = np.zeros((*grid_u.shape, 3))
    flat[..., axis], flat[..., u], flat[..., v] = sign * half[axis], grid_u, grid_v
    core = np.clip(flat, -(half - radius), half - radius)
    out = flat - core
    mesh = grid_mesh(core + radius * out / np.linalg.norm(out, axis=-1, keepdims=True))
    return mesh if sign < 0 else flipped(mesh)


def lathe(profile: Sequence[tuple[float, float]], around: int = AROUND) -> Mesh:
    """A profile of (radius, height) from bottom to top on the outside, turned about the z axis. Radii of 0 close it."""
    rings = np.asarray(profile, dtype=np.float64)
    angle = np.linspace(0, 2 * pi, around, endpoint=False)
    grid = np.stack(
        [rings[:, :1] * np.cos(angle), rings[:, :1] * np.sin(angle), np.broadcast_to(rings[:, 1:], (len(rings), around))],
        axis=-1,
    )
    return merged(grid_mesh(grid, around=True))


def rounded_profile(profile: Sequence[tuple[float, float]], by: float = 0.004, steps: int = 3) -> list[tuple[float, float]]:
    """The profile with its inner corners rounded by metres, so that turned edges catch the light."""
    points = [np.array(p, dtype=float) for p in profile]
    found = [points[0]]
    for before, here, after in zip(points, points[1:], points[2:], strict=False):
        back, ahead = before - here, after - here
        cut = min(by, float(np.linalg.norm(back)) / 2.1, float(np.linalg.norm(ahead)) / 2.1)
        if cut < 1e-6:
            found.append(here)
            continue
        start, end = here + back / np.linalg.norm(back) * cut, here + ahead / np.linalg.norm(ahead) * cut
        found += [(1 - t) ** 2 * start + 2 * t * (1 - t) * here + t * t * end for t in np.linspace(0, 1, steps + 1)]
    found.append(points[-1])
    return [(max(0.0, float(r)), float(z)) for r, z in found]


def cylinder(radius: float, height: float, top: float | None = None, round_by: float = 0.004) -> Mesh:
    """A rod or a disc that stands on the ground; `top` is its radius at the top where it tapers."""
    upper = radius if top is None else top
    return lathe(rounded_profile([(0, 0), (radius, 0), (upper, height), (0, height)], round_by))


def tube(
    path: Sequence[Sequence[float]] | Points,
    radius: float | Sequence[float] | Points,
    around: int = 12,
    closed: bool = False,
) -> Mesh:
    """A round tube along a path (n × 3, metres), with one radius or one for each point; its ends are closed by caps."""
    points = np.asarray(path, dtype=np.float64)
    radii = np.broadcast_to(np.asarray(radius, dtype=np.float64), (len(points),))
    ahead, behind = np.roll(points, -1, axis=0), np.roll(points, 1, axis=0)
    if not closed:
        ahead[-1], behind[0] = points[-1], points[0]
    tangent = _unit(ahead - behind)
    sides = _frames(tangent)
    angle = np.linspace(0, 2 * pi, around, endpoint=False)
    normal, binormal = sides, np.cross(tangent, sides)
    ring = np.cos(angle)[None, :, None] * normal[:, None] + np.sin(angle)[None, :, None] * binormal[:, None]
    grid = points[:, None] + radii[:, None, None] * ring
    wall = grid_mesh(grid, around=True, along=closed)
    if closed:
        return wall
    last = (len(points) - 1) * around
    caps: list[Face] = [list(range(around))[::-1], list(range(last, last + around))]
    return mesh_of(wall.points, [*wall.faces(), *caps])


def _unit(vectors: Points) -> Points:
    length = np.linalg.norm(vectors, axis=-1, keepdims=True)
    found: Points = vectors / np.maximum(length, 1e-12)
    return found


def _frames(tangent: Points) -> Points:
    """A normal at each point that turns no more than the path does."""
    axis = np.eye(3)[np.argmin(np.abs(tangent[0]))]
    normal = _unit(np.cross(tangent[0], axis))
    found = [normal]
    for direction in tangent[1:]:
        normal = _unit(normal - direction * (normal @ direction))
        found.append(normal)
    return np.array(found)


def plate(outline: Sequence[tuple[float, float]], thickness: float, round_by: float = 0.0) -> Mesh:
    """A flat outline (x, y; counter-clockwise) as a plate that lies on the ground; its upper rim is rounded by metres."""
    ring = np.asarray(outline, dtype=np.float64)
    if round_by <= 0:
        levels = [(0.0, 0.0), (0.0, thickness)]
    else:
        turn = np.linspace(0, pi / 2, 4)
        levels = [
            (round_by, 0.0),
            (0.0, round_by),
            *((round_by * (1 - np.cos(a)), thickness - round_by * (1 - np.sin(a))) for a in turn),
        ]
    inward = _inward(ring)
    grid = np.stack([np.column_stack([ring + inward * offset, np.full(len(ring), z)]) for offset, z in levels])
    wall = grid_mesh(grid, around=True)
    count, last = len(ring), (len(levels) - 1) * len(ring)
    return mesh_of(wall.points, [*wall.faces(), list(range(count))[::-1], list(range(last, last + count))])


def _inward(ring: Points) -> Points:
    edge = _unit(np.roll(ring, -1, axis=0) - np.roll(ring, 1, axis=0))
    return np.stack([-edge[:, 1], edge[:, 0]], axis=1)


def disc_outline(radius_x: float, radius_y: float, corners: int = AROUND) -> list[tuple[float, float]]:
    """An ellipse as an outline."""
    return [(radius_x * np.cos(a), radius_y * np.sin(a)) for a in np.linspace(0, 2 * pi, corners, endpoint=False)]


def rounded_outline(width: float, depth: float, radius: float, steps: int = 5) -> list[tuple[float, float]]:
    """A rectangle with round corners as an outline: `depth` along x, `width` along y."""
    radius = min(radius, 0.499 * min(width, depth))
    corners = [(1, 1, 0), (-1, 1, pi / 2), (-1, -1, pi), (1, -1, 1.5 * pi)]
    return [
        (sx * (depth / 2 - radius) + radius * np.cos(start + t), sy * (width / 2 - radius) + radius * np.sin(start + t))
        for sx, sy, start in corners
        for t in np.linspace(0, pi / 2, steps)
    ]


def ellipsoid(depth: float, width: float, height: float, around: int = AROUND) -> Mesh:
    """An ellipsoid about the origin: diameters along x, y and z."""
    angle = np.linspace(-pi / 2, pi / 2, around // 2 + 1)
    return lathe([(max(0.0, float(np.cos(a))), float(np.sin(a))) for a in angle], around).scaled(
        depth / 2, width / 2, height / 2
    )


def ball(radius: float, around: int = AROUND) -> Mesh:
    """A ball about the origin."""
    return ellipsoid(2 * radius, 2 * radius, 2 * radius, around)


def leaf(length: float, width: float, bend: float = 0.3, rows: int = 7) -> Mesh:
    """A leaf from the origin along +x, pointed at both ends, folded along its rib; its tip hangs by a share of it."""
    t = np.linspace(0, 1, rows)
    half = width / 2 * np.sin(pi * t**0.8) ** 0.9
    rib = np.stack([length * t, np.zeros(rows), -bend * length * t**2], axis=1)
    grid = np.stack(
        [
            rib + np.column_stack([np.zeros(rows), side * half, np.abs(side) * 0.35 * half])
            for side in (-1, -0.5, 0, 0.5, 1)
        ],
        axis=1,
    )
    return grid_mesh(grid)


def sheet(points: Points, thickness: float = 0.004) -> Mesh:
    """A curved surface (rows along y × columns along x × 3) given a thickness downwards, closed at its rim."""
    upper, lower = grid_mesh(points), flipped(grid_mesh(points - np.array((0.0, 0.0, thickness))))
    rows, columns = points.shape[:2]
    index = np.arange(rows * columns).reshape(rows, columns)
    ring = np.concatenate([index[0, :-1], index[:-1, -1], index[-1, :0:-1], index[:0:-1, 0]])
    after, offset = np.roll(ring, -1), rows * columns
    rim = [(a + offset, b + offset, b, a) for a, b in zip(ring.tolist(), after.tolist(), strict=True)]
    return mesh_of(
        np.concatenate([upper.points, lower.points]), [*upper.faces(), *(f + offset for f in lower.faces()), *rim]
    )
