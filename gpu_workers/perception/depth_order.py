"""The depths of seen objects, so that only an order that is believed is one.

In: a depth map and the objects' boxes.  Out: a depth for each, equal for objects whose order is in doubt.
An estimator errs in two ways.  It is off by something for a whole object, in proportion to how far away it is: no map shows
that, however smooth it is within the object.  And it varies from pixel to pixel, which the map shows.  A pair's order is
believed where their medians differ by more than both together: a share of the nearer one's depth, and so many of the pair's
own spreads.  Doubt is passed on: of three in a row, each in doubt with the next, all are equal.
This bounds a ratio, so it holds for depths in metres, and for their inverses where infinity is 0.  A relative estimator's
map is affine-invariant, inverse depth with an unknown shift (Ranftl et al., "Towards Robust Monocular Depth Estimation",
arXiv 1907.01341), mostly with the farthest thing at 0: there no ratio is bounded.  `anchored` puts its infinity where it
is at most, if the farthest point of the picture is at least 5/3 times as far away as its nearest.
"""

from collections.abc import Sequence

import numpy as np

from gpu_workers.perception.interfaces import DepthMap
from schemas.bounds import MAX_DEPTH

NO_DEPTH = 0.0
"""The depth of every object where depth is not measured: nothing is in front of anything."""

SHARE = 0.31
"""Of the depth of the nearer one: three standard deviations of a pair of which each is off by 7 % of its depth, about what
metric estimators are off (7 to 8 % for ZoeDepth on NYU Depth v2, Bhat et al., arXiv 2302.12288).

It bounds the ratio of the two, so it is the same for depths in any unit and for their inverses.  Two things at one depth
were ordered in at most 2 % of simulated pictures, whatever the noise of pixels was (0.4 to 4 % of the depth, white and
smooth); by spreads of pixels alone it was 0.8 % where that noise was 2 % of the depth, and 19 % where it was 1 %."""

SPREADS = 3.0
"""Of the pair's own spreads, within the middles of their boxes."""

BEYOND = 1.5
"""How far below the smallest value of a relative map its infinity is taken to be, in ranges of the map.

That is right where the farthest point is 1 + 1 / BEYOND times as far away as the nearest.  Where it is farther, infinity is
nearer, errors are smaller than they are taken for, and fewer orders are believed than could be.  In simulations of
estimators that are off for a thing by 5, 7 or 8 % of its depth, or of the range of the map, at most 0.8 % of pairs at one
depth were ordered in pictures whose farthest point was 5/3 to 20 times as far away as their nearest, 3.3 % at 1.5 times and
11 % at 1.25 times.  That a thing at the front is nearer than a pair behind it was believed in 29 to 41 % at 5/3 times, in
59 to 65 % at 3 times and nearly always at 20."""

NORMAL_IQR = 1.349
"""Interquartile range of a normal distribution in standard deviations."""

PixelBox = tuple[int, int, int, int]
"""[x, y, width, height] in pixels of the picture."""


def box_depths(
    depth: DepthMap | None, boxes: Sequence[PixelBox], spreads: float = SPREADS, share: float = SHARE
) -> list[float]:
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
    return merged([float(np.median(part)) for part in middles], [spread_of(part) for part in middles], spreads, share)


def anchored(inverse: DepthMap) -> DepthMap:
    """The depths of a relative estimator's map, which is larger for what is nearer: negative, with infinity at 0.

    Infinity is BEYOND ranges of the map below its smallest value, or at the map's own 0 where that is farther below.
    Values that are not finite stay so.
    """
    finite = inverse[np.isfinite(inverse)]
    if not finite.size:
        return -inverse
    least, most = float(finite.min()), float(finite.max())
    return (least - max(BEYOND * (most - least), least) - inverse).astype(np.float32)


def spread_of(part: DepthMap) -> float:
    """How far depths vary, as a standard deviation, by the quartiles: a rim of background does not count."""
    low, high = np.percentile(part, (25, 75))
    return float(high - low) / NORMAL_IQR


def merged(depths: Sequence[float], spreads: Sequence[float], factor: float, share: float = 0.0) -> list[float]:
    """The depths, equal within each group of objects that doubts join.

    `factor`: how many of a pair's spreads, and `share`: what share of the nearer one's depth, their difference exceeds.
    """

    def is_doubtful(a: int, b: int) -> bool:
        own, spread = share * min(abs(depths[a]), abs(depths[b])), factor * float(np.hypot(spreads[a], spreads[b]))
        return abs(depths[a] - depths[b]) <= float(np.hypot(own, spread))

    groups: list[list[int]] = []
    for number in np.argsort(depths, kind="stable").tolist():
        joined = [group for group in groups if any(is_doubtful(number, other) for other in group)]
        groups = [group for group in groups if group not in joined]
        groups.append([*(each for group in joined for each in group), number])
    found = list(depths)
    for group in groups:
        middle = float(np.median([depths[number] for number in group]))
        for number in group:
            found[number] = middle
    return found


def _central_half(depth: DepthMap, box: PixelBox) -> DepthMap:
    x, y, width, height = box
    return depth[y + height // 4 : y + height - height // 4, x + width // 4 : x + width - width // 4]
