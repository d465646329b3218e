"""Photographs over scenes in metres, from the broker to the dataset: tiny weights, over boxes and over traced pictures."""

import json
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from dataset.audit import audit
from dataset.reading.lineage import lineage
from dataset.reading.row_reader import batches
from dataset.table.delta_table import Table
from schemas.events import STAGES, SeedConcept
from schemas.ids import make_seed
from schemas.picture_layers import read_claim
from streams.broker.topic_admin import apply
from streams.demo.demo_services import ProcessSupervisor
from streams.services.bound_process import Bound, Command
from tests.conftest import FreshService
from tests.e2e.factory import Factory

pytest.importorskip("torch", reason="torch is in the gpu extra: make test-gpu")
pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

ROOT = Path(__file__).parents[2]
SIDE = 192


BLENDER = ROOT / ".venv-solid" / "bin" / "python"


class Studio(ProcessSupervisor):
    """The stages, with reading eyes; render over boxes, or as production runs it where Blender is named."""

    def _started(self, environment: Mapping[str, str]) -> dict[str, Bound]:
        modules = dict.fromkeys(STAGES, "tests.fakes.photo_driver")
        if "SKG_SOLID_PYTHON" in environment:
            modules["render"] = "streams.cli"
        return {
            stage: Bound(Command((sys.executable, "-m", module, stage), self.logs / stage, environment))
            for stage, module in modules.items()
        }


@dataclass(frozen=True)
class PhotoFactory(Factory):
    """A factory of photographs. `own`: further settings."""

    own: Mapping[str, str] = field(default_factory=dict)

    def environment(self) -> dict[str, str]:
        models = {
            "SKG_RENDER_MODEL": "tiny",
            "SKG_RENDER_CONTROLNET": "tiny",
            "SKG_MODEL_CACHE": str(self.folder / "models"),
            "PYTHONPATH": str(ROOT),
        }
        drawn = {"SKG_RENDERER": "photo", "SKG_RENDER_STRUCTURE": "solid", "SKG_RENDER_SIDE": str(SIDE)}
        ways = {"SKG_RENDER_INPAINT": "0.6", "SKG_RENDER_REGIONAL": "0.5", "SKG_RENDER_CONDITION": "depth"}
        return super().environment() | models | drawn | ways | dict(self.own)

    @contextmanager
    def running(self) -> Iterator[ProcessSupervisor]:
        apply(self.kafka)
        plant = Studio(self.folder / "logs", self.environment())
        try:
            yield plant
        finally:
            plant.stop()


def test_seeds_become_photographs_whose_truth_is_what_eyes_confirm(
    fresh_broker: FreshService, seaweedfs_store, tmp_path: Path
):
    factory = PhotoFactory(fresh_broker("tansu").bootstrap, seaweedfs_store, tmp_path)
    photographed(factory, [make_seed("kitchen", count=2), make_seed("breakfast table")], "boxes-1", SIDE)


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_seeds_become_photographs_over_what_blender_traced(fresh_broker: FreshService, seaweedfs_store, tmp_path: Path):
    """Every process but the eyes is production's: a tiny model draws noise, in which nothing can be seen."""
    if not BLENDER.is_file():
        assert not os.environ.get("CI"), f"{BLENDER} is missing: make setup EXTRAS=solid"
        pytest.skip("Blender is not installed: make setup EXTRAS=solid")
    own = {
        "SKG_SOLID_PYTHON": str(BLENDER), "SKG_SOLID_SIDE": "128", "SKG_SOLID_SAMPLES": "2", "SKG_SOLID_DEVICE": "cpu",
        "SKG_RENDER_SIDE": "128",
    }  # fmt: skip
    factory = PhotoFactory(fresh_broker("tansu").bootstrap, seaweedfs_store, tmp_path, own=own)
    rows = photographed(factory, [make_seed("kitchen"), make_seed("farm"), make_seed("home office")], "solid-1", 128)
    assert any(thing["mask"] is not None for row in rows for thing in row["objects"]), "silhouettes of what was traced"
    stored = [row for batch in batches(Table.load(factory.dataset), ["camera"]) for row in batch.to_pylist()]
    assert any(row["camera"] is not None for row in stored), "what was traced has a camera"


def photographed(factory: PhotoFactory, seeds: list[SeedConcept], structure: str, side: int) -> list[dict[str, Any]]:
    """Work the seeds off, and hold each stored photograph to its claim. The rows that keep all of it."""
    with factory.running() as plant:
        outcomes = factory.work_off(seeds, plant, within_s=400.0)
    assert not outcomes.dead_letters
    samples, whole = factory.stored(), list[dict[str, Any]]()
    assert len(samples) >= 2
    for sample in samples:
        found = lineage(factory.dataset, sample)
        notes, claim = found.provenance["notes"], read_claim(found.picture)
        assert found.provenance["renderer"] == "photo-1"
        assert (notes["structure"], notes["eyes"]) == (structure, "reading-eyes-1")
        assert claim is not None
        with Image.open(BytesIO(found.picture)) as photograph, Image.open(BytesIO(claim.picture)) as drawn_over:
            assert photograph.size == drawn_over.size == (side, side)
        told = json.loads(notes["parameters"])
        assert told["structure"]["renderer"] == structure
        assert (told["condition"], told["inpaint"], told["regional"]) == ("depth", 0.6, 0.5)
        assert [model["model"] for model in told["models"]] == ["tiny", "tiny"]
        confirmed = {int(number) for number in notes["confirmed_objects"].split()}
        if "salvaged" not in notes:
            assert confirmed == {thing["id"] for thing in found.row["objects"]}
            if all(thing["position"] is not None for thing in found.row["objects"]):
                whole.append(found.row)
    assert whole, "bodies and depths of confirmed objects are kept"
    report = audit(factory.dataset)
    assert not report.faults, report.faults
    return whole
