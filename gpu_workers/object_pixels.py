"""What an object's place in the picture looks like, coarsely: by it the audit sees that a picture was painted over.

In: an encoded picture, and the objects that are seen in it.  Out: a note for the provenance.
The definition: the object's box, averaged to 4 × 4 fields of red, green and blue, of 8 bits each; hexadecimal, row by row.
"""

import json
from collections.abc import Sequence

from PIL import Image

from gpu_workers.picture_file import decoded
from schemas.events import SeenObject

NOTE = "object_pixels"
"""The note's name: JSON text, an object's id to its box and fields."""

SIDE = 4
"""Fields on each side of a box: coarse enough that decoders agree, fine enough that no filling has the same averages."""

MOST_NOTED = 400
"""Objects in a note, the first ones: an object takes up to 140 characters of a note's bound (`schemas.bounds`)."""


def object_pixels(picture: bytes, objects: Sequence[SeenObject]) -> str:
    """The note. The picture is one that was decoded before."""
    image = decoded(picture)
    image = image if image.mode == "RGB" else image.convert("RGB")
    noted = {str(thing.id): (thing.box, _fields(image, thing.box)) for thing in objects[:MOST_NOTED]}
    return json.dumps(noted, separators=(",", ":"))


def _fields(image: Image.Image, box: tuple[int, int, int, int]) -> str:
    x, y, width, height = box
    seen = image.crop((x, y, x + width, y + height))
    return seen.resize((SIDE, SIDE), Image.Resampling.BOX).tobytes().hex()
