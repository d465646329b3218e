"""Photographs over path-traced scenes: what Blender drew is what a photograph is drawn over, claims, and keeps."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from agents.planner import RulePlanner
from dataset.audit import audit
from gpu_workers.examine import ExamineHandler, Examiners
from gpu_workers.photo.structure import SURFACES
from gpu_workers.photo.structure_sources import structure_source
from gpu_workers.render import RenderHandler
from gpu_workers.renderers import capabilities_of
from gpu_workers.solid.shot import TraceSettings
from gpu_workers.solid.solid_renderer import SolidRenderer
from schemas.events import QAEvent, RenderedImage
from schemas.graph import SpatialGraph
from schemas.ids import make_seed
from schemas.interfaces import Renderer, Sample
from tests.fakes.line import store_rows
from tests.fakes.painted_photographs import ClaimReadingEyes, PaintedPhotographs
from tests.fakes.store import InMemoryStore

SETTINGS = TraceSettings(side=128, samples=2, device="cpu")

pytestmark = pytest.mark.timeout(900)


@pytest.fixture(scope="module")
def solid(blender_python: Path) -> Iterator[SolidRenderer]:
    renderer = SolidRenderer(blender_python, SETTINGS)
    yield renderer
    renderer.close()


def planned(concept: str) -> SpatialGraph:
    event = RulePlanner(capabilities_of("photo", structure="solid")).plan_now(make_seed(concept), 0)
    assert isinstance(event, SpatialGraph), event
    return event


def accepted(renderer: Renderer, concept: str) -> list[Sample]:
    store = InMemoryStore()
    (drawn,) = RenderHandler(renderer, store).begin([planned(concept)])()
    assert isinstance(drawn, list), drawn
    assert isinstance(drawn[0], RenderedImage)
    (examined,) = ExamineHandler(store, InMemoryStore(), Examiners(ClaimReadingEyes())).begin(drawn)()
    assert isinstance(examined, list), examined
    return [Sample(each, store.objects[each.image.key].data) for each in examined if isinstance(each, QAEvent)]


def test_a_traced_room_has_its_floor_below_and_its_walls_behind(solid: SolidRenderer):
    [structure] = structure_source(solid).structures([planned("kitchen")], [1])
    assert structure.metric
    free = structure.index == 0
    floor, wall = (free & (structure.surface == SURFACES.index(name)) for name in ("floor", "wall"))
    assert floor.sum() > 200
    assert wall.sum() > 200
    rows = np.indices(free.shape)[0]
    assert np.median(rows[floor]) > np.median(rows[wall])
    assert np.median(structure.depth[floor]) < np.median(structure.depth[wall])
    assert structure.edges.mean() < 0.5


def test_photographs_over_traced_scenes_pass_the_audit(solid: SolidRenderer, tmp_path: Path):
    renderer = PaintedPhotographs(structure_source(solid), SETTINGS.side)
    samples = [sample for concept in ("home office", "farm") for sample in accepted(renderer, concept)]
    assert samples
    report = audit(store_rows(str(tmp_path / "dataset"), samples))
    assert not report.faults, report.faults


def test_a_tiny_model_draws_over_a_traced_scene(solid: SolidRenderer, tmp_path: Path):
    pytest.importorskip("torch", reason="torch is in the gpu extra: run this in its environment")
    from gpu_workers.diffusion.diffusion_config import DiffusionConfig, Weights
    from gpu_workers.diffusion.generators.photo_models import PhotoSettings
    from gpu_workers.diffusion.model_registry import make_renderer
    from gpu_workers.photo.photographs import FromStructures

    config = DiffusionConfig(
        "photo", "tiny", None, tmp_path / "models", 1, control=Weights("tiny"), photo=PhotoSettings(inpaint=0.7), side=128
    )
    renderer = make_renderer(config, FromStructures(structure_source(solid)))
    samples = [sample for concept in ("home office", "farm") for sample in accepted(renderer, concept)]
    assert samples
    report = audit(store_rows(str(tmp_path / "dataset"), samples))
    assert not report.faults, report.faults
