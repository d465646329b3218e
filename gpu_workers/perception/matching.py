"""Assigns detections to the objects of a graph.

In: a graph's objects with their expected boxes, and detections.  Out: pairs, and the detections that remain.
A detection is only ever assigned to an object of its own label: a cat in the wrong place is still the cat.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gpu_workers.perception.detection_filter import covered_share
from gpu_workers.perception.interfaces import Box, Detection
from spatial.relations.boxes import iou

SCORE_WEIGHT = 0.1
"""Weight of the score in the cost of a match: a tie-breaker beside position."""

INSIDE_SHARE = 0.8
"""Share of a box that lies in an object's expected box, from which several such boxes may be parts of that object."""


@dataclass(frozen=True)
class ExpectedObject:
    """An object of the graph, its box in pixels of the picture."""

    id: int
    label: str
    box: Box


@dataclass(frozen=True)
class MatchedDetections:
    """`found` by object id; `left` are the detections that are no object of the graph."""

    found: dict[int, Detection]
    left: tuple[Detection, ...]


def match_objects(wanted: Sequence[ExpectedObject], detections: Sequence[Detection], diagonal: float) -> MatchedDetections:
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
    return MatchedDetections(found, tuple(detection for detection in detections if id(detection) not in taken))


def ambiguous_detections(wanted: Sequence[ExpectedObject], detections: Sequence[Detection]) -> list[Detection]:
    """The detections that may be several objects merged into one, or one object split into several.

    Only labels are checked whose number of detections differs from the expected number of objects.
    """
    found = []
    for label in dict.fromkeys(item.label for item in wanted):
        places = [item.box for item in wanted if item.label == label]
        group = [detection for detection in detections if detection.label == label]
        if len(group) < len(places):
            found += [one for one in group if sum(_holds_centre(one.box, place) for place in places) > 1]
        if len(group) > len(places):
            found += _several_at_one_place(places, group)
    return found


def _several_at_one_place(places: Sequence[Box], group: Sequence[Detection]) -> list[Detection]:
    inside = [[one for one in group if covered_share(one.box, place) >= INSIDE_SHARE] for place in places]
    return list({id(one): one for parts in inside if len(parts) > 1 for one in parts}.values())


def _holds_centre(outer: Box, inner: Box) -> bool:
    x, y = _centre(inner)
    return outer[0] <= x <= outer[0] + outer[2] and outer[1] <= y <= outer[1] + outer[3]


def _cost(box: Box, candidate: Detection, diagonal: float) -> float:
    apart = float(np.hypot(*(np.array(_centre(box)) - _centre(candidate.box)))) / diagonal
    return (1 - iou(box, candidate.box)) + apart - SCORE_WEIGHT * candidate.score


def _centre(box: Box) -> tuple[float, float]:
    return box[0] + box[2] / 2, box[1] + box[3] / 2
