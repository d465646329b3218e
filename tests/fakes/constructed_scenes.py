"""Scenes of boxes that stand in many relations to each other, and what holds in them.

In: a random generator.  Out: boxes, depths, and every fact of them as a relation.
"""

import random
from itertools import permutations

from schemas.graph import Relation
from spatial.relations.boxes import Rect
from spatial.relations.relation_truth import borders, places, relate
from tests.fakes.constructed_boxes import CANVAS, box_with, large_box

RICH = ("inside", "contains", "on", "supports", "touching", "near", "next_to", "far", "over", "left_of", "above")

NESTED = ((("inside", 0), ("inside", 3)), (("inside", 0), ("supports", 0)))
"""How the first constructed boxes of a scene relate to others by number: rules on nested things seldom find any."""


def scene(rng: random.Random, count: int) -> tuple[list[Rect], list[int]]:
    """`count` boxes (at least three) and their depths.

    A large one, two small ones in corners of the canvas, others made to be in some relation to one before.
    """
    ends = (*range(12), *range(47, 59), *4 * (0, 1, 2, 57, 58))  # often at the edge
    boxes: list[Rect] = [large_box(rng), *((rng.choice(ends), rng.choice(ends), 5, 6) for _ in range(2))]
    plan = [*rng.choice(NESTED), *((rng.choice(RICH), rng.randrange(3)) for _ in range(count))]
    while len(boxes) < count:
        name, other = plan[len(boxes) - 3]
        try:
            boxes.append(box_with(name, boxes[other], rng))
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
    found += [Relation(subject=a, predicate=name) for a, box in enumerate(boxes) for name in borders(box, CANVAS)]
    return found
