"""Backdrops: every scene has one, nothing that is counted or excluded is painted, and what is painted is recorded."""

import numpy as np
import pytest

from gpu_workers.collage.backdrop_context import BackdropContext, Foot
from gpu_workers.collage.backdrops.backdrop_table import PAINTERS, paint_backdrop
from gpu_workers.collage.brush import Brush
from spatial.knowledge.categories import SceneKind
from spatial.knowledge.knowledge_base import scene_kinds

pytestmark = pytest.mark.thorough

KINDS = list({kind.backdrop: kind for kind in scene_kinds().values()}.values())


def context_of(
    kind: SceneKind, seed: int = 1, avoid: frozenset[str] = frozenset(), feet: tuple[Foot, ...] = ()
) -> BackdropContext:
    return BackdropContext(kind.name, (512, 512), round(kind.horizon * 512), seed, frozenset(kind.elements), avoid, feet)


def test_every_kind_of_backdrop_is_painted() -> None:
    assert {kind.backdrop for kind in scene_kinds().values()} <= set(PAINTERS)


@pytest.mark.thorough
@pytest.mark.parametrize("kind", scene_kinds().values(), ids=lambda kind: kind.name)
def test_every_scene_gets_a_picture_that_is_neither_blank_nor_dark(kind: SceneKind) -> None:
    brush = paint_backdrop(kind.backdrop, context_of(kind))
    pixels = np.asarray(brush.image.convert("L"), dtype=float)
    assert brush.image.size == (512, 512)
    assert pixels.std() > 8
    assert 70 < pixels.mean() < 235
    assert (pixels < 4).mean() < 0.01, "a band was left unpainted"
    assert brush.painted


@pytest.mark.parametrize("name", sorted(PAINTERS))
def test_a_backdrop_is_the_same_for_the_same_seed_and_another_for_another(name: str) -> None:
    def paint(seed: int) -> bytes:
        return paint_backdrop(name, BackdropContext(name, (512, 512), 240, seed)).image.tobytes()

    assert paint(3) == paint(3)
    assert paint(3) != paint(4)


@pytest.mark.parametrize(
    ("kind", "word"),
    [("park", "tree"), ("snow", "pine tree"), ("yard", "fence"), ("street", "house"), ("shop", "shelf"), ("field", "tree")],
)
def test_what_a_graph_counts_or_excludes_is_not_painted(kind: str, word: str) -> None:
    for seed in range(6):
        brush = paint_backdrop(kind, BackdropContext(kind, (512, 512), 240, seed, avoid=frozenset({word})))
        assert word not in brush.painted
        assert word in brush.refused or kind == "yard"


def test_a_floating_thing_lies_in_water_and_a_standing_one_on_ground() -> None:
    feet = (Foot("water", 100, 180, 250, 330), Foot("floor", 300, 360, 400, 470))
    kind = next(kind for kind in KINDS if kind.backdrop == "harbour")
    picture = np.asarray(paint_backdrop("harbour", context_of(kind, feet=feet)).image).astype(int)
    at_boat, at_barrel = picture[324:334, 120:160].mean(axis=(0, 1)), picture[468:478, 310:350].mean(axis=(0, 1))
    assert at_boat[2] > at_boat[0] + 30, "water is blue"
    assert at_barrel[2] < at_barrel[0] + 30, "the quay is not"


def test_a_thing_beyond_the_shore_gets_a_jetty() -> None:
    context = BackdropContext("open sea", (512, 512), 220, 5, feet=(Foot("floor", 200, 260, 250, 320),))
    assert "pier" in paint_backdrop("sea", context).painted


def test_light_on_the_wall_keeps_clear_of_what_hangs_there() -> None:
    context = BackdropContext("hallway", (512, 512), 300, 5, feet=(Foot("wall", 100, 200, 50, 150),))
    assert context.is_covered(150, 100, 300, 300)
    assert not context.is_covered(201, 0, 300, 300)


def test_a_brush_knows_what_it_was_not_allowed_to_show() -> None:
    brush = Brush(BackdropContext("park", (64, 64), 30, 1, avoid=frozenset({"cloud"})))
    assert not brush.can_paint("cloud")
    assert brush.can_paint("hill")
    assert (brush.refused, brush.painted) == ({"cloud"}, {"hill"})
