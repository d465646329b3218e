"""Reads columns of a copy of a dataset that is no table: one that `skg dataset push` made, or an export in its layout.

In: a folder with `data/*.parquet`, or one with the tags of several copies.  Out: columns of its rows.
Reads no object store, and no file of rows that is not in the layout.
"""

import json
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet

from dataset.table.table_errors import NoDataset, NoTable
from schemas.errors import UserError

LOG, RECORD, TAGS = "_delta_log", "published.json", "tags.json"


class IncompleteCopy(UserError):
    """A copy that was begun, and whose push was interrupted."""


def is_copy(uri: str) -> bool:
    """Whether a path leads to a copy, or to several of them under their tags, and not to a table."""
    folder = Path(uri)
    if "://" in uri or (folder / LOG).is_dir():
        return False
    return (folder / TAGS).is_file() or bool(_files(folder))


def columns_of_copy(uri: str, columns: Sequence[str]) -> pa.Table:
    """The columns of a copy's rows; of several under their tags there must be one. Raises NoDataset, IncompleteCopy."""
    folder = _chosen(Path(uri))
    record = folder / RECORD
    if record.is_file() and json.loads(record.read_text("utf-8")).get("published") is None:
        raise IncompleteCopy(f"the copy at {folder} is not complete: its push was interrupted, the same push goes on")
    parts = [pa.parquet.read_table(path, columns=list(columns)) for path in _files(folder)]
    if not parts:
        raise NoTable(str(folder))
    return pa.concat_tables(parts)


def _chosen(folder: Path) -> Path:
    """The folder of the copy: the one below its tag where there is one tag alone."""
    if not (folder / TAGS).is_file():
        return folder
    tags = json.loads((folder / TAGS).read_text("utf-8"))
    if len(tags) != 1:
        raise NoDataset(f"{folder} holds {len(tags)} published copies: name one, as {folder}/TAG; tags: {', '.join(tags)}")
    return folder / str(tags[0])


def _files(folder: Path) -> list[Path]:
    return sorted((folder / "data").glob("*.parquet"))
