"""Whether a relation holds between two boxes, by the published rules.

In: objects of a row.  Out: true or false.
Independent of the writer's rules.  Boxes are whole pixels, so centres are compared doubled and exactly.
"""

from collections.abc import Callable, Mapping, Sequence
from itertools import combinations, pairwise, permutations
from math import hypot, sqrt
from typing import Any

from dataset.audit.annotation_check import is_depth_unknown

NEAR, FAR, OVERLAP, EPSILON = 0.25, 0.75, 0.2, 1e-9
"""Largest distance for `near` and smallest for `far`, in means of the square-rooted areas; largest overlap for `next_to`
as a share of the smaller box; tolerance for the last digit of a float."""

NEAR_DEPTH = 0.15
"""Largest difference of depths between things that are near, next to or touching, unless one carries or holds the other; a
share of the range of a sample's depths where that is above 1."""

DIGIT = 1e-6
"""What the last digits of floats may differ by."""

ALIGNED, OPPOSITE = 0.1, 0.25
"""Largest difference of centres, in the same means: of what is aligned, and of what is opposite, across the gap."""

REACH, APART, ROW = 2.0, 0.25, 0.25
"""Largest distance from what is among others or surrounded, in the same means; least difference of height of one around it;
largest difference of lower edges in a row, as a share of the least height."""

BORDER = 0.04
"""Largest distance from a side of the picture at its edge and in a corner, as a share of the picture."""

NEARNESS = (
    "near", "next_to", "touching", "leaning_on", "props_up", "between", "among", "surrounding", "in_row_with",
)  # fmt: skip
CARRYING = ("on", "supports", "inside", "contains")

Thing = Mapping[str, Any]
Interval = tuple[int, int]


def holds(a: Thing, name: str, b: Thing | None, size: tuple[int, int]) -> bool | None:
    """Whether the relation holds; None for an unknown predicate."""
    if b is None:
        return _in_place(a, name, size) if name in _PLACES else _at_border(a, name, size)
    rule = _RULES.get(name)
    if rule is not None:
        return rule(a, b)
    inverse = _INVERSES.get(name)
    return None if inverse is None else _RULES[inverse](b, a)


def _interval(thing: Thing, axis: int) -> Interval:
    start, length = thing["box"][axis], thing["box"][axis + 2]
    return start, start + length


def _overlap(a: Thing, b: Thing, axis: int) -> int:
    (a0, a1), (b0, b1) = _interval(a, axis), _interval(b, axis)
    return min(a1, b1) - max(a0, b0)


def _before(axis: int) -> Callable[[Thing, Thing], bool]:
    return lambda a, b: sum(_interval(a, axis)) < sum(_interval(b, axis))


def _over(a: Thing, b: Thing) -> bool:
    return sum(_interval(a, 1)) < sum(_interval(b, 1)) and _overlap(a, b, 0) > 0


def _on(a: Thing, b: Thing) -> bool:
    (top, bottom), (other_top, other_bottom) = _interval(a, 1), _interval(b, 1)
    rests = other_top <= bottom and 2 * bottom <= other_top + other_bottom
    return rests and top < other_top and _overlap(a, b, 0) > 0


def _inside(a: Thing, b: Thing) -> bool:
    within = all(_interval(b, k)[0] <= _interval(a, k)[0] and _interval(a, k)[1] <= _interval(b, k)[1] for k in (0, 1))
    return within and list(a["box"]) != list(b["box"])


def _area(thing: Thing) -> int:
    return int(thing["box"][2] * thing["box"][3])


def gap_along(a: Thing, b: Thing, axis: int) -> float:
    """The gap along an axis in means of the square-rooted areas; negative where they overlap."""
    return -2 * _overlap(a, b, axis) / (sqrt(_area(a)) + sqrt(_area(b)))


def centres_apart(a: Thing, b: Thing, axis: int) -> float:
    """The difference of centres along an axis in the same means."""
    return abs(sum(_interval(a, axis)) - sum(_interval(b, axis))) / (sqrt(_area(a)) + sqrt(_area(b)))


def distance(a: Thing, b: Thing) -> float:
    """The gap between two boxes in means of their square-rooted areas."""
    across, down = max(0, -_overlap(a, b, 0)), max(0, -_overlap(a, b, 1))
    return 2 * hypot(across, down) / (sqrt(_area(a)) + sqrt(_area(b)))


def within_gap(thing: Thing, first: Thing, last: Thing) -> float:
    """How far the centre lies within the gap between two from left to right, in pixels; negative outside of it."""
    middle = sum(_interval(thing, 0)) / 2
    return min(middle - _interval(first, 0)[1], _interval(last, 0)[0] - middle)


def shared_height(a: Thing, b: Thing) -> float:
    """The height that two have in common, as a share of the lesser; negative where they have none."""
    return _overlap(a, b, 1) / int(min(a["box"][3], b["box"][3]))


def apart_in_depth(row: Mapping[str, Any], digits: float) -> set[frozenset[int]]:
    """Pairs of ids, too far apart in depth to be near each other. `digits`: by how much at least; below zero: almost.

    All pairs where nobody knows the depths, as in photographs that were annotated without.
    """
    depths = {thing["id"]: thing["depth"] for thing in row["objects"]}
    if len(set(depths.values())) == 1 and is_depth_unknown(row):
        return {frozenset(pair) for pair in combinations(depths, 2)}
    reach = NEAR_DEPTH * max(1.0, max(depths.values()) - min(depths.values())) + digits if depths else 0.0
    carried = {frozenset((r["subject"], r["object"])) for r in row["relations"] if r["predicate"] in CARRYING}
    return {frozenset(pair) for pair in combinations(depths, 2) if abs(depths[pair[0]] - depths[pair[1]]) > reach} - carried


def _touching(a: Thing, b: Thing) -> bool:
    return _overlap(a, b, 0) >= 0 and _overlap(a, b, 1) >= 0


def _next_to(a: Thing, b: Thing) -> bool:
    across, down = _overlap(a, b, 0), _overlap(a, b, 1)
    covered = across * down / min(_area(a), _area(b)) if across > 0 and down > 0 else 0.0
    carried = _on(a, b) or _on(b, a) or _inside(a, b) or _inside(b, a)
    return down > 0 and distance(a, b) <= NEAR + EPSILON and covered <= OVERLAP + EPSILON and not carried


def _opposite(a: Thing, b: Thing) -> bool:
    return any(
        gap_along(a, b, axis) >= FAR - EPSILON and centres_apart(a, b, 1 - axis) <= OPPOSITE + EPSILON for axis in (0, 1)
    )


def _leans(a: Thing, b: Thing) -> bool:
    """Whether the boxes meet beside each other: the foot of each below the other's middle, much height in common."""
    (top, foot), (other_top, other_foot) = _interval(a, 1), _interval(b, 1)
    footed = 2 * foot > other_top + other_foot and 2 * other_foot > top + foot
    return footed and _overlap(a, b, 0) >= 0 and 2 * _overlap(a, b, 1) >= min(foot - top, other_foot - other_top)


_RULES: Mapping[str, Callable[[Thing, Thing], bool]] = {
    "left_of": _before(0),
    "above": _before(1),
    "in_front_of": lambda a, b: a["depth"] < b["depth"],
    "on": _on,
    "over": _over,
    "inside": _inside,
    "touching": _touching,
    "next_to": _next_to,
    "near": lambda a, b: distance(a, b) <= NEAR + EPSILON,
    "far": lambda a, b: distance(a, b) >= FAR - EPSILON,
    "aligned_with": lambda a, b: min(centres_apart(a, b, 0), centres_apart(a, b, 1)) <= ALIGNED + EPSILON,
    "opposite": _opposite,
    "leaning_on": _leans,
}
_INVERSES = {
    "right_of": "left_of", "below": "above", "behind": "in_front_of", "supports": "on", "under": "over",
    "contains": "inside", "props_up": "leaning_on",
}  # fmt: skip

_PLACES = {
    "top_left": (0, 0), "top": (None, 0), "top_right": (2, 0),
    "left": (0, None), "center": (1, 1), "right": (2, None),
    "bottom_left": (0, 2), "bottom": (None, 2), "bottom_right": (2, 2),
}  # fmt: skip


def _in_place(a: Thing, name: str, size: tuple[int, int]) -> bool:
    for axis, wanted in enumerate(_PLACES[name]):
        if wanted is not None and not wanted * 2 * size[axis] < 3 * sum(_interval(a, axis)) < (wanted + 1) * 2 * size[axis]:
            return False
    return True


def _at_border(a: Thing, name: str, size: tuple[int, int]) -> bool | None:
    room = [min(start, size[axis] - end) / size[axis] for axis in (0, 1) for start, end in [_interval(a, axis)]]
    asked = {"at_edge": min, "in_corner": max}.get(name)
    return None if asked is None else asked(room) <= BORDER + EPSILON


def _is_between(a: Thing, group: Sequence[Thing]) -> bool:
    """Whether the middle lies in the gap of the two along an axis, at a height (or width) in common with each."""
    return len(group) == 2 and any(
        2 * _interval(first, axis)[1] <= sum(_interval(a, axis)) <= 2 * _interval(last, axis)[0]
        and all(_overlap(a, each, 1 - axis) > 0 for each in group)
        for axis in (0, 1)
        for first, last in permutations(group, 2)
    )


def _is_among(a: Thing, group: Sequence[Thing]) -> bool:
    """Whether some of at least three are to its left, others to its right, and none is out of reach."""
    middles = [sum(_interval(each, 0)) for each in group]
    reached = all(distance(a, each) < REACH for each in group)
    return len(group) > 2 and reached and min(middles) < sum(_interval(a, 0)) < max(middles)


def _is_around(a: Thing, group: Sequence[Thing]) -> bool:
    """Whether it stands with others around the first of the group: that is among them, and one is higher or lower."""
    middle, around = group[0], [a, *group[1:]]
    return _is_among(middle, around) and max(centres_apart(each, middle, 1) for each in around) > APART


def _is_in_row(a: Thing, group: Sequence[Thing]) -> bool:
    """Whether all stand side by side with their lower edges on about one line."""
    row, lows = [a, *group], [_interval(each, 1)[1] for each in (a, *group)]
    level = max(lows) - min(lows) <= ROW * min(each["box"][3] for each in row) + EPSILON
    return level and all(_overlap(one, other, 0) <= 0 for one, other in combinations(row, 2))


def _is_turned(a: Thing, b: Thing, towards: bool) -> bool:
    """Whether it is known to be turned to the side on which the middle of the other lies, or to the other side."""
    turned = [word.removeprefix("facing ") for word in a["attributes"] if word in ("facing left", "facing right")]
    (start, end), twice = _interval(a, 0), sum(_interval(b, 0))
    side = "left" if twice < 2 * start else "right" if twice > 2 * end else None
    return side is not None and len(turned) == 1 and (turned[0] == side) == towards


def _is_on_stack(a: Thing, group: Sequence[Thing]) -> bool:
    """Whether it is on the first of the group, and each of the group on the one after it."""
    return all(_on(upper, lower) for upper, lower in pairwise([a, *group]))


_GROUP_RULES: Mapping[str, Callable[[Thing, Sequence[Thing]], bool]] = {
    "between": _is_between, "among": _is_among, "surrounding": _is_around, "in_row_with": _is_in_row,
    "on_stack": _is_on_stack,
}  # fmt: skip


def objects_of(relation: Thing) -> list[int]:
    """The ids of a relation's object and of the others; none of a place."""
    return [] if relation["object"] is None else [relation["object"], *(relation.get("others") or ())]


def holds_in(things: Mapping[int, Thing], relation: Thing, size: tuple[int, int]) -> bool | None:
    """Whether a row's relation holds; None for an unknown predicate or a wrong number of objects."""
    subject, name, group = things[relation["subject"]], relation["predicate"], [things[i] for i in objects_of(relation)]
    if name in _GROUP_RULES or len(group) > 1:
        return _GROUP_RULES[name](subject, group) if name in _GROUP_RULES and len(group) > 1 else None
    if name in ("facing", "facing_away_from"):
        return len(group) == 1 and _is_turned(subject, group[0], towards=name == "facing")
    return holds(subject, name, group[0] if group else None, size)
