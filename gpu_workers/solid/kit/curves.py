"""Curves and walls that many things share: smooth paths through points, arcs, hollow profiles, mirrored pairs.

In: points in metres.  Out: paths for tubes, profiles for the lathe, meshes.
"""

from collections.abc import Sequence
from math import radians

import numpy as np

from gpu_workers.solid.kit.mesh import Mesh, Points
from gpu_workers.solid.kit.primitives import rounded_profile

Profile = list[tuple[float, float]]


def spline(points: Sequence[Sequence[float]] | Points, steps: int = 6) -> Points:
    """A smooth path through all points (n × k), `steps` pieces from each to the next (Catmull-Rom)."""
    given = np.asarray(points, dtype=np.float64)
    held = np.concatenate([2 * given[:1] - given[1:2], given, 2 * given[-1:] - given[-2:-1]])
    t = np.linspace(0, 1, steps, endpoint=False)[:, None]
    pieces = [
        0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3)
        for a, b, c, d in zip(held, held[1:], held[2:], held[3:], strict=False)
    ]
    return np.concatenate([*pieces, given[-1:]])


def arc(radius: float, start: float, end: float, steps: int = 12) -> Points:
    """Points (n × 2, metres) of a circle about the origin, from one angle to another in degrees."""
    angle = np.linspace(radians(start), radians(end), steps + 1)
    return radius * np.stack([np.cos(angle), np.sin(angle)], axis=1)


def hollow(outer: Sequence[Sequence[float]], wall: float, floor: float, round_by: float = 0.003) -> Profile:
    """The profile of a vessel: its outside (radius, height in metres, upwards), over the rim, down to its floor."""
    outside = np.asarray(outer, dtype=np.float64)
    step = np.diff(outside, axis=0)
    normal = np.stack([-step[:, 1], step[:, 0]], axis=1) / np.linalg.norm(step, axis=1, keepdims=True)
    mean = np.concatenate([normal[:1], normal[:-1] + normal[1:], normal[-1:]])
    inside = outside + wall * mean / np.linalg.norm(mean, axis=1, keepdims=True)
    inside[-1] = (outside[-1, 0] - wall, outside[-1, 1]) if abs(normal[-1, 0]) > 0.3 else inside[-1]
    above = (inside[:, 1] > floor) & (inside[:, 0] > 0.2 * wall)
    lowest = int(np.argmax(above))
    kept, below = inside[lowest:][above[lowest:]][::-1], inside[max(lowest - 1, 0)]
    foot = np.interp(floor, [below[1], kept[-1, 1]], [below[0], kept[-1, 0]]) if below[1] < floor else kept[-1, 0]
    bottom = [(float(foot), floor), (0.0, floor)]
    ring = [(float(r), float(z)) for r, z in [*outside, *kept]]
    return rounded_profile([*ring, *bottom], round_by)


def mirrored(mesh: Mesh) -> list[Mesh]:
    """A mesh on the left and its image on the right."""
    return [mesh, mesh.scaled(1, -1, 1)]
