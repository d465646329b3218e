"""Masks as COCO's run lengths: compressed text of the lengths of empty and full runs by turns, down the columns.

In: a mask.  Out: text; and back.
Lengths are written in digits of five bits, lowest first; those after the third as the difference to the one before last.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.bool_]
"""Height × width."""

ZERO = 48
"""The character of the digit 0."""

VALUE, SIGN, MORE, BITS = 0b11111, 0b10000, 0b100000, 5
PLAIN = 3
"""Lengths at the start that are written as they are."""


def run_lengths(mask: Mask) -> dict[str, Any]:
    """The mask as COCO's `{"size": [height, width], "counts": text}`."""
    lengths = _lengths(mask)
    digits = (_digits(n - lengths[i - 2] if i >= PLAIN else n) for i, n in enumerate(lengths))
    return {"size": list(mask.shape), "counts": "".join(digits)}


def mask_of(runs: dict[str, Any]) -> Mask:
    """The mask of `{"size", "counts"}`. Raises ValueError for lengths that do not cover the size."""
    height, width = runs["size"]
    lengths: list[int] = []
    for number in _numbers(runs["counts"]):
        lengths.append(number + lengths[-2] if len(lengths) >= PLAIN else number)
    if sum(lengths) != height * width or min(lengths, default=0) < 0:
        raise ValueError(f"run lengths cover {sum(lengths)} pixels of {height * width}")
    full = np.arange(len(lengths)) % 2 == 1
    found: Mask = np.repeat(full, lengths).reshape((height, width), order="F")
    return found


def _lengths(mask: Mask) -> list[int]:
    flat = mask.ravel(order="F")
    changes = np.flatnonzero(flat[1:] != flat[:-1]) + 1
    lengths: list[int] = np.diff([0, *changes, flat.size]).tolist()
    return [0, *lengths] if flat.size and flat[0] else lengths


def _digits(number: int) -> str:
    text = ""
    while True:
        digit = number & VALUE
        number >>= BITS
        if number == (-1 if digit & SIGN else 0):
            return text + chr(ZERO + digit)
        text += chr(ZERO + (digit | MORE))


def _numbers(text: str) -> list[int]:
    found, value, shift = [], 0, 0
    for digit in (ord(character) - ZERO for character in text):
        value |= (digit & VALUE) << shift
        shift += BITS
        if not digit & MORE:
            found.append(value - (1 << shift) if digit & SIGN else value)
            value = shift = 0
    return found
