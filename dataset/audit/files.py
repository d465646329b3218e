"""The rows of a dataset, read from its files.

In: a folder: a Delta Lake table, whose log says which files count, or any folder of Parquet files (an export).
Out: files, and rows in small batches as plain Python values.
Reads the log itself: commits as JSON lines, upon the newest checkpoint where there is one.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pyarrow as pa
import pyarrow.parquet

from schemas.failures import UserError

LOG = "_delta_log"
ROWS_AT_ONCE = 32
"""Rows in memory together, pictures included."""

COLUMNS = (
    "sample_id", "image", "width", "height", "scene", "objects", "relations", "excluded", "questions", "split",
    "provenance",
)  # fmt: skip

Row = dict[str, Any]


class NotADataset(UserError):
    """There is nothing to audit at the path."""


@dataclass(frozen=True)
class Unreadable:
    """A file that could not be read as far as its end, or that lacks columns; `missing` says which."""

    why: str
    missing: tuple[str, ...] = ()


def data_files(folder: Path) -> list[Path]:
    """The Parquet files that make up the dataset now. Raises NotADataset."""
    if not folder.is_dir():
        raise NotADataset(f"{folder} is no folder")
    if (folder / LOG).is_dir():
        return _of_table(folder)
    found = sorted(path for path in folder.rglob("*.parquet") if LOG not in path.parts)
    if not found:
        raise NotADataset(f"there are no Parquet files in {folder}")
    return found


def _of_table(folder: Path) -> list[Path]:
    live, next_version = _checkpoint(folder / LOG)
    for commit in sorted((folder / LOG).glob("*.json")):
        if not commit.stem.isdigit() or int(commit.stem) < next_version:
            continue
        for line in commit.read_text("utf-8").splitlines():
            action = json.loads(line)
            if "remove" in action:
                live.discard(action["remove"]["path"])
            if "add" in action:
                live.add(action["add"]["path"])
    return [folder / unquote(path) for path in sorted(live)]


def _checkpoint(log: Path) -> tuple[set[str], int]:
    """The files of the newest checkpoint, and the first version that is not in it."""
    checkpoints = sorted(log.glob("*.checkpoint*.parquet"))
    if not checkpoints:
        return set(), 0
    version = checkpoints[-1].name.partition(".")[0]
    live: set[str] = set()
    for part in log.glob(f"{version}.checkpoint*.parquet"):
        added = pyarrow.parquet.read_table(part, columns=["add"]).column("add").to_pylist()
        live |= {action["path"] for action in added if action and action.get("path")}
    return live, int(version) + 1


def rows(path: Path) -> Iterator[list[Row] | Unreadable]:
    """The rows of a file in batches; what is wrong with it comes last."""
    try:
        with pyarrow.parquet.ParquetFile(path) as file:
            missing = tuple(name for name in COLUMNS if name not in file.schema_arrow.names)
            if missing:
                yield Unreadable("columns are missing", missing)
                return
            for batch in file.iter_batches(ROWS_AT_ONCE, columns=list(COLUMNS), use_threads=False):
                yield batch.to_pylist()
    except (OSError, pa.ArrowException) as error:
        yield Unreadable(" ".join(str(error).split())[:300])
