"""Where copies are published: a folder of this machine; an object store is the caller's.

In: files under paths that are relative to the place.  Out: the files, each whole or not there.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol


class Place(Protocol):
    """Files by relative paths. A file that is put replaces what was there, and readers never see half of it."""

    @property
    def address(self) -> str:
        """The place in messages and cards: a folder, or `s3://bucket/path`."""
        ...

    def read(self, path: str) -> bytes | None:
        """The content of a small file, or None."""
        ...

    def put(self, path: str, file: Path) -> None:
        """Store a file of this machine. Raises RetryableError and UserError."""
        ...

    def put_new(self, path: str, file: Path) -> bool:
        """Store a small file where there is none; True for one alone of several at the same time."""
        ...


class FolderPlace:
    """A folder of this machine, made when the first file is put."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @property
    def address(self) -> str:
        """The folder, as it was given."""
        return str(self._folder)

    def read(self, path: str) -> bytes | None:
        """The content of a file, or None."""
        try:
            return (self._folder / path).read_bytes()
        except FileNotFoundError:
            return None

    def put(self, path: str, file: Path) -> None:
        """Store a copy of a file. Raises OSError."""
        with self._draft(path, file) as (draft, target):
            os.replace(draft, target)

    def put_new(self, path: str, file: Path) -> bool:
        """Store a copy of a file where there is none. Raises OSError."""
        with self._draft(path, file) as (draft, target):
            try:
                os.link(draft, target)
            except FileExistsError:
                return False
        return True

    @contextmanager
    def _draft(self, path: str, file: Path) -> Iterator[tuple[Path, Path]]:
        """A whole copy beside the path, and the path; what is left of the copy afterwards is removed."""
        target = self._folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{target.name}-", dir=target.parent)
        draft = Path(name)
        try:
            with os.fdopen(handle, "wb") as written, file.open("rb") as source:
                shutil.copyfileobj(source, written)
                written.flush()
                os.fsync(written.fileno())
            draft.chmod(0o644)
            yield draft, target
        finally:
            draft.unlink(missing_ok=True)
