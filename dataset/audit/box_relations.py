"""Whether a relation holds between two boxes, by the published rules.

In: objects of a row.  Out: true or false.
The auditor's own measure.  Boxes are whole pixels, so centres are compared doubled and exactly.
"""

from collections.abc import Callable, Mapping
from math import hypot, sqrt
from typing import Any

NEAR, FAR, OVERLAP, SLACK = 0.25, 0.75, 0.2, 1e-9
"""Largest distance of what is near and smallest of what is far, in means of the square-rooted areas; largest share of
the smaller box that what is next to it covers; slack for the last digit of a float."""

Thing = Mapping[str, Any]
Ends = tuple[int, int]


def holds(a: Thing, name: str, b: Thing | None, size: tuple[int, int]) -> bool | None:
    """Whether the relation holds; None for a word that is not known here."""
    if b is None:
        return _in_place(a, name, size) if name in _PLACES else None
    rule = _RULES.get(name)
    if rule is not None:
        return rule(a, b)
    turned = _TURNED.get(name)
    return None if turned is None else _RULES[turned](b, a)


def _ends(thing: Thing, axis: int) -> Ends:
    start, length = thing["box"][axis], thing["box"][axis + 2]
    return start, start + length


def _common(a: Thing, b: Thing, axis: int) -> int:
    (a0, a1), (b0, b1) = _ends(a, axis), _ends(b, axis)
    return min(a1, b1) - max(a0, b0)


def _before(axis: int) -> Callable[[Thing, Thing], bool]:
    return lambda a, b: sum(_ends(a, axis)) < sum(_ends(b, axis))


def _over(a: Thing, b: Thing) -> bool:
    return sum(_ends(a, 1)) < sum(_ends(b, 1)) and _common(a, b, 0) > 0


def _on(a: Thing, b: Thing) -> bool:
    (top, bottom), (other_top, other_bottom) = _ends(a, 1), _ends(b, 1)
    rests = other_top <= bottom and 2 * bottom <= other_top + other_bottom
    return rests and top < other_top and _common(a, b, 0) > 0


def _inside(a: Thing, b: Thing) -> bool:
    within = all(_ends(b, k)[0] <= _ends(a, k)[0] and _ends(a, k)[1] <= _ends(b, k)[1] for k in (0, 1))
    return within and list(a["box"]) != list(b["box"])


def _area(thing: Thing) -> int:
    return int(thing["box"][2] * thing["box"][3])


def _distance(a: Thing, b: Thing) -> float:
    across, down = max(0, -_common(a, b, 0)), max(0, -_common(a, b, 1))
    return 2 * hypot(across, down) / (sqrt(_area(a)) + sqrt(_area(b)))


def _touching(a: Thing, b: Thing) -> bool:
    return _common(a, b, 0) >= 0 and _common(a, b, 1) >= 0


def _next_to(a: Thing, b: Thing) -> bool:
    across, down = _common(a, b, 0), _common(a, b, 1)
    covered = across * down / min(_area(a), _area(b)) if across > 0 and down > 0 else 0.0
    carried = _on(a, b) or _on(b, a) or _inside(a, b) or _inside(b, a)
    return down > 0 and _distance(a, b) <= NEAR + SLACK and covered <= OVERLAP + SLACK and not carried


_RULES: Mapping[str, Callable[[Thing, Thing], bool]] = {
    "left_of": _before(0),
    "above": _before(1),
    "in_front_of": lambda a, b: a["depth"] < b["depth"],
    "on": _on,
    "over": _over,
    "inside": _inside,
    "touching": _touching,
    "next_to": _next_to,
    "near": lambda a, b: _distance(a, b) <= NEAR + SLACK,
    "far": lambda a, b: _distance(a, b) >= FAR - SLACK,
}
_TURNED = {
    "right_of": "left_of", "below": "above", "behind": "in_front_of", "supports": "on", "under": "over",
    "contains": "inside",
}  # fmt: skip

_PLACES = {
    "top_left": (0, 0), "top": (None, 0), "top_right": (2, 0),
    "left": (0, None), "center": (1, 1), "right": (2, None),
    "bottom_left": (0, 2), "bottom": (None, 2), "bottom_right": (2, 2),
}  # fmt: skip


def _in_place(a: Thing, name: str, size: tuple[int, int]) -> bool:
    for axis, wanted in enumerate(_PLACES[name]):
        if wanted is not None and not wanted * 2 * size[axis] < 3 * sum(_ends(a, axis)) < (wanted + 1) * 2 * size[axis]:
            return False
    return True
