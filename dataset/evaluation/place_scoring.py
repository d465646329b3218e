"""Boxes and points in pixels: reads them from a model's response, and judges them.

In: a response, the box of what was asked.  Out: numbers, and whether they are right.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from spatial.relations.boxes import iou

Box = tuple[float, float, float, float]
"""x, y, width, height; x and y from the top left corner."""

LEAST_SHARE = 0.5
"""Of the union of two boxes their intersection must have at least this share (IoU)."""

_LIST = re.compile(r"\[[^\[\]]*\]")
_CORNERS = ("bbox_2d", "point_2d")
"""Fields of models that answer with corners, in JSON of their own."""


def region_of(answer: str, region: Sequence[float] | None) -> Box | None:
    """The box that a right answer must meet: the answer's own, or for a point `region`; None for any other text."""
    numbers = _numbers(answer)
    box = numbers if len(numbers) == 4 else region if len(numbers) == 2 else None
    if box is None or len(box) != 4 or min(box[2:]) <= 0:
        return None
    return (box[0], box[1], box[2], box[3])


def numbers_in(response: str) -> tuple[float, ...] | None:
    """The box or the point that a response means: its last list of four or two numbers; None where there is none.

    `{"bbox_2d": [x1, y1, x2, y2]}` means corners, whatever was asked.
    """
    for fields in _objects(response):
        for name in _CORNERS:
            found = _numbers(json.dumps(fields.get(name)))
            if len(found) == 4:
                left, top, right, bottom = found
                return (left, top, right - left, bottom - top)
            if len(found) == 2:
                return found
    lists = [found for text in _LIST.findall(response) if len(found := _numbers(text)) in (2, 4)]
    return lists[-1] if lists else None


def is_hit(given: Sequence[float], answer: str, region: Box) -> bool:
    """Whether a box meets the answer's box by half of their union, or a point lies in the region."""
    wanted = _numbers(answer)
    if len(given) != len(wanted):
        return False
    if len(given) == 2:
        return all(region[k] <= given[k] <= region[k] + region[k + 2] for k in (0, 1))
    x, y, width, height = given
    return min(width, height) > 0 and iou((x, y, width, height), region) >= LEAST_SHARE


def _numbers(text: str) -> tuple[float, ...]:
    """The numbers of a JSON list of numbers, none for any other text."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return ()
    if not isinstance(found, list) or not all(isinstance(n, int | float) and not isinstance(n, bool) for n in found):
        return ()
    return tuple(found) if all(abs(n) < 1e6 for n in found) else ()


def _objects(text: str) -> Iterator[Mapping[str, Any]]:
    for match in re.finditer(r"\{[^{}]*\}", text):
        try:
            found = json.loads(match.group())
        except (ValueError, RecursionError):
            continue
        if isinstance(found, dict):
            yield found
