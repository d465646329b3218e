"""The depths of seen objects, so that only an order that is believed is one.

In: a depth map and the objects' boxes.  Out: a depth for each, equal for objects whose order is in doubt.
A pair's order is believed where their medians differ by more than so many of the pair's own spreads.  An estimator is off
by something for every object, which no map shows; how far a map varies within the objects is the only measure of it that a
picture has.  Doubt is passed on: of three in a row, each in doubt with the next, all are equal.
"""

from collections.abc import Sequence

import numpy as np

from gpu_workers.perception.interfaces import DepthMap
from schemas.bounds import MAX_DEPTH

NO_DEPTH = 0.0
"""The depth of every object where depth is not measured: nothing is in front of anything."""

SPREADS = 9.0
"""In a simulation whose estimator is off by 0.35 units an object and whose pixels vary by 0.11, an order of two things at
one depth was believed in 53 to 77 % of pictures where any difference above the pixels' counted; with 9 it is in 0.8 %."""

NORMAL_IQR = 1.349
"""Interquartile range of a normal distribution in standard deviations."""

PixelBox = tuple[int, int, int, int]
"""[x, y, width, height] in pixels of the picture."""


def box_depths(depth: DepthMap | None, boxes: Sequence[PixelBox], spreads: float = SPREADS) -> list[float]:
    """The depth of each box: the median over its central half, where its object most likely is; of objects whose order is
    in doubt the median of all of them.

    NO_DEPTH for all where depth is not measured, and where the map has invalid values in any box.
    """
    alike = [NO_DEPTH] * len(boxes)
    if depth is None or not boxes:
        return alike
    middles = [_central_half(depth, box) for box in boxes]
    if not all(part.size and np.isfinite(part).all() and np.abs(part).max() <= MAX_DEPTH for part in middles):
        return alike
    return merged([float(np.median(part)) for part in middles], [spread_of(part) for part in middles], spreads)


def spread_of(part: DepthMap) -> float:
    """How far depths vary, as a standard deviation, by the quartiles: a rim of background does not count."""
    low, high = np.percentile(part, (25, 75))
    return float(high - low) / NORMAL_IQR


def merged(depths: Sequence[float], spreads: Sequence[float], factor: float) -> list[float]:
    """The depths, equal within each group of objects that doubts join."""
    groups: list[list[int]] = []
    for number in np.argsort(depths, kind="stable").tolist():
        joined = [group for group in groups if any(_is_doubtful(number, other, depths, spreads, factor) for other in group)]
        groups = [group for group in groups if group not in joined]
        groups.append([*(each for group in joined for each in group), number])
    found = list(depths)
    for group in groups:
        middle = float(np.median([depths[number] for number in group]))
        for number in group:
            found[number] = middle
    return found


def _is_doubtful(a: int, b: int, depths: Sequence[float], spreads: Sequence[float], factor: float) -> bool:
    return abs(depths[a] - depths[b]) <= factor * float(np.hypot(spreads[a], spreads[b]))


def _central_half(depth: DepthMap, box: PixelBox) -> DepthMap:
    x, y, width, height = box
    return depth[y + height // 4 : y + height - height // 4, x + width // 4 : x + width - width // 4]
