"""Photographs for ingestion, as files: drawn shapes stand for them, with annotations in COCO's form."""

import json
import random
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw

NAMES = ("person", "dog", "couch", "tv", "potted plant", "cup", "bicycle", "truck")
"""Names of COCO's, some of which mean something that is called otherwise here, and some that nothing here draws."""

SIZE = (480, 360)


def photographs(folder: Path, number: int) -> dict[str, Any]:
    """Write so many pictures, and return COCO's annotations of them."""
    rng = random.Random(7)
    images: list[dict[str, Any]] = []
    annotations: list[dict[str, Any]] = []
    for place in range(number):
        name = f"{place:012d}.png"
        picture = Image.effect_noise(SIZE, 60).convert("RGB")
        pen = ImageDraw.Draw(picture)
        for column in range(4):
            x, y = 120 * column + rng.randrange(30), rng.randrange(220)
            width, height = rng.randrange(40, 90), rng.randrange(40, 120)
            pen.ellipse((x, y, x + width, y + height), fill=rng.choice(("red", "blue", "green", "yellow")))
            box = [x + 0.25, y + 0.25, float(width), float(height)]
            annotations.append(annotation(len(annotations), place, rng.randrange(len(NAMES)), box))
        picture.save(folder / name)
        images.append({"id": place, "file_name": name, "width": SIZE[0], "height": SIZE[1], "license": 1})
    categories = [{"id": one, "name": name, "supercategory": "thing"} for one, name in enumerate(NAMES)]
    return {"info": {}, "images": images, "annotations": annotations, "categories": categories}


def annotation(number: int, image: int, category: int, box: list[float], **more: Any) -> dict[str, Any]:
    """One annotation, with a polygon around its box."""
    x, y, width, height = box
    corners = [x, y, x + width, y, x + width, y + height, x, y + height]
    plain = {"segmentation": [corners], "area": width * height, "iscrowd": 0}
    return {"id": number, "image_id": image, "category_id": category, "bbox": box, **plain, **more}


def written(path: Path, content: object) -> Path:
    """A JSON file."""
    path.write_text(json.dumps(content), "utf-8")
    return path
