"""The whole factory over Apache Kafka and MinIO: everything asked for ends in one outcome, and nothing is doubled."""

from pathlib import Path

import pytest

import dataset
from schemas.events import OPEN_KINDS, SeedOptions
from schemas.ids import make_seed
from streams.operations.status import collect
from tests.conftest import FreshService
from tests.e2e.factory import Factory
from tests.fakes.wait import until

pytestmark = pytest.mark.e2e

SEEDS = [make_seed(concept, count=5) for concept in ("street market", "kitchen", "harbour", "park")]
UNKNOWN = make_seed("quantum chromodynamics", count=2)
IMPOSSIBLE = make_seed(
    "park",
    options=SeedOptions(
        graph={
            "scene": "park",
            "chosen_objects": ["dog", "tree"],
            "attributes": {},
            "negative_objects": "car",
            "objects_kg": [[0, "on the left of", 1], [1, "left of", 0]],
        }
    ),
)


def test_seeds_become_a_dataset_and_the_same_seeds_again_add_nothing(
    fresh_broker: FreshService, minio_store, tmp_path: Path
):
    factory = Factory(fresh_broker("apache").bootstrap, minio_store, tmp_path)
    with factory.running() as plant:
        outcomes = factory.work_off([*SEEDS, UNKNOWN, IMPOSSIBLE], plant)
        assert len(outcomes.samples) + len(outcomes.rejected) == 23
        assert not outcomes.dead_letters
        assert sorted(outcomes.rejected[UNKNOWN.seed_id, index] for index in (0, 1)) == ["unknown_concept"] * 2
        assert outcomes.rejected[IMPOSSIBLE.seed_id, 0] == "contradiction"
        assert len(outcomes.samples) >= 15
        before = factory.stored()
        status = collect(tmp_path / "state")
        assert status["write"].accepted == len(before)
        assert status["agents"].rejected["unknown_concept"] == 2
        until(lambda: factory.kept_rejections() == factory.announced_rejections(), 30, "every rejection is kept")
        again = factory.work_off([*SEEDS, make_seed("beach")], plant)
    after = factory.stored()
    assert before <= after
    assert after - before <= {again.samples.get((make_seed("beach").seed_id, 0))}
    assert factory.objects() == factory.referenced()
    kept = factory.kept_rejections()
    assert len(kept) == len(set(kept))
    assert {UNKNOWN.seed_id, IMPOSSIBLE.seed_id} <= {seed for _, seed in kept}


def test_the_dataset_loads_with_decoded_images_while_the_factory_runs(
    fresh_broker: FreshService, minio_store, tmp_path: Path
):
    factory = Factory(fresh_broker("apache").bootstrap, minio_store, tmp_path)
    with factory.running() as plant:
        factory.work_off(SEEDS[:2], plant)
        loaded = dataset.load(factory.dataset)
    assert set(loaded["sample_id"]) == factory.stored()
    row = loaded[0]
    assert row["image"].size == (row["width"], row["height"]) == (512, 512)
    open_kinds = {question["kind"] for question in row["questions"] if question["answer"] not in question["choices"]}
    assert open_kinds <= OPEN_KINDS
    assert not any(question["choices"] for question in row["questions"] if question["answer"] not in question["choices"])
