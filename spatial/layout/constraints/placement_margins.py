"""Margins: how far from their truth limits relations are placed, from generous to minimal.

In: nothing.  Out: `LEVELS`, tried in order.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Margins:
    """Distances kept from the limits of truth.

    `direction`: least difference of centres, share of the canvas.  `clear`: neither centre lies within the other's
    extent on that axis.  `reserve`: share by which distances keep away from their thresholds.  `pad`: space around what
    is inside, share of the container's extent.  `shared`: common extent, share of the smaller one's.  `standing`: what
    stands on something stands on its standing surface and within its width.  `gap`: between unrelated boxes, share of
    the canvas.  `slack`: how far boxes that should be apart may overlap on one axis, share of either's extent.
    """

    direction: float
    clear: bool
    reserve: float
    pad: float
    shared: float
    standing: bool
    gap: float
    slack: float = 0.0


LEVELS = (
    Margins(0.07, True, 0.2, 0.06, 0.4, True, 0.008),
    Margins(0.055, True, 0.1, 0.03, 0.3, True, 0.0),
    Margins(0.025, False, 0.05, 0.01, 0.15, True, 0.0),
    Margins(0.006, False, 0.03, 0.0, 0.1, False, 0.0),
)
"""The first suits questions (asked from a difference of 5 % on); the last is barely stricter than the truth rules."""

LAST = Margins(0.004, False, 0.02, 0.0, 0.05, False, 0.0, slack=0.17)
"""The last resort before giving up: boxes may overlap a little (less than the fifth that counts as a fault)."""
