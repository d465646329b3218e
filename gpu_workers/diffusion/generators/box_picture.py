"""Boxes as a control picture for ControlNets.

In: a conditioning and a size.  Out: each object's box filled in a colour of its own on black, the largest first, so that
smaller boxes stay visible on top of larger ones.
"""

import colorsys

from PIL import Image, ImageDraw

from gpu_workers.diffusion.conditioning import Conditioning

HUE_STEP = 0.61803398875
"""The golden ratio as a step in hue: successive multiples never come close to each other."""


def control_picture(conditioning: Conditioning, size: tuple[int, int]) -> Image.Image:
    """The picture of the boxes, `size` (width, height) in pixels."""
    picture = Image.new("RGB", size)
    draw = ImageDraw.Draw(picture)
    boxes = list(enumerate(conditioning.boxes))
    for number, (left, top, right, bottom) in sorted(boxes, key=lambda each: -_area(each[1])):
        corners = (left * size[0], top * size[1], max(left * size[0], right * size[0] - 1), bottom * size[1] - 1)
        draw.rectangle((*corners[:3], max(corners[1], corners[3])), fill=colour_of(number), outline="white")
    return picture


def colour_of(number: int) -> tuple[int, int, int]:
    """The colour of an object by its number."""
    red, green, blue = colorsys.hsv_to_rgb(number * HUE_STEP % 1, 0.75, 0.9)
    return round(255 * red), round(255 * green), round(255 * blue)


def _area(box: tuple[float, float, float, float]) -> float:
    return (box[2] - box[0]) * (box[3] - box[1])
