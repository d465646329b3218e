"""Starts a broker or a store and returns it when it is usable.

In: a kind, a folder for its data and log, maybe a port.  Out: a Running, or ServiceError in one line.
Listens on loopback only.  The details of each kind are in its own file.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Literal

from pydantic import SecretStr

from streams.services.apache_kafka import APACHE
from streams.services.bound_process import Bound, Command, Detached
from streams.services.minio_server import MINIO
from streams.services.ports import HOST, free_ports, require_free
from streams.services.seaweedfs import SEAWEEDFS
from streams.services.service_errors import NotReady, ServiceError
from streams.services.service_spec import LOCAL_KEYS, Keys, Place, ServiceSpec
from streams.services.tansu import TANSU
from streams.settings import StoreSettings

BrokerKind = Literal["tansu", "apache"]
StoreKind = Literal["seaweedfs", "minio"]

BROKERS: dict[str, ServiceSpec] = {"tansu": TANSU, "apache": APACHE}
STORES: dict[str, ServiceSpec] = {"seaweedfs": SEAWEEDFS, "minio": MINIO}

ATTEMPTS = 3
"""Between choosing free ports and listening on them another process may take one."""

PORT_TAKEN = ("address already in use", "is not available on")
"""What services say then, in lower case."""

LOOK_S = 0.05
"""Between two checks of a starting service."""


@dataclass(frozen=True)
class Running:
    """A usable service. As a context manager it is stopped at the end.

    Bound to this process it ends with it, even by SIGKILL; released it runs until `stop`.
    """

    kind: str
    recipe: ServiceSpec
    place: Place
    process: Bound | Detached

    @property
    def bootstrap(self) -> str:
        """host:port, the form of Kafka's clients."""
        return f"{HOST}:{self.place.ports[0]}"

    @property
    def endpoint(self) -> str:
        """With scheme, the form of S3's clients."""
        return f"http://{self.bootstrap}"

    @property
    def pid(self) -> int:
        """The service's own process."""
        return self.process.pid

    @property
    def alive(self) -> bool:
        """Whether the process runs."""
        return self.process.alive

    @property
    def log(self) -> Path:
        """Its output."""
        return self.place.folder / "log.txt"

    def settings(self, bucket: str = "skg") -> StoreSettings:
        """The settings that reach this store."""
        return store_settings(self.place, bucket)

    def release(self) -> "Running":
        """Let it outlive this process; it must have been started `loose`. Only `stop` ends it then."""
        return replace(self, process=self.process.release()) if isinstance(self.process, Bound) else self

    def stop(self, grace_s: float | None = None) -> None:
        """Send SIGTERM, wait `grace_s` seconds (None: the kind's own), then kill. 0 kills at once. May be repeated."""
        self.process.stop(self.recipe.stop_s if grace_s is None else grace_s)
        if isinstance(self.process, Detached):  # a bound one's watchdog has done it
            for path in self.recipe.leftovers(self.place):
                path.unlink(missing_ok=True)

    def __enter__(self) -> "Running":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()


Spawned = Callable[[Running], None]
"""Is given a service as soon as its process runs, before it is usable; again if it has to start on other ports."""


def _unwatched(_running: Running) -> None:
    """Nobody wants to know before the service is usable."""


def start_broker(
    kind: BrokerKind, folder: Path, port: int | None = None, *, loose: bool = False, spawned: Spawned = _unwatched
) -> Running:
    """A broker that has acknowledged a record. Raises ServiceError; PortInUse when `port` is taken."""
    return start_recipe(kind, BROKERS[kind], Place(folder, (port,) if port else ()), loose=loose, spawned=spawned)


def start_store(  # noqa: PLR0913 - how it is started, each by its name
    kind: StoreKind,
    folder: Path,
    port: int | None = None,
    *,
    keys: Keys = LOCAL_KEYS,
    loose: bool = False,
    spawned: Spawned = _unwatched,
) -> Running:
    """A store that has taken an object; its bucket `skg` exists. Raises ServiceError; PortInUse when `port` is taken."""
    return start_recipe(kind, STORES[kind], Place(folder, (port,) if port else (), keys), loose=loose, spawned=spawned)


def store_settings(place: Place, bucket: str) -> StoreSettings:
    """The settings that reach the store at this place."""
    return StoreSettings(
        s3_endpoint=f"http://{HOST}:{place.ports[0]}",
        s3_access_key=SecretStr(place.keys.access),
        s3_secret_key=SecretStr(place.keys.secret),
        s3_session_token=SecretStr(""),
        s3_ca_file=None,
        s3_path_style=None,
        s3_bucket=bucket,
    )


class _Lost(Exception):
    """The process ended while it started."""


def start_recipe(
    kind: str, recipe: ServiceSpec, wanted: Place, *, loose: bool = False, spawned: Spawned = _unwatched
) -> Running:
    """A usable service at the place; missing ports are chosen."""
    for port in wanted.ports:
        require_free(port)
    for attempt in range(ATTEMPTS):
        ports = wanted.ports + tuple(free_ports(recipe.ports - len(wanted.ports)))
        place = Place(wanted.folder, ports, wanted.keys)
        command = recipe.command(place)
        before = command.log.stat().st_size if command.log.exists() else 0
        process = Bound(command, loose=loose)
        running = Running(kind, recipe, place, process)
        spawned(running)
        try:
            _wait(running)
            return running
        except _Lost:
            said = _said(command, before)
            if not any(words in said.lower() for words in PORT_TAKEN) or attempt == ATTEMPTS - 1:
                last = (said.strip().splitlines() or ["it said nothing"])[-1]
                raise ServiceError(f"{recipe.title} ended while starting: {last} (log: {command.log})") from None
    raise AssertionError("the last attempt returned or raised")


def _wait(running: Running) -> None:
    deadline = time.monotonic() + running.recipe.start_s
    while True:
        try:
            _probe(running)
            if running.alive:  # otherwise another process answered on the port
                return
        except NotReady as error:
            if time.monotonic() > deadline:
                running.stop(0)
                title, seconds = running.recipe.title, running.recipe.start_s
                raise ServiceError(f"{title} is not usable after {seconds:g} s: {error} (log: {running.log})") from error
        except BaseException:
            running.stop(0)
            raise
        if not running.alive:
            running.stop(0)
            raise _Lost
        time.sleep(LOOK_S)


def _said(command: Command, since: int) -> str:
    with command.log.open("rb") as log:
        log.seek(since)
        return log.read().decode(errors="replace")


def _probe(running: Running) -> None:
    from streams.services import readiness_probe  # while the service starts: the clients take longer to import

    if running.kind in BROKERS:
        readiness_probe.produce(running.bootstrap)
    else:
        readiness_probe.put(running.settings())
