"""How objects inside others are shown: behind a rim, behind glass, on a board.

In: a holder's category, its box and the box of what it holds.  Out: where the held thing is drawn.
Draws nothing.
"""

from dataclasses import dataclass
from typing import Literal

from schemas.graph import Box

Manner = Literal["rim", "glass", "board", "open"]


@dataclass(frozen=True)
class Holder:
    """`rim`: an opaque front, its upper edge `rim` of the height below the top, hides the lower part of the content.

    With `round` the opening is an ellipse between the top and the rim, as seen from above.  `glass`: seen through the
    front.  `board`: stands on a board in an open case.  `open`: seen through its bars.
    """

    manner: Manner
    rim: float = 0.0
    round: bool = False


HOLDERS: dict[str, Holder] = {
    "basket": Holder("rim", 0.42),
    "bucket": Holder("rim", 0.34, round=True),
    "crate": Holder("rim", 0.32),
    "bowl": Holder("rim", 0.29, round=True),
    "aquarium": Holder("glass"),
    "bookshelf": Holder("board"),
    "shopping cart": Holder("open"),
    "goal": Holder("open"),
}

OUT_OF_RIM = 0.66
"""Share of a held thing's height that rises above the rim: enough to recognise it."""

EDGE = 0.02
"""Least gap to the holder's upper edge, as a share of its height."""


def placed_inside(holder: Holder, outer: Box, inner: Box) -> Box:
    """Where the held thing is drawn: moved up or down so that it shows above the rim and stays in the holder."""
    if holder.manner != "rim":
        return inner
    x, _, w, h = inner
    rim = outer[1] + holder.rim * outer[3]
    preferred = rim - OUT_OF_RIM * h
    top = outer[1] + EDGE * outer[3]
    low = outer[1] + outer[3] - h
    return (x, round(min(max(preferred, top), max(low, outer[1]))), w, h)
