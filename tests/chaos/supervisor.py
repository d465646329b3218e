"""Keeps processes of every kind running, makes some of them end, and takes note of those that end by themselves.

In: an environment and how many of each kind are wanted.  Out: processes, and a list of ends that nobody asked for.
Processes die with the one that started them, whose main thread must be the one that calls this.
"""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from schemas.events import STAGES

REPOSITORY = Path(__file__).parents[2]

STOP_S = 45.0
"""What SIGTERM may take in any state: the drain bound with room for a busy machine."""

CRASHED_S = 3.0
"""Before one that ended by itself is started again, so that a loop of crashes leaves time for the others."""

PR_SET_PDEATHSIG = 1


@dataclass
class Member:
    """A process, and what was asked of it."""

    name: str
    kind: str
    process: subprocess.Popen[bytes]
    log: Path
    killed: bool = False
    asked_at: float | None = None


@dataclass
class Supervisor:
    """`ends`: processes that ended by themselves; `bad_stops`: those that did not end as SIGTERM should make them."""

    folder: Path
    environment: Mapping[str, str]
    wanted: dict[str, int] = field(default_factory=lambda: dict.fromkeys(STAGES, 1))
    running: list[Member] = field(default_factory=list)
    ends: list[str] = field(default_factory=list)
    bad_stops: list[str] = field(default_factory=list)
    _count: int = 0
    _not_before: dict[str, float] = field(default_factory=dict)

    def up(self, kind: str) -> list[Member]:
        """The processes of this kind that nobody has asked to end."""
        return [m for m in self.running if m.kind == kind and not m.killed and m.asked_at is None]

    def ready(self, kind: str) -> list[Member]:
        """Those among them that have connected: they may have work in hand."""
        entries = Path(self.environment["SKG_STATE_DIR"]) / "processes"
        return [m for m in self.up(kind) if (entries / f"{kind}-{m.process.pid}.json").exists()]

    def watch(self) -> None:
        """Bury the dead, kill what does not stop, start what is wanted."""
        now = time.monotonic()
        for member in list(self.running):
            if member.process.poll() is not None:
                self.running.remove(member)
                self._judge(member, now)
            elif member.asked_at is not None and now - member.asked_at > STOP_S and not member.killed:
                member.killed = True
                self.bad_stops.append(f"{member.name} was still there {STOP_S:g} s after SIGTERM")
                member.process.kill()
        for kind, count in self.wanted.items():
            while len(self.up(kind)) < count and now >= self._not_before.get(kind, 0.0):
                self.start(kind)

    def start(self, kind: str) -> Member:
        """One more of this kind."""
        self._count += 1
        name = f"{kind}-{self._count}"
        path = self.folder / f"{name}.log"
        with path.open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "tests.chaos.driver", kind, "poison"],
                cwd=REPOSITORY, env=dict(self.environment), stdout=log, stderr=log, preexec_fn=die_with_me,  # noqa: PLW1509 # before any thread matters: it calls prctl alone
            )  # fmt: skip
        member = Member(name, kind, process, path)
        self.running.append(member)
        return member

    def terminate(self, member: Member) -> None:
        """As a scheduler does."""
        member.asked_at = time.monotonic()
        with contextlib.suppress(ProcessLookupError):
            member.process.send_signal(signal.SIGTERM)

    def kill(self, member: Member) -> None:
        """As the kernel does when memory runs out."""
        if member.process.poll() is None:
            member.killed = True
            member.process.kill()

    def stop(self) -> None:
        """SIGTERM to all, and wait."""
        self.wanted = dict.fromkeys(self.wanted, 0)
        self.watch()
        for member in self.running:
            if member.asked_at is None:
                self.terminate(member)
        while self.running:
            self.watch()
            time.sleep(0.05)

    def end(self) -> None:
        """Whatever is left of it."""
        for member in self.running:
            member.process.kill()
            member.process.wait(10)
        self.running.clear()

    def _judge(self, member: Member, now: float) -> None:
        code = member.process.returncode
        if member.killed:
            return
        if member.asked_at is None:
            self._not_before[member.kind] = now + CRASHED_S
            self.ends.append(f"{member.name} ended by itself with {code}: {last_words(member.log)}")
        elif code not in (0, -signal.SIGTERM):  # by the signal itself: it had not begun yet
            seconds = now - member.asked_at
            self.bad_stops.append(
                f"{member.name} ended {seconds:.0f} s after SIGTERM with {code}: {last_words(member.log)}"
            )


def last_words(log: Path) -> str:
    """The last line that a process wrote."""
    lines = log.read_text("utf-8", "replace").strip().splitlines() or ["it said nothing"]
    return lines[-1][:300]


def die_with_me() -> None:
    """For a child, before it becomes its program: the kernel ends it when its starter ends."""
    if sys.platform.startswith("linux"):
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def environment_with(**values: str) -> dict[str, str]:
    """This process's environment without any setting of the factory, and these."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SKG_")}
    return kept | values
