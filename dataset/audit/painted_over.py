"""Finds objects whose place in the picture was painted over, although the picture's hash was corrected.

In: a decoded picture, the row's objects, and what was noted of their pixels when the picture was examined.  Out: details.
With a note, the box that was examined must look as it did: averaged to 4 × 4 fields of red, green and blue, no field may
differ by more than `SAME`.  Without one, as in older rows, a box without any detail is reported: a filled one has no edges,
nor has one that was smoothed over from its neighbourhood.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from itertools import accumulate
from typing import Any

from PIL import Image, ImageFilter

Thing = Mapping[str, Any]

NOTE, SIDE, SAME = "object_pixels", 4, 2
"""The note's name; fields on a side; of 255, what decoders of one file may differ by in an average."""

LAPLACIAN = ImageFilter.Kernel((3, 3), (0, -1, 0, -1, 4, -1, 0, -1, 0), scale=1, offset=128)
"""A grey value against its four neighbours; 128 is no difference."""

SHARE, DETAIL = 0.99, 12
"""Of a box's pixels, and of 255: where so many differ less from their neighbours, the box shows nothing."""

MARGIN, SMALLEST = 2, 12
"""Pixels at the edge of a box that are not measured, since a filling ends there; the least side of a box that is."""


def painted_over(picture: Image.Image, objects: Iterable[Thing], notes: Mapping[str, Any]) -> Iterator[str]:
    """Signs that an object was painted over. Raises ValueError, TypeError or AttributeError for a malformed note."""
    noted, image, grey = json.loads(notes.get(NOTE, "{}")), picture.convert("RGB"), picture.convert("L")
    for number, (box, fields) in noted.items():
        difference = _difference(image, box, bytes.fromhex(fields))
        if difference > SAME:
            yield f"object {number}: its box differs by {difference} of 255 from what was examined"
    for thing in objects:
        if str(thing["id"]) not in noted and _is_empty(grey, thing["box"]):
            yield f"object {thing['id']}: nothing is seen in its box"


def _difference(image: Image.Image, box: list[int], noted: bytes) -> int:
    """The largest difference of any field in any channel."""
    x, y, width, height = box
    seen = image.crop((x, y, x + width, y + height)).resize((SIDE, SIDE), Image.Resampling.BOX).tobytes()
    return max(abs(here - there) for here, there in zip(seen, noted, strict=True))


def _is_empty(grey: Image.Image, box: list[int]) -> bool:
    x, y, width, height = box
    if min(width, height) < SMALLEST:
        return False
    inner = grey.crop((x + MARGIN - 1, y + MARGIN - 1, x + width - MARGIN + 1, y + height - MARGIN + 1))
    found = inner.filter(LAPLACIAN).crop((1, 1, inner.width - 1, inner.height - 1)).histogram()
    counts = [found[128], *(found[128 - n] + found[128 + n] for n in range(1, 128)), found[0]]
    return sum(total < SHARE * sum(counts) for total in accumulate(counts)) < DETAIL
