"""A stored sample is drawn again to the byte: by another renderer with a Blender of its own, and by the command."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from dataset.reading.lineage import lineage
from gpu_workers.solid.shot import TraceSettings
from gpu_workers.solid.solid_renderer import SolidRenderer
from schemas.events import SeedOptions
from schemas.ids import make_seed
from spatial.world.solid_capabilities import solids_only
from streams.operations.rerender import rerender_sample
from tests.fakes.line import Line, store_rows

ROOT = Path(__file__).parents[2]
SETTINGS = TraceSettings(side=96, samples=2, device="cpu")
LEANING = SeedOptions(required_relations=(("broom", "leaning_on", "refrigerator"),), max_objects=4)
SEEDS = (make_seed("home office", 2), make_seed("farm", 2), make_seed("kitchen", 2, options=LEANING))

pytestmark = pytest.mark.timeout(900)


@pytest.fixture(scope="module")
def stored(blender_python: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, list[str]]:
    """A table of a room's samples, an open place's and one in which something leans; and their ids."""
    renderer = SolidRenderer(blender_python, SETTINGS)
    samples = Line(renderer, capabilities=solids_only("solid")).samples(SEEDS)
    renderer.close()
    assert samples
    assert any(body.rotation for sample in samples if (world := sample.event.graph.world) for body in world.bodies)
    uri = store_rows(str(tmp_path_factory.mktemp("again") / "table"), samples)
    return uri, [sample.event.sample_id for sample in samples]


def test_every_sample_is_drawn_again_to_the_byte_by_another_renderer(stored: tuple[str, list[str]], blender_python: Path):
    uri, ids = stored
    renderer = SolidRenderer(blender_python, SETTINGS)
    redrawn = {sample: rerender_sample(lineage(uri, sample), renderer) for sample in ids}
    renderer.close()
    assert {sample: str(each) for sample, each in redrawn.items() if not each.is_identical} == {}


def test_the_command_says_that_it_is_the_same_file(stored: tuple[str, list[str]], blender_python: Path):
    uri, ids = stored
    given = {"SKG_RENDERER": "solid", "SKG_SOLID_PYTHON": str(blender_python), "SKG_SOLID_DEVICE": "cpu",
             "SKG_SOLID_SIDE": str(SETTINGS.side), "SKG_SOLID_SAMPLES": str(SETTINGS.samples)}  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-m", "streams.cli", "lineage", ids[0], "--uri", uri, "--rerender"],
        cwd=ROOT, env=os.environ | given, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "the same file" in done.stdout
