"""Shapes of the ground: level strips, slabs, ridges of hills, rows of tufts.

In: measures in metres.  Out: meshes in the world's axes.
"""

from random import Random

import numpy as np

from gpu_workers.solid.kit.mesh import Mesh, grid_mesh, mesh_of

Span = tuple[float, float]
"""From and to, metres."""


def level(x: Span, y: Span, z: float, *, down: bool = False) -> Mesh:
    """A level rectangle, seen from above, or (`down`) from below."""
    ring = [(x[0], y[0], z), (x[1], y[0], z), (x[1], y[1], z), (x[0], y[1], z)]
    return mesh_of(ring[::-1] if down else ring, [(0, 1, 2, 3)])


def riser(x: Span, y: float, z: Span) -> Mesh:
    """An upright rectangle across the view, seen from both sides."""
    return mesh_of([(x[0], y, z[0]), (x[1], y, z[0]), (x[1], y, z[1]), (x[0], y, z[1])], [(0, 1, 2, 3)])


def slab(x: Span, y: Span, z: Span) -> Mesh:
    """A box with sharp edges."""
    corners = [(a, b, c) for a in x for b in y for c in z]
    return mesh_of(corners, [(0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3)])


def ridge(x: Span, y: Span, height: float, jagged: float, rng: Random) -> Mesh:
    """A chain of hills whose crest is `height` metres at most; `jagged`: 0 for round ones, 1 for peaks."""
    columns, rows = 120, 14
    across, along = np.linspace(*x, columns), np.linspace(0, 1, rows)
    phase = [rng.uniform(0, 6.28) for _ in range(9)]
    turn = 9.0 * (across - x[0]) / (x[1] - x[0])
    crest = np.sum([np.sin((k + 1) * turn + phase[k]) / (k + 1.0) for k in range(5)], axis=0)
    peaks = np.sum([(1 - np.abs(np.sin(2.1**k * turn + phase[k]))) / 2.0**k for k in range(5)], axis=0)
    crest = (1 - jagged) * (0.55 + 0.45 * crest / np.abs(crest).max()) + jagged * peaks / peaks.max()
    draw = np.random.default_rng(rng.randrange(2**32)).uniform(-1, 1, (rows, columns))
    rise = np.sin(along * np.pi / 2)[:, None] * crest[None]
    rough = jagged * 0.035 * draw * np.sin(along * np.pi * 0.9 + 0.2)[:, None]
    z = height * np.clip(rise + rough, 0.0, None) - 0.05
    depth = y[0] + (y[1] - y[0]) * along
    grid = np.stack([np.broadcast_to(across, z.shape), np.broadcast_to(depth[:, None], z.shape), z], axis=-1)
    return grid_mesh(grid)


def tufts(x: Span, y: Span, count: int, size: Span, rng: Random) -> Mesh:
    """Blades of grass in little clumps over a rectangle of the ground, `size` metres high."""
    draw = np.random.default_rng(rng.randrange(2**32))
    blades = 5
    foot = np.stack([draw.uniform(*x, count), draw.uniform(*y, count), np.full(count, -0.003)], axis=1)
    foot = np.repeat(foot, blades, axis=0)
    tall = np.repeat(draw.uniform(*size, count), blades)
    lean = draw.normal(0, 0.35, (count * blades, 2)) * tall[:, None]
    turn = draw.uniform(0, np.pi, count * blades)
    side = np.stack([np.cos(turn), np.sin(turn), np.zeros_like(turn)], axis=1) * (0.06 * tall)[:, None]
    tip = foot + np.column_stack([lean, tall])
    corners = np.stack([foot - side, foot + side, tip], axis=1).reshape(-1, 3)
    index = np.arange(len(corners), dtype=np.int32)
    return Mesh(corners, index, np.full(count * blades, 3, np.int32))
