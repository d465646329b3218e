"""Keeps a service from outliving the process that started it. Run as a script, with the standard library alone.

In: the starter's process id, `bound` or `loose`, files to remove when the service has ended (separated as in PATH), then
the service's command; one order on stdin.
Out: the service's process id as one line on stdout; the service's own output on stderr; the service's exit code.
The order is the seconds that a graceful stop may take, or `release`: leave the service alone from now on (it must be
loose). A closed stdin or a dead starter is a kill.
Knows nothing of brokers or stores.

Why a process of its own: the kernel's parent-death signal follows the *thread* that started a child, and a pipe alone
is kept open by forked copies of the starter. This process has one thread, watches both the pipe and its parent, and
binds the service to itself, so that killing any of the three leaves nothing behind.
"""

import contextlib
import ctypes
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable

CHECK_S = 0.2
"""How often to check that the starter still runs: five cheap wake-ups a second."""

PR_SET_PDEATHSIG = 1
"""prctl's option (Linux): the signal that a process gets when its parent dies."""

STOP_S = 2.0
"""How long a plain SIGTERM to this process lets the service take."""


def main(argv: list[str]) -> int:
    """`watchdog.py STARTER bound|loose FILES COMMAND…`: the service's exit code (128 + signal); 127: it cannot start."""
    starter, bound, command = int(argv[1]), argv[2] == "bound", argv[4:]
    wakeup, wakeup_writer = os.pipe()
    os.set_blocking(wakeup_writer, False)
    signal.set_wakeup_fd(wakeup_writer, warn_on_full_buffer=False)
    for number in (signal.SIGCHLD, signal.SIGTERM):
        signal.signal(number, lambda *_: None)
    try:
        service = _start(command, bound)
    except OSError as error:
        os.write(2, f"cannot start {command[0]}: {error}\n".encode())
        return 127
    os.write(1, f"{service.pid}\n".encode())
    os.close(1)
    code = _watch(service, starter, wakeup)
    for path in filter(None, argv[3].split(os.pathsep) if service.returncode is not None else ()):
        with contextlib.suppress(FileNotFoundError):
            os.unlink(path)
    return code if code >= 0 else 128 - code


def _start(command: list[str], bound: bool) -> subprocess.Popen[bytes]:
    die_with_me = _parent_death_signal() if bound else None
    return subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=2,
        stderr=2,
        start_new_session=True,  # so that it can be killed as a group and gets no Ctrl-C
        preexec_fn=die_with_me,  # noqa: PLW1509 # safe: this process has one thread
    )


def _parent_death_signal() -> Callable[[], None] | None:
    """The function for the forked child, before it becomes the service; None off Linux."""
    if not sys.platform.startswith("linux"):
        return None
    prctl = ctypes.CDLL(None).prctl
    return lambda: prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def _watch(service: subprocess.Popen[bytes], starter: int, wakeup: int) -> int:
    while service.poll() is None:
        ready, _, _ = select.select([0, wakeup], [], [], CHECK_S)
        if os.getppid() != starter:
            return _stop(service, 0)
        if wakeup in ready and signal.SIGTERM in os.read(wakeup, 64):
            return _stop(service, STOP_S)
        if 0 in ready:
            order = os.read(0, 64).strip()
            return 0 if order == b"release" else _stop(service, float(order or b"0"))
    return service.returncode


def _stop(service: subprocess.Popen[bytes], grace_s: float) -> int:
    if grace_s > 0:
        _signal(service.pid, signal.SIGTERM)
        deadline = time.monotonic() + grace_s
        while service.poll() is None and time.monotonic() < deadline:
            time.sleep(0.02)
    _signal(service.pid, signal.SIGKILL)
    return service.wait()


def _signal(group: int, number: int) -> None:
    with contextlib.suppress(ProcessLookupError):  # the whole group has ended
        os.killpg(group, number)


if __name__ == "__main__":
    sys.exit(main(sys.argv))
