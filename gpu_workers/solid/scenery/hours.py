"""The light of an hour: morning, noon, overcast, dusk, night.

In: random numbers.  Out: an `Hour`.
"""

from dataclasses import dataclass
from random import Random

from gpu_workers.solid.kit.materials import Colour
from gpu_workers.solid.shot import Sky


@dataclass(frozen=True)
class Hour:
    """`sun`: watts per square metre, at night those of the moon.  `low`, `high`: how high it stands, in degrees.

    `softness`: its width in the sky, radians.  `lamps`: whether windows and lamps are lit.
    """

    name: str
    sky: Sky
    sun: float
    colour: Colour
    low: float
    high: float
    softness: float = 0.012
    lamps: bool = False


HOURS = {
    hour.name: hour
    for hour in (
        Hour("morning", Sky((0.93, 0.88, 0.80), (0.38, 0.60, 0.92), 0.85, 0.5), 4.2, (1.0, 0.86, 0.66), 22, 34),
        Hour("noon", Sky((0.80, 0.89, 0.98), (0.22, 0.47, 0.90), 0.85, 0.6), 5.0, (1.0, 0.95, 0.86), 42, 62),
        Hour("overcast", Sky((0.88, 0.89, 0.90), (0.70, 0.73, 0.78), 1.15, 0.5), 1.8, (1.0, 0.98, 0.95), 45, 60, 0.3),
        Hour("dusk", Sky((0.98, 0.66, 0.42), (0.30, 0.38, 0.66), 0.65, 0.5), 3.2, (1.0, 0.60, 0.34), 12, 20, 0.02, True),
        Hour("night", Sky((0.20, 0.25, 0.42), (0.05, 0.07, 0.18), 0.7), 0.9, (0.62, 0.72, 1.0), 35, 55, 0.02, True),
    )
}

BRIGHT = 6
"""So many of the first of these are bright under trees too, and need no lamps."""

LIKELY = ("morning", "morning", "noon", "noon", "noon", "overcast", "dusk", "night")


def choose_hour(rng: Random, is_day: bool = False) -> Hour:
    """One in eight is night, unless it must be day: where trees keep the light of a low sun out, or lamps would show how
    large things are."""
    return HOURS[rng.choice(LIKELY[:BRIGHT] if is_day else LIKELY)]
