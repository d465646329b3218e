"""What a picture looks like, in 64 bits.

In: an encoded picture.  Out: a number that mostly stays the same when the picture is encoded or scaled anew, and numbers
beside it, one of which it is else.
The definition: grey, averaged to 9 × 8 fields, one bit for each two neighbours in a row, set where the right one is
brighter by more than 3 of 255; the first bit is the top left one and counts most.
"""

from array import array
from io import BytesIO

from PIL import Image, UnidentifiedImageError

ACROSS, DOWN, BRIGHTER = 9, 8, 3


DOUBTFUL = 3
"""Bits nearest to the limit: those that encoding anew may turn. Every choice of them gives a number beside the first."""


def looks(data: bytes) -> tuple[int, ...]:
    """The 64 bits, then what they are with doubtful ones turned; nothing for what is no picture."""
    try:
        with Image.open(BytesIO(data)) as picture:
            small = picture.convert("L").convert("F").resize((ACROSS, DOWN), Image.Resampling.BOX)
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return ()
    grey = array("f", small.tobytes())
    pairs = [row * ACROSS + column for row in range(DOWN) for column in range(ACROSS - 1)]
    over = [grey[at + 1] - grey[at] - BRIGHTER for at in pairs]
    bits = sum(1 << (len(over) - 1 - n) for n, more in enumerate(over) if more > 0)
    found = [bits]
    for n in sorted(range(len(over)), key=lambda n: abs(over[n]))[:DOUBTFUL]:
        found += [one ^ 1 << (len(over) - 1 - n) for one in found]
    return tuple(found)
