"""Every body of the knowledge can be built in each of its forms, in its real size, with surfaces where it says they are."""

from collections import Counter
from collections.abc import Sequence
from functools import cache

import numpy as np
import pytest

from gpu_workers.solid.builders.build_request import Built, WrongSize, fitted
from gpu_workers.solid.builders.builder_table import build_body, builders, families
from gpu_workers.solid.kit.materials import COLOURS, material
from gpu_workers.solid.kit.mesh import Mesh
from gpu_workers.solid.kit.primitives import box
from spatial.knowledge.knowledge_base import categories
from spatial.world.body_table import BodyKind, Surface, bodies, has_form

pytestmark = pytest.mark.thorough

FORMS = [(name, form) for name, kind in bodies().items() for form in kind.forms]
MOST_POINTS = 60_000
"""Of one thing: more take longer to send than to trace."""

SURFACE_M = 0.005
"""What a surface may lie above or below where the knowledge says."""


@cache
def built(name: str, form: str) -> Built:
    """Built once for all tests of this file."""
    return built_anew(name, form)


def built_anew(name: str, form: str) -> Built:
    return build_body(name, form, bodies()[name].size_of(form), COLOURS["red"], 3)


def test_every_body_is_a_category_of_the_knowledge():
    assert set(bodies()) <= set(categories())


def test_no_category_is_built_by_two_families():
    counts = Counter(name for family in families().values() for name in family)
    assert [name for name, count in counts.items() if count > 1] == []


def test_builders_and_bodies_name_the_same_categories_and_forms():
    built_forms = {(name, form) for name, forms in builders().items() for form in forms}
    assert set(FORMS) - built_forms == set(), "edit BUILDERS of a family in gpu_workers/solid/builders/"
    assert built_forms - set(FORMS) == set(), "edit forms in spatial/world/bodies/"


def test_sizes_of_forms_name_forms_and_leave_one_of_the_usual_size():
    assert [name for name, kind in bodies().items() if not set(kind.sizes) < set(kind.forms)] == []


def test_colours_of_bodies_have_names():
    assert {colour for kind in bodies().values() for colour in kind.colours} <= set(COLOURS)


@pytest.mark.thorough
@pytest.mark.parametrize(("name", "form"), FORMS)
def test_a_thing_fills_its_box_and_stands_on_the_ground(name: str, form: str):
    kind = bodies()[name]
    parts = built(name, form).parts
    points = np.concatenate([part.mesh.points for part in parts])
    width, depth, height = kind.size_of(form)
    assert np.isfinite(points).all()
    assert len(points) < MOST_POINTS
    assert points.min(axis=0) == pytest.approx([-depth / 2, -width / 2, 0], abs=1e-6)
    assert points.max(axis=0) == pytest.approx([depth / 2, width / 2, height], abs=1e-6)


@pytest.mark.thorough
@pytest.mark.parametrize(("name", "form"), FORMS)
def test_a_thing_is_the_same_each_time_it_is_built(name: str, form: str):
    first, second = built(name, form), built_anew(name, form)
    for a, b in zip(first.parts, second.parts, strict=True):
        assert a.material == b.material
        assert np.array_equal(a.mesh.points, b.mesh.points)


@pytest.mark.parametrize(("name", "form"), [pair for pair in FORMS if bodies()[pair[0]].surfaces])
def test_a_surface_is_where_the_knowledge_says_in_the_least_and_the_greatest_size(name: str, form: str):
    kind = bodies()[name]
    for size in extreme_sizes(kind, form):
        parts = build_body(name, form, size, COLOURS["red"], 3).parts
        there = [surface for surface in kind.surfaces if has_form(surface, form)]
        has_surfaces(np.concatenate([part.mesh.points[part.mesh.triangles()] for part in parts]), size, there)


def extreme_sizes(kind: BodyKind, form: str) -> list[list[float]]:
    """The least and the greatest size, and where heights differ for themselves the least with the greatest height, too."""
    up = kind.spread if kind.height_spread is None else kind.height_spread
    pairs = [(-1, -1), (1, 1), *(() if kind.height_spread is None else ((-1, 1), (1, -1)))]
    width, depth, height = kind.size_of(form)
    return [[width * (1 + a * kind.spread), depth * (1 + a * kind.spread), height * (1 + b * up)] for a, b in pairs]


@pytest.mark.parametrize(("name", "form"), FORMS)
def test_a_thing_can_be_built_in_the_least_and_the_greatest_size(name: str, form: str):
    for width, depth, height in extreme_sizes(bodies()[name], form):
        parts = build_body(name, form, (width, depth, height), COLOURS["red"], 3).parts
        points = np.concatenate([part.mesh.points for part in parts])
        assert np.ptp(points, axis=0) == pytest.approx([depth, width, height], abs=1e-6)


def has_surfaces(triangles: np.ndarray, size: Sequence[float], surfaces: Sequence[Surface]) -> None:
    """Something level is at the middle of each of them."""
    width, depth, height = size
    for surface in surfaces:
        middle = np.array([depth * sum(surface.along) / 2, width * sum(surface.across) / 2])
        found = heights_at(triangles, middle)
        assert len(found), f"nothing at the middle of {surface}"
        assert np.abs(found - surface.at * height).min() < SURFACE_M, (
            f"{surface} of {height} m: surfaces at {np.round(found, 3)} m"
        )


def heights_at(triangles: np.ndarray, place: np.ndarray) -> np.ndarray:
    """Heights at which a vertical line through a place (x, y) meets triangles (n × 3 × 3)."""
    a, b, c = (triangles[:, k, :2] for k in range(3))
    area = _cross(b - a, c - a)
    level = np.abs(area) > 1e-12
    a, b, c, z, area = a[level], b[level], c[level], triangles[level, :, 2], area[level]
    v, w = _cross(place - a, c - a) / area, _cross(b - a, place - a) / area
    hit = (v >= -1e-9) & (w >= -1e-9) & (v + w <= 1 + 1e-9)
    return (z[:, 0] * (1 - v - w) + z[:, 1] * v + z[:, 2] * w)[hit]


def _cross(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]


def test_a_builder_that_builds_another_size_is_told():
    tall = Built().add(material("paint", "red"), box(0.5, 0.5, 1.0))
    with pytest.raises(WrongSize, match=r"built \[0.5, 0.5, 1.0\] m"):
        fitted(tall, (0.5, 0.5, 0.5))


def test_a_thing_that_is_nearly_right_is_stretched_with_its_lamps():
    shape: Mesh = box(1.0, 1.0, 1.0)
    made = fitted(Built().add(material("paint", "red"), shape), (1.1, 1.0, 1.0))
    low, high = made.parts[0].mesh.bounds()
    assert high - low == pytest.approx([1.0, 1.1, 1.0])
