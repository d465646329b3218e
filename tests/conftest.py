"""Services that tests share: one running instance of each kind a session, fresh buckets and fresh brokers a test.

Measured on two cores: a fresh Tansu takes 0.1 s, Apache Kafka 2.5 s, MinIO 0.6 s, SeaweedFS 2.4 s; a fresh bucket 0.01 s
on MinIO and 0.2 s on SeaweedFS. Topic names are fixed, so a test that counts records wants a fresh broker.
"""

import logging
import os
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog

from streams.services import Running
from streams.settings import StoreSettings
from tests.fakes.collected_garbage import pytest_collection
from tests.fakes.services import Pool, start
from tests.fakes.wait import until

__all__ = ["pytest_collection"]

CHROMIUM = Path("/usr/bin/chromium")

FreshService = Callable[..., Running]
"""`fresh_broker("apache")`; also `fresh_broker("apache", folder, port)` for starting a stopped one again."""


@pytest.fixture(autouse=True)
def logs_go_where_they_went_before() -> Iterator[None]:
    """A process sets its logs up once; a test that runs a command in here does so for every test after it.

    The stream that they are sent to is the test's own and closed by then.
    """
    before, level, configured = logging.getLogger().handlers[:], logging.getLogger().level, structlog.get_config()
    hooks = sys.excepthook, threading.excepthook
    yield
    sys.excepthook, threading.excepthook = hooks
    logging.captureWarnings(False)
    for handler in logging.getLogger().handlers[:]:
        if handler not in before and isinstance(handler.formatter, structlog.stdlib.ProcessorFormatter):
            logging.getLogger().removeHandler(handler)
    logging.getLogger().setLevel(level)
    structlog.configure(**configured)
    structlog.contextvars.clear_contextvars()


@pytest.fixture(autouse=True)
def no_kafka_client_is_left() -> Iterator[None]:
    """A test closes its clients of Kafka. One that is left looks for its broker, and logs, through all tests after it."""
    before = set(threading.enumerate())
    yield
    until(lambda: not _kafka_threads() - before, 25, "every client of Kafka is closed")  # what producers wait for batches


def _kafka_threads() -> set[threading.Thread]:
    return {thread for thread in threading.enumerate() if thread.name.startswith("kafka-io-")}


@pytest.fixture(scope="session")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pool]:
    """The session's services, started when they are first needed."""
    pool = Pool(tmp_path_factory.mktemp("services"))
    yield pool
    pool.stop()


@pytest.fixture(params=["tansu", "apache"])
def broker(request: pytest.FixtureRequest, services: Pool) -> str:
    """The bootstrap address of the session's broker, of each kind in turn."""
    return services.broker(request.param).bootstrap


@pytest.fixture
def tansu_broker(services: Pool) -> str:
    """The bootstrap address of the session's Tansu."""
    return services.broker("tansu").bootstrap


@pytest.fixture
def apache_broker(services: Pool) -> str:
    """The bootstrap address of the session's Apache Kafka."""
    return services.broker("apache").bootstrap


@pytest.fixture(params=["seaweedfs", "minio"])
def store(request: pytest.FixtureRequest, services: Pool) -> StoreSettings:
    """How to reach a fresh bucket, in each kind of store in turn."""
    return services.bucket(request.param)


@pytest.fixture
def minio_store(services: Pool) -> StoreSettings:
    """How to reach a fresh bucket in the session's MinIO."""
    return services.bucket("minio")


@pytest.fixture
def seaweedfs_store(services: Pool) -> StoreSettings:
    """How to reach a fresh bucket in the session's SeaweedFS."""
    return services.bucket("seaweedfs")


@pytest.fixture
def fresh_service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FreshService]:
    """Starts brokers and stores of the test's own, killed at its end."""
    started: list[Running] = []

    def starter(kind: str, folder: Path | None = None, port: int | None = None) -> Running:
        place = folder or tmp_path_factory.mktemp(kind)
        started.append(start(kind, place, port))
        return started[-1]

    yield starter
    for running in started:
        running.stop(0)


@pytest.fixture
def fresh_broker(fresh_service: FreshService) -> FreshService:
    """A broker with no topics at all: `fresh_broker("apache").bootstrap`."""
    return fresh_service


@pytest.fixture
def fresh_store(fresh_service: FreshService) -> FreshService:
    """A store with nothing in it: `fresh_store("minio").settings()`."""
    return fresh_service


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Debian's Chromium, driven by playwright; a machine without it skips, CI fails."""
    sync = pytest.importorskip("playwright.sync_api")
    if not CHROMIUM.exists():
        if os.environ.get("CI") == "true":
            pytest.fail(f"{CHROMIUM} is missing: install Debian's chromium")
        pytest.skip(f"needs Debian's chromium at {CHROMIUM}")
    with sync.sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        yield chromium
        chromium.close()
