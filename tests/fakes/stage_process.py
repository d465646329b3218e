"""A real process of a stage, as whoever runs it sees it: its log, its probes, how it ends.

In: a kind, a folder, settings, maybe a fault of `tests.fakes.stage_driver`.  Out: lines, answers, an exit code.
"""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.error import HTTPError

from streams.services.ports import listener
from tests.fakes.wait import until

REPOSITORY = Path(__file__).parents[2]

START_S = 30.0
"""Until a process serves its health on two busy cores; a second when they are free."""


class StageProcess:
    """`skg KIND`, or the same with a fault."""

    def __init__(self, kind: str, folder: Path, environment: Mapping[str, str], fault: str = "none") -> None:
        self.kind, self.folder = kind, folder
        self._log = folder / f"{kind}.log"
        settings = {"SKG_STATE_DIR": str(folder / "state"), "SKG_LOG_FORMAT": "json", **environment}
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.fakes.stage_driver", kind, fault],
                cwd=REPOSITORY,
                env=os.environ | settings,
                stderr=log,
                stdout=log,
            )

    def log(self) -> str:
        return self._log.read_text("utf-8", "replace")

    def lines(self, words: str) -> list[str]:
        return [line for line in self.log().splitlines() if words in line]

    def says(self, words: str, within_s: float = 30.0) -> str:
        return until(lambda: self.lines(words), within_s, f"{words!r} in {self._log}")[0]

    def ask(self, path: str) -> tuple[int, str]:
        """The status and the word of a probe."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self._port()}{path}", timeout=5) as answer:
                return 200, answer.read().decode().strip()
        except HTTPError as error:
            return error.code, error.read().decode().strip()

    def becomes(self, path: str, status: int, within_s: float = 30.0) -> str:
        """The word of a probe, once it answers so."""
        return until(lambda: self.ask(path)[0] == status and self.ask(path)[1], within_s, f"{path} {status} of {self._log}")

    def alive(self) -> bool:
        return self._process.poll() is None

    def stop(self, within_s: float) -> int:
        """SIGTERM; the exit code."""
        self._process.send_signal(signal.SIGTERM)
        return self._process.wait(within_s)

    def ended(self, within_s: float) -> int:
        return self._process.wait(within_s)

    def kill(self) -> None:
        self._process.kill()
        self._process.wait(10)

    def _port(self) -> int:
        entry = self.folder / "state" / "processes" / f"{self.kind}-{self._process.pid}.json"
        until(lambda: entry.exists() or not self.alive(), START_S, f"{entry} (log: {self._log})")
        return int(json.loads(entry.read_text())["port"])


@contextmanager
def silent(port: int) -> Iterator[None]:
    """Stop whatever listens on the port without closing a connection: it accepts, and never answers."""
    pid = listener(port)
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


@contextmanager
def timed(within_s: float, what: str) -> Iterator[None]:
    """Fail when the block takes longer."""
    began = time.monotonic()
    yield
    took = time.monotonic() - began
    assert took < within_s, f"{what} took {took:.1f} s"
