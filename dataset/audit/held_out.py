"""Reads the share of scenes that a dataset holds out, for the check of its splits.

In: the folder of a dataset.  Out: scenes of 1,000 in each hold-out.
A table has it in its log: as a property, or as metadata of the column `split`.  An export has it in the head of its card.
Without it the share is that of the first datasets.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any

import pyarrow as pa
import pyarrow.parquet
from pyarrow.fs import FileSelector, FileSystem, FileType

from dataset.audit.locations import NotADataset

PROPERTY, LOG, CARD = "skg.held_out_per_mille", "_delta_log", "README.md"
IN_CARD = re.compile(r"^skg_held_out_per_mille: *(.*)$", re.MULTILINE)
UNSTATED, MOST = 50, 400


def held_out_share(folder: FileSystem) -> int:
    """The share. Raises NotADataset where what is stated is no share, or the log cannot be read."""
    stated = _in_log(folder) if folder.get_file_info(LOG).type is FileType.Directory else _in_card(folder)
    if stated is None:
        return UNSTATED
    if not re.fullmatch("[0-9]{1,3}", stated) or int(stated) > MOST:
        raise NotADataset(f"the dataset says that it holds out {stated[:40]!r} of 1,000 scenes: no number from 0 to {MOST}")
    return int(stated)


def _in_card(folder: FileSystem) -> str | None:
    if folder.get_file_info(CARD).type is not FileType.File:
        return None
    with folder.open_input_stream(CARD) as source:
        _, *head = source.read().decode("utf-8", "replace").split("---\n", 2)
    found = IN_CARD.search(head[0]) if head else None
    return None if found is None else found[1].strip()


def _in_log(folder: FileSystem) -> str | None:
    try:
        newest = next(_descriptions(folder), None)
        return None if newest is None else _stated(newest)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, pa.ArrowException) as error:
        raise NotADataset(f"the table's log cannot be read: {' '.join(str(error).split())[:300]}") from error


def _stated(description: Mapping[str, Any]) -> str | None:
    """The property in a table's description, whose configuration is an object, or pairs in a checkpoint."""
    fields = json.loads(description["schemaString"])["fields"]
    marks: Mapping[str, Any] = next((field["metadata"] for field in fields if field["name"] == "split"), {})
    found = dict(description["configuration"] or {}).get(PROPERTY, marks.get(PROPERTY))
    return None if found is None else str(found)


def _descriptions(folder: FileSystem) -> Iterator[Mapping[str, Any]]:
    """What the log says of the table, the newest first; checkpoints repeat what earlier commits said."""
    paths = (info.path for info in folder.get_file_info(FileSelector(LOG)) if info.is_file)
    for path in sorted(paths, key=lambda path: PurePosixPath(path).name, reverse=True):
        name = PurePosixPath(path)
        if name.suffix == ".json" and name.stem.isdecimal():
            yield from reversed(list(_of_commit(folder, path)))
        elif ".checkpoint" in name.name and name.suffix == ".parquet":
            with folder.open_input_file(path) as source:
                yield from _present(pyarrow.parquet.read_table(source, columns=["metaData"]).column("metaData").to_pylist())


def _of_commit(folder: FileSystem, path: str) -> Iterator[Mapping[str, Any]]:
    with folder.open_input_stream(path) as source:
        actions = [json.loads(line) for line in source.read().decode("utf-8").splitlines()]
    yield from _present(action.get("metaData") for action in actions)


def _present(described: Iterable[Any]) -> Iterator[Mapping[str, Any]]:
    return (each for each in described if each)
