"""Which detection is which object of the graph.

In: a graph's objects with the boxes where they were wanted, and detections.  Out: pairs, and what is left over.
A detection is only ever taken for an object of its own label: a cat in the wrong place is still the cat.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gpu_workers.perception.detection_filter import covered, overlap
from gpu_workers.perception.interfaces import Box, Detection

SURENESS = 0.1
"""Weight of the score in a match: a tie-breaker beside place."""


COVERED = 0.8
"""Share of a box that lies where one object was wanted, from which several such boxes may be its parts."""


@dataclass(frozen=True)
class ExpectedObject:
    """An object as it was wanted, in pixels of the picture."""

    id: int
    label: str
    box: Box


@dataclass(frozen=True)
class Matched:
    """`found` by object id, and the detections that are no object of the graph."""

    found: dict[int, Detection]
    left: tuple[Detection, ...]


def match(wanted: Sequence[ExpectedObject], detections: Sequence[Detection], diagonal: float) -> Matched:
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


def unclear(wanted: Sequence[ExpectedObject], detections: Sequence[Detection]) -> list[Detection]:
    """Those of the detections that may be several objects seen as one, or one object seen as several.

    The places that were wanted only raise the doubt here, where the number found is another one than was wanted.
    """
    found = []
    for label in dict.fromkeys(item.label for item in wanted):
        places = [item.box for item in wanted if item.label == label]
        group = [detection for detection in detections if detection.label == label]
        if len(group) < len(places):
            found += [one for one in group if sum(_holds_centre(one.box, place) for place in places) > 1]
        if len(group) > len(places):
            found += _parts(places, group)
    return found


def _parts(places: Sequence[Box], group: Sequence[Detection]) -> list[Detection]:
    inside = [[one for one in group if covered(one.box, place) >= COVERED] for place in places]
    return list({id(one): one for parts in inside if len(parts) > 1 for one in parts}.values())


def _holds_centre(outer: Box, inner: Box) -> bool:
    x, y = _centre(inner)
    return outer[0] <= x <= outer[0] + outer[2] and outer[1] <= y <= outer[1] + outer[3]


def _cost(box: Box, candidate: Detection, diagonal: float) -> float:
    apart = float(np.hypot(*(np.array(_centre(box)) - _centre(candidate.box)))) / diagonal
    return (1 - overlap(box, candidate.box)) + apart - SURENESS * candidate.score


def _centre(box: Box) -> tuple[float, float]:
    return box[0] + box[2] / 2, box[1] + box[3] / 2
