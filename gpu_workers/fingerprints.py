"""Fingerprints of graph, picture and questions, by which two samples are near duplicates.

In: an accepted sample and its encoded picture.  Out: short texts, equal or close for near duplicates.
Stores nothing (`gpu_workers.duplicates`).

The picture's is a difference hash of 64 bits: grey, averaged to 9 × 8 fields, one bit for each two neighbours in a row,
set where the right one is brighter by more than `MIN_BRIGHTNESS_STEP`.  Pictures are near where at most
`MAX_BIT_DISTANCE` bits differ.  Measured on 550 collages of 11 scenes: those of different graphs differ
in 6 bits or more; of 2,200 that were encoded anew (WebP, JPEG) or scaled, 2,197 in 2 bits at most.
"""

from collections.abc import Sequence

import numpy as np
from PIL import Image

from gpu_workers.picture_file import decoded
from schemas.events import Question
from schemas.graph import SpatialGraph
from schemas.ids import content_id
from spatial.splits import scene_hash

HASH_FIELDS = (9, 8)
MIN_BRIGHTNESS_STEP = 3
"""Of 255: up to it neighbours count as equal, so that noise on an even area sets no bit."""

MAX_BIT_DISTANCE = 2
"""Bits that may differ between near pictures."""

GRID = 16
"""Boxes count as equal when their edges fall into the same sixteenths of the canvas."""


def graph_fingerprint(graph: SpatialGraph) -> str:
    """A hash of the objects with their attributes and boxes on the grid."""
    sides = graph.layout.canvas * 2
    things = sorted(
        [thing.category, sorted(thing.attributes), [_grid_step(v, side) for v, side in zip(box, sides, strict=True)]]
        for thing, box in zip(graph.objects, graph.layout.boxes, strict=True)
    )
    return content_id("near graph", scene_hash(graph), things)


def _grid_step(value: int, size: int) -> int:
    return round(GRID * value / size)


def question_fingerprint(graph: SpatialGraph, questions: Sequence[Question]) -> str:
    """A hash of the questions with their answers, and of the scene."""
    asked = sorted([" ".join(q.question.casefold().split()), q.answer] for q in questions)
    return content_id("near questions", scene_hash(graph), asked)


def picture_fingerprint(picture: bytes) -> str:
    """The difference hash, 16 hexadecimal digits."""
    grey = np.asarray(decoded(picture).convert("L").convert("F").resize(HASH_FIELDS, Image.Resampling.BOX))
    brighter = (grey[:, 1:] - grey[:, :-1]).ravel() > MIN_BRIGHTNESS_STEP
    return np.packbits(brighter).tobytes().hex()


def bit_distance(one: str, other: str) -> int:
    """The number of bits in which two pictures' hashes differ."""
    return (int(one, 16) ^ int(other, 16)).bit_count()


def bands(fingerprint: str) -> tuple[str, ...]:
    """Parts of a picture's hash; two near hashes have at least one in common.

    There is one more part than bits that may differ.  Each takes every third bit: neighbouring bits are correlated.
    """
    bits = f"{int(fingerprint, 16):064b}"
    return tuple(f"{int(bits[first :: MAX_BIT_DISTANCE + 1], 2):06x}" for first in range(MAX_BIT_DISTANCE + 1))
