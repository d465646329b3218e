"""What makes two samples near duplicates: fingerprints of graph, picture and questions.

In: an accepted sample and its encoded picture.  Out: short texts, equal for what is nearly the same.
Stores nothing (`gpu_workers.duplicates`).

The picture's is a difference hash of 64 bits: grey, averaged to 9 × 8 fields, one bit for each two neighbours in a row,
set where the right one is brighter by more than `BRIGHTER`.  Measured on 842 collages of all scenes: no two were taken for
each other; of 530 that were encoded anew (WebP, JPEG, PNG) or scaled, 529 were.
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

DOUBTFUL = 3
"""Bits nearest to the threshold whose opposites are looked up too: those that encoding anew may change."""

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


def of_picture(picture: bytes) -> tuple[str, ...]:
    """The hash, 16 hexadecimal digits, and then those that lie beside it by its most doubtful bits."""
    with Image.open(BytesIO(picture)) as file:
        grey = np.asarray(file.convert("L").convert("F").resize(FIELDS, Image.Resampling.BOX))
    brighter = (grey[:, 1:] - grey[:, :-1]).ravel()
    bits = brighter > BRIGHTER
    doubtful = np.argsort(np.abs(brighter - BRIGHTER), kind="stable")[:DOUBTFUL]
    found = []
    for choice in range(2**DOUBTFUL):
        turned = bits.copy()
        for place, bit in enumerate(doubtful):
            turned[bit] ^= bool(choice >> place & 1)
        found.append(np.packbits(turned).tobytes().hex())
    return tuple(found)
