"""What leans on what: long things that do not stand by themselves, and the firm things that hold them upright.

In: the name of a category.  Out: how it leans, what it leans on.
`leaning.json` has the facts.  Does not place or draw anything.
"""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from spatial.knowledge.knowledge_base import categories

FILE = Path(__file__).with_suffix(".json")

RISES = 1.6
"""How many times as tall as what props it up a leaning thing may be."""


@dataclass(frozen=True)
class OtherDrawing:
    """A drawing by its name, and width over height of it upright."""

    drawing: str
    aspect: float


@dataclass(frozen=True)
class Leaning:
    """How a category leans.

    `width_m`, `height_m`: of its silhouette when it leans.  `turn`: degrees counterclockwise by which its picture is
    turned, after which its upper end is to the right.  `mirrored`: the picture is mirrored before.  `other`: another
    drawing that is taken.  `alone`: it may also stand without anything to lean on.
    """

    width_m: float
    height_m: float
    turn: float = 0.0
    mirrored: bool = False
    other: OtherDrawing | None = None
    alone: bool = False

    @property
    def side_m(self) -> float:
        """The square root of the area of its silhouette."""
        return math.sqrt(self.width_m * self.height_m)


def leaning_of(name: str) -> Leaning | None:
    """How a category leans; None for one that does not."""
    return _leanings().get(name)


def must_lean(name: str) -> bool:
    """Whether a category leans on something wherever it is on the ground."""
    leaning = leaning_of(name)
    return leaning is not None and not leaning.alone


def leans_on(name: str, other: str) -> bool:
    """Whether a category leans on another one: a firm thing that is not too low."""
    leaning, known = leaning_of(name), categories()
    firm = other in _firm() and other in known
    return leaning is not None and firm and leaning.height_m <= RISES * known[other].height_m


def other_drawings() -> frozenset[str]:
    """The names of drawings that are taken of what leans and of nothing else."""
    return frozenset(leaning.other.drawing for leaning in _leanings().values() if leaning.other)


@lru_cache(maxsize=1)
def _leanings() -> Mapping[str, Leaning]:
    rows = json.loads(FILE.read_text("utf-8"))["leaning"]
    return MappingProxyType({row["name"]: _leaning(row) for row in rows})


def _leaning(row: Mapping[str, Any]) -> Leaning:
    other = OtherDrawing(row["drawing"], row["aspect"]) if "drawing" in row else None
    width, height = row["size_m"]
    return Leaning(width, height, row.get("turn", 0.0), row.get("mirrored", False), other, row.get("alone", False))


@lru_cache(maxsize=1)
def _firm() -> frozenset[str]:
    return frozenset(json.loads(FILE.read_text("utf-8"))["firm"])
