"""What leans touches where its body says: its foot the ground, its line the plane of a side; sides are where bodies say."""

import numpy as np
import pytest

from gpu_workers.solid.builders.builder_table import build_body
from gpu_workers.solid.kit.materials import COLOURS
from spatial.knowledge.knowledge_base import categories
from spatial.world.body_table import Face, Lean, bodies
from tests.unit.gpu_workers.solid.test_builders import heights_at

pytestmark = pytest.mark.thorough

TOUCH_M = 0.005
NEAR_LINE_M = 0.02
GAP_M = 0.007
"""Half of what may be open between two boards."""

LEANS = [(name, form, lean) for name, kind in bodies().items() for form in kind.forms for lean in kind.leans_of(form)]
FACES = [(name, form, face) for name, kind in bodies().items() for form in kind.forms for face in kind.faces_of(form)]


def triangles_of(name: str, form: str, scale: float) -> np.ndarray:
    """A body's surface (n × 3 × 3)."""
    size = [scale * side for side in bodies()[name].size_of(form)]
    parts = build_body(name, form, size, COLOURS["red"], 3).parts
    return np.concatenate([part.mesh.points[part.mesh.triangles()] for part in parts])


def surface(name: str, form: str, scale: float) -> np.ndarray:
    """Points all over a body's surface (n × 3), and those of its corners."""
    triangles = triangles_of(name, form, scale)
    rng = np.random.default_rng(1)
    areas = np.linalg.norm(np.cross(triangles[:, 1] - triangles[:, 0], triangles[:, 2] - triangles[:, 0]), axis=1)
    chosen = triangles[rng.choice(len(triangles), 60_000, p=areas / areas.sum())]
    shares = rng.dirichlet((1, 1, 1), len(chosen))
    return np.concatenate([triangles.reshape(-1, 3), np.einsum("nk,nki->ni", shares, chosen)])


@pytest.mark.parametrize(("name", "form", "lean"), LEANS, ids=lambda value: str(getattr(value, "toward", value)))
@pytest.mark.parametrize("size", [-1, 1])
def test_a_tilted_body_touches_ground_and_plane_and_is_nowhere_beyond_them(name: str, form: str, lean: Lean, size: int):
    kind = bodies()[name]
    scale = 1 + size * kind.spread
    points, (width, depth, height) = surface(name, form, scale), (scale * side for side in kind.size_of(form))
    thick = depth if lean.toward == "back" else width
    ways = (points[:, 0],) if lean.toward == "back" else (points[:, 1], -points[:, 1])
    for away in ways:
        for degrees in lean.degrees:
            sine, cosine = np.sin(np.radians(degrees)), np.cos(np.radians(degrees))
            foot, head = (share * thick - thick / 2 for share in (lean.foot, lean.head))
            up, out = away * sine + points[:, 2] * cosine, away * cosine - points[:, 2] * sine
            assert up.min() == pytest.approx(foot * sine, abs=TOUCH_M)
            line = head * cosine - lean.top * height * sine, head * sine + lean.top * height * cosine
            assert np.hypot(out - line[0], up - line[1]).min() < TOUCH_M
            assert out.min() == pytest.approx(line[0], abs=TOUCH_M)
        for level in np.linspace(lean.straight, min(lean.top, 0.99), 5) * height:
            beside = away[np.abs(points[:, 2] - level) < NEAR_LINE_M]
            assert beside.min() == pytest.approx(head, abs=TOUCH_M)


@pytest.mark.parametrize(("name", "form", "face"), FACES, ids=lambda value: "side" if isinstance(value, Face) else value)
@pytest.mark.parametrize("size", [-1, 1])
def test_a_side_that_is_leant_on_is_a_plane_of_the_box_up_to_its_top(name: str, form: str, face: Face, size: int):
    kind = bodies()[name]
    scale = 1 + size * kind.spread
    whole, (width, depth, height) = triangles_of(name, form, scale), (scale * side for side in kind.size_of(form))
    for side in face.sides:
        axis, sign = {"front": (0, 1), "back": (0, -1), "left": (1, 1), "right": (1, -1)}[side]
        half, length = (depth / 2, width) if axis == 0 else (width / 2, depth)
        turned = whole[..., [1 - axis, 2, axis]] * (1, 1, sign)
        for level in np.linspace(max(face.low, 0.02), 0.99, 3):
            for step in np.linspace(*face.along, 23):
                found = heights_at(turned, np.array([step * length + GAP_M, level * height]))
                beside = heights_at(turned, np.array([step * length - GAP_M, level * height]))
                met = np.concatenate([found, beside])
                assert len(met), (side, level, step)
                assert met.max() == pytest.approx(half, abs=TOUCH_M), (side, level, step)


def test_things_that_lean_are_as_the_knowledge_has_them():
    assert {name for name, *_ in LEANS} <= {name for name, category in categories().items() if category.leaning}
    assert {name for name, *_ in FACES} <= {name for name, category in categories().items() if category.firm}
