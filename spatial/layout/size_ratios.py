"""How true the ratios of sizes are in a picture: real sides in metres, attenuated where the smallest would not be seen.

In: sides in metres, the share of the picture to fill, the backdrop.  Out: sides as shares of the picture's own side.
Knows no boxes and no canvas in pixels.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

FILL, GROUND_FILL = 0.27, 0.40
"""Least share of the canvas that all boxes cover at full size: a larger share leaves no room for directions.
On a ground plane, perspective reduces it by a third."""

SMALLEST = 0.05
"""Least side at full size for which ratios are brought nearer to each other, share of the picture's: at the far end of a
ground that is still more than 16 pixels of 512."""

LARGEST = 0.46
"""Largest side (square root of area) of a thing, share of the picture's: the others shrink with it."""

ATTENUATIONS = (0.95, 0.9, 0.85, 0.8, 0.7, 0.6, 0.5)
"""Exponents on real sizes, the truest first: a house is 80 times as large as a cup, and even 14 times would be too much in
a picture of both; of a cup and a chair the true ratio can be shown."""

TRUE = 0.8
"""The exponent from which on a picture's sizes look right beside each other."""

LEAST_M, FAR_M, MOST_M = 0.03, 3.0, 16.0
"""Sides in metres are clipped to the first and the last; what is larger than the middle one is seen from afar."""

FAR_EXPONENT = 0.6
"""Exponent on what a side has above FAR_M: a house stands farther away than what is in front of it."""

VIEW_M = {"tabletop": 0.5, "underwater": 0.7, "sea": 3.5, "harbour": 3.0, "stage": 3.0, "sky": 3.5}
"""Width in metres that the picture shows at its lower edge, by backdrop."""

USUAL_VIEW_M = 2.4
"""The same for all other backdrops: a person is as tall there as three quarters of the picture."""


RISE = 1.25
"""How high a thing on a low standing surface must be, in depths of that surface below the carrier's top."""


@dataclass(frozen=True)
class View:
    """What sizes are measured against: the share of the picture to fill, and the width in metres at its lower edge.

    Without a width (no ground plane) things are as large as fill it.
    """

    fill: float
    width_m: float | None = None


def view_of(backdrop: str | None) -> View:
    """The view of a scene with a ground, or of none."""
    return View(FILL) if backdrop is None else View(GROUND_FILL, VIEW_M.get(backdrop, USUAL_VIEW_M))


def seen_side(metres: float) -> float:
    """A side in metres as it counts in a picture: clipped, and less for what is seen from afar."""
    side = min(max(metres, LEAST_M), MOST_M)
    return side if side <= FAR_M else FAR_M * (side / FAR_M) ** FAR_EXPONENT


def attenuation(sides: Sequence[float], view: View) -> float:
    """The truest exponent at which the smallest of the sides (metres, as `seen_side`) stays visible, else the last."""
    for exponent in ATTENUATIONS:
        if min(sides) ** exponent * scale_of(sides, exponent, view) >= SMALLEST:
            return exponent
    return ATTENUATIONS[-1]


def scale_of(sides: Sequence[float], exponent: float, view: View) -> float:
    """Factor from attenuated metres to shares of the picture: what fills it, or less where things look smaller."""
    largest = max(sides)
    fills = math.sqrt(view.fill / sum(side ** (2 * exponent) for side in sides))
    scale = min(fills, LARGEST / math.pow(largest, exponent))
    return scale if view.width_m is None else min(scale, math.pow(largest, 1 - exponent) / view.width_m)


def look_true(sides_m: Sequence[float], backdrop: str) -> bool:
    """Whether things with these real sides in metres can all be seen in a scene at nearly true ratios."""
    return not sides_m or attenuation([seen_side(side) for side in sides_m], view_of(backdrop)) >= TRUE
