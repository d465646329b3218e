"""What makes two samples near duplicates: fingerprints of graph, picture and questions.

In: an accepted sample and its encoded picture.  Out: short texts, equal for what is nearly the same.
Stores nothing (`gpu_workers.duplicates`).

The picture's is a difference hash of 64 bits: grey, averaged to 9 × 8 fields, one bit for each two neighbours in a row,
set where the right one is brighter by more than `BRIGHTER`.  Pictures are near where `NEAR` bits differ at most.
Measured on 550 collages of 11 scenes: those of different graphs differ in 6 bits or more; of 2,200 that were encoded anew
(WebP, JPEG) or scaled, 2,197 in 2 bits at most.
"""

from collections.abc import Sequence
from io import BytesIO

import numpy as np
from PIL import Image

from schemas.events import Question
from schemas.graph import SpatialGraph
from schemas.ids import content_id
from spatial.splits import scene_hash

FIELDS = (9, 8)
BRIGHTER = 3
"""Of 255: below it neighbours count as equal, so that noise on even ground sets no bit."""

NEAR = 2
"""Bits that may differ between pictures that look the same."""

GRID = 16
"""Boxes count as equal when their edges fall into the same sixteenths of the canvas."""


def of_graph(graph: SpatialGraph) -> str:
    """What is in the picture, with which attributes, and roughly where."""
    sides = graph.layout.canvas * 2
    things = sorted(
        [thing.category, sorted(thing.attributes), [_step(v, side) for v, side in zip(box, sides, strict=True)]]
        for thing, box in zip(graph.objects, graph.layout.boxes, strict=True)
    )
    return content_id("near graph", scene_hash(graph), things)


def _step(value: int, size: int) -> int:
    return round(GRID * value / size)


def of_questions(graph: SpatialGraph, questions: Sequence[Question]) -> str:
    """The same questions with the same answers, of the same situation."""
    asked = sorted([" ".join(q.question.casefold().split()), q.answer] for q in questions)
    return content_id("near questions", scene_hash(graph), asked)


def of_picture(picture: bytes) -> str:
    """The hash, 16 hexadecimal digits."""
    with Image.open(BytesIO(picture)) as file:
        grey = np.asarray(file.convert("L").convert("F").resize(FIELDS, Image.Resampling.BOX))
    brighter = (grey[:, 1:] - grey[:, :-1]).ravel() > BRIGHTER
    return np.packbits(brighter).tobytes().hex()


def distance(one: str, other: str) -> int:
    """How many bits of two pictures' hashes differ."""
    return (int(one, 16) ^ int(other, 16)).bit_count()


def bands(fingerprint: str) -> tuple[str, ...]:
    """Parts of a picture's hash, of which those of two near ones share at least one.

    There is one more of them than bits that may differ.  Each takes every third bit: neighbours are too much alike.
    """
    bits = f"{int(fingerprint, 16):064b}"
    return tuple(f"{int(bits[first :: NEAR + 1], 2):06x}" for first in range(NEAR + 1))
