"""Boxes as whole numbers, and the lengths between them that truth rules and margins use.

In: boxes `[x, y, width, height]`, y down, in the units of a canvas.  Out: edges, centres, extents, distances.
Does not know predicates.

All comparisons are between whole numbers of tiny steps, so that a box ending at 0.1 + 0.2 meets one that begins at 0.3,
and the rules of `spatial.relations.predicate_table` hold exactly.
"""

import math
from collections.abc import Sequence

Rect = tuple[float, float, float, float]
"""[x, y, width, height]; a schemas.graph.Box is one."""

Canvas = tuple[float, float]
"""Width and height."""

Edges = tuple[int, int, int, int]
"""Left, top, right and bottom in grid steps."""

GRID = 2**11 * 3**3 * 5**6 * 7
"""Grid steps in a unit of the canvas, 6,048,000,000: far below a pixel, far above floating-point error.  Six decimals are
whole steps, and so are pixels over any usual size (480, 768, 1024, 1080, …): normalising is lossless."""

RESOLUTION = 1 / GRID
"""The margin of a predicate that only just holds, as for two boxes with a common edge: positive, below any threshold."""

LARGEST = 1e9
"""Largest valid coordinate, in units of the canvas: beyond it a float cannot distinguish grid steps."""


def edges(box: Rect) -> Edges:
    """The four edges of a box in grid steps."""
    x, y, width, height = box
    return (round(x * GRID), round(y * GRID), round((x + width) * GRID), round((y + height) * GRID))


def check_box(box: Sequence[float]) -> None:
    """Raise ValueError unless the box is four finite numbers with a positive width and height."""
    if len(box) != 4:
        raise ValueError(f"a box is [x, y, width, height], not {len(box)} numbers")
    x, y, width, height = box
    if not (abs(x) <= LARGEST and abs(y) <= LARGEST and abs(width) <= LARGEST and abs(height) <= LARGEST):
        raise ValueError(f"a box needs finite numbers up to {LARGEST:g}, not {list(box)}")
    if width < RESOLUTION or height < RESOLUTION:
        raise ValueError(f"a box needs a positive width and height, not {list(box)}")


def check_canvas(canvas: Sequence[float]) -> None:
    """Raise ValueError unless the canvas is two finite, positive numbers."""
    if len(canvas) != 2 or not all(0 < value <= LARGEST for value in canvas):
        raise ValueError(f"a canvas is [width, height], both positive, not {list(canvas)}")


def centre(e: Edges, axis: int) -> int:
    """Twice the centre along an axis (0 x, 1 y), a whole number."""
    return e[axis] + e[axis + 2]


def shared(a: Edges, b: Edges, axis: int) -> int:
    """Length of the common extent along an axis (0 x, 1 y); a negative value is the gap between the two."""
    return min(a[axis + 2], b[axis + 2]) - max(a[axis], b[axis])


def unit(a: Edges, b: Edges) -> float:
    """The unit of distance between two boxes, in grid steps: the mean of their square-rooted areas."""
    return (math.sqrt(_area(a)) + math.sqrt(_area(b))) / 2


def gap_in_units(a: Edges, b: Edges) -> float:
    """The gap between two boxes in their `unit`; 0 where they meet or overlap."""
    across, down = -shared(a, b, 0), -shared(a, b, 1)
    if across <= 0 and down <= 0:
        return 0.0
    return math.hypot(max(0, across), max(0, down)) / unit(a, b)


def overlap_share(a: Edges, b: Edges) -> float:
    """The common area as a share of the smaller box."""
    across, down = shared(a, b, 0), shared(a, b, 1)
    if across <= 0 or down <= 0:
        return 0.0
    return across * down / min(_area(a), _area(b))


def _area(e: Edges) -> int:
    return (e[2] - e[0]) * (e[3] - e[1])


def intersection(a: Rect, b: Rect) -> float:
    """The common area of two boxes, in squares of their unit; not on the grid of steps."""
    across = min(a[0] + a[2], b[0] + b[2]) - max(a[0], b[0])
    down = min(a[1] + a[3], b[1] + b[3]) - max(a[1], b[1])
    return max(0.0, across) * max(0.0, down)


def iou(a: Rect, b: Rect) -> float:
    """Intersection over union, 0 to 1; 0 for boxes without an area."""
    both = intersection(a, b)
    union = a[2] * a[3] + b[2] * b[3] - both
    return both / union if union > 0 else 0.0
