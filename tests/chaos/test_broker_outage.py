"""A broker that is away for minutes under a running factory: every stage waits, says so, and works again soon after.

`SKG_OUTAGE_S` says for how long; each stage's recovery is printed.
"""

import json
import os
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from schemas.events import STAGES
from schemas.ids import make_seed
from schemas.topics import GRAPHS, IMAGES, QA
from streams.broker.clients import Reader
from streams.broker.connection import KafkaConnection
from streams.broker.topic_admin import apply
from streams.cli.root import run
from streams.operations.seed_publisher import publish_seeds
from streams.services import Running
from streams.settings import KafkaSettings, StoreSettings
from tests.chaos.outages import RECOVERY_S
from tests.conftest import FreshService
from tests.fakes.left_behind import sample_ids, services_environment
from tests.fakes.stage_process import StageProcess
from tests.fakes.wait import until

pytestmark = [pytest.mark.chaos, pytest.mark.slow, pytest.mark.timeout(900)]

OUTAGE_S = float(os.environ.get("SKG_OUTAGE_S", "20"))

REPORT_EVERY_S = 30.0

KINDS = STAGES
MADE_BY = {"agents": GRAPHS, "render": IMAGES, "examine": QA}
GRAPHS_ASKED = 120


class Ends:
    """How many records each topic has got."""

    def __init__(self, bootstrap: str) -> None:
        self.found = dict.fromkeys(MADE_BY.values(), 0)
        self._readers = {topic: Reader(KafkaConnection.plain(bootstrap), [topic]) for topic in self.found}

    def of(self, topic: str) -> int:
        self.found[topic] += len(self._readers[topic].poll(0.1))
        return self.found[topic]

    def drained(self, topic: str) -> int:
        """Once nothing more comes."""
        while self.of(topic) != self.of(topic):
            pass
        return self.found[topic]

    def close(self) -> None:
        for reader in self._readers.values():
            reader.close()


@dataclass(frozen=True)
class Factory:
    """A broker, one process of each stage once they are started, and the settings of all."""

    broker: Running
    environment: dict[str, str]
    processes: list[StageProcess]


@pytest.fixture
def factory(
    fresh_broker: FreshService, minio_store: StoreSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Factory]:
    """Its processes end with the test."""
    broker = fresh_broker("apache")
    environment = services_environment(broker.bootstrap, minio_store, tmp_path) | {"SKG_WRITE_EVERY_S": "0.5"}
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    apply(KafkaSettings())
    publish_seeds(KafkaSettings(), [make_seed("kitchen", GRAPHS_ASKED)])
    processes: list[StageProcess] = []
    try:
        for kind in KINDS:
            processes.append(StageProcess(kind, tmp_path, environment))
        yield Factory(broker, environment, processes)
    finally:
        for process in processes:
            process.kill()


def requests(capsys: pytest.CaptureFixture[str]) -> dict[str, int]:
    """The counts of `skg requests --json`."""
    run(["requests", "--json"])
    found: dict[str, int] = json.loads(capsys.readouterr().out.splitlines()[-1])
    return found


def test_every_stage_waits_says_so_recovers_and_loses_nothing(
    factory: Factory, fresh_broker: FreshService, capsys: pytest.CaptureFixture[str]
) -> None:
    broker, uri = factory.broker, factory.environment["SKG_DATASET_URI"]
    until(lambda: sample_ids(uri), 90, "the first sample")
    broker.stop(0)
    away_at = time.monotonic()
    for process in factory.processes:
        process.says(f"waiting for Kafka at {broker.bootstrap} (SKG_KAFKA_BOOTSTRAP)", 20)
        assert process.ask("/healthz")[0] == 200
        assert process.becomes("/readyz", 503, 20)
    until(lambda: time.monotonic() - away_at > OUTAGE_S, OUTAGE_S + 5, "the end of the outage")
    assert all(process.alive() for process in factory.processes)
    said = {process.kind: len(process.lines("waiting for Kafka at")) for process in factory.processes}
    fresh_broker("apache", broker.place.folder, broker.place.ports[0])
    back_at = time.monotonic()
    took = recovered(uri, back_at)
    until(lambda: requests(capsys)["none"] == 0, 120, "an outcome of every request")
    told = requests(capsys)
    with capsys.disabled():
        print(f"\naway for {OUTAGE_S:.0f} s; recovered after {took}; said {said}; {told}")  # noqa: T201 - its figures
    assert told["twice"] == 0
    assert {kind: seconds for kind, seconds in took.items() if seconds > RECOVERY_S} == {}
    assert all(OUTAGE_S // REPORT_EVERY_S <= lines <= OUTAGE_S / REPORT_EVERY_S + 2 for lines in said.values()), said
    for process in factory.processes:
        before = process.log()
        assert process.stop(40) == 0
        assert "Traceback" not in process.log().removeprefix(before)


def recovered(uri: str, back_at: float) -> dict[str, float]:
    """Seconds from the broker's return until each stage has made something new."""
    with closing(Ends(KafkaSettings().kafka_bootstrap)) as ends:
        before = {kind: ends.drained(topic) for kind, topic in MADE_BY.items()}
        rows = len(sample_ids(uri))
        publish_seeds(KafkaSettings(), [make_seed("street market", 20)])
        took: dict[str, float] = {}

        def looked() -> bool:
            for kind, topic in MADE_BY.items():
                if kind not in took and ends.of(topic) > before[kind]:
                    took[kind] = round(time.monotonic() - back_at, 1)
            if "write" not in took and len(sample_ids(uri)) > rows:
                took["write"] = round(time.monotonic() - back_at, 1)
            return len(took) == len(KINDS)

        until(looked, 3 * RECOVERY_S, "work of every stage")
    return took
