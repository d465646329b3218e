"""Which detection is which object of the graph.

In: a graph's objects with the boxes where they were wanted, and detections.  Out: pairs, and what is left over.
A detection is only ever taken for an object of its own label: a cat in the wrong place is still the cat.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gpu_workers.eyes.seeing import Box, Detection

SAME_THING = 0.7
"""IoU from which two detections are of one thing."""

SURENESS = 0.1
"""Weight of the score in a match: a tie-breaker beside place."""


@dataclass(frozen=True)
class Wanted:
    """An object as it was wanted, in pixels of the picture."""

    id: int
    label: str
    box: Box


@dataclass(frozen=True)
class Matched:
    """`found` by object id, and the detections that are no object of the graph."""

    found: dict[int, Detection]
    left: tuple[Detection, ...]


def match(wanted: Sequence[Wanted], detections: Sequence[Detection], diagonal: float) -> Matched:
    """The assignment of least cost, label by label: overlap first, then nearness, then the score."""
    from scipy.optimize import linear_sum_assignment

    found: dict[int, Detection] = {}
    for label in dict.fromkeys(item.label for item in wanted):
        items = [item for item in wanted if item.label == label]
        candidates = [detection for detection in detections if detection.label == label]
        if not candidates:
            continue
        costs = np.array([[_cost(item.box, candidate, diagonal) for candidate in candidates] for item in items])
        for row, column in zip(*linear_sum_assignment(costs), strict=True):
            found[items[row].id] = candidates[column]
    taken = {id(detection) for detection in found.values()}
    return Matched(found, tuple(detection for detection in detections if id(detection) not in taken))


def _cost(box: Box, candidate: Detection, diagonal: float) -> float:
    apart = float(np.hypot(*(np.array(_centre(box)) - _centre(candidate.box)))) / diagonal
    return (1 - overlap(box, candidate.box)) + apart - SURENESS * candidate.score


def _centre(box: Box) -> tuple[float, float]:
    return box[0] + box[2] / 2, box[1] + box[3] / 2


def overlap(a: Box, b: Box) -> float:
    """Intersection over union, 0 to 1."""
    across = min(a[0] + a[2], b[0] + b[2]) - max(a[0], b[0])
    down = min(a[1] + a[3], b[1] + b[3]) - max(a[1], b[1])
    both = max(0.0, across) * max(0.0, down)
    union = a[2] * a[3] + b[2] * b[3] - both
    return both / union if union > 0 else 0.0


def distinct(detections: Sequence[Detection]) -> list[Detection]:
    """The surest detection of each thing, whatever it was called: one place holds one thing."""
    kept: list[Detection] = []
    for detection in sorted(detections, key=lambda each: (-each.score, each.label, each.box)):
        if all(overlap(detection.box, other.box) < SAME_THING for other in kept):
            kept.append(detection)
    return kept
