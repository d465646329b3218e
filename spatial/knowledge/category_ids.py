"""The number of each category, the same in every export of every dataset.

In: names of categories.  Out: a number for each.
The numbers of the package's names are their places in `category_ids.json`, from 1: names are added at its end, and none is
moved or taken out.  Other names, as of knowledge from outside the package, have a number that derives from the name.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

FILE = Path(__file__).with_suffix(".json")

FIRST_DERIVED, LAST = 1_000_000, 2**31 - 1
"""Derived numbers lie above every place in the list, and within the 32 bits that detectors keep a class in."""


@lru_cache(maxsize=1)
def listed() -> Mapping[str, int]:
    """The package's own names with their numbers, in the order of these."""
    return MappingProxyType({name: number for number, name in enumerate(json.loads(FILE.read_text("utf-8")), 1)})


def category_ids(names: Iterable[str]) -> dict[str, int]:
    """The number of each listed name and each of these: ascending, no two alike.

    Of two names from outside whose numbers would be alike (of 1,000 names once in 4,000 sets), the later in the alphabet
    has another.
    """
    found = dict(listed())
    taken = set(found.values())
    for name in sorted(set(names) - found.keys()):
        found[name] = _derived(name, taken)
        taken.add(found[name])
    return dict(sorted(found.items(), key=lambda each: each[1]))


def _derived(name: str, taken: set[int]) -> int:
    digest = name.encode()
    while True:
        digest = hashlib.sha256(digest).digest()
        number = FIRST_DERIVED + int.from_bytes(digest[:8], "big") % (LAST - FIRST_DERIVED + 1)
        if number not in taken:
            return number
