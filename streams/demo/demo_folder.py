"""The folder of a demo's output: what is where in it, and one demo at a time.

In: a folder.  Out: the places in it; AlreadyRunning, where another demo has it: two would share a store's files, which no
store allows.  The kernel releases the lock when the process ends, however it ends.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from schemas.errors import UserError

LOCK = ".demo.lock"


class AlreadyRunning(UserError):
    """Another demo uses this folder, or a command that reads the store it left."""


@dataclass(frozen=True)
class Places:
    """The folders of the demo's output."""

    out: Path

    @property
    def dataset(self) -> Path:
        """The Delta table: the result for the user."""
        return self.out / "dataset"

    @property
    def has_table(self) -> bool:
        """Whether a demo has begun a table there, which may be empty."""
        return (self.dataset / "_delta_log").is_dir()

    def stored(self) -> frozenset[str]:
        """The ids of the samples there."""
        if not self.has_table:
            return frozenset()
        from streams.demo.outcome_counts import TableIds  # with the table's libraries, which a new folder needs later

        return TableIds(self.dataset).all()

    @property
    def state(self) -> Path:
        """Process registry, the writer's index, logs."""
        return self.out / "state"


@contextmanager
def lock_folder(out: Path) -> Iterator[None]:
    """Lock the folder while the block runs; it is created if missing. Raises AlreadyRunning."""
    out.mkdir(parents=True, exist_ok=True)
    handle = os.open(out / LOCK, os.O_CREAT | os.O_RDWR, 0o600)
    try:
        _lock(handle, out)
        yield
    finally:
        os.close(handle)


def require_free(out: Path) -> None:
    """Raise AlreadyRunning where the folder is locked."""
    if (out / LOCK).exists():
        with lock_folder(out):
            pass


def _lock(handle: int, out: Path) -> None:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise AlreadyRunning(
            f"a demo is already running in {out}, or its store is being read by another command: wait for its end"
        ) from error
