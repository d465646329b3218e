"""Reads the rows of a dataset from its files.

In: a folder: a Delta Lake table, whose log lists the live files, or a folder of Parquet files or tar shards (an export).
Out: files, and rows in small batches as plain Python values.
Reads the log itself: the newest checkpoint, if there is one, and the commits after it as JSON lines.
"""

import json
import tarfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from urllib.parse import unquote

import pyarrow as pa
import pyarrow.parquet
from pyarrow.fs import FileSelector, FileSystem

from dataset.audit.locations import NotADataset
from dataset.audit.tar_rows import Row, rows_of_shard
from schemas.errors import Damaged

LOG = "_delta_log"
RECORD = "published.json"
"""Of a published copy, beside its card."""
MOST_NAMED = 8
"""Datasets that are named where a folder of several is given."""

ROWS_AT_ONCE = 32
"""Rows in one batch, pictures included."""

COLUMNS = (
    "sample_id", "image", "width", "height", "scene", "objects", "relations", "excluded", "questions", "split",
    "provenance",
)  # fmt: skip
ADDED_LATER = ("camera", "depth_map", "views", "room", "plain_ground")
"""Columns that files of earlier versions lack."""


BESIDE = {"rejection_id": "rejections", "verdict_id": "verdicts"}
"""By their keys what tables beside a dataset hold."""


@dataclass(frozen=True)
class Unreadable:
    """A file that could not be read to its end, or that lacks the columns `missing`."""

    why: str
    missing: tuple[str, ...] = ()


class BrokenLog(NotADataset, Damaged):
    """A part of the table's log is missing or cannot be read, so that nobody knows which files are the dataset."""


def _listed(names: Sequence[str]) -> str:
    """The first of them, and how many more there are."""
    more = len(names) - MOST_NAMED
    return f"{', '.join(names[:MOST_NAMED])}{f' and {more:,} more' if more > 0 else ''}"


def data_files(folder: FileSystem) -> list[str]:
    """The live files of the dataset, by their paths in the folder. Raises NotADataset, BrokenLog."""
    names = sorted(info.path for info in folder.get_file_info(FileSelector("", recursive=True)) if info.is_file)
    log = [name for name in names if name.startswith(f"{LOG}/")]
    if log:
        files = _table_files(folder, log)
        _require_samples(folder, files)
        return files
    inner = sorted({name.partition(f"/{LOG}/")[0] for name in names if f"/{LOG}/" in name})
    if inner:
        raise NotADataset(f"this is no dataset, there are tables in it: {_listed(inner)}")
    copies = sorted(name.rpartition("/")[0] for name in names if name.endswith(f"/{RECORD}"))
    if copies:
        raise NotADataset(f"these are published copies: audit one of them, there are {_listed(copies)}")
    for suffix in (".parquet", ".tar"):
        found = [name for name in names if name.endswith(suffix)]
        if found:
            return found
    raise NotADataset(
        "there are no Parquet files and no shards: a table can be audited, and an export in the form huggingface or"
        " webdataset; the others leave out what answers follow from"
    )


def _require_samples(folder: FileSystem, files: Sequence[str]) -> None:
    """Raise NotADataset for a table that lies beside a dataset, as that of its rejections."""
    if not files:
        return
    try:
        with folder.open_input_file(files[0]) as source:
            names = pyarrow.parquet.ParquetFile(source).schema_arrow.names
    except (OSError, pa.ArrowException):
        return  # which is a fault of the file
    for key, what in BESIDE.items():
        if key in names and COLUMNS[0] not in names:
            raise NotADataset(f"this is a table of {what}, which lies beside a dataset: audit the dataset itself")


def _table_files(folder: FileSystem, log: Sequence[str]) -> list[str]:
    reached = "its checkpoint"
    try:
        live, next_version = _checkpoint(folder, log)
        numbered = {int(PurePosixPath(name).stem): name for name in log if _is_commit(PurePosixPath(name))}
        for version in range(next_version, max(numbered, default=-1) + 1):
            reached = numbered.get(version, f"the commit of version {version}, which is missing")
            _replay(folder, numbered[version], live)
    except (OSError, ValueError, KeyError, TypeError, pa.ArrowException) as error:
        raise BrokenLog(f"the table's log cannot be read: {reached}: {' '.join(str(error).split())[:300]}") from error
    return [unquote(path) for path in sorted(live)]


def _is_commit(file: PurePosixPath) -> bool:
    return file.suffix == ".json" and file.stem.isdecimal()


def _replay(folder: FileSystem, commit: str, live: set[str]) -> None:
    with folder.open_input_stream(commit) as source:
        lines = source.read().decode("utf-8").splitlines()
    if not lines:
        raise ValueError("it is empty")
    for action in map(json.loads, lines):
        if "remove" in action:
            live.discard(action["remove"]["path"])
        if "add" in action:
            live.add(action["add"]["path"])


def _checkpoint(folder: FileSystem, log: Sequence[str]) -> tuple[set[str], int]:
    """The files of the newest checkpoint, and the first version that is not in it."""
    parts = [PurePosixPath(name) for name in log if ".checkpoint" in name and name.endswith(".parquet")]
    if not parts:
        return set(), 0
    version = max(part.name.partition(".")[0] for part in parts)
    live: set[str] = set()
    for part in parts:
        if part.name.partition(".")[0] == version:
            with folder.open_input_file(str(part)) as source:
                added = pyarrow.parquet.read_table(source, columns=["add"]).column("add").to_pylist()
            live |= {action["path"] for action in added if action and action.get("path")}
    return live, int(version) + 1


def rows(folder: FileSystem, path: str) -> Iterator[list[Row] | Unreadable]:
    """The rows of a file in batches; an `Unreadable` comes last, if the file has a fault."""
    try:
        with folder.open_input_file(path) as source:
            yield from _shard_rows(source) if path.endswith(".tar") else _parquet_rows(source)
    except (OSError, ValueError, RecursionError, tarfile.TarError, pa.ArrowException) as error:
        yield Unreadable(" ".join(str(error).split())[:300])


def _parquet_rows(source: pa.NativeFile) -> Iterator[list[Row] | Unreadable]:
    file = pyarrow.parquet.ParquetFile(source)
    missing = tuple(name for name in COLUMNS if name not in file.schema_arrow.names)
    if missing:
        yield Unreadable("columns are missing", missing)
        return
    there = [*COLUMNS, *(name for name in ADDED_LATER if name in file.schema_arrow.names)]
    for batch in file.iter_batches(ROWS_AT_ONCE, columns=there, use_threads=False):
        yield batch.to_pylist()


def _shard_rows(source: pa.NativeFile) -> Iterator[list[Row] | Unreadable]:
    for row in rows_of_shard(source):
        missing = tuple(name for name in COLUMNS if name not in row)
        yield Unreadable("values are missing", missing) if missing else [row]
