"""A mesh in metres and how to move, turn, mirror and join it.

In: points and faces.  Out: frozen meshes.  z is up; a thing's front looks along +x when its heading is 0, its left is +y.
Knows no material and no renderer.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import cos, radians, sin

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]
Indices = NDArray[np.int32]

MERGE_M = 1e-6
"""Points nearer than this to each other are one."""


@dataclass(frozen=True, eq=False)
class Mesh:
    """`points` n × 3, metres.  `corners`: the point indices of all faces, one face after another; `counts`: how many each
    face has, three or more.  A face is seen from where its corners run counter-clockwise.
    """

    points: Points
    corners: Indices
    counts: Indices

    def moved(self, x: float = 0.0, y: float = 0.0, z: float = 0.0) -> "Mesh":
        """Shifted by metres."""
        return Mesh(self.points + np.array((x, y, z)), self.corners, self.counts)

    def scaled(self, x: float, y: float, z: float) -> "Mesh":
        """Stretched about the origin. A negative product mirrors, and turns the faces so that they still look outwards."""
        points = self.points * (x, y, z)
        return (
            Mesh(points, self.corners, self.counts) if x * y * z > 0 else flipped(Mesh(points, self.corners, self.counts))
        )

    def turned(self, x: float = 0.0, y: float = 0.0, z: float = 0.0) -> "Mesh":
        """Turned about the x axis, then y, then z, in degrees, counter-clockwise seen from the axis' end."""
        return Mesh(self.points @ rotation(x, y, z).T, self.corners, self.counts)

    def bounds(self) -> tuple[Points, Points]:
        """Lowest and highest coordinates (3 each, metres)."""
        return self.points.min(axis=0), self.points.max(axis=0)

    def faces(self) -> list[Indices]:
        """The point indices of each face."""
        return np.split(self.corners, np.cumsum(self.counts)[:-1])

    def triangles(self) -> Indices:
        """Every face as a fan of triangles (n × 3)."""
        found = []
        for count in np.unique(self.counts):
            starts = (np.cumsum(self.counts) - self.counts)[self.counts == count]
            ring = self.corners[starts[:, None] + np.arange(count)]
            found += [ring[:, [0, k, k + 1]] for k in range(1, count - 1)]
        return np.concatenate(found).astype(np.int32)


def rotation(x: float, y: float, z: float) -> Points:
    """The 3 × 3 matrix that turns about x, then y, then z, by degrees."""
    (cx, sx), (cy, sy), (cz, sz) = ((cos(radians(a)), sin(radians(a))) for a in (x, y, z))
    about_x = np.array([[1, 0, 0], [0, cx, -sx], [0, sx, cx]])
    about_y = np.array([[cy, 0, sy], [0, 1, 0], [-sy, 0, cy]])
    about_z = np.array([[cz, -sz, 0], [sz, cz, 0], [0, 0, 1]])
    turned: Points = about_z @ about_y @ about_x
    return turned


Face = Sequence[int] | Indices
"""Point indices of a face, counter-clockwise."""


def mesh_of(points: Points | Sequence[Sequence[float]], faces: Iterable[Face]) -> Mesh:
    """A mesh from points and faces of any number of corners."""
    rings = [np.asarray(face, dtype=np.int32) for face in faces]
    counts = np.array([len(ring) for ring in rings], np.int32)
    return Mesh(np.asarray(points, dtype=np.float64).reshape(-1, 3), np.concatenate(rings), counts)


def grid_mesh(grid: Points, around: bool = False, along: bool = False) -> Mesh:
    """Quads over a grid of points (rows × columns × 3), closed in columns (`around`) or in rows (`along`)."""
    rows, columns = grid.shape[:2]
    r, c = np.meshgrid(np.arange(rows - (not along)), np.arange(columns - (not around)), indexing="ij")
    below, right = (r + 1) % rows, (c + 1) % columns
    quads = np.stack([r * columns + c, r * columns + right, below * columns + right, below * columns + c], axis=-1)
    corners = quads.reshape(-1).astype(np.int32)
    return Mesh(grid.reshape(-1, 3), corners, np.full(len(corners) // 4, 4, np.int32))


def joined(meshes: Iterable[Mesh]) -> Mesh:
    """All of them as one mesh."""
    parts = list(meshes)
    starts = np.cumsum([0, *(len(part.points) for part in parts[:-1])])
    return Mesh(
        np.concatenate([part.points for part in parts]),
        np.concatenate([part.corners + start for part, start in zip(parts, starts, strict=True)]).astype(np.int32),
        np.concatenate([part.counts for part in parts]),
    )


def flipped(mesh: Mesh) -> Mesh:
    """The same mesh seen from its other side."""
    faces = [face[::-1] for face in mesh.faces()]
    return Mesh(mesh.points, np.concatenate(faces), mesh.counts)


def merged(mesh: Mesh) -> Mesh:
    """Points at one place made one, and faces that have lost a side left out: seams are then smooth."""
    _, first, index = np.unique(
        np.round(mesh.points / MERGE_M).astype(np.int64), axis=0, return_index=True, return_inverse=True
    )
    faces = []
    for face in mesh.faces():
        ring = index.reshape(-1)[face]
        ring = ring[ring != np.roll(ring, 1)]
        if len(ring) >= 3:
            faces.append(ring)
    return mesh_of(mesh.points[first], faces)
