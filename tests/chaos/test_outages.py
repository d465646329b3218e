"""Services that are away, and processes that wait for them: what they say, what their probes answer, how they end."""

import json
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from schemas.events import STAGES
from streams.broker.topic_admin import apply
from streams.settings import KafkaSettings, StoreSettings
from tests.conftest import FreshService
from tests.fakes.left_behind import services_environment
from tests.fakes.stage_process import StageProcess, timed

pytestmark = pytest.mark.chaos

KINDS = STAGES
Start = Callable[..., StageProcess]

SAID_WITHIN_S = 3.0
BUSY_S = 5.0
"""More, where Python itself takes a while to start: two cores, and other tests on them."""


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Start]:
    """Starts processes that do not outlive the test."""
    started: list[StageProcess] = []

    def start(kind: str, fault: str = "none", **environment: str) -> StageProcess:
        folder = tmp_path / f"{kind}-{len(started)}"
        folder.mkdir()
        started.append(StageProcess(kind, folder, environment, fault))
        return started[-1]

    yield start
    for process in started:
        process.kill()


@pytest.fixture
def mute() -> Iterator[str]:
    """An address that accepts connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        taken: list[socket.socket] = []
        threading.Thread(target=lambda: _accept_all(server, taken), daemon=True).start()
        yield f"127.0.0.1:{server.getsockname()[1]}"
        server.shutdown(socket.SHUT_RDWR)
        for connection in taken:
            connection.close()


def _accept_all(server: socket.socket, taken: list[socket.socket]) -> None:
    try:
        while True:
            taken.append(server.accept()[0])
    except OSError:
        return


@pytest.mark.parametrize("kind", KINDS)
def test_a_process_waits_for_a_broker_that_is_not_there_and_says_so(stage: Start, kind: str) -> None:
    with timed(SAID_WITHIN_S + BUSY_S, "the first word"):
        process = stage(kind, SKG_KAFKA_BOOTSTRAP="127.0.0.1:9")
        process.says("waiting for Kafka at 127.0.0.1:9 (SKG_KAFKA_BOOTSTRAP): connection refused")
    assert process.ask("/healthz")[0] == 200
    assert process.ask("/readyz") == (503, "waiting for Kafka at 127.0.0.1:9 (SKG_KAFKA_BOOTSTRAP)")
    check_that_it_ends(process)


@pytest.mark.parametrize("kind", KINDS)
def test_a_broker_that_accepts_and_never_answers_is_waited_for_as_well(stage: Start, mute: str, kind: str) -> None:
    with timed(SAID_WITHIN_S + BUSY_S, "the first word"):
        process = stage(kind, SKG_KAFKA_BOOTSTRAP=mute)
        process.says(f"waiting for Kafka at {mute} (SKG_KAFKA_BOOTSTRAP): it did not answer in time")
    assert process.ask("/healthz")[0] == 200
    assert process.ask("/readyz")[0] == 503
    check_that_it_ends(process)


def check_that_it_ends(process: StageProcess) -> None:
    with timed(5, "the end"):
        assert process.stop(20) == 0
    assert "Traceback" not in process.log()
    assert len(process.lines("stopped")) == 1


def test_topics_that_are_not_there_are_waited_for(stage: Start, fresh_broker: FreshService) -> None:
    bootstrap = fresh_broker("apache").bootstrap
    waiting = stage("render", SKG_KAFKA_BOOTSTRAP=bootstrap, SKG_S3_ENDPOINT="http://127.0.0.1:9")
    assert "`skg topics apply` creates it" in waiting.says("waiting for the topic skg.graphs: ")
    assert waiting.becomes("/readyz", 503) == "waiting for the topic skg.graphs"
    apply(KafkaSettings(kafka_bootstrap=bootstrap))
    waiting.says("waiting for S3 at http://127.0.0.1:9 (SKG_S3_ENDPOINT): connection refused")
    assert waiting.becomes("/readyz", 503) == "waiting for S3 at http://127.0.0.1:9 (SKG_S3_ENDPOINT)"
    assert waiting.ask("/healthz")[0] == 200
    check_that_it_ends(waiting)


def test_a_store_that_refuses_us_ends_the_process_at_once(
    stage: Start, apache_broker: str, minio_store: StoreSettings
) -> None:
    apply(KafkaSettings(kafka_bootstrap=apache_broker))
    refused = stage(
        "render",
        SKG_KAFKA_BOOTSTRAP=apache_broker,
        SKG_S3_ENDPOINT=minio_store.s3_endpoint,
        SKG_S3_ACCESS_KEY="nobody",
        SKG_S3_SECRET_KEY="wrong-secret",
    )
    assert refused.ended(30) == 2
    last = json.loads(refused.log().splitlines()[-1])["event"]
    assert last.startswith(f"S3 at {minio_store.s3_endpoint} (SKG_S3_ENDPOINT) refused")
    assert "wrong-secret" not in refused.log()


def test_a_folder_that_can_hold_no_dataset_ends_the_writer_at_once(
    stage: Start, apache_broker: str, minio_store: StoreSettings, tmp_path: Path
) -> None:
    apply(KafkaSettings(kafka_bootstrap=apache_broker))
    (tmp_path / "file").write_text("not a folder")
    services = services_environment(apache_broker, minio_store, tmp_path)
    refused = stage("write", **services | {"SKG_DATASET_URI": str(tmp_path / "file" / "dataset")})
    assert refused.ended(30) == 2
    assert "file is no folder (SKG_DATASET_URI)" in refused.log().splitlines()[-1]
