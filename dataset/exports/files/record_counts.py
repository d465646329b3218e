"""How many records the files of an export have, by what its format calls one: a line, a row, a picture.

In: the folder of an export, a split.  Out: numbers.  Reads files once, line by line or their footers, and no picture.
"""

import json
import tarfile
from pathlib import Path

import pyarrow.parquet as pq


def of_lines(out: Path, split: str) -> int:
    """Lines of `SPLIT.jsonl`."""
    return _lines(out / f"{split}.jsonl")


def of_list(out: Path, split: str, prefix: str = "") -> int:
    """Items of the JSON list `SPLIT.json`, which has one a line between its brackets."""
    return max(0, _lines(out / f"{prefix}{split}.json") - 2)


def of_shards(out: Path, split: str) -> int:
    """Rows of the Parquet files of a split."""
    return sum(pq.read_metadata(file).num_rows for file in (out / "data").glob(f"{split}-*.parquet"))


def of_tars(out: Path, split: str) -> int:
    """Samples of the tar files of a split: each has one JSON file."""
    found = 0
    for file in out.glob(f"{split}-*.tar"):
        with tarfile.open(file) as shard:
            found += sum(name.endswith(".json") for name in shard.getnames())
    return found


def of_coco(out: Path, split: str) -> int:
    """Pictures of a split's annotations, which have one a line before the boxes."""
    with (out / "annotations" / f"instances_{split}.json").open(encoding="utf-8") as file:
        return sum(1 for _ in iter(file.readline, '],"annotations":[\n')) - 1


def of_scenes(folder: Path) -> int:
    """Pictures of the scenes in a folder of BOP."""
    return sum(len(json.loads(file.read_bytes())) for file in folder.glob("*/scene_camera.json"))


def _lines(file: Path) -> int:
    with file.open("rb") as stream:
        return sum(1 for _ in stream)
