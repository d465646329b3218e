"""The services of `skg up`: they outlive the command, and `skg down` finds them again.

In: a state folder, kinds, ports.  Out: endpoints; in the folder `services.json` (process ids, ports, keys; read by its
owner only), the services' data and logs.
`down` stops and forgets them; the store's data stays in the folder.
"""

import shlex
from collections.abc import Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, get_args

from streams.services.launcher import BROKERS, STORES, BrokerKind, Running, StoreKind, start_broker, start_store
from streams.services.ports import is_free, require_free
from streams.services.service_errors import NoSuchKind, ServiceError
from streams.services.service_registry import forget, load, locked, save, store_keys
from streams.services.service_spec import Keys

ROLES = ("broker", "store")

EMBEDDED = {"broker": "tansu", "store": "seaweedfs"}
"""The kinds that are started where none is given and none ran before."""

NOTHING = "nothing is up"

BUCKET = "skg"

OF_SERVICES = ("SKG_KAFKA_", "SKG_S3_")
STAYS = {"SKG_KAFKA_REPLICATION", "SKG_KAFKA_INSTANCE", "SKG_S3_NOTES_BUCKET"}
"""Settings of a broker and a store that do not concern addresses or keys."""

SESSION_S: Mapping[str, float] = {"tansu": 4.0, "apache": 10.0}
"""Session timeout for one machine: joining a group on Tansu takes half of it, in whole seconds; a killed worker is noticed
after it."""


class ServiceRequest(NamedTuple):
    """A kind of service (None: as before), its port (None: any free one), its data folder (None: the state folder)."""

    kind: str | None
    port: int | None
    folder: Path | None = None


@dataclass(frozen=True)
class Endpoints:
    """The addresses of a broker and a store. `forgets`: the broker's data is lost when it ends."""

    bootstrap: str
    endpoint: str
    keys: Keys
    session_s: float
    forgets: bool = False

    def environment(self) -> dict[str, str]:
        """The settings of every process that uses them."""
        return {
            "SKG_KAFKA_BOOTSTRAP": self.bootstrap,
            "SKG_KAFKA_SESSION_S": f"{self.session_s:g}",
            "SKG_S3_ENDPOINT": self.endpoint,
            "SKG_S3_ACCESS_KEY": self.keys.access,
            "SKG_S3_SECRET_KEY": self.keys.secret,
            "SKG_S3_BUCKET": BUCKET,
        }


def endpoints_of(broker: Running, store: Running) -> Endpoints:
    """The settings that reach these two."""
    return Endpoints(
        broker.bootstrap, store.endpoint, store.place.keys, SESSION_S[broker.kind], broker.kind == EMBEDDED["broker"]
    )


def export_lines(endpoints: Endpoints, around: Iterable[str] = ()) -> str:
    """For a shell's `eval`. What `around` names of other services' keys and TLS is unset."""
    own = endpoints.environment()
    foreign = [name for name in sorted(around) if name.startswith(OF_SERVICES) and name not in own and name not in STAYS]
    lines = [f"unset {name}" for name in foreign]
    return "\n".join([*lines, *(f"export {name}={shlex.quote(value)}" for name, value in own.items())])


def up(
    state_dir: Path,
    broker_kind: str | None = None,
    store_kind: str | None = None,
    ports: Mapping[str, int | None] | None = None,
    store_folder: Path | None = None,
) -> Endpoints:
    """Start what is not running yet; `ports` may name one for `broker` and `store`. Both run, or nothing was started.

    A kind that is None is the one that is up or was up last, else the embedded one.
    `store_folder`: where the store's data are, if not in the state folder.

    Raises ServiceError, also when other kinds or ports than these are up.
    """
    asked = _wanted(broker_kind, store_kind, ports or {})
    asked["store"] = asked["store"]._replace(folder=store_folder)
    with locked(state_dir):
        known = load(state_dir)
        wanted = {role: _settled(role, asked[role], known.get(role)) for role in ROLES}
        there = {role: known[role] for role in ROLES if role in known and known[role].alive}
        for role in ROLES:
            _check(there.get(role), wanted[role])
        for role in ROLES:
            if role in known and role not in there:
                wanted[role] = _as_before(known[role], wanted[role])
        services = _both(state_dir, there, wanted)
        return endpoints_of(services["broker"], services["store"])


def is_up(state_dir: Path) -> bool:
    """Whether a broker or a store of this folder runs. Raises ServiceError for a damaged folder."""
    return any(one.alive for one in load(state_dir).values())


def down(state_dir: Path) -> list[str]:
    """Stop both; one line for each that was running. Never touches other processes with the same ids."""
    if not state_dir.exists():
        return [NOTHING]
    with locked(state_dir):
        running = [one for one in load(state_dir).values() if one.alive]
        with ThreadPoolExecutor(len(ROLES)) as pool:
            list(pool.map(Running.stop, running))
        forget(state_dir)
        return [f"stopped {one.recipe.title} at {one.bootstrap}" for one in running] or [NOTHING]


def _wanted(broker: str | None, store: str | None, ports: Mapping[str, int | None]) -> dict[str, ServiceRequest]:
    for kind, kinds in ((broker, BROKERS), (store, STORES)):
        if kind is not None and kind not in kinds:
            raise NoSuchKind(f"no such kind: {kind!r}; there are {', '.join(kinds)}")
    return {"broker": ServiceRequest(broker, ports.get("broker")), "store": ServiceRequest(store, ports.get("store"))}


def _settled(role: str, asked: ServiceRequest, known: Running | None) -> ServiceRequest:
    return asked._replace(kind=asked.kind or (known.kind if known else EMBEDDED[role]))


def _check(running: Running | None, wanted: ServiceRequest) -> None:
    """Raise ServiceError when another kind or port is up, or another process has the port."""
    if running is None:
        if wanted.port:
            require_free(wanted.port)
    elif running.kind != wanted.kind or wanted.port not in (None, running.place.ports[0]):
        raise ServiceError(f"{running.recipe.title} is already up at {running.bootstrap}: run `skg down` first")


def _as_before(dead: Running, wanted: ServiceRequest) -> ServiceRequest:
    """Restart a dead service on its old port, if that is still free, so that exported settings stay valid."""
    port = dead.place.ports[0]
    return wanted._replace(port=port) if dead.kind == wanted.kind and not wanted.port and is_free(port) else wanted


def _both(state_dir: Path, there: Mapping[str, Running], wanted: Mapping[str, ServiceRequest]) -> dict[str, Running]:
    """Start what is missing at the same time. If one fails, the other is stopped again unless it was up before."""
    keys = store_keys(state_dir)
    with ThreadPoolExecutor(len(ROLES)) as pool:
        starting: dict[str, Future[Running]] = {
            role: pool.submit(_start, state_dir, role, wanted[role], keys) for role in ROLES if role not in there
        }
    failures = [error for error in (one.exception() for one in starting.values()) if error]
    started = {role: one.result() for role, one in starting.items() if not one.exception()}
    if failures:
        for running in started.values():
            running.stop(0)
        raise failures[0]
    save(state_dir, {**there, **started})  # first: until they are released they cannot be left behind
    return {**there, **{role: running.release() for role, running in started.items()}}


def _start(state_dir: Path, role: str, wanted: ServiceRequest, keys: Keys) -> Running:
    folder = wanted.folder or state_dir.resolve() / f"{role}-{wanted.kind}"
    for broker in get_args(BrokerKind):
        if wanted.kind == broker:
            return start_broker(broker, folder, wanted.port, loose=True)
    for store in get_args(StoreKind):
        if wanted.kind == store:
            return start_store(store, folder, wanted.port, keys=keys, loose=True)
    raise AssertionError(wanted.kind)
