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
    """Where held things are drawn: beside each other, in their order from left to right, where one would hide another."""
    placed = [placed_inside(holder, outer, inner) for inner in held]
    order = sorted(range(len(held)), key=lambda i: (2 * held[i][0] + held[i][2], i))
    if holder.manner != "rim" or not any(_hides(placed[a], placed[b]) for a, b in pairwise(order)):
        return placed
    inner = outer[0] + ASIDE * outer[2], outer[0] + (1 - ASIDE) * outer[2]
    lefts = _row([(held[i][0], held[i][2]) for i in order], inner)
    for i, left in zip(order, lefts, strict=True):
        placed[i] = (left, *placed[i][1:])
    return placed


def _row(spans: Sequence[tuple[int, int]], room: tuple[float, float]) -> list[int]:
    """Where things (left, width) begin that stand beside each other, as near to where they were as the room allows.

    They overlap evenly where it is too narrow.
    """
    step = min(0.0, (room[1] - room[0] - sum(width for _, width in spans)) / (len(spans) - 1))
    pushed = _pushed_right(spans, float(spans[0][0]), step)
    moved = sum(now - left for now, (left, _) in zip(pushed, spans, strict=True)) / len(spans)
    back = [(left - moved, width) for left, (_, width) in zip(pushed, spans, strict=True)]
    kept = _pushed_right(back, max(back[0][0], room[0]), step)
    most = room[1]
    for k in range(len(spans) - 1, -1, -1):
        kept[k] = min(kept[k], most - spans[k][1])
        most = kept[k] - step
    return [round(left) for left in kept]


def _pushed_right(spans: Sequence[tuple[float, int]], first: float, step: float) -> list[float]:
    """The left ends, each moved to the right where the one before would reach it."""
    found = [first]
    for (_, before), (left, _) in pairwise(spans):
        found.append(max(left, found[-1] + before + step))
    return found


def _hides(a: Box, b: Box) -> bool:
    """Whether one of two things beside each other is behind the other to a large part."""
    return min(a[0] + a[2], b[0] + b[2]) - max(a[0], b[0]) > MOST_HIDDEN * min(a[2], b[2])
