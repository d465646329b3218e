"""The factory runs from its images with the chart's own security, over Apache Kafka and MinIO, and its dataset is right."""

import json
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from dataset.reading.loading import sample_ids_by_file
from schemas.ids import make_seed
from streams.broker.clients import Reader
from streams.broker.connection import KafkaConnection
from streams.demo.outcome_counts import ENDS, OutcomeCounts
from streams.operations.seeds import requests_of
from streams.settings import StoreSettings
from streams.storage.s3 import storage_options
from tests.conftest import FreshService
from tests.fakes.helm_chart import manifests_of
from tests.fakes.wait import until
from tests.images.chart_pods import Release
from tests.images.conftest import require_image

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(1800)]

GALLERY = ("skg", "gallery", "--host", "127.0.0.1", "--feed", "--port", "PORT")
STAGES = ("agents", "render", "examine", "write")

START_S = 180.0
WORK_S = 900.0


@dataclass(frozen=True)
class Trial:
    """What is asked for, with which renderer and its image, and how many samples it makes at least."""

    renderer: str
    target: str
    seeds: dict[str, int]
    least: int


TRIALS = {
    "collages": Trial("collage", "render", {"street market": 10, "kitchen": 10, "harbour": 10, "park": 10}, 30),
    "scenes in metres": Trial("solid", "solid", {"kitchen": 2}, 1),
}


def _values(renderer: str, bootstrap: str, store: StoreSettings) -> tuple[str, ...]:
    keys = f"s3.accessKey={store.s3_access_key.get_secret_value()},s3.secretKey={store.s3_secret_key.get_secret_value()}"
    return (
        "--set", f"kafka.bootstrap={bootstrap},kafka.replication=1,topics.apply=true,lagExporter.enabled=true",
        "--set", f"s3.endpoint={store.s3_endpoint},s3.bucket={store.s3_bucket},{keys}",
        "--set", f"dataset.uri=s3://{store.s3_bucket}/dataset,renderer={renderer}",
    )  # fmt: skip


def _outcomes(seeds: dict[str, int], bootstrap: str, store: StoreSettings) -> OutcomeCounts:
    """Wait until each request has an outcome, and each accepted sample is stored once."""
    outcomes = OutcomeCounts(requests_of([make_seed(concept, count=count) for concept, count in seeds.items()]))
    uri, options = f"s3://{store.s3_bucket}/dataset", storage_options(store)
    with closing(Reader(KafkaConnection.plain(bootstrap), ENDS)) as reader:

        def ended() -> bool:
            outcomes.feed(reader.poll(0.5))
            return not outcomes.open

        until(ended, WORK_S, "every request has an outcome")

    def stored() -> bool:
        ids = [one for _, some in sample_ids_by_file(uri, {}, options) for one in some]
        return sorted(ids) == sorted(set(outcomes.samples.values()))

    until(stored, WORK_S, "every accepted sample is stored once")
    return outcomes


@pytest.mark.parametrize("trial", TRIALS.values(), ids=TRIALS)
def test_graphs_become_an_audited_dataset(
    base_image: str, trial: Trial, fresh_broker: FreshService, minio_store: StoreSettings, tmp_path: Path
):
    require_image(trial.target)
    bootstrap = fresh_broker("apache").bootstrap
    store = minio_store.model_copy(update={"s3_bucket": f"{minio_store.s3_bucket}-new"})  # which nobody has made
    release = Release(manifests_of(*_values(trial.renderer, bootstrap, store)), tmp_path / "volumes")
    tool = release.template("Deployment", "write")
    with release.running(*STAGES, "lag-exporter") as containers, release.serving(tool, GALLERY) as gallery:
        release.call(release.template("Job", "topics"))  # processes wait for their topics
        for container in containers.values():
            until(lambda one=container: one.answers("/healthz") and one.answers("/readyz"), START_S, container.name)
        for concept, count in trial.seeds.items():
            release.call(tool, "skg", "seed", concept, "--count", str(count))
        outcomes = _outcomes(trial.seeds, bootstrap, store)
        until(lambda: gallery.answers("/"), START_S, "the gallery")
        assert gallery.stop() == 0
        assert {stage: container.stop() for stage, container in containers.items()} == dict.fromkeys(containers, 0)
    assert not outcomes.dead_letters
    assert len(outcomes.samples) + len(outcomes.rejected) == sum(trial.seeds.values())
    assert len(outcomes.samples) >= trial.least
    audited = json.loads(release.call(tool, "skg", "audit", f"s3://{store.s3_bucket}/dataset", "--json"))
    assert (audited["faults"], audited["rows"]) == ([], len(outcomes.samples))
