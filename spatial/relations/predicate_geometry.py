"""The truth rule and the margin of every binary predicate over two boxes.

In: edges of two boxes (and the canvas, for margins).  Out: true or false, or a length.
Does not know depth, nor which predicates there are beside these (`spatial.relations.predicate_table`).
"""

from collections.abc import Callable

from spatial.relations.boxes import GRID, RESOLUTION, Canvas, Edges, centre, gap_in_units, overlap_share, shared, unit

NEAR_UNITS = 0.25
"""Largest distance for `near`, in `gap_in_units`."""

NEAR_DEPTH = 0.15
"""Largest difference of depths for `near`, `next_to` and `touching`, unless one carries or holds the other: what looks near
may stand far behind. A layout's depths go from 0 to 1; where a picture's range is wider, it is a share of the range."""

FAR_UNITS = 0.75
"""Smallest distance for `far`. Between the two thresholds people disagree, so neither holds."""

NEXT_TO_OVERLAP = 0.2
"""Largest overlap for `next_to`, as a share of the smaller box: the share beyond which a layout counts an overlap as a
fault. Human-annotated pairs of one object on top of another begin at 0.3 (NSR-1K)."""


ALIGNED_UNITS = 0.1
"""Largest difference of centres along an axis for `aligned_with`, in means of the square-rooted areas."""

OPPOSITE_UNITS = 0.25
"""Largest difference of centres across the gap for `opposite`, in the same units."""


def _left_of(a: Edges, b: Edges) -> bool:
    return centre(a, 0) < centre(b, 0)


def _above(a: Edges, b: Edges) -> bool:
    return centre(a, 1) < centre(b, 1)


def _over(a: Edges, b: Edges) -> bool:
    return _above(a, b) and shared(a, b, 0) > 0


def _on(a: Edges, b: Edges) -> bool:
    return b[1] <= a[3] and 2 * a[3] <= centre(b, 1) and a[1] < b[1] and shared(a, b, 0) > 0


def _inside(a: Edges, b: Edges) -> bool:
    return b[0] <= a[0] and b[1] <= a[1] and a[2] <= b[2] and a[3] <= b[3] and a != b


def _touching(a: Edges, b: Edges) -> bool:
    return shared(a, b, 0) >= 0 and shared(a, b, 1) >= 0


def _near(a: Edges, b: Edges) -> bool:
    return gap_in_units(a, b) <= NEAR_UNITS + RESOLUTION


def _far(a: Edges, b: Edges) -> bool:
    return gap_in_units(a, b) >= FAR_UNITS - RESOLUTION


def _next_to(a: Edges, b: Edges) -> bool:
    if shared(a, b, 1) <= 0 or not _near(a, b) or overlap_share(a, b) > NEXT_TO_OVERLAP + RESOLUTION:
        return False
    return not (_on(a, b) or _on(b, a) or _inside(a, b) or _inside(b, a))


def _centres_differ(a: Edges, b: Edges, axis: int) -> float:
    """The difference of centres along an axis, in the unit of distance."""
    return abs(centre(a, axis) - centre(b, axis)) / (2 * unit(a, b))


def _aligned_with(a: Edges, b: Edges) -> bool:
    return min(_centres_differ(a, b, axis) for axis in (0, 1)) <= ALIGNED_UNITS + RESOLUTION


def _opposite(a: Edges, b: Edges) -> bool:
    return any(_opposite_margin(a, b, axis) >= -RESOLUTION for axis in (0, 1))


def _opposite_margin(a: Edges, b: Edges, axis: int) -> float:
    """For a gap along an axis: what it exceeds `FAR_UNITS` by, or, if less, what the centres across may still differ."""
    return min(-shared(a, b, axis) / unit(a, b) - FAR_UNITS, OPPOSITE_UNITS - _centres_differ(a, b, 1 - axis))


def _leaning_on(a: Edges, b: Edges) -> bool:
    """Whether boxes meet beside each other: each one's foot is below the other's middle, with much height in common."""
    return shared(a, b, 0) >= 0 and _upright_margin(a, b) >= 0 and 2 * a[3] > centre(b, 1) and 2 * b[3] > centre(a, 1)


def _upright_margin(a: Edges, b: Edges) -> int:
    """Twice the height in common beyond half the lesser height."""
    return 2 * shared(a, b, 1) - min(a[3] - a[1], b[3] - b[1])


TRUTH: dict[str, Callable[[Edges, Edges], bool]] = {
    "left_of": _left_of,
    "right_of": lambda a, b: _left_of(b, a),
    "above": _above,
    "below": lambda a, b: _above(b, a),
    "on": _on,
    "supports": lambda a, b: _on(b, a),
    "over": _over,
    "under": lambda a, b: _over(b, a),
    "inside": _inside,
    "contains": lambda a, b: _inside(b, a),
    "touching": _touching,
    "next_to": _next_to,
    "near": _near,
    "far": _far,
    "aligned_with": _aligned_with,
    "opposite": _opposite,
    "leaning_on": _leaning_on,
    "props_up": lambda a, b: _leaning_on(b, a),
}
"""Every binary predicate but the two of depth, which use no box."""


def _apart(a: Edges, b: Edges, canvas: Canvas, axis: int) -> float:
    """Distance of the centres along an axis, as a share of the canvas."""
    return abs(centre(a, axis) - centre(b, axis)) / (2 * GRID * canvas[axis])


def _over_margin(a: Edges, b: Edges, canvas: Canvas) -> float:
    return min(_apart(a, b, canvas, 1), shared(a, b, 0) / (GRID * canvas[0]))


def _on_margin(a: Edges, b: Edges, canvas: Canvas) -> float:
    down = min(a[3] - b[1], centre(b, 1) / 2 - a[3], b[1] - a[1])
    return min(down / (GRID * canvas[1]), shared(a, b, 0) / (GRID * canvas[0]))


def _inside_margin(a: Edges, b: Edges, canvas: Canvas) -> float:
    across, down = min(a[0] - b[0], b[2] - a[2]), min(a[1] - b[1], b[3] - a[3])
    return min(across / (GRID * canvas[0]), down / (GRID * canvas[1]))


def _touching_margin(a: Edges, b: Edges, canvas: Canvas) -> float:  # noqa: ARG001 - one signature for all
    return min(shared(a, b, 0), shared(a, b, 1)) / unit(a, b)


def _next_to_margin(a: Edges, b: Edges, canvas: Canvas) -> float:  # noqa: ARG001
    room = NEXT_TO_OVERLAP - overlap_share(a, b)
    return min(NEAR_UNITS - gap_in_units(a, b), shared(a, b, 1) / unit(a, b), room)


def _leaning_margin(a: Edges, b: Edges, canvas: Canvas) -> float:
    down = min(_upright_margin(a, b), 2 * a[3] - centre(b, 1), 2 * b[3] - centre(a, 1))
    return min(down / (2 * GRID * canvas[1]), shared(a, b, 0) / (GRID * canvas[0]))


MARGIN: dict[str, Callable[[Edges, Edges, Canvas], float]] = {
    "left_of": lambda a, b, canvas: _apart(a, b, canvas, 0),
    "right_of": lambda a, b, canvas: _apart(a, b, canvas, 0),
    "above": lambda a, b, canvas: _apart(a, b, canvas, 1),
    "below": lambda a, b, canvas: _apart(a, b, canvas, 1),
    "on": _on_margin,
    "supports": lambda a, b, canvas: _on_margin(b, a, canvas),
    "over": _over_margin,
    "under": _over_margin,
    "inside": _inside_margin,
    "contains": lambda a, b, canvas: _inside_margin(b, a, canvas),
    "touching": _touching_margin,
    "next_to": _next_to_margin,
    "near": lambda a, b, _: NEAR_UNITS - gap_in_units(a, b),
    "far": lambda a, b, _: gap_in_units(a, b) - FAR_UNITS,
    "aligned_with": lambda a, b, _: ALIGNED_UNITS - min(_centres_differ(a, b, axis) for axis in (0, 1)),
    "opposite": lambda a, b, _: max(_opposite_margin(a, b, axis) for axis in (0, 1)),
    "leaning_on": _leaning_margin,
    "props_up": lambda a, b, canvas: _leaning_margin(b, a, canvas),
}
"""How much must change before a predicate that holds fails: a share of the canvas, or `gap_in_units` for distance."""
