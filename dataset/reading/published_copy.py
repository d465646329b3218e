"""Reads columns of a copy of a dataset that is no table: one that `skg dataset push` made, or an export in its layout.

In: a folder, or an address in an object store with the options that reach it, that has `data/*.parquet`, or the tags of
several copies.  Out: columns of its rows.  Reads no file of rows that is not in the layout.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import pyarrow as pa
import pyarrow.parquet
from pyarrow.fs import FileSelector, FileSystem, FileType

from dataset.audit.locations import NoFolder, Options, folder_at
from dataset.table.table_errors import NoDataset, NoTable
from schemas.errors import RetryableError, UserError

LOG, RECORD, TAGS, DATA = "_delta_log", "published.json", "tags.json", "data"


class IncompleteCopy(UserError):
    """A copy that was begun, and whose push was interrupted."""


def is_copy(uri: str, options: Options = None) -> bool:
    """Whether an address leads to a copy, or to several of them under their tags, and not to a table.

    Raises RetryableError where an object store does not answer, NotAdmitted where it refuses the keys.
    """
    try:
        files = folder_at(uri, options)
    except NoFolder:
        return False
    with _reaching(uri):
        is_table = _type_of(files, LOG) is FileType.Directory
        return not is_table and (_type_of(files, TAGS) is FileType.File or bool(_shards(files, "")))


def columns_of_copy(uri: str, columns: Sequence[str], options: Options = None) -> pa.Table:
    """The columns of a copy's rows; of several under their tags there must be one. Raises NoDataset, IncompleteCopy,
    RetryableError."""
    files = folder_at(uri, options)
    with _reaching(uri):
        tag = _chosen(files, uri)
        address = f"{uri.rstrip('/')}/{tag}".rstrip("/")
        record = _read(files, f"{tag}{RECORD}")
        if record is not None and record.get("published") is None:
            raise IncompleteCopy(f"the copy at {address} is not complete: its push was interrupted, the same push goes on")
        parts = [pa.parquet.read_table(path, filesystem=files, columns=list(columns)) for path in _shards(files, tag)]
    if not parts:
        raise NoTable(address)
    return pa.concat_tables(parts)


def _chosen(files: FileSystem, uri: str) -> str:
    """The path of the copy, as `v1/`: the one below its tag where there is one tag alone, else the place itself."""
    tags = _read(files, TAGS)
    if tags is None:
        return ""
    if len(tags) != 1:
        named = f"{uri.rstrip('/')}/TAG"
        raise NoDataset(f"{uri} holds {len(tags)} published copies: name one, as {named}; tags: {', '.join(tags)}")
    return f"{next(iter(tags))}/"


def _read(files: FileSystem, path: str) -> Any:
    """What a small JSON file holds; None where there is none."""
    if _type_of(files, path) is not FileType.File:
        return None
    with files.open_input_stream(path) as stream:
        found: Mapping[str, Any] | list[str] = json.loads(stream.read())
    return found


def _type_of(files: FileSystem, path: str) -> FileType:
    return files.get_file_info(path).type


def _shards(files: FileSystem, tag: str) -> list[str]:
    """The paths of the files of rows of a copy."""
    found = files.get_file_info(FileSelector(f"{tag}{DATA}", allow_not_found=True))
    return sorted(each.path for each in found if each.is_file and each.path.endswith(".parquet"))


@contextmanager
def _reaching(uri: str) -> Iterator[None]:
    """Raises RetryableError for a store that fails in the middle."""
    try:
        yield
    except OSError as error:
        raise RetryableError(f"{uri} cannot be read: {' '.join(str(error).split())[:300]}") from error
