"""The truth of predicates over boxes with depth: the public functions of this folder's geometry.

In: boxes `[x, y, width, height]`, y down, in the units of a canvas, and depths, smaller is nearer.
Out: which predicates hold, each with the margin by which it holds.
Does not know pictures: only the renderer knows whether a contact of boxes is a contact of objects.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Protocol

from schemas.predicate_names import Triple
from spatial.relations.boxes import (
    GRID,
    RESOLUTION,
    Canvas,
    Edges,
    Rect,
    centre,
    check_box,
    check_canvas,
    edges,
    gap_in_units,
)
from spatial.relations.group_geometry import GROUP_TRUTH
from spatial.relations.predicate_geometry import FAR_UNITS, MARGIN, NEAR_DEPTH, NEAR_UNITS, NEXT_TO_OVERLAP, TRUTH
from spatial.relations.predicate_table import BANDS, BORDERS, ORIENTED, PLACES, predicate

__all__ = [
    "BORDER", "FAR_UNITS", "LOOKS", "NEARNESS", "NEAR_DEPTH", "NEAR_UNITS", "NEXT_TO_OVERLAP", "RESOLUTION", "TOGETHER",
    "Canvas", "Depths", "Placed", "Rect", "apart_in_depth", "borders", "cell", "check_box", "check_canvas", "depth_reach",
    "distance", "holds", "members", "places", "relate", "relation_holds",
]  # fmt: skip

Depths = tuple[float, float]

NEARNESS = frozenset({"near", "next_to", "touching", "leaning_on", "props_up"})
"""Predicates of two that need things at about the same depth."""

TOGETHER = NEARNESS | {"between", "among", "surrounding", "in_row_with"}
"""These, and the predicates of groups that need their subject at about the depth of each of the group."""


class Placed(Protocol):
    """A box with its depth, which may be unknown."""

    @property
    def box(self) -> Rect:
        """The box."""

    @property
    def depth(self) -> float | None:
        """The depth; smaller is nearer."""

    @property
    def attributes(self) -> Sequence[str] | None:
        """Words that describe it; None where they are not known."""


BORDER = 0.04
"""Largest distance from a side of the picture for `at_edge` and `in_corner`, as a share of the canvas."""


LOOKS = {"facing left": -1, "facing right": 1}
"""The attributes that say to which side of the picture a thing is turned."""


def depth_reach(span: float) -> float:
    """The largest difference of depths between things that are near each other, in a picture whose depths span so much."""
    return NEAR_DEPTH * max(1.0, span)


def apart_in_depth(a: float, b: float, reach: float = NEAR_DEPTH) -> bool:
    """Whether two depths are too different for `near`, `next_to` and `touching`, where neither thing carries the other."""
    return abs(a - b) > reach + RESOLUTION


def distance(a: Rect, b: Rect) -> float:
    """The gap between two boxes in units of the mean of their square-rooted areas; 0 where they meet or overlap."""
    return gap_in_units(edges(a), edges(b))


def holds(name: str, a: Rect, b: Rect | None, canvas: Canvas, depths: Depths | None = None) -> bool:
    """Whether a predicate is true of two boxes (of one, `b` None, for a place), by the truth rule alone.

    Boxes must be valid (`check_box`).  Depth predicates are false without `depths`.  Raises ValueError for an unknown
    predicate, and for a missing or superfluous `b`.
    """
    row = predicate(name)
    if name in GROUP_TRUTH or name in ORIENTED:
        raise ValueError(f"{name} is of more than two boxes")
    if (b is None) != (row.family == "place"):
        raise ValueError(f"{name} {'takes no' if b else 'needs an'} object")
    if b is None:
        return name in (borders if name in BORDERS else places)(a, canvas)
    if row.family == "depth":
        near, far = (0, 1) if name == "in_front_of" else (1, 0)
        return depths is not None and depths[near] < depths[far]
    return TRUTH[name](edges(a), edges(b))


def relation_holds(relation: Triple, placed: Mapping[int, Placed], canvas: Canvas) -> bool:
    """Whether a relation of any number of objects is true, by the truth rule alone. Of depths, only their order counts.

    Raises KeyError for an object that is not in `placed`, and ValueError as `holds`.
    """
    a = placed[relation.subject]
    if relation.predicate in GROUP_TRUTH:
        return GROUP_TRUTH[relation.predicate](edges(a.box), [edges(placed[i].box) for i in members(relation)])
    if relation.object is None:
        return holds(relation.predicate, a.box, None, canvas)
    b = placed[relation.object]
    if relation.predicate in ORIENTED:
        return _is_turned(a, b, towards=relation.predicate == "facing")
    depths = None if a.depth is None or b.depth is None else (a.depth, b.depth)
    return holds(relation.predicate, a.box, b.box, canvas, depths)


def _is_turned(a: Placed, b: Placed, towards: bool) -> bool:
    """Whether the first box is beside the centre of the second, on the side that its attributes (if known) want."""
    first, at = edges(a.box), centre(edges(b.box), 0)
    side = -1 if at < 2 * first[0] else 1 if at > 2 * first[2] else 0
    if side == 0 or a.attributes is None:
        return side != 0
    return [LOOKS[word] for word in a.attributes if word in LOOKS] == [side if towards else -side]


def members(relation: Triple) -> tuple[int, ...]:
    """The ids of the object and of the others; none of a place."""
    return () if relation.object is None else (relation.object, *relation.others)


def relate(
    a: Rect, b: Rect, canvas: Canvas, depth_a: float | None = None, depth_b: float | None = None
) -> dict[str, float]:
    """The predicates that hold of (a, b), and only those, each with its positive margin.

    The margin is how much must change before the predicate fails: a share of the canvas for direction, support and
    containment, `distance` units for distance and contact, the difference for depth.  What holds by a shared edge
    alone has the margin `RESOLUTION`.  Raises ValueError for bad boxes, canvas or depths.
    """
    check_box(a)
    check_box(b)
    check_canvas(canvas)
    first, second = edges(a), edges(b)
    found = {name: max(RESOLUTION, MARGIN[name](first, second, canvas)) for name in _true_of(first, second)}
    if depth_a is not None and depth_b is not None:
        if not (math.isfinite(depth_a) and math.isfinite(depth_b)):
            raise ValueError(f"depths must be finite, not {depth_a} and {depth_b}")
        if depth_a != depth_b:
            found["in_front_of" if depth_a < depth_b else "behind"] = abs(depth_a - depth_b)
    return found


def _true_of(a: Edges, b: Edges) -> list[str]:
    return [name for name, rule in TRUTH.items() if rule(a, b)]


def places(a: Rect, canvas: Canvas) -> dict[str, float]:
    """The absolute places of a box by its centre, in thirds of the canvas, with margins as shares of the canvas.

    `top` is the whole upper third and `top_left` its left end, so up to three hold at once.  A centre on the line
    between two thirds is in neither.
    """
    bands = _bands(a, canvas)
    found = {}
    for name in PLACES:
        asked = [(band, bands[axis]) for axis, band in enumerate(BANDS[name]) if band is not None]
        if all(band == third for band, (third, _) in asked):
            found[name] = min(margin for _, (_, margin) in asked)
    return found


def borders(a: Rect, canvas: Canvas) -> dict[str, float]:
    """Whether a box reaches a side or two adjoining sides of the canvas, with margins as shares of the canvas."""
    box = edges(a)
    room = [max(0.0, min(box[k] / GRID, canvas[k] - box[k + 2] / GRID)) / canvas[k] for k in (0, 1)]
    found = {"at_edge": BORDER - min(room), "in_corner": BORDER - max(room)}
    return {name: max(RESOLUTION, margin) for name, margin in found.items() if margin >= -RESOLUTION}


def cell(a: Rect, canvas: Canvas) -> str | None:
    """The place name of the cell (one of nine) that contains the centre; None on a line between cells."""
    (column, _), (row, _) = _bands(a, canvas)
    return None if column is None or row is None else PLACES[3 * row + column]


def _bands(a: Rect, canvas: Canvas) -> list[tuple[int | None, float]]:
    """Column and row of the centre, each with its distance to the nearest line as a share of the canvas."""
    box = edges(a)
    return [_band(centre(box, axis) / (2 * GRID * canvas[axis])) for axis in (0, 1)]


def _band(share: float) -> tuple[int | None, float]:
    margin = min(abs(share - 1 / 3), abs(share - 2 / 3))
    if margin < RESOLUTION:
        return None, 0.0
    return int(share > 1 / 3) + int(share > 2 / 3), margin
