"""Finds the faults of a layout from any source.

In: relations, unvalidated boxes (null, not finite, off the canvas: anything).  Out: faults.
Does not repair; of relations it checks only direction and depth.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise
from typing import Literal

from schemas.graph import Relation
from spatial.layout.placement_problem import ancestors
from spatial.relations.boxes import LARGEST, RESOLUTION, Rect
from spatial.relations.relation_truth import holds

FaultKind = Literal[
    "wrong_side",
    "overlap",
    "out_of_bounds",
    "shared_box",
    "zero_size",
    "not_finite",
    "full_canvas",
    "missing_object",
]

OVERLAP_SHARE = 0.2
"""Share of the smaller box from which an overlap that no relation allows is a fault."""

ROUNDING = 1e-6
"""Slack of edges, as a share of the canvas: sums of normalised coordinates are not exact."""

DIRECTIONS = frozenset({"left_of", "right_of", "above", "below"})
DEPTHS = frozenset({"in_front_of", "behind"})
MAY_OVERLAP = frozenset(
    {"on", "supports", "under", "over", "inside", "contains", "touching", "leaning_on", "props_up", "on_stack",
     "in_front_of", "behind"}
)  # fmt: skip
"""Predicates that let the boxes of their two objects overlap."""

_CARRIED_BY = {"on": (0, 1), "on_stack": (0, 1), "inside": (0, 1), "supports": (1, 0), "contains": (1, 0)}


@dataclass(frozen=True)
class Fault:
    """One fault; `objects` are indices, subject before object for `wrong_side`, else ascending."""

    kind: FaultKind
    objects: tuple[int, ...]


Boxes = Sequence[Sequence[float] | None]


def faults(
    objects: Sequence[str],
    relations: Sequence[Relation],
    canvas: tuple[float, float],
    boxes: Boxes,
    depth: Sequence[float] | None = None,
) -> tuple[Fault, ...]:
    """All faults of `boxes`, in pixels or whatever unit `canvas` has, y down.

    A box that cannot be compared (missing, not finite, without area) is left out of the faults of pairs.  A shared box
    is not reported as an overlap too, nor is what a box over the full canvas covers.
    Objects without an entry in `boxes` count as missing.
    """
    found: list[Fault] = []
    sound: dict[int, Rect] = {}
    full: set[int] = set()
    for i in range(len(objects)):
        kinds, box = _box_faults(boxes[i] if i < len(boxes) else None, canvas)
        found += [Fault(kind, (i,)) for kind in kinds]
        if box is not None:
            sound[i] = box
        if "full_canvas" in kinds:
            full.add(i)
    found += _wrong_sides(relations, sound, canvas, depth)
    found += _overlaps(relations, sound, full, len(objects))
    return tuple(found)


def _box_faults(box: Sequence[float] | None, canvas: tuple[float, float]) -> tuple[list[FaultKind], Rect | None]:
    """The faults of one box, and the box if it can be compared with others."""
    if box is None:
        return ["missing_object"], None
    if len(box) != 4 or not all(math.isfinite(v) and abs(v) <= LARGEST * min(canvas) for v in box):
        return ["not_finite"], None
    x, y, w, h = box
    if w < RESOLUTION * canvas[0] or h < RESOLUTION * canvas[1]:
        return ["zero_size"], None
    slack_x, slack_y = canvas[0] * ROUNDING, canvas[1] * ROUNDING
    kinds: list[FaultKind] = []
    if x < -slack_x or y < -slack_y or x + w > canvas[0] + slack_x or y + h > canvas[1] + slack_y:
        kinds.append("out_of_bounds")
    if x <= slack_x and y <= slack_y and x + w >= canvas[0] - slack_x and y + h >= canvas[1] - slack_y:
        kinds.append("full_canvas")
    return kinds, (x, y, w, h)


def _wrong_sides(
    relations: Sequence[Relation],
    sound: dict[int, Rect],
    canvas: tuple[float, float],
    depth: Sequence[float] | None,
) -> list[Fault]:
    found: dict[Fault, None] = {}
    for r in relations:
        i, j = r.subject, r.object
        if j is None or i not in sound or j not in sound or i == j:
            continue
        depths = (depth[i], depth[j]) if depth is not None and max(i, j) < len(depth) else None
        judged = r.predicate in DIRECTIONS or (r.predicate in DEPTHS and depths is not None)
        if judged and not holds(r.predicate, sound[i], sound[j], canvas, depths):
            found[Fault("wrong_side", (i, j))] = None
    return list(found)


def _overlaps(relations: Sequence[Relation], sound: dict[int, Rect], full: set[int], count: int) -> list[Fault]:
    allowed = allowed_overlaps(relations, count)
    found = []
    for (i, a), (j, b) in combinations(sound.items(), 2):
        if a == b:
            found.append(Fault("shared_box", (i, j)))
        elif not ({i, j} & full or (i, j) in allowed) and share_of_smaller(a, b) > OVERLAP_SHARE:
            found.append(Fault("overlap", (i, j)))
    return found


def share_of_smaller(a: Rect, b: Rect) -> float:
    """The overlap of two boxes as a share of the smaller one's area."""
    width = min(a[0] + a[2], b[0] + b[2]) - max(a[0], b[0])
    height = min(a[1] + a[3], b[1] + b[3]) - max(a[1], b[1])
    if width <= 0 or height <= 0:
        return 0.0
    return width * height / min(a[2] * a[3], b[2] * b[3])


def allowed_overlaps(relations: Sequence[Relation], count: int) -> set[tuple[int, int]]:
    """Pairs (i < j) that a relation lets overlap: directly, or through a chain of carriers (the cup on the tray on
    the table may overlap the table), or because both hold the same thing."""
    pairs: set[tuple[int, int]] = set()
    carriers: list[set[int]] = [set() for _ in range(count)]
    for r in relations:
        if r.object is None or r.predicate not in MAY_OVERLAP:
            continue
        for ends in pairwise((r.subject, r.object, *r.others)):
            pairs.add(ends)
            if r.predicate in _CARRIED_BY and max(ends) < count:
                low, high = _CARRIED_BY[r.predicate]
                carriers[ends[low]].add(ends[high])
    for i in range(count):
        reached = ancestors(carriers, i)
        pairs |= {(i, j) for j in reached} | {(j, k) for j in carriers[i] for k in carriers[i]}
    return {(min(p), max(p)) for p in pairs if p[0] != p[1]}
