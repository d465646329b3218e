"""Finds what is broken in a table whose read failed: files that are missing, cut short or unreadable.

In: the table's folder, the files of a snapshot.  Out: `Fault`s in words, none where the files are whole.
Looks only after a read has failed, so a table that is whole costs nothing, but for an empty commit: nothing fails at it, so
each load of a local table looks for one (2.5 µs a commit).
"""

import json
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Protocol

import pyarrow as pa
import pyarrow.fs
import pyarrow.parquet

LOG = "_delta_log"

ROWS_AT_ONCE = 64
"""Rows in memory together: a row group of another writer may be a whole file."""

COMMIT = re.compile(r"(\d{20})\.json")
CHECKPOINT = re.compile(r"\d{20}\.checkpoint.*\.parquet$")


class LoggedFile(Protocol):
    """A file as the log states it, its size in bytes."""

    @property
    def path(self) -> str:
        """Relative to the table."""
        ...

    @property
    def size(self) -> int:
        """In bytes."""
        ...


@dataclass(frozen=True)
class Fault:
    """What is wrong with a file of the table; `is_missing`: it is not there at all."""

    path: str
    why: str
    is_missing: bool = False

    def __str__(self) -> str:
        return f"its file {self.path} {self.why}"


def first_fault(folder: pyarrow.fs.FileSystem, files: Sequence[LoggedFile]) -> Fault | None:
    """The first broken one of a snapshot's Parquet files: those that are missing or of another size before those that
    must be read to know. Raises OSError where the storage does not answer."""
    return size_fault(folder, files) or next(_unreadable(folder, [file.path for file in files]), None)


def size_fault(folder: pyarrow.fs.FileSystem, files: Sequence[LoggedFile]) -> Fault | None:
    """The first Parquet file that is missing or of another size than the log says. Raises OSError."""
    found = folder.get_file_info([file.path for file in files]) if files else []
    for file, info in zip(files, found, strict=True):
        if info.type is pyarrow.fs.FileType.NotFound:
            return Fault(file.path, "is missing", is_missing=True)
        if info.size is not None and info.size != file.size:
            return Fault(file.path, f"has {info.size:,} of its {file.size:,} bytes")
    return None


def _unreadable(folder: pyarrow.fs.FileSystem, paths: Iterable[str]) -> Iterator[Fault]:
    for path in paths:
        with folder.open_input_file(path) as source:
            data = source.read()  # what the storage itself raises is no fault of the file
        try:
            for batch in pyarrow.parquet.ParquetFile(pa.BufferReader(data)).iter_batches(ROWS_AT_ONCE, use_threads=False):
                batch.validate()
        except (OSError, pa.ArrowException) as error:
            yield Fault(path, f"cannot be read: {' '.join(str(error).split())[:120]}")


def log_fault(folder: pyarrow.fs.FileSystem) -> Fault | None:
    """The first broken file of the log: a checkpoint that cannot be read, a commit that is missing between others or holds
    a line which is no JSON. Raises OSError where the storage does not answer."""
    commits, checkpoints = _commits(folder), _checkpoints(folder)
    newest = max(checkpoints, default=-1)
    broken = next(_unreadable(folder, checkpoints.get(newest, ())), None)
    if broken is not None:
        return broken
    for number in range(newest + 1, max(commits, default=0)):
        if number not in commits:
            return Fault(f"{LOG}/{number:020}.json", "is missing", is_missing=True)
    return next((fault for number in sorted(commits) for fault in _unread_lines(folder, commits[number])), None)


def empty_commit(uri: str) -> Fault | None:
    """A commit without a byte in a local log, as a machine leaves it that loses power; None in an object store, which
    stores all of a file or nothing of it."""
    log = Path(uri) / LOG
    if "://" in uri or not log.is_dir():
        return None
    with os.scandir(log) as entries:
        empty = sorted(each.name for each in entries if COMMIT.fullmatch(each.name) and not each.stat().st_size)
    return Fault(f"{LOG}/{empty[0]}", "is empty") if empty else None


def version_of(folder: pyarrow.fs.FileSystem, path: str) -> int | None:
    """The version that added a Parquet file; None where the log no longer says. Raises OSError."""
    for number, commit in sorted(_commits(folder).items()):
        if path in folder.open_input_file(commit).read().decode(errors="replace"):
            return number
    return None


def _commits(folder: pyarrow.fs.FileSystem) -> dict[int, str]:
    """The log's commits: version to path."""
    names = (info.path for info in folder.get_file_info(pyarrow.fs.FileSelector(LOG, allow_not_found=True)))
    matched = ((COMMIT.fullmatch(PurePosixPath(name).name), name) for name in names)
    return {int(match[1]): name for match, name in matched if match is not None}


def _checkpoints(folder: pyarrow.fs.FileSystem) -> dict[int, list[str]]:
    """The log's checkpoints: version to the paths of their parts."""
    found: dict[int, list[str]] = {}
    for info in folder.get_file_info(pyarrow.fs.FileSelector(LOG, allow_not_found=True)):
        if CHECKPOINT.match(info.base_name):
            found.setdefault(int(info.base_name.partition(".")[0]), []).append(info.path)
    return found


def _unread_lines(folder: pyarrow.fs.FileSystem, commit: str) -> Iterator[Fault]:
    lines = folder.open_input_file(commit).read().splitlines()
    for number, line in enumerate(lines, 1):
        try:
            json.loads(line)
        except ValueError:
            yield Fault(commit, f"cannot be read: line {number} is no JSON")
