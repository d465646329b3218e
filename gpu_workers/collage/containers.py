"""How objects inside others are shown: behind a rim, behind glass, on a board.

In: a holder's category, its box and the boxes of what it holds.  Out: where the held things are drawn.
Draws nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
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
    "bucket": Holder("rim", 0.42, round=True),
    "crate": Holder("rim", 0.32),
    "bowl": Holder("rim", 0.42, round=True),
    "aquarium": Holder("glass"),
    "bookshelf": Holder("board"),
    "shopping cart": Holder("open"),
    "goal": Holder("open"),
}

OUT_OF_RIM = 0.74
"""Share of a held thing's height that rises above the rim: enough to recognise it."""

MOST_HIDDEN = 0.25
"""Largest share of a held thing's width that is behind another one: beyond, all stand in a row."""

ASIDE = 0.12
"""Least distance of a row of held things to the holder's sides, as a share of its width."""

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


def placed_together(holder: Holder, outer: Box, held: Sequence[Box]) -> list[Box]:
    """Where held things are drawn: in a row, in their order from left to right, where one would hide another at the rim."""
    placed = [placed_inside(holder, outer, inner) for inner in held]
    order = sorted(range(len(held)), key=lambda i: (2 * held[i][0] + held[i][2], i))
    if holder.manner != "rim" or not any(_hides(placed[a], placed[b]) for a, b in pairwise(order)):
        return placed
    widths = [placed[i][2] for i in order]
    room = outer[2] * (1 - 2 * ASIDE)
    gap = min((room - sum(widths)) / (len(order) - 1), ASIDE * outer[2])
    left = outer[0] + (outer[2] - sum(widths) - gap * (len(order) - 1)) / 2
    for i, width in zip(order, widths, strict=True):
        placed[i] = (round(left), *placed[i][1:])
        left += width + gap
    return placed


def _hides(a: Box, b: Box) -> bool:
    """Whether one of two things beside each other is behind the other to a large part."""
    return min(a[0] + a[2], b[0] + b[2]) - max(a[0], b[0]) > MOST_HIDDEN * min(a[2], b[2])
