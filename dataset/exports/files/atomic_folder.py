"""A folder that appears whole or not at all.

In: the target path.  Out: a draft folder beside it, which is renamed to the target at the end.
A draft is locked while its process lives; drafts of killed processes are deleted by the next export there.
"""

import fcntl
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

LOCK = "lock"


@contextmanager
def draft_of(target: Path) -> Iterator[Path]:
    """An empty folder that becomes `target` if the block succeeds. Raises OSError where nothing can be written."""
    target.parent.mkdir(parents=True, exist_ok=True)
    prefix = f".{target.name}-"
    for left in target.parent.iterdir():
        if left.name.startswith(prefix):
            _remove_if_abandoned(left)
    with _hidden_folder(target, prefix) as folder, (Path(folder) / LOCK).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        written = Path(folder) / "export"
        written.mkdir()
        yield written
        if target.exists():
            target.rmdir()
        shutil.move(written, target)


def _hidden_folder(target: Path, prefix: str) -> "tempfile.TemporaryDirectory[str]":
    """A folder beside the target. Raises OSError that names the folder in which nothing can be made."""
    try:
        return tempfile.TemporaryDirectory(prefix=prefix, dir=target.parent)
    except OSError as error:
        why = f"nothing can be written in this folder: {error.strerror}"
        raise OSError(error.errno, why, str(target.parent)) from error


def _remove_if_abandoned(draft: Path) -> None:
    try:
        with (draft / LOCK).open() as lock:
            if _is_locked(lock):
                return
            shutil.rmtree(draft)
    except OSError:  # no draft, or another process deletes it too
        return


def _is_locked(lock: IO[str]) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    return False
