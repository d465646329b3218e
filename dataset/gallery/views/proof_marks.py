"""The marks of which drawings over a picture are made: lines, arrows, measures, areas, numbers, words.

In: places in pixels of the picture.  Out: plain values for the template that writes them as SVG.
Knows no questions (`dataset.gallery.views.proof_drawing` does).
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from dataset.gallery.views.label_places import Area, common

Mark = Mapping[str, Any]
"""`form` is `line`, `head`, `area`, `dot` or `text`; the other values depend on it."""

Point = tuple[float, float]
Box = Sequence[int]
"""[x, y, width, height] in pixels, y down."""

HEAD = 0.022
"""Length of an arrow's head, as a share of the picture's width."""

TICK = 0.014
"""Half the length of the strokes at the ends of a measure, as a share of the picture's width."""

BESIDE = 0.032
"""From a measure to its text, as a share of the picture's width: beneath it, or to its right."""

LETTER, LINE = 0.019, 0.04
"""The width of a letter and the height of a line of text, as shares of the picture's width; the page sets 0.03 of it."""

MOVES = (0.0, 0.5, -0.5, 1.0, -1.0, 1.5, -1.5, 2.0, -2.0, 3.0, -3.0)
"""How far a text moves down to have room, in lines, the best first."""

SHORTEST = 1.0
"""Pixels: a line that is shorter has no direction."""


def middle(box: Box) -> Point:
    """The centre of a box."""
    return box[0] + box[2] / 2, box[1] + box[3] / 2


def nearest_points(a: Box, b: Box) -> tuple[Point, Point]:
    """The ends of the shortest line between two boxes; along an axis that they share, in the middle of what they share."""
    ends = [_nearest(a[axis], a[axis] + a[axis + 2], b[axis], b[axis] + b[axis + 2]) for axis in (0, 1)]
    return (ends[0][0], ends[1][0]), (ends[0][1], ends[1][1])


def _nearest(low: float, high: float, other_low: float, other_high: float) -> Point:
    if high < other_low:
        return high, other_low
    if other_high < low:
        return low, other_high
    common = (max(low, other_low) + min(high, other_high)) / 2
    return common, common


def line(start: Point, end: Point, dashed: bool = False) -> Mark:
    """A line."""
    return {"form": "line", **_ends(start, end), "dashed": dashed}


def area(box: Box) -> Mark:
    """A tinted part of the picture."""
    return {"form": "area", "x": round(box[0], 1), "y": round(box[1], 1), "w": round(box[2], 1), "h": round(box[3], 1)}


def dot(place: Point, text: str = "") -> Mark:
    """A filled circle, with a short text in it."""
    return {"form": "dot", "x": round(place[0], 1), "y": round(place[1], 1), "text": text}


def words(place: Point, text: str) -> Mark:
    """A text around a place."""
    return {"form": "text", "x": round(place[0], 1), "y": round(place[1], 1), "text": text}


def within(mark: Mark, width: float, height: float) -> Mark:
    """The mark; a text so that it stays inside a picture of this size as far as it fits."""
    if mark["form"] != "text":
        return mark
    across, down = LETTER * width * len(mark["text"]) / 2, LINE * width / 2
    x, y = (min(max(at, half), max(half, most - half)) for at, half, most in
            ((mark["x"], across, width), (mark["y"], down, height)))  # fmt: skip
    return {**mark, "x": round(x, 1), "y": round(y, 1)}


def apart(marks: Sequence[Mark], names: Sequence[Area], width: float, height: float) -> list[Mark]:
    """The marks, with each text where it covers no name and no other text if there is room, as near to its place as can be,
    and in the picture. `names`: the areas of names, in shares of the picture's sides."""
    taken = [(x * width, y * height, w * width, h * height) for x, y, w, h in names]
    found = []
    for mark in marks:
        if mark["form"] != "text":
            found.append(mark)
            continue
        moved = [within({**mark, "y": mark["y"] + move * LINE * width}, width, height) for move in MOVES]
        best = min(moved, key=lambda one: sum(common(_area(one, width), other) for other in taken))
        taken.append(_area(best, width))
        found.append(best)
    return found


def _area(mark: Mark, width: float) -> Area:
    wide, high = LETTER * width * len(mark["text"]), LINE * width
    return mark["x"] - wide / 2, mark["y"] - high / 2, wide, high


def arrow(start: Point, end: Point, width: float, text: str = "", dashed: bool = False) -> list[Mark]:
    """An arrow in a picture of this width, with a text in its middle."""
    head = _head(start, end, HEAD * width)
    return [line(start, end, dashed), *head, *([words(_between(start, end), text)] if text else [])]


def measure(start: Point, end: Point, width: float, text: str) -> list[Mark]:
    """A line with a stroke at each end, and what is measured in its middle."""
    along = math.dist(start, end)
    if along < SHORTEST:
        return [words(start, text)]
    unit = ((start[1] - end[1]) / along * width, (end[0] - start[0]) / along * width)
    across = (unit[0] * TICK, unit[1] * TICK)
    ticks = [line((x - across[0], y - across[1]), (x + across[0], y + across[1])) for x, y in (start, end)]
    x, y = _between(start, end)
    beside = BESIDE if unit[1] + unit[0] >= 0 else -BESIDE
    return [line(start, end), *ticks, words((x + beside * unit[0], y + beside * unit[1]), text)]


def _head(start: Point, end: Point, length: float) -> list[Mark]:
    along = math.dist(start, end)
    if along < SHORTEST:
        return []
    dx, dy = (end[0] - start[0]) / along * length, (end[1] - start[1]) / along * length
    base = (end[0] - dx, end[1] - dy)
    corners = (end, (base[0] - dy / 2, base[1] + dx / 2), (base[0] + dy / 2, base[1] - dx / 2))
    return [{"form": "head", "points": " ".join(f"{x:.1f},{y:.1f}" for x, y in corners)}]


def _between(start: Point, end: Point) -> Point:
    return (start[0] + end[0]) / 2, (start[1] + end[1]) / 2


def _ends(start: Point, end: Point) -> dict[str, float]:
    return {"x1": round(start[0], 1), "y1": round(start[1], 1), "x2": round(end[0], 1), "y2": round(end[1], 1)}
