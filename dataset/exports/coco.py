"""COCO detection: the boxes of visible objects.

In: a source.  Out: `annotations/instances_train.json` and so on, the pictures in `train/` and so on.
A category has the same number in all splits of an export.  Boxes are those of the visible pixels.
"""

from collections.abc import Iterator
from pathlib import Path

from dataset.exports.export_source import Row, Source
from dataset.exports.files.json_stream import dump
from dataset.exports.files.picture_files import save

_CATEGORIES = (
    "SELECT DISTINCT category FROM (SELECT unnest(objects)['category'] AS category FROM samples) ORDER BY category"
)


def write(source: Source, out: Path) -> None:
    """Write one file of annotations a split."""
    names = source.table.query(_CATEGORIES)["category"].to_pylist()
    numbers = {name: number for number, name in enumerate(names, start=1)}
    (out / "annotations").mkdir()
    for split in source.splits:
        _split(source, split, out, numbers)


def _split(source: Source, split: str, out: Path, numbers: dict[str, int]) -> None:
    path = out / "annotations" / f"instances_{split}.json"
    boxes: list[str] = []  # text of numbers only: some 200 bytes an object
    with path.open("w", encoding="utf-8") as file:
        file.write('{"info":' + dump({"description": "objects of a spatial knowledge graph dataset", "version": "1.0"}))
        file.write(',"licenses":[],"images":[')
        for image_id, row in enumerate(source.rows(split), start=1):
            name = save(row, out / split).rpartition("/")[2]
            picture = {"id": image_id, "file_name": name, "width": row["width"], "height": row["height"]}
            file.write((",\n" if image_id > 1 else "\n") + dump({**picture, "sample_id": row["sample_id"]}))
            boxes += _boxes(row, image_id, len(boxes), numbers)
        file.write('\n],"annotations":[\n' + ",\n".join(boxes))
        categories = [{"id": number, "name": name, "supercategory": "thing"} for name, number in numbers.items()]
        file.write('\n],"categories":' + dump(categories) + "}\n")


def _boxes(row: Row, image_id: int, before: int, numbers: dict[str, int]) -> Iterator[str]:
    for offset, thing in enumerate(row["objects"], start=1):
        _, _, width, height = thing["box"]
        yield dump(
            {
                "id": before + offset,
                "image_id": image_id,
                "category_id": numbers[thing["category"]],
                "bbox": thing["box"],
                "area": width * height,
                "segmentation": [],
                "iscrowd": 0,
            }
        )
