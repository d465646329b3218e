"""A file in the full form of COCO's instances, with small pictures of many sorts of JPEG in the place of photographs."""

import random
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw

from tests.fakes.annotated import annotation

WIDTH, HEIGHT = 320, 240

CATEGORIES = ((1, "person", "person"), (3, "car", "vehicle"), (18, "dog", "animal"), (62, "chair", "furniture"),
              (74, "mouse", "electronic"), (90, "toothbrush", "indoor"))  # fmt: skip
"""Id, name, group: the ids have gaps, as COCO's."""

MODES = ("RGB", "L", "CMYK", "RGB", "RGB", "RGB")
"""Of the pictures: in colour, grey, for print; the fifth is rotated by its EXIF tag, the last has no annotations."""

ROTATED, BARE = 4, 5


def coco_form(folder: Path) -> dict[str, Any]:
    """Write the pictures, and return the file's content."""
    images = [_image(folder, number) for number in range(len(MODES))]
    annotations = [each for number in range(len(MODES)) if number != BARE for each in _annotations(number)]
    return {
        "info": {
            "description": "some",
            "url": "http://some.example",
            "version": "1.0",
            "year": 2017,
            "contributor": "some",
        },
        "licenses": [{"url": "http://some.example/by", "id": 4, "name": "Attribution License"}],
        "images": images,
        "annotations": annotations,
        "categories": [{"supercategory": group, "id": one, "name": name} for one, name, group in CATEGORIES],
    }


def _image(folder: Path, number: int) -> dict[str, Any]:
    rng = random.Random(number)
    picture = Image.effect_noise((WIDTH, HEIGHT), 60).convert("RGB")
    pen = ImageDraw.Draw(picture)
    for column in range(4):
        x, y = 80 * column + 10, rng.randrange(20, 120)
        pen.ellipse((x, y, x + 60, y + 100), fill=rng.choice(("red", "blue", "green", "yellow")))
    exif = Image.Exif()
    if number == ROTATED:
        exif[0x0112] = 6
    name = f"{number + 139:012d}.jpg"
    picture.convert(MODES[number]).save(folder / name, quality=90, progressive=number == 3, exif=exif)
    return {
        "license": 4, "file_name": name, "coco_url": f"http://some.example/{name}", "height": HEIGHT, "width": WIDTH,
        "date_captured": "2013-11-14 17:02:52", "flickr_url": f"http://some.example/{number}_z.jpg", "id": 397133 + number,
    }  # fmt: skip


def _annotations(number: int) -> list[dict[str, Any]]:
    """Boxes with fractions, one beyond the picture, one mask in several parts, one crowd in run lengths."""
    image, first = 397133 + number, 100 * number + 900_100_000
    tops = [random.Random(number + column).randrange(20, 100) + 0.47 for column in range(4)]
    parts = [
        [12.5, tops[1], 40.25, tops[1], 40.25, tops[1] + 30.5],
        [50.0, tops[1], 69.9, tops[1] + 80, 55.1, tops[1] + 90],
    ]
    empty, inside = 200 * HEIGHT + 10, 60
    crowd = {"size": [HEIGHT, WIDTH], "counts": [empty, inside, HEIGHT * WIDTH - empty - inside]}
    return [
        annotation(first, image, 1, [10.31, tops[0], 60.72, 100.02]),
        annotation(first + 1, image, 18, [92.5, tops[1], 57.4, 90.0], segmentation=parts),
        annotation(first + 2, image, 62, [170.02, tops[2], 60.5, 100.91]),
        annotation(first + 3, image, 3, [250.5, tops[3], 90.0, 88.25]),
        annotation(first + 4, image, 74, [236.2, 215.7, 24.0, 20.1]),
        annotation(first + 5, image, 1, [200.0, 10.0, 1.0, 60.0], segmentation=crowd, iscrowd=1),
    ]
