"""JSON lines: a line a sample, every column of the dataset, pictures and depth maps as files beside them.

In: a source.  Out: `train.jsonl` and so on, `images/`, `depth/`.
`image` and `depth_map` are paths from the folder of the file, as is `image` in each of `views`; `provenance` and the
certificates of questions are JSON text, as in the table.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from dataset.exports.export_source import Row, Source
from dataset.exports.files.json_stream import write_lines
from dataset.exports.files.picture_files import file_name, save, save_views, suffix

DEPTH = "depth"
"""The folder of depth maps: 16-bit PNGs in millimetres."""


def write(source: Source, out: Path) -> None:
    """Write one file a split."""
    for split in source.splits:
        write_lines(out / f"{split}.jsonl", _lines(source, split, out))


def _lines(source: Source, split: str, out: Path) -> Iterator[dict[str, Any]]:
    for row in source.rows(split):
        image = save(row, out / "images")
        yield {**row, "image": image, "depth_map": _depth(row, out), "views": _views(row, out)}


def _views(row: Row, out: Path) -> list[dict[str, Any]] | None:
    views = row["views"]
    if not views:
        return None
    paths = save_views(row, range(1, len(views) + 1), out / "images")
    return [{**view, "image": path} for view, path in zip(views, paths, strict=True)]


def _depth(row: Row, out: Path) -> str | None:
    if row["depth_map"] is None:
        return None
    name = f"{DEPTH}/{file_name(row).removesuffix(suffix(row))}.png"
    (out / DEPTH).mkdir(exist_ok=True)
    (out / name).write_bytes(row["depth_map"]["bytes"])
    return name
