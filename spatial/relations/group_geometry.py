"""The truth rule and the margin of every predicate that relates an object to several others.

In: edges of a box and of those of its group (and the canvas, for margins).  Out: true or false, or a length.
Does not know depth.
"""

from collections.abc import Callable, Sequence

from spatial.relations.boxes import GRID, Canvas, Edges, centre, shared

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


GROUP_TRUTH: dict[str, Callable[[Edges, Members], bool]] = {"between": _between}
"""Every predicate of a group."""

GROUP_MARGIN: dict[str, Callable[[Edges, Members, Canvas], float]] = {"between": _between_margin}
"""How much must change before a predicate that holds fails, as a share of the canvas."""


def is_sideways_between(a: Edges, members: Members, canvas: Canvas, margin: float, shared_extent: float) -> bool:
    """Whether it is between the two from left to right, in a way that nobody doubts.

    `margin`: least distance of its centre from both, share of the canvas' width.  `shared_extent`: least height that it
    has in common with each, share of the lesser height of the two.
    """
    if _gap_margin(a, members, 0) < margin * 2 * GRID * canvas[0]:
        return False
    return all(shared(a, member, 1) >= shared_extent * min(a[3] - a[1], member[3] - member[1]) for member in members)
