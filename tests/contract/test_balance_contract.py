"""`skg balance` as a process over real brokers: it asks, keeps its bounds over a restart, and stops when told."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from schemas.codec import decode
from schemas.events import SeedConcept
from schemas.topics import SEEDS
from streams.broker.clients import Reader
from streams.broker.connection import KafkaConnection
from streams.broker.topic_admin import apply
from streams.operations.balance_controller import SALT
from streams.settings import KafkaSettings
from tests.conftest import FreshService
from tests.fakes.wait import until

pytestmark = pytest.mark.contract

TARGETS = """
scenes: {kitchen: 1, park: 1}
density: {2-3: 1}
relations: {direction: 1, depth: 1}
per_minute: 500
total: 25
ahead: 15
"""


@contextmanager
def balancing(bootstrap: str, folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """The process, which must end well within seconds of SIGTERM."""
    targets = folder / "targets.yaml"
    targets.write_text(TARGETS)
    environment = {**os.environ, "SKG_KAFKA_BOOTSTRAP": bootstrap, "SKG_STATE_DIR": str(folder / "state")}
    command = [sys.executable, "-m", "streams.cli", "balance", "--targets", str(targets)]
    process = subprocess.Popen(command, env=environment)
    try:
        yield process
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
    finally:
        process.kill()
        process.wait()


@pytest.mark.parametrize("kind", ["tansu", "apache"])
def test_seeds_are_published_within_bounds_that_a_restart_does_not_forget(
    kind: str, fresh_broker: FreshService, tmp_path: Path
):
    bootstrap = fresh_broker(kind).bootstrap
    apply(KafkaSettings(kafka_bootstrap=bootstrap))
    seen: list[SeedConcept] = []
    with closing(Reader(KafkaConnection.plain(bootstrap), [SEEDS])) as reader:

        def asked_for() -> int:
            for record in reader.poll(0.2):
                event = decode(SEEDS, record.value, record.headers)
                assert isinstance(event, SeedConcept)
                seen.append(event)
            return sum(seed.count for seed in seen)

        with balancing(bootstrap, tmp_path):
            until(lambda: asked_for() == 15, 60, "the first seeds, as many as may be under way")
        with balancing(bootstrap, tmp_path) as again:
            registered = tmp_path / "state" / "processes" / f"balance-{again.pid}.json"
            until(registered.exists, 60, "the second process is at work")
            until(lambda: reader.poll(1.0) == [] and reader.at_end(), 20, "nothing comes")
            assert asked_for() == 15, "none of them has an outcome, so none more may be asked for"
    assert {seed.concept for seed in seen} == {"kitchen", "park"}
    assert all(seed.options.salt.startswith(SALT) for seed in seen)
