"""The demo's processes: a broker and a store, bound to the demo or left running with `--keep`, and the stages.

In: folders, settings.  Out: the settings that reach the services; running stages that can be stopped together, or
DemoFailed with the end of a dead one's log.
Pictures stay in the output folder in all cases, so a later demo finds them.
"""

import sys
import threading
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, suppress
from functools import partial
from pathlib import Path

from schemas.events import STAGES
from streams.errors import RunFailed
from streams.services import Running, ServiceError, start_broker
from streams.services.bound_process import Bound, Command
from streams.services.launcher import Spawned, start_recipe
from streams.services.local_services import endpoints_of, is_up, up
from streams.services.seaweedfs import SEAWEEDFS_MINI
from streams.services.service_spec import Place
from streams.settings import KafkaSettings

KEPT = "leaving the broker and the store running; `SKG_STATE_DIR={state} skg down` stops them"

STORE = "store"
"""The pictures, within the output folder."""

STOP_S = 1.0
"""Every object was acknowledged before its event was published, so there is little left to write."""

GRACE_S = 4.0
"""How long a stage may take to finish what it has in flight; the whole stop stays below 10 s."""

LOG_LINES = 12

Environment = dict[str, str]
"""Settings by the names of their variables."""


class DemoFailed(RunFailed):
    """A process of the demo ended on its own, or there is no progress."""


class StartingService:
    """A service that starts in a thread of its own: its address is known long before it is usable."""

    def __init__(self, start: Callable[[Spawned], Running]) -> None:
        self._latest: Running | None = None
        self._known = threading.Event()
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="starting")
        self._started: Future[Running] = self._pool.submit(start, self._spawned)
        self._started.add_done_callback(lambda _: self._known.set())
        self._pool.shutdown(wait=False)

    def address(self) -> Running:
        """The service, as soon as its process runs. Raises ServiceError."""
        self._known.wait()
        return self._latest if self._latest is not None else self.usable()

    def usable(self) -> Running:
        """The service, once it is usable; on other ports than before if those were taken meanwhile. Raises ServiceError."""
        return self._started.result()

    def stop(self) -> None:
        """Stop it, however far it has come."""
        if self._latest is not None and not self._started.done():
            self._latest.stop(0)
        with suppress(ServiceError):  # raised before, or nobody waits for it any more
            self.usable().stop(STOP_S)

    def _spawned(self, running: Running) -> None:
        self._latest = running
        self._known.set()


class DemoServices:
    """A broker and a store that start concurrently. The stages start meanwhile, and wait for what they need.

    Services that an earlier demo left running are reused and left running: two stores must not share a folder.
    """

    def __init__(self, out: Path, state: Path, stack: ExitStack, *, keep: bool) -> None:
        self._starting: tuple[StartingService, ...] = ()
        self._running: Environment = {}
        if keep or is_up(state):
            self._running = dict(up(state, store_folder=out / STORE).environment())
            return
        self._starting = (
            StartingService(  # takes longest
                lambda spawned: start_recipe("seaweedfs", SEAWEEDFS_MINI, Place(out / STORE, ()), spawned=spawned)
            ),
            StartingService(lambda spawned: start_broker("tansu", state / "broker", spawned=spawned)),
        )
        stack.callback(_at_once, [service.stop for service in self._starting])

    def environment(self) -> Environment:
        """The settings that reach them, which may not be usable yet. Raises ServiceError."""
        return self._environment(StartingService.address)

    def bootstrap(self) -> str:
        """The address of the broker, once it is usable. Raises ServiceError."""
        return self._starting[1].usable().bootstrap if self._starting else self._running["SKG_KAFKA_BOOTSTRAP"]

    def usable(self) -> Environment:
        """The settings, once both are usable. They differ from earlier ones if a port was taken. Raises ServiceError."""
        return self._environment(StartingService.usable)

    def _environment(self, of: Callable[[StartingService], Running]) -> Environment:
        if not self._starting:
            return self._running
        store, broker = map(of, self._starting)
        return dict(endpoints_of(broker, store).environment())


class ProcessSupervisor:
    """The stages, each a process of its own."""

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        self.logs = folder
        self._stages = self._started(environment)

    def _started(self, environment: Mapping[str, str]) -> dict[str, Bound]:
        command = (sys.executable, "-m", "streams.cli")
        return {stage: Bound(Command((*command, stage), self.logs / stage, environment)) for stage in STAGES}

    def restart(self, environment: Mapping[str, str]) -> None:
        """Stop all stages and start them with other settings."""
        self.stop()
        self._stages = self._started(environment)

    def check(self) -> None:
        """Raise DemoFailed if a stage has ended."""
        for stage, process in self._stages.items():
            if not process.alive:
                log = process.command.log
                raise DemoFailed(f"{stage} ended on its own; the end of {log}:\n{tail(log)}")

    def stop(self) -> None:
        """Stop all stages concurrently: SIGTERM, then SIGKILL."""
        _at_once([partial(process.stop, GRACE_S) for process in self._stages.values()])


def _at_once(works: Iterable[Callable[[], None]]) -> None:
    """Do all concurrently: the exit must be quick."""
    with ThreadPoolExecutor() as pool:
        list(pool.map(lambda work: work(), works))


def tail(log: Path) -> str:
    """The last lines of a log."""
    lines = log.read_text("utf-8", "replace").splitlines() if log.exists() else []
    return "\n".join(f"  {line}" for line in lines[-LOG_LINES:])


def local_kafka(bootstrap: str) -> KafkaSettings:
    """Settings for a broker of this machine, without the environment's TLS and logins."""
    said = {name: info.default for name, info in KafkaSettings.model_fields.items() if name.startswith("kafka_")}
    return KafkaSettings(**said | {"kafka_bootstrap": bootstrap})
