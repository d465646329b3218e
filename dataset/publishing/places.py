"""Where copies are published: a folder of this machine; an object store is the caller's.

In: files under paths that are relative to the place.  Out: the files, each whole or not there.
"""

import os
import shutil
import tempfile
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
        target = self._folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, draft = tempfile.mkstemp(prefix=f".{target.name}-", dir=target.parent)
        try:
            with os.fdopen(handle, "wb") as written, file.open("rb") as source:
                shutil.copyfileobj(source, written)
                written.flush()
                os.fsync(written.fileno())
            os.chmod(draft, 0o644)
            os.replace(draft, target)
        except BaseException:
            Path(draft).unlink(missing_ok=True)
            raise
