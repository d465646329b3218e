"""What a picture looks like, in 64 bits, and whether one that looks the same was seen in another split.

In: encoded pictures.  Out: a number that mostly stays the same when the picture is encoded or scaled anew, give or take
`NEAR` bits; the split of one that was near.
The definition: grey, averaged to 9 × 8 fields, one bit for each two neighbours in a row, set where the right one is
brighter by more than 3 of 255; the first bit is the top left one and counts most.
"""

from array import array
from collections import Counter
from dataclasses import dataclass, field
from io import BytesIO

from PIL import Image, UnidentifiedImageError

ACROSS, DOWN, BRIGHTER = 9, 8, 3

NEAR = 2
"""Bits that may differ between pictures that look the same: those that encoding anew may turn."""

PART_BITS = 22
"""Three parts hold all 64 bits; of two numbers that differ in two bits at most, one part at least is the same."""


def looks(data: bytes) -> int | None:
    """The 64 bits; None for what is no picture."""
    try:
        with Image.open(BytesIO(data)) as picture:
            small = picture.convert("L").convert("F").resize((ACROSS, DOWN), Image.Resampling.BOX)
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None
    grey = array("f", small.tobytes())
    pairs = [row * ACROSS + column for row in range(DOWN) for column in range(ACROSS - 1)]
    return sum(1 << (63 - n) for n, at in enumerate(pairs) if grey[at + 1] - grey[at] > BRIGHTER)


@dataclass
class Looks:
    """The pictures that were seen, and in which splits. Finds the same pairs in whichever order they come."""

    _splits: dict[int, tuple[str, ...]] = field(default_factory=dict)
    _parts: dict[tuple[int, int], tuple[int, ...]] = field(default_factory=dict)

    def elsewhere(self, look: int, split: str) -> list[tuple[int, str]]:
        """Those that look the same, each with another split that it is in; from now on this one is known as well."""
        seen = {one for part in _parts(look) for one in self._parts.get(part, ())}
        near = sorted(one for one in seen if (one ^ look).bit_count() <= NEAR)
        if look not in self._splits:
            for part in _parts(look):
                self._parts[part] = (*self._parts.get(part, ()), look)
        if split not in self._splits.get(look, ()):
            self._splits[look] = (*self._splits.get(look, ()), split)
        return [(one, other) for one in near for other in self._splits[one] if other != split]

    def counts(self) -> dict[str, int]:
        """How many different pictures each split had first."""
        return dict(sorted(Counter(splits[0] for splits in self._splits.values()).items()))


def _parts(look: int) -> list[tuple[int, int]]:
    return [(number, look >> number * PART_BITS & (1 << PART_BITS) - 1) for number in range(NEAR + 1)]
