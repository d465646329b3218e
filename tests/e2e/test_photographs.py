"""Photographs over scenes in metres, from the broker to the dataset: tiny weights, boxes in place of Blender."""

import json
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from dataset.audit import audit
from dataset.reading.lineage import lineage
from schemas.ids import make_seed
from schemas.picture_layers import read_claim
from streams.broker.topic_admin import apply
from streams.demo.process_supervisor import ProcessSupervisor
from streams.services.bound_process import Command
from tests.conftest import FreshService
from tests.e2e.factory import Factory

pytest.importorskip("torch", reason="torch is in the gpu extra: make test-gpu")
pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

ROOT = Path(__file__).parents[2]
SIDE = 192


class Studio(ProcessSupervisor):
    """The stages, with boxes and reading eyes."""

    @staticmethod
    def _command(folder: Path, stage: str, environment: Mapping[str, str]) -> Command:
        return Command((sys.executable, "-m", "tests.fakes.photo_driver", stage), folder / stage, environment)


@dataclass(frozen=True)
class PhotoFactory(Factory):
    """A factory of photographs."""

    def environment(self) -> dict[str, str]:
        models = {
            "SKG_RENDER_MODEL": "tiny",
            "SKG_RENDER_CONTROLNET": "tiny",
            "SKG_MODEL_CACHE": str(self.folder / "models"),
            "PYTHONPATH": str(ROOT),
        }
        drawn = {"SKG_RENDERER": "photo", "SKG_RENDER_STRUCTURE": "solid", "SKG_RENDER_SIDE": str(SIDE)}
        ways = {"SKG_RENDER_INPAINT": "0.6", "SKG_RENDER_REGIONAL": "0.5", "SKG_RENDER_CONDITION": "depth"}
        return super().environment() | models | drawn | ways

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
    seeds = [make_seed("kitchen", count=2), make_seed("breakfast table")]
    with factory.running() as plant:
        outcomes = factory.work_off(seeds, plant, within_s=200.0)
    assert not outcomes.dead_letters
    samples = factory.stored()
    assert len(samples) >= 2
    in_metres = 0
    for sample in samples:
        found = lineage(factory.dataset, sample)
        notes, claim = found.provenance["notes"], read_claim(found.picture)
        assert found.provenance["renderer"] == "photo-1"
        assert (notes["structure"], notes["eyes"]) == ("boxes-1", "reading-eyes-1")
        assert claim is not None
        with Image.open(BytesIO(found.picture)) as photograph, Image.open(BytesIO(claim.picture)) as structure:
            assert photograph.size == structure.size == (SIDE, SIDE)
        told = json.loads(notes["parameters"])
        assert told["structure"]["renderer"] == "boxes-1"
        assert (told["condition"], told["inpaint"], told["regional"]) == ("depth", 0.6, 0.5)
        assert [model["model"] for model in told["models"]] == ["tiny", "tiny"]
        confirmed = {int(number) for number in notes["confirmed_objects"].split()}
        if "salvaged" not in notes:
            assert confirmed == {thing["id"] for thing in found.row["objects"]}
            in_metres += all(thing["position"] is not None for thing in found.row["objects"])
    assert in_metres, "bodies and depths of confirmed objects are kept"
    report = audit(factory.dataset)
    assert not report.faults, report.faults
