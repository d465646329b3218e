"""What relations between seen things mean, in definitions of the oracle's own: none is taken from the factory.

In: things as an oracle sees them.  Out: whether a stated relation is true; None for a name that it does not know.
Middles and extents are of masks in pixels, places and sizes in metres of the world.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

TOUCH_M = 0.025
"""What touches is no farther apart."""

SLACK = 1e-6


@dataclass(frozen=True, eq=False)
class Seen:
    """`low`, `high`: what bounds the mask, pixels.  `corners`: 8 × 3 in the world.  `near`: metres to the middle along the
    camera's axis.  `front`: across the picture (-1 to 1), where its front looks."""

    thing: dict[str, Any]
    low: np.ndarray
    high: np.ndarray
    corners: np.ndarray
    near: float
    front: float

    @property
    def middle(self) -> np.ndarray:
        return (self.low + self.high) / 2

    @property
    def size(self) -> float:
        """The side of a square as large as its box."""
        return float(np.sqrt(np.prod(self.high - self.low)))


def holds(relation: dict[str, Any], things: dict[int, Seen], side: int) -> bool | None:
    """Whether a row's relation is true of the things, by their ids."""
    name, subject = relation["predicate"], things[relation["subject"]]
    if relation["object"] is None:
        return is_placed(name, subject, side)
    group = [things[relation["object"]], *(things[i] for i in relation["others"] or ())]
    if name in GROUPS:
        return GROUPS[name](subject, group)
    if name in PAIRS:
        return PAIRS[name](subject, group[0])
    return PAIRS[TURNED[name]](group[0], subject) if name in TURNED else None


def is_placed(name: str, seen: Seen, side: int) -> bool | None:
    """By the third of the picture in which its middle is, or its nearest sides."""
    words = ("left", "center", "right"), ("top", "center", "bottom")
    thirds = [words[axis][int(min(2, 3 * seen.middle[axis] // side))] for axis in (0, 1)]
    if name in ("at_edge", "in_corner"):
        room = np.minimum(seen.low, side - seen.high) / side
        return bool((room.min() if name == "at_edge" else room.max()) <= 0.04 + SLACK)
    if name == "center":
        return thirds == ["center", "center"]
    return set(name.split("_")) <= set(thirds)


def gaps(a: Seen, b: Seen) -> np.ndarray:
    """Pixels between two boxes across and down; below zero where they share some."""
    return np.maximum(a.low, b.low) - np.minimum(a.high, b.high)


def apart(a: Seen, b: Seen) -> float:
    """The gap between two boxes, in their mean sizes."""
    return float(np.linalg.norm(np.maximum(gaps(a, b), 0)) / ((a.size + b.size) / 2))


def metres_apart(a: np.ndarray, b: np.ndarray) -> float:
    """The greatest distance of two boxes (8 × 3 corners) along a side of either, or along what is at right angles to a side
    of each; below zero where they meet."""
    sides = [[box[k] - box[0] for k in (1, 2, 4)] for box in (a, b)]
    crossed = [np.cross(one, other) for one in sides[0] for other in sides[1]]
    axes = [axis / np.linalg.norm(axis) for axis in (*sides[0], *sides[1], *crossed) if np.linalg.norm(axis) > SLACK]
    return max(max((a @ n).min() - (b @ n).max(), (b @ n).min() - (a @ n).max()) for n in axes)


def rests(a: Seen, b: Seen) -> bool:
    """Whether the world has one held by the other, with its foot no lower than the other's and its middle over it."""
    held = a.thing["support"] == b.thing["id"]
    return held and bool((a.corners[:, 2].min() >= b.corners[:, 2].min() - SLACK) and is_over_ground_of(a, b))


def is_over_ground_of(a: Seen, b: Seen) -> bool:
    """Whether the middle of one is over the other's footprint."""
    own = b.corners[[0, 2, 6, 4], :2]
    point = a.corners[:, :2].mean(axis=0)
    sides, away = np.roll(own, -1, axis=0) - own, point - own
    turns = sides[:, 0] * away[:, 1] - sides[:, 1] * away[:, 0]
    return bool(turns.min() >= -SLACK or turns.max() <= SLACK)


def is_on(a: Seen, b: Seen) -> bool:
    return rests(a, b) and a.middle[1] < b.high[1]


def is_inside(a: Seen, b: Seen) -> bool:
    return rests(a, b) and a.corners[:, 2].min() < b.corners[:, 2].max()


def touches(a: Seen, b: Seen) -> bool:
    held = b.thing["id"] == a.thing["support"] or a.thing["id"] == b.thing["support"]
    return held or leans(a, b) or leans(b, a) or metres_apart(a.corners, b.corners) <= TOUCH_M


def leans(a: Seen, b: Seen) -> bool:
    """Whether one is tilted by 4 to 30 degrees, its top is nearer to the other than its foot, and they touch."""
    if a.thing["rotation"] is None:
        return False
    up = np.array(a.thing["rotation"]).reshape(3, 3)[:, 2]
    ends = [a.thing["position"] + share * a.thing["size"][2] * up for share in (-0.5, 0.5)]
    half = np.array(b.thing["size"]) / 2
    beyond = [float(np.linalg.norm(np.maximum(np.abs(own_place(b, end)) - half, 0)[:2])) for end in ends]
    is_tilted = np.cos(np.radians(30)) < up[2] < np.cos(np.radians(4))
    return bool(is_tilted and beyond[1] < beyond[0] and metres_apart(a.corners, b.corners) <= TOUCH_M)


def own_place(b: Seen, point: np.ndarray) -> np.ndarray:
    """A point in an upright thing's own axes: across, ahead, up."""
    turn = np.radians(b.thing["heading"])
    x, y, z = point - np.array(b.thing["position"])
    return np.array([x * np.sin(turn) - y * np.cos(turn), x * np.cos(turn) + y * np.sin(turn), z])


def is_over(a: Seen, b: Seen) -> bool:
    return bool(a.middle[1] < b.middle[1] and gaps(a, b)[0] < 0)


def is_next_to(a: Seen, b: Seen) -> bool:
    return bool(gaps(a, b)[1] < 0 and apart(a, b) <= 0.25 + SLACK and not rests(a, b) and not rests(b, a))


def is_aligned(a: Seen, b: Seen) -> bool:
    return bool(np.abs(a.middle - b.middle).min() <= 0.1 * (a.size + b.size) / 2 + SLACK)


def is_opposite(a: Seen, b: Seen) -> bool:
    share, off = gaps(a, b) / ((a.size + b.size) / 2), np.abs(a.middle - b.middle) / ((a.size + b.size) / 2)
    return bool(any(share[k] >= 0.75 - SLACK and off[1 - k] <= 0.25 + SLACK for k in (0, 1)))


def faces(a: Seen, b: Seen) -> bool:
    return bool(a.thing["has_front"] and a.front * (b.middle[0] - a.middle[0]) > 0)


def is_between(a: Seen, group: Sequence[Seen]) -> bool:
    one, other = group
    return any(
        min(one.high[k], other.high[k]) <= a.middle[k] <= max(one.low[k], other.low[k])
        and all(gaps(a, each)[1 - k] < 0 for each in group)
        for k in (0, 1)
    )


def is_among(a: Seen, group: Sequence[Seen]) -> bool:
    middles = [each.middle[0] for each in group]
    return len(group) > 2 and min(middles) < a.middle[0] < max(middles) and all(apart(a, each) < 2 for each in group)


def surrounds(a: Seen, group: Sequence[Seen]) -> bool:
    return is_among(group[0], [a, *group[1:]])


def is_in_row(a: Seen, group: Sequence[Seen]) -> bool:
    row = [a, *group]
    feet = [each.high[1] for each in row]
    return bool(max(feet) - min(feet) <= 0.25 * min(each.high[1] - each.low[1] for each in row) + SLACK)


def is_on_stack(a: Seen, group: Sequence[Seen]) -> bool:
    return all(is_on(upper, lower) for upper, lower in pairwise([a, *group]))


PAIRS: dict[str, Callable[[Seen, Seen], bool]] = {
    "left_of": lambda a, b: bool(a.middle[0] < b.middle[0]),
    "above": lambda a, b: bool(a.middle[1] < b.middle[1]),
    "in_front_of": lambda a, b: a.near < b.near,
    "on": is_on,
    "inside": is_inside,
    "over": is_over,
    "leaning_on": leans,
    "touching": touches,
    "next_to": is_next_to,
    "near": lambda a, b: apart(a, b) <= 0.25 + SLACK,
    "far": lambda a, b: apart(a, b) >= 0.75 - SLACK,
    "aligned_with": is_aligned,
    "opposite": is_opposite,
    "facing": faces,
    "facing_away_from": lambda a, b: bool(a.thing["has_front"]) and not faces(a, b),
}

TURNED = {
    "right_of": "left_of", "below": "above", "behind": "in_front_of", "supports": "on", "contains": "inside",
    "under": "over", "props_up": "leaning_on",
}  # fmt: skip

GROUPS: dict[str, Callable[[Seen, Sequence[Seen]], bool]] = {
    "between": is_between,
    "among": is_among,
    "surrounding": surrounds,
    "in_row_with": is_in_row,
    "on_stack": is_on_stack,
}
