"""Meshes of solid things are closed, look outwards and have the measures that they were asked for."""

from collections import Counter
from collections.abc import Callable
from itertools import pairwise
from math import pi

import numpy as np
import pytest

from gpu_workers.solid.kit.blobs import blob, limb
from gpu_workers.solid.kit.mesh import Mesh, joined, merged
from gpu_workers.solid.kit.primitives import (
    ball,
    box,
    cushion,
    cylinder,
    disc_outline,
    lathe,
    leaf,
    plate,
    rounded_outline,
    rounded_profile,
    sheet,
    tube,
)


def volume(mesh: Mesh) -> float:
    """Of a closed mesh whose faces look outwards: positive."""
    corners = mesh.points[mesh.triangles()]
    return float(np.einsum("ij,ij->", corners[:, 0], np.cross(corners[:, 1], corners[:, 2])) / 6)


def open_edges(mesh: Mesh) -> int:
    """Edges that are not passed once in each direction."""
    passed = Counter(edge for face in mesh.faces() for edge in pairwise([*face.tolist(), int(face[0])]))
    return sum(count != passed.get((b, a), 0) for (a, b), count in passed.items())


def hilly(rows: int, columns: int) -> np.ndarray:
    y, x = np.meshgrid(np.linspace(0, 1, rows), np.linspace(0, 1, columns), indexing="ij")
    return np.stack([x, y, 0.1 * np.sin(5 * x)], axis=-1)


CLOSED = {
    "box": (lambda: box(0.4, 0.3, 0.2, 0.004), 0.024),
    "cushion": (lambda: cushion(0.5, 0.5, 0.15, 0.1), 0.033),
    "rod": (lambda: cylinder(0.1, 0.5, round_by=0.001), pi * 0.005),
    "cone": (lambda: cylinder(0.1, 0.3, top=0.0, round_by=0.0001), pi * 0.001),
    "ball": (lambda: ball(0.5), pi / 6),
    "straight tube": (lambda: tube([(0, 0, 0), (0, 0, 0.5), (0, 0, 1)], 0.1, 48), pi * 0.01),
    "ring": (lambda: tube([(x, y, 0) for x, y in disc_outline(1.0, 1.0)], 0.1, 24, closed=True), 2 * pi * pi * 0.01),
    "plate": (lambda: plate(disc_outline(0.5, 0.5), 0.1, 0.01), pi * 0.025),
    "board": (lambda: plate(rounded_outline(0.4, 0.6, 0.02), 0.05), 0.012),
    "blanket": (lambda: sheet(hilly(8, 9), 0.05), 0.05),
    "body": (lambda: blob([limb((0, 0, 0), (0, 0, 0), 0.5)], 0.01), pi / 6),
}  # fmt: skip


@pytest.mark.parametrize(("build", "wanted"), CLOSED.values(), ids=CLOSED)
def test_a_shape_is_closed_looks_outwards_and_holds_what_its_measures_say(build: Callable[[], Mesh], wanted: float):
    mesh = build()
    assert open_edges(mesh) == 0
    assert volume(mesh) == pytest.approx(wanted, rel=0.06)


@pytest.mark.parametrize(
    "change", [lambda m: m.turned(30, 40, 50), lambda m: m.scaled(-1, 1, 1), lambda m: m.moved(1, 2, 3)]
)
def test_a_shape_that_is_turned_moved_or_mirrored_still_looks_outwards(change: Callable[[Mesh], Mesh]):
    mesh = box(0.4, 0.3, 0.2)
    assert volume(change(mesh)) == pytest.approx(volume(mesh))


def test_a_turn_of_ninety_degrees_about_z_takes_the_front_to_the_left():
    mesh = box(0.1, 0.1, 0.1).moved(x=1).turned(z=90)
    low, high = mesh.bounds()
    assert ((low + high) / 2)[:2] == pytest.approx([0, 1])


def test_limbs_that_are_near_melt_into_one_body():
    apart = [limb((0, 0, 0), (0, 0, 0), 0.2), limb((0.42, 0, 0), (0.42, 0, 0), 0.2)]
    assert volume(blob(apart, 0.1)) > volume(blob(apart, 0.001)) * 1.005
    assert len(np.unique(_pieces(blob(apart, 0.1)))) == 1
    assert len(np.unique(_pieces(blob(apart, 0.001)))) == 2


def _pieces(mesh: Mesh) -> np.ndarray:
    """A number for each point, the same for all that are joined."""
    piece = np.arange(len(mesh.points))
    ends = np.concatenate([np.stack([face, np.roll(face, -1)], axis=1) for face in mesh.faces()])
    while True:
        low = np.minimum(piece[ends[:, 0]], piece[ends[:, 1]])
        after = piece.copy()
        np.minimum.at(after, ends[:, 0], low)
        np.minimum.at(after, ends[:, 1], low)
        if np.array_equal(after, piece):
            return piece
        piece = after


def test_points_at_one_place_become_one_and_faces_without_an_area_go():
    mesh = merged(joined([box(0.1, 0.1, 0.1), box(0.1, 0.1, 0.1)]))
    assert len(mesh.points) == len(box(0.1, 0.1, 0.1).points)
    assert len(lathe([(0, 0), (0.1, 0), (0.1, 0.1), (0, 0.1)], 12).points) == 26


def test_a_rounded_profile_ends_where_it_did_and_cuts_its_corners():
    profile = [(0.0, 0.0), (0.1, 0.0), (0.1, 0.2), (0.0, 0.2)]
    round_one = rounded_profile(profile, 0.01)
    assert (round_one[0], round_one[-1]) == (profile[0], profile[-1])
    assert (0.1, 0.0) not in round_one
    assert max(radius for radius, _ in round_one) == pytest.approx(0.1)


def test_a_leaf_is_as_long_and_wide_as_asked_and_hangs():
    low, high = leaf(0.2, 0.06, bend=0.3).bounds()
    assert high[0] - low[0] == pytest.approx(0.2)
    assert high[1] - low[1] == pytest.approx(0.06, rel=0.05)
    assert low[2] == pytest.approx(-0.06, rel=0.05)
