"""Services for tests: what must be there, and one running instance of each kind for a whole session.

In: kinds.  Out: running services, or a skip with its reason; in CI (`CI=true`) a missing service is a failure.
"""

import os
import uuid
from pathlib import Path
from typing import get_args

import pytest

from streams.services import BrokerKind, Running, StoreKind, start_broker, start_store
from streams.services.apache_kafka import missing as missing_for_kafka
from streams.services.program_cache import find_program
from streams.services.readiness_probe import put
from streams.settings import StoreSettings

PROGRAMS = {"seaweedfs": "weed"}
"""Services whose program has another name. Anything else is looked up under its own: promtool, helm, chromium …"""


def require(service: str) -> None:
    """Skip the test when the service is not installed; fail in CI, where everything has to be."""
    lacking = _lacking(service)
    if lacking is None:
        return
    reason = f"{lacking} is not installed: run `make services`"
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


def _lacking(service: str) -> str | None:
    if service == "tansu":
        return None  # a dependency of the project, so its absence is an error of its own
    if service == "apache":
        return missing_for_kafka()
    program = PROGRAMS.get(service, service)
    return None if find_program(program) else service


class Pool:
    """At most one running instance of each kind, started when it is first asked for."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._running: dict[str, Running] = {}

    def broker(self, kind: BrokerKind) -> Running:
        """The session's broker of this kind; started anew when a test has killed it."""
        return self._get(kind)

    def store(self, kind: StoreKind) -> Running:
        """The session's store of this kind."""
        return self._get(kind)

    def bucket(self, kind: StoreKind) -> StoreSettings:
        """How to reach a fresh, empty bucket in the session's store of this kind."""
        settings = self.store(kind).settings(f"t-{uuid.uuid4().hex[:12]}")
        put(settings)
        return settings

    def stop(self) -> None:
        """Kill them all: nobody needs their data."""
        for running in self._running.values():
            running.stop(0)

    def _get(self, kind: str) -> Running:
        running = self._running.get(kind)
        if running is None or not running.alive:
            running = self._running[kind] = start(kind, self._folder / f"{kind}-{uuid.uuid4().hex[:6]}")
        return running


def start(kind: str, folder: Path, port: int | None = None) -> Running:
    """A broker or a store of this kind."""
    require(kind)
    for broker in get_args(BrokerKind):
        if kind == broker:
            return start_broker(broker, folder, port)
    for store in get_args(StoreKind):
        if kind == store:
            return start_store(store, folder, port)
    raise ValueError(f"no such service: {kind}")
