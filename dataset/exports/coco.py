"""COCO detection: the boxes of visible objects.

In: a source.  Out: `annotations/instances_train.json` and so on, the pictures in `train/` and so on.
A category has the same number in every export (`spatial.knowledge.category_ids`), and all known ones are listed.  Pictures
and boxes are numbered across the splits; a picture's `sample_id` stays the same from export to export.  Boxes are those of
the visible pixels, as are masks.  Where a row has none there is no `segmentation`, as readers fail on an empty one.
A picture of a further camera is a picture like any other, with its number among the row's as `view`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from dataset.exports.export_source import Row, Source
from dataset.exports.files.json_stream import dump
from dataset.exports.files.picture_files import save_views
from dataset.solid.run_lengths import mask_of
from spatial.knowledge.category_ids import category_ids

_OBJECTS = "SELECT unnest(objects)['category'] AS category FROM samples"
_SEEN_FURTHER = "SELECT unnest(seen)['category'] AS category FROM (SELECT unnest(views)['objects'] AS seen FROM samples)"


@dataclass
class _Written:
    """How many pictures and boxes the splits before have."""

    pictures: int = 0
    boxes: int = 0


def write(source: Source, out: Path) -> None:
    """Write one file of annotations a split."""
    numbers = category_ids(_categories(source))
    (out / "annotations").mkdir()
    written = _Written()
    for split in source.splits:
        _split(source, split, out, numbers, written)


def _categories(source: Source) -> list[str]:
    """The categories of things in any picture; a table that is older than the column `views` has none of those."""
    parts = [_OBJECTS, *([_SEEN_FURTHER] if "views" in source.table.schema.names else [])]
    found = source.table.query(f"SELECT DISTINCT category FROM ({' UNION ALL '.join(parts)}) ORDER BY category")
    names: list[str] = found["category"].to_pylist()
    return names


def _split(source: Source, split: str, out: Path, numbers: dict[str, int], written: _Written) -> None:
    path = out / "annotations" / f"instances_{split}.json"
    boxes: list[str] = []  # texts: some 200 bytes an object, and its mask's
    separator = "\n"
    with path.open("w", encoding="utf-8") as file:
        file.write('{"info":' + dump({"description": "objects of a spatial knowledge graph dataset", "version": "1.0"}))
        file.write(',"licenses":[],"images":[')
        for row in source.rows(split):
            for picture, seen in _pictures(row, out / split):
                written.pictures += 1
                file.write(separator + dump({"id": written.pictures, **picture}))
                boxes += _boxes(seen, written, numbers)
                separator = ",\n"
        file.write('\n],"annotations":[\n' + ",\n".join(boxes))
        categories = [{"id": number, "name": name, "supercategory": "thing"} for name, number in numbers.items()]
        file.write('\n],"categories":' + dump(categories) + "}\n")


def _pictures(row: Row, folder: Path) -> Iterator[tuple[Row, Row]]:
    """A row's picture and those of further cameras, each as COCO describes one, with what is seen in it."""
    for number, seen in enumerate((row, *(row["views"] or ()))):
        (path,) = save_views(row, [number], folder)
        size = {"width": seen["width"], "height": seen["height"]}
        further = {"view": number} if number else {}
        yield {"file_name": path.rpartition("/")[2], **size, "sample_id": row["sample_id"], **further}, seen


def _boxes(row: Row, written: _Written, numbers: dict[str, int]) -> Iterator[str]:
    for thing in row["objects"]:
        written.boxes += 1
        yield dump(
            {
                "id": written.boxes,
                "image_id": written.pictures,
                "category_id": numbers[thing["category"]],
                "bbox": thing["box"],
                **_extent(thing),
                "iscrowd": 0,
            }
        )


def _extent(thing: Row) -> Row:
    """The area in pixels, and the mask where it is known."""
    if thing["mask"] is None:
        return {"area": thing["box"][2] * thing["box"][3]}
    return {"segmentation": thing["mask"], "area": int(mask_of(thing["mask"]).sum())}
