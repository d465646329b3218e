"""Reads a row's masks: COCO's compressed run lengths.

In: size and counts, as stated.  Out: a mask.  Raises ValueError for what is none.
Shares nothing with the writer.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.bool_]


def read_mask(stated: Mapping[str, Any], size: tuple[int, int]) -> Mask:
    """The mask (height × width) of a picture of `size` (width, height). Raises ValueError."""
    width, height = size
    if list(stated["size"] or ()) != [height, width]:
        raise ValueError(f"its size is {stated['size']}, the picture's height and width are {height} and {width}")
    runs = _runs((stated["counts"] or "").encode("ascii"))
    if min(runs, default=-1) < 0 or sum(runs) != width * height:
        raise ValueError(f"its runs cover {sum(runs)} pixels of {width * height}")
    painted = np.zeros(width * height, bool)
    ends = np.cumsum(runs)
    for start, end in zip(ends[0::2], ends[1::2], strict=False):
        painted[start:end] = True
    return painted.reshape(width, height).T


def _runs(text: bytes) -> list[int]:
    """A run is stored as its difference to the one two before, from the fourth on, in groups of five bits and a sixth for
    more; the last group's fifth bit is a sign."""
    runs: list[int] = []
    groups: list[int] = []
    for character in text:
        group = character - 48
        if not 0 <= group < 64:
            raise ValueError("its counts are no compressed run lengths")
        groups.append(group % 32)
        if group < 32:
            value = sum(bits * 32**place for place, bits in enumerate(groups))
            value -= 32 ** len(groups) if groups[-1] >= 16 else 0
            runs.append(value + (runs[-2] if len(runs) > 2 else 0))
            groups = []
    if groups:
        raise ValueError("its counts end within a number")
    return runs
