"""Smooth bodies from round limbs that melt into each other: animals, fruit, rocks, clouds of leaves.

In: limbs (round cones) and how softly they join.  Out: a mesh of the surface.
The surface is found by surface nets (Gibson 1998, "Constrained Elastic Surface Nets") on a grid of distances; the soft
union is the polynomial one of Inigo Quilez.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gpu_workers.solid.kit.mesh import Mesh, Points

CELLS = 56
"""Cells of the grid along the longest side of the body."""


@dataclass(frozen=True)
class Limb:
    """A round cone from `start` to `end` (x, y, z in metres) with a radius at each end. A ball where both are the same."""

    start: tuple[float, float, float]
    end: tuple[float, float, float]
    start_radius: float
    end_radius: float


def limb(start: Sequence[float], end: Sequence[float], radius: float, end_radius: float | None = None) -> Limb:
    """A limb; of one thickness where only one radius is given."""
    a, b = tuple(map(float, start)), tuple(map(float, end))
    assert len(a) == 3
    assert len(b) == 3
    return Limb(a, b, radius, radius if end_radius is None else end_radius)


def blob(limbs: Sequence[Limb], soft: float = 0.03, cells: int = CELLS) -> Mesh:
    """The surface of all limbs together; two whose surfaces are nearer than `soft` metres melt into each other."""
    low = np.min([np.minimum(np.array(p) - r, 1e9) for one in limbs for p, r in _ends(one)], axis=0) - soft
    high = np.max([np.array(p) + r for one in limbs for p, r in _ends(one)], axis=0) + soft
    step = float((high - low).max()) / cells
    axes = [np.arange(low[k] - 2 * step, high[k] + 2 * step, step) for k in range(3)]
    grid = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1)
    distance = _limb_distance(grid, limbs[0])
    for one in limbs[1:]:
        distance = _soft_union(distance, _limb_distance(grid, one), soft)
    return _surface(distance, np.array([a[0] for a in axes]), step)


def tufted(mesh: Mesh, count: int, depth: float) -> Mesh:
    """A blob's surface as tufts of wool: drawn in by up to `depth` metres where it is far from all of `count` points."""
    far = _to_spots(mesh, count)
    return _drawn_in(mesh, depth * np.minimum(1, far / np.quantile(far, 0.98)) ** 2)


def pitted(mesh: Mesh, count: int, depth: float) -> Mesh:
    """A blob's surface with `count` round pits, `depth` metres deep and eight times as wide."""
    return _drawn_in(mesh, depth * np.clip(1 - _to_spots(mesh, count) / (4 * depth), 0, 1))


def _to_spots(mesh: Mesh, count: int) -> Points:
    """How far each point is from the nearest of `count` ones of the surface, which depend on the mesh alone."""
    spots = mesh.points[np.random.default_rng(count).choice(len(mesh.points), count, replace=False)]
    squares = (mesh.points**2).sum(axis=1)[:, None] + (spots**2).sum(axis=1) - 2 * mesh.points @ spots.T
    found: Points = np.sqrt(np.maximum(squares.min(axis=1), 0))
    return found


def _drawn_in(mesh: Mesh, by: Points) -> Mesh:
    """Points of quads moved inwards along their normals."""
    quads = mesh.corners.reshape(-1, 4)
    first, second, third, fourth = (mesh.points[quads[:, k]] for k in range(4))
    normals = np.zeros_like(mesh.points)
    np.add.at(normals, quads, np.cross(third - first, fourth - second)[:, None])
    normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-12)
    return Mesh(mesh.points - normals * by[:, None], mesh.corners, mesh.counts)


def _ends(one: Limb) -> tuple[tuple[tuple[float, float, float], float], tuple[tuple[float, float, float], float]]:
    return (one.start, one.start_radius), (one.end, one.end_radius)


def _limb_distance(grid: Points, one: Limb) -> Points:
    start, along = np.array(one.start), np.array(one.end) - np.array(one.start)
    length2 = float(along @ along)
    share = np.clip(((grid - start) @ along) / length2, 0, 1) if length2 > 1e-12 else np.zeros(grid.shape[:-1])
    radius = one.start_radius + (one.end_radius - one.start_radius) * share
    found: Points = np.linalg.norm(grid - start - share[..., None] * along, axis=-1) - radius
    return found


def _soft_union(a: Points, b: Points, soft: float) -> Points:
    near = np.clip(0.5 + 0.5 * (b - a) / soft, 0, 1)
    found: Points = b * (1 - near) + a * near - soft * near * (1 - near)
    return found


def _surface(distance: Points, origin: Points, step: float) -> Mesh:
    """One point in each cell that the surface crosses, at the mean of its crossings; one quad for each crossed edge."""
    inside = distance < 0
    corners = [
        inside[i : inside.shape[0] - 1 + i, j : inside.shape[1] - 1 + j, k : inside.shape[2] - 1 + k]
        for i in (0, 1)
        for j in (0, 1)
        for k in (0, 1)
    ]
    crossed = np.logical_or.reduce(corners) & ~np.logical_and.reduce(corners)
    number = np.full(crossed.shape, -1, np.int64)
    number[crossed] = np.arange(int(crossed.sum()))
    cells = np.argwhere(crossed)
    total, weight = np.zeros((len(cells), 3)), np.zeros(len(cells))
    for axis in range(3):
        _add_crossings(distance, cells, axis, total, weight)
    points = origin + step * (cells + total / np.maximum(weight, 1)[:, None])
    quads = np.concatenate([_quads(inside, number, axis) for axis in range(3)])
    return Mesh(points, quads.reshape(-1).astype(np.int32), np.full(len(quads), 4, np.int32))


def _add_crossings(distance: Points, cells: NDArray[np.int64], axis: int, total: Points, weight: Points) -> None:
    """Add to every cell where its four edges along `axis` cross the surface."""
    step = np.eye(3, dtype=int)[axis]
    others = [np.eye(3, dtype=int)[k] for k in range(3) if k != axis]
    for p in (0, 1):
        for q in (0, 1):
            offset = p * others[0] + q * others[1]
            a = distance[tuple((cells + offset).T)]
            b = distance[tuple((cells + offset + step).T)]
            cuts = (a < 0) != (b < 0)
            share = np.where(cuts, a / np.where(cuts, a - b, 1), 0)
            total[cuts] += (offset + share[:, None] * step)[cuts]
            weight[cuts] += 1


def _quads(inside: NDArray[np.bool_], number: NDArray[np.int64], axis: int) -> NDArray[np.int64]:
    u, v = [(1, 2), (2, 0), (0, 1)][axis]
    step = np.eye(3, dtype=int)
    ahead = [slice(None)] * 3
    ahead[axis] = slice(1, None)
    here = [slice(None)] * 3
    here[axis] = slice(None, -1)
    change = inside[tuple(here)].astype(int) - inside[tuple(ahead)].astype(int)
    edges = np.argwhere(change != 0)
    edges = edges[(edges[:, u] > 0) & (edges[:, v] > 0)]
    out = change[tuple(edges.T)] > 0
    ring = [edges - step[u] - step[v], edges - step[v], edges, edges - step[u]]
    quads = np.stack([number[tuple(cell.T)] for cell in ring], axis=1)
    return np.where(out[:, None], quads, quads[:, ::-1])
