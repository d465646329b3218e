"""The processes of the demo: services and stages, bound to this process so that none outlives it.

In: a folder.  Out: running processes that can be stopped together, or DemoFailed with the end of a dead one's log.
"""

import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from schemas.events import STAGES
from streams.errors import RunFailed
from streams.services.bound_process import Bound, Command

GRACE_S = 4.0
"""How long a stage may take to finish what it has in flight; the whole stop stays below 10 s."""

LOG_LINES = 12


class DemoFailed(RunFailed):
    """A process of the demo ended on its own, or there is no progress."""


class ProcessSupervisor:
    """The stages, each a process of its own."""

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        self.logs = folder
        self._stages = {stage: Bound(self._command(folder, stage, environment)) for stage in STAGES}

    @staticmethod
    def _command(folder: Path, stage: str, environment: Mapping[str, str]) -> Command:
        return Command((sys.executable, "-m", "streams.cli", stage), folder / stage, environment)

    def check(self) -> None:
        """Raise DemoFailed if a stage has ended."""
        for stage, process in self._stages.items():
            if not process.alive:
                log = process.command.log
                raise DemoFailed(f"{stage} ended on its own; the end of {log}:\n{tail(log)}")

    def stop(self) -> None:
        """Stop all stages concurrently: SIGTERM, then SIGKILL."""
        with ThreadPoolExecutor(len(self._stages)) as pool:
            list(pool.map(lambda process: process.stop(GRACE_S), self._stages.values()))


def tail(log: Path) -> str:
    """The last lines of a log."""
    lines = log.read_text("utf-8", "replace").splitlines() if log.exists() else []
    return "\n".join(f"  {line}" for line in lines[-LOG_LINES:])
