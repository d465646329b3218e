"""Processes bound to this one, which may be released to outlive it.

In: a command.  Out: a handle, or a process id with an identity that survives the reuse of process ids.
Does not know when a service is healthy.
"""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from streams.services.service_errors import ServiceError

WATCHDOG = Path(__file__).with_name("watchdog.py")

KILL_S = 5.0
"""How long the kernel may take to reap a killed process on a busy machine."""


@dataclass(frozen=True)
class Command:
    """What to run, in which folder (created if missing), with which whole environment (None: this process's own).

    `leftovers` are files elsewhere that a killed process would leave behind.
    """

    argv: tuple[str, ...]
    folder: Path
    environment: Mapping[str, str] | None = None
    leftovers: tuple[Path, ...] = ()

    @property
    def log(self) -> Path:
        """The file to which its output is appended."""
        return self.folder / "log.txt"


class Bound:
    """A running service that ends with this process, however this process ends.

    A `loose` one may be released; until then it outlives this process only if its watchdog is killed as well.
    """

    def __init__(self, command: Command, *, loose: bool = False) -> None:
        self.command = command
        self._loose = loose
        self._watchdog, self.pid = _spawn(command, "loose" if loose else "bound")

    @property
    def alive(self) -> bool:
        """Whether the service still runs."""
        return self._watchdog.poll() is None

    def stop(self, grace_s: float) -> None:
        """Send SIGTERM, wait at most `grace_s` seconds, then kill. 0 kills at once. Idempotent."""
        self._order(f"{grace_s}")
        self._watchdog.wait(grace_s + 2 * KILL_S)

    def release(self) -> "Detached":
        """Let it outlive this process."""
        assert self._loose, "the kernel would kill a bound service all the same"
        released = Detached(self.pid, identity(self.pid) or "")
        self._order("release")
        self._watchdog.wait(2 * KILL_S)
        return released

    def _order(self, words: str) -> None:
        orders = self._watchdog.stdin
        if orders and not orders.closed:
            with contextlib.suppress(BrokenPipeError):  # the watchdog has ended, so the service has too
                orders.write(f"{words}\n".encode())
                orders.flush()
            with contextlib.suppress(BrokenPipeError):
                orders.close()


class Detached:
    """A running service that outlives this process, known by process id and identity."""

    def __init__(self, pid: int, mark: str) -> None:
        self.pid = pid
        self.identity = mark

    @property
    def alive(self) -> bool:
        """Whether this very process still runs."""
        return bool(self.identity) and identity(self.pid) == self.identity

    def stop(self, grace_s: float) -> None:
        """Send SIGTERM, wait at most `grace_s` seconds, then kill. Never touches another process with the same id."""
        for number, patience_s in ((signal.SIGTERM, grace_s), (signal.SIGKILL, KILL_S)):
            if not self.alive:
                return
            if patience_s > 0:
                with contextlib.suppress(ProcessLookupError):  # it ended between the check and the signal
                    os.killpg(self.pid, number)
                wait_until(lambda: not self.alive, patience_s)


def wait_until(condition: Callable[[], bool], patience_s: float, every_s: float = 0.05) -> bool:
    """Whether the condition came true within `patience_s` seconds, checked every `every_s`."""
    deadline = time.monotonic() + patience_s
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(every_s)
    return True


def identity(pid: int) -> str | None:
    """An identity that no other process has: its start time. None when it has ended."""
    if Path("/proc/self/stat").exists():
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            return None
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        return None if fields[0] in "ZX" else f"{boot}/{fields[19]}"
    listed = subprocess.run(["ps", "-o", "stat=,lstart=", "-p", str(pid)], capture_output=True, text=True, check=False)
    state, _, started = listed.stdout.strip().partition(" ")
    return None if not started or state.startswith("Z") else started.strip()


def _spawn(command: Command, mode: str) -> tuple[subprocess.Popen[bytes], int]:
    if shutil.which(command.argv[0]) is None:
        raise ServiceError(f"cannot run {command.argv[0]}: no such program")
    command.folder.mkdir(parents=True, exist_ok=True)
    leftovers = os.pathsep.join(map(str, command.leftovers))
    with command.log.open("ab") as log:
        watchdog = subprocess.Popen(
            [sys.executable, "-I", "-S", str(WATCHDOG), str(os.getpid()), mode, leftovers, *command.argv],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            cwd=command.folder,
            env=command.environment,
            start_new_session=True,
        )
    assert watchdog.stdout is not None
    with watchdog.stdout as output:
        first = output.readline()
    if not first:
        watchdog.communicate()
        raise ServiceError(f"cannot start {command.argv[0]}; its log is {command.log}")
    return watchdog, int(first)
