"""Questions alone, as JSON lines in the form that `skg eval --questions` reads: those that can be scored.

In: a source.  Out: `train.jsonl` and so on, the pictures in `images/`.
A question has its own line with the paths of its pictures, from the folder of the file, and with the facets by which scores
are grouped.  A description is left out, since no answer of it is the right one alone.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from dataset.evaluation.eval_items import Item, items_of
from dataset.exports.export_source import Row, Source
from dataset.exports.files.json_stream import write_lines
from dataset.exports.files.picture_files import save_views

FACETS = ("relation", "hops", "density")
NUMBERS_OF_POINT = 2


def write(source: Source, out: Path) -> None:
    """Write one file a split."""
    for split in source.splits:
        write_lines(out / f"{split}.jsonl", _lines(source, split, out))


def scored(row: Row) -> set[str]:
    """The ids of a sample's questions that can be scored."""
    return {item.id for item in items_of(row)}


def _lines(source: Source, split: str, out: Path) -> Iterator[dict[str, Any]]:
    for row in source.rows(split):
        shown = {question["id"]: question["views"] or (0,) for question in row["questions"]}
        for item in items_of(row):
            yield _line(item, save_views(row, shown[item.id], out / "images"))


def _line(item: Item, paths: list[str]) -> dict[str, Any]:
    pictures: dict[str, Any] = {"image": paths[0]} if len(paths) == 1 else {"images": paths}
    facets = {name: getattr(item, name) for name in FACETS if getattr(item, name) is not None}
    return {
        "id": item.id,
        **pictures,
        "question": item.question,
        "choices": item.choices,
        "answer": item.answer,
        "kind": item.kind,
        **facets,
        **_region(item),
    }


def _region(item: Item) -> dict[str, Any]:
    """The box that a right point lies in."""
    is_point = item.region is not None and len(json.loads(item.answer)) == NUMBERS_OF_POINT
    return {"region": item.region} if is_point else {}
