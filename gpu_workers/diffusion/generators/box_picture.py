"""Boxes as a picture, for models that are controlled by pictures.

In: orders and a size.  Out: each object's box filled in a colour of its own on black, the largest first, so that what lies
on top of others stays to be seen.
"""

import colorsys

from PIL import Image, ImageDraw

from gpu_workers.diffusion.conditioning import Conditioning

GOLDEN = 0.61803398875
"""Steps of this share around the circle of hues never come close to each other."""


def control_picture(orders: Conditioning, size: tuple[int, int]) -> Image.Image:
    """The picture of the boxes, `size` (width, height) in pixels."""
    picture = Image.new("RGB", size)
    draw = ImageDraw.Draw(picture)
    boxes = list(enumerate(orders.boxes))
    for number, (left, top, right, bottom) in sorted(boxes, key=lambda each: -_area(each[1])):
        corners = (left * size[0], top * size[1], max(left * size[0], right * size[0] - 1), bottom * size[1] - 1)
        draw.rectangle((*corners[:3], max(corners[1], corners[3])), fill=colour_of(number), outline="white")
    return picture


def colour_of(number: int) -> tuple[int, int, int]:
    """The colour of an object by its number."""
    red, green, blue = colorsys.hsv_to_rgb(number * GOLDEN % 1, 0.75, 0.9)
    return round(255 * red), round(255 * green), round(255 * blue)


def _area(box: tuple[float, float, float, float]) -> float:
    return (box[2] - box[0]) * (box[3] - box[1])
