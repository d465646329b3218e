"""Turns a sprite to the pose in which the thing rests: on its side, or flat and seen from a usual viewpoint.

In: an upright RGBA picture and a pose.  Out: an RGBA picture, not cropped.  Which thing rests how is knowledge:
`spatial.knowledge.categories`.
"""

from PIL import Image, ImageEnhance

from spatial.knowledge.categories import Pose

TAPER = 0.1
"""How much narrower the far edge of a flat thing is on either side, as a share of the width."""

EDGE_BRIGHTNESS = 0.72
"""The edge of a flat thing, against its upper side."""


def posed(sprite: Image.Image, pose: Pose) -> Image.Image:
    """The picture in its pose."""
    turned = _turned(sprite, pose.turn)
    return turned if pose.flat >= 1 else _with_edge(_foreshortened(turned, pose.flat), pose.thick)


def _turned(sprite: Image.Image, degrees: float) -> Image.Image:
    if not degrees:
        return sprite
    turned = sprite.convert("RGBa").rotate(degrees, Image.Resampling.BICUBIC, expand=True).convert("RGBA")
    box = turned.getchannel("A").getbbox()
    return turned.crop(box) if box else turned


def _foreshortened(sprite: Image.Image, share: float) -> Image.Image:
    """The picture as on a table before the viewer: lower, its far edge narrower."""
    width, height = sprite.size
    far = TAPER * width
    tapered = sprite.convert("RGBa").transform(
        sprite.size, Image.Transform.PERSPECTIVE, _coefficients(width, height, far), Image.Resampling.BICUBIC
    )
    return tapered.resize((width, max(1, round(height * share))), Image.Resampling.LANCZOS).convert("RGBA")


def _coefficients(width: int, height: int, far: float) -> tuple[float, ...]:
    """Of the projection to the whole picture from the trapezium that is `far` narrower on either side at its top.

    x' = (a x + b y + c) / (g y + 1) and y' = a y / (g y + 1) keep the two lower corners and spread the upper ones.
    """
    a = width / (width - 2 * far)
    return (a, a * far / height, -a * far, 0.0, a, 0.0, 0.0, (a - 1) / height)


def _with_edge(top: Image.Image, share: float) -> Image.Image:
    """The picture with the edge of a thing of some thickness below its front."""
    steps = round(share * top.width)
    if not steps:
        return top
    whole = Image.new("RGBA", (top.width, top.height + steps))
    dark = ImageEnhance.Brightness(top).enhance(EDGE_BRIGHTNESS)
    for step in range(steps, 0, -1):
        whole.alpha_composite(dark, (0, step))
    whole.alpha_composite(top)
    return whole
