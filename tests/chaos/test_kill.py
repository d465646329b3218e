"""`kill -9` of each kind of process at each step: the dataset is that of an undisturbed run, each sample once."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from schemas.events import STAGES
from streams.settings import StoreSettings
from tests.chaos.accounting import Undisturbed
from tests.chaos.factory import WITHIN_S, Factory
from tests.conftest import FreshService
from tests.fakes.services import Pool, start
from tests.fakes.slow_params import slow

pytestmark = pytest.mark.chaos


@pytest.fixture
def factory(fresh_broker: FreshService, minio_store: StoreSettings, tmp_path: Path) -> Iterator[Factory]:
    factory = Factory(fresh_broker("apache").bootstrap, minio_store, tmp_path)
    yield factory
    factory.kill()


@pytest.fixture(scope="module")
def undisturbed(services: Pool, tmp_path_factory: pytest.TempPathFactory) -> Undisturbed:
    """What becomes of each request in a run in which nothing happens."""
    folder = tmp_path_factory.mktemp("undisturbed")
    with start("apache", folder / "broker") as broker:
        factory = Factory(broker.bootstrap, services.bucket("minio"), folder)
        try:
            return factory.run_undisturbed()
        finally:
            factory.kill()


@pytest.mark.parametrize(
    ("kind", "step", "count"),
    [
        slow("agents", "consumed", 3),
        ("agents", "published", 2),
        slow("render", "consumed", 2),
        slow("render", "put", 3),
        ("render", "published", 1),
        slow("render", "before_commit", 1),
        ("examine", "published", 1),
        slow("write", "consumed", 1),
        slow("write", "before_append", 1),
        ("write", "appended", 1),
        slow("write", "before_commit", 1),
    ],
)
def test_a_process_killed_at_any_step_leaves_the_dataset_of_an_undisturbed_run(
    undisturbed: Undisturbed, factory: Factory, kind: str, step: str, count: int
) -> None:
    factory.publish()
    for other in STAGES:
        if other != kind:
            factory.start(other)
    victim = factory.start(kind, step, str(count))
    assert victim.wait(WITHIN_S) == -signal.SIGKILL
    factory.start(kind)
    factory.await_ready(kind)
    factory.finish()
    codes = factory.stop()

    assert codes == dict.fromkeys(STAGES, 0)
    found = factory.balance(undisturbed)
    assert not found.faults
    assert found.rejected >= 3
    graphs, images = factory.announced()
    assert len(graphs) == len(images)
    assert factory.images() == images == factory.referenced()
    assert not factory.outcomes.dead_letters
