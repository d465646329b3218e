"""The box around a mask in COCO's forms: polygons, and run lengths as numbers or as compressed text.

In: the value of `segmentation`, and a box where one is given.  Out: the box in pixels, None of an empty mask.  Raises
ValueError for what is no mask.
No mask is painted: extents follow from the corners or the runs.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate
from math import isfinite

from schemas.graph import CANVAS_MAX
from streams.ingest.annotated_objects import MAX_PIXELS, BadAnnotations, FloatBox

MAX_DIGITS = 7
"""Of five bits each: more than any run in a picture needs."""


def annotated_box(box: FloatBox | None, segmentation: object, where: str, named: str) -> FloatBox:
    """The box, or that of the segmentation; without extent for an empty mask. `named`: what the file calls a box.

    Raises BadAnnotations, which begins with `where`.
    """
    if box is not None:
        return box
    if segmentation is None:
        raise BadAnnotations(f"{where}: has neither {named} nor segmentation")
    try:
        return mask_box(segmentation) or (0.0, 0.0, 0.0, 0.0)
    except ValueError as error:
        raise BadAnnotations(f"{where}: {error}") from error


def mask_box(segmentation: object) -> FloatBox | None:
    """The box."""
    if isinstance(segmentation, Mapping):
        return _run_box(segmentation)
    if not isinstance(segmentation, list):
        raise ValueError("segmentation must be polygons or run lengths")
    corners = [_corners(polygon) for polygon in segmentation]
    xs, ys = [x for polygon in corners for x in polygon[0::2]], [y for polygon in corners for y in polygon[1::2]]
    return (min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys)) if xs else None


def _corners(polygon: object) -> list[float]:
    if not isinstance(polygon, list) or len(polygon) < 6 or len(polygon) % 2:
        raise ValueError("a polygon of segmentation must be a list of at least three x and y")
    if not all(_is_number(value) and abs(value) <= MAX_PIXELS for value in polygon):
        raise ValueError("a polygon of segmentation must have finite numbers of pixels")
    return polygon


def _is_number(value: object) -> bool:
    return isinstance(value, int) or (isinstance(value, float) and isfinite(value))


def _run_box(mask: Mapping[object, object]) -> FloatBox | None:
    size, counts = mask.get("size"), mask.get("counts")
    if not isinstance(size, list) or len(size) != 2 or not all(_is_whole(side, CANVAS_MAX) and side for side in size):
        raise ValueError(f"size of segmentation must be height and width, 1 to {CANVAS_MAX} pixels")
    height, width = size
    runs = _decoded(counts) if isinstance(counts, str) else counts
    if not isinstance(runs, list) or not all(_is_whole(run, height * width) for run in runs):
        raise ValueError("counts of segmentation must be run lengths")
    if sum(runs) != height * width:
        raise ValueError(f"counts of segmentation cover {sum(runs)} pixels, its size has {height * width}")
    return _box_of_runs(runs, height)


def _is_whole(value: object, most: int) -> bool:
    return isinstance(value, int) and 0 <= value <= most


def _box_of_runs(runs: Sequence[int], height: int) -> FloatBox | None:
    """Runs go down the columns, empty and full ones by turns."""
    ends = list(accumulate(runs))
    full = [(end - run, end - 1) for end, run in zip(ends[1::2], runs[1::2], strict=True) if run]
    if not full:
        return None
    left, right = full[0][0] // height, full[-1][1] // height
    rows = [_rows(first, last, height) for first, last in full]
    top, bottom = min(row[0] for row in rows), max(row[1] for row in rows)
    return (float(left), float(top), float(right - left + 1), float(bottom - top + 1))


def _rows(first: int, last: int, height: int) -> tuple[int, int]:
    return (first % height, last % height) if first // height == last // height else (0, height - 1)


def _decoded(text: str) -> list[int]:
    """The run lengths of compressed text. Each but the first three is stored as the difference to the one before last."""
    runs: list[int] = []
    for number in _numbers(text):
        runs.append(number + runs[-2] if len(runs) > 2 else number)
    return runs


def _numbers(text: str) -> Iterator[int]:
    """Numbers of five bits a character, lowest first; a sixth bit says that more follow, the last fifth bit is the sign."""
    value = digits = 0
    for character in text:
        bits = ord(character) - 48
        if not 0 <= bits < 64 or digits == MAX_DIGITS:
            raise ValueError("counts of segmentation is no compressed text of run lengths")
        value |= (bits & 31) << (5 * digits)
        digits += 1
        if not bits & 32:
            yield value - (1 << (5 * digits)) if bits & 16 else value
            value = digits = 0
    if digits:
        raise ValueError("counts of segmentation ends within a number")
