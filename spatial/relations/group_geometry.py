"""The truth rule and the margin of every predicate that relates an object to several others.

In: edges of a box and of those of its group (and the canvas, for margins).  Out: true or false, or a length.
Does not know depth.
"""

from collections.abc import Callable, Sequence
from itertools import pairwise

from spatial.relations.boxes import GRID, Canvas, Edges, centre, gap_in_units, shared, unit
from spatial.relations.predicate_geometry import MARGIN, TRUTH

REACH_UNITS = 2.0
"""Largest distance of a member from what is among them or surrounded by them, in means of the square-rooted areas."""

APART_UNITS = 0.25
"""Least difference of height between what is surrounded and one of those around it, in the same units."""

ROW_SHARE = 0.25
"""Largest difference of lower edges in a row, as a share of the least height in it."""

Members = Sequence[Edges]
"""The edges of a relation's object and of its others, in this order."""


def _between(a: Edges, members: Members) -> bool:
    """Whether the centre lies in the gap between two boxes along an axis, and the box shares extent with both across it."""
    return any(_gap_margin(a, members, axis) >= 0 and _least_shared(a, members, 1 - axis) > 0 for axis in (0, 1))


def _gap_margin(a: Edges, members: Members, axis: int) -> int:
    """Twice the distance of the centre from the nearer end of the gap between two boxes; negative outside of it."""
    first, last = sorted(members, key=lambda member: centre(member, axis))
    return min(centre(a, axis) - 2 * first[axis + 2], 2 * last[axis] - centre(a, axis))


def _least_shared(a: Edges, members: Members, axis: int) -> int:
    return min(shared(a, member, axis) for member in members)


def _between_margin(a: Edges, members: Members, canvas: Canvas) -> float:
    """Of the better axis, the lesser of both lengths, as a share of the canvas."""
    return max(
        min(
            _gap_margin(a, members, axis) / (2 * GRID * canvas[axis]),
            _least_shared(a, members, 1 - axis) / (GRID * canvas[1 - axis]),
        )
        for axis in (0, 1)
    )


def _among_margin(a: Edges, members: Members) -> float:
    """In units of distance, the least of: how far the centre lies to the right of the leftmost centre and to the left of
    the rightmost one, and how much nearer than `REACH_UNITS` every member is."""
    centres = [centre(member, 0) for member in members]
    inside = min(centre(a, 0) - min(centres), max(centres) - centre(a, 0)) / (2 * max(unit(a, m) for m in members))
    return min(inside, _reach_margin(a, members))


def _reach_margin(a: Edges, members: Members) -> float:
    return min(REACH_UNITS - gap_in_units(a, member) for member in members)


def _among(a: Edges, members: Members) -> bool:
    return _among_margin(a, members) > 0


def _surrounding_margin(a: Edges, members: Members) -> float:
    """As `_among_margin` for the object with the others around it, the subject included; and one is above or below it."""
    middle, *others = members
    around = [a, *others]
    upright = max(abs(centre(each, 1) - centre(middle, 1)) / (2 * unit(each, middle)) for each in around)
    return min(_among_margin(middle, around), upright - APART_UNITS)


def _surrounding(a: Edges, members: Members) -> bool:
    return _surrounding_margin(a, members) > 0


def _row_margin(a: Edges, members: Members) -> float:
    """Of the row from left to right: the least gap between neighbours, and what lower edges may still differ by."""
    row = sorted((a, *members), key=lambda each: (each[0], each[2]))
    gaps = min(later[0] - sooner[2] for sooner, later in pairwise(row))
    lows, height = [each[3] for each in row], min(each[3] - each[1] for each in row)
    return min(gaps, ROW_SHARE * height - (max(lows) - min(lows)))


def _in_row_with(a: Edges, members: Members) -> bool:
    return _row_margin(a, members) >= 0


def _on_stack(a: Edges, members: Members) -> bool:
    """Whether it is on the first of the members, and each of these on the one after it."""
    return all(TRUTH["on"](upper, lower) for upper, lower in pairwise((a, *members)))


def _stack_margin(a: Edges, members: Members, canvas: Canvas) -> float:
    return min(MARGIN["on"](upper, lower, canvas) for upper, lower in pairwise((a, *members)))


GROUP_TRUTH: dict[str, Callable[[Edges, Members], bool]] = {
    "between": _between,
    "among": _among,
    "surrounding": _surrounding,
    "in_row_with": _in_row_with,
    "on_stack": _on_stack,
}
"""Every predicate of a group."""

GROUP_MARGIN: dict[str, Callable[[Edges, Members, Canvas], float]] = {
    "between": _between_margin,
    "among": lambda a, members, _: _among_margin(a, members),
    "surrounding": lambda a, members, _: _surrounding_margin(a, members),
    "in_row_with": lambda a, members, canvas: _row_margin(a, members) / (GRID * canvas[0]),
    "on_stack": _stack_margin,
}
"""How much must change before a predicate that holds fails: a share of the canvas, or units of distance for `among` and
`surrounding`."""


def is_sideways_between(a: Edges, members: Members, canvas: Canvas, margin: float, shared_extent: float) -> bool:
    """Whether it is between the two from left to right, in a way that nobody doubts.

    `margin`: least distance of its centre from both, share of the canvas' width.  `shared_extent`: least height that it
    has in common with each, share of the lesser height of the two.
    """
    if _gap_margin(a, members, 0) < margin * 2 * GRID * canvas[0]:
        return False
    return all(shared(a, member, 1) >= shared_extent * min(a[3] - a[1], member[3] - member[1]) for member in members)
