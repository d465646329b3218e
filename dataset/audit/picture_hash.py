"""A perceptual hash of pictures, 64 bits, and near pictures in other splits.

In: encoded pictures.  Out: a number in which re-encoding or scaling changes at most `MAX_BIT_DISTANCE` bits, mostly; the
splits of near pictures.
The definition: grey, averaged to 9 × 8 fields, one bit for each two neighbours in a row, set where the right one is
brighter by more than 3 of 255; the first bit is the top left one and counts most.
"""

from array import array
from collections import Counter
from dataclasses import dataclass, field
from io import BytesIO

from PIL import Image, UnidentifiedImageError

ACROSS, DOWN, MIN_BRIGHTNESS_STEP = 9, 8, 3

MAX_BIT_DISTANCE = 2
"""Bits that may differ between near pictures: re-encoding may flip as many."""

PART_BITS = 22
"""Three parts hold all 64 bits; two numbers that differ in at most two bits have at least one part in common."""


def difference_hash(data: bytes) -> int | None:
    """The hash; None for bytes that are no picture."""
    try:
        with Image.open(BytesIO(data)) as picture:
            small = picture.convert("L").convert("F").resize((ACROSS, DOWN), Image.Resampling.BOX)
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None
    grey = array("f", small.tobytes())
    pairs = [row * ACROSS + column for row in range(DOWN) for column in range(ACROSS - 1)]
    return sum(1 << (63 - n) for n, at in enumerate(pairs) if grey[at + 1] - grey[at] > MIN_BRIGHTNESS_STEP)


@dataclass
class PictureSplits:
    """The hashes of the pictures so far, with their splits. Finds the same pairs in any order of pictures."""

    _splits: dict[int, tuple[str, ...]] = field(default_factory=dict)
    _parts: dict[tuple[int, int], tuple[int, ...]] = field(default_factory=dict)

    def near_in_other_splits(self, bits: int, split: str) -> list[tuple[int, str]]:
        """The near hashes, each with another split that has it; then adds this one."""
        seen = {one for part in _parts(bits) for one in self._parts.get(part, ())}
        near = sorted(one for one in seen if (one ^ bits).bit_count() <= MAX_BIT_DISTANCE)
        if bits not in self._splits:
            for part in _parts(bits):
                self._parts[part] = (*self._parts.get(part, ()), bits)
        if split not in self._splits.get(bits, ()):
            self._splits[bits] = (*self._splits.get(bits, ()), split)
        return [(one, other) for one in near for other in self._splits[one] if other != split]

    def counts(self) -> dict[str, int]:
        """The number of different pictures by the split that had each first."""
        return dict(sorted(Counter(splits[0] for splits in self._splits.values()).items()))


def _parts(bits: int) -> list[tuple[int, int]]:
    return [(number, bits >> number * PART_BITS & (1 << PART_BITS) - 1) for number in range(MAX_BIT_DISTANCE + 1)]
