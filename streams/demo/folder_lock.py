"""One demo per folder: two would share a store's files, which no store allows.

In: a folder.  Out: nothing, or AlreadyRunning.  The kernel releases the lock when the process ends, however it ends.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from schemas.errors import UserError


class AlreadyRunning(UserError):
    """Another demo uses this folder, or a command that reads the store it left."""


@contextmanager
def lock_folder(out: Path) -> Iterator[None]:
    """Lock the folder while the block runs; it is created if missing. Raises AlreadyRunning."""
    out.mkdir(parents=True, exist_ok=True)
    handle = os.open(out / ".demo.lock", os.O_CREAT | os.O_RDWR, 0o600)
    try:
        _lock(handle, out)
        yield
    finally:
        os.close(handle)


def _lock(handle: int, out: Path) -> None:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise AlreadyRunning(
            f"a demo is already running in {out}, or its store is being read by another command: wait for its end"
        ) from error
