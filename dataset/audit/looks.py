"""What a picture looks like, in 64 bits.

In: an encoded picture.  Out: a number that stays the same when the picture is encoded or scaled anew (nearly always).
The definition: grey, averaged to 9 × 8 fields, one bit for each two neighbours in a row, set where the right one is
brighter by more than 3 of 255; the first bit is the top left one and counts most.
"""

from array import array
from io import BytesIO

from PIL import Image, UnidentifiedImageError

ACROSS, DOWN, BRIGHTER = 9, 8, 3


def look(data: bytes) -> int | None:
    """The 64 bits; None for what is no picture."""
    try:
        with Image.open(BytesIO(data)) as picture:
            small = picture.convert("L").convert("F").resize((ACROSS, DOWN), Image.Resampling.BOX)
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None
    grey = array("f", small.tobytes())
    bits = 0
    for row in range(DOWN):
        for column in range(ACROSS - 1):
            at = row * ACROSS + column
            bits = bits << 1 | (grey[at + 1] - grey[at] > BRIGHTER)
    return bits
