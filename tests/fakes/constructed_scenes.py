"""Scenes of boxes that stand in many relations to each other, and what holds in them.

In: a random generator.  Out: boxes, depths, and every fact of them as a relation.
"""

import random
from itertools import permutations

from schemas.graph import Relation
from spatial.boxes import Rect
from spatial.geometry import places, relate
from tests.fakes.constructed_boxes import CANVAS, box_with, large_box

RICH = ("inside", "contains", "on", "supports", "touching", "near", "next_to", "far", "over", "left_of", "above")


def scene(rng: random.Random, count: int) -> tuple[list[Rect], list[int]]:
    """`count` boxes, each made to be in some relation to an earlier one, and their depths."""
    boxes = [large_box(rng)]
    while len(boxes) < count:
        try:
            boxes.append(box_with(rng.choice(RICH), rng.choice(boxes), rng))
        except AssertionError:  # a box of one pixel contains nothing
            boxes.append(large_box(rng))
    return boxes, [rng.randrange(count) for _ in boxes]


def facts(boxes: list[Rect], depths: list[int]) -> list[Relation]:
    """All that holds of the boxes, both ways round, and their places."""
    found = [
        Relation(subject=a, predicate=name, object=b)
        for a, b in permutations(range(len(boxes)), 2)
        for name in relate(boxes[a], boxes[b], CANVAS, depths[a], depths[b])
    ]
    found += [Relation(subject=a, predicate=name) for a, box in enumerate(boxes) for name in places(box, CANVAS)]
    return found
