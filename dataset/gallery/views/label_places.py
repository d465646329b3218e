"""Where the names of things stand over a picture: beside their boxes, and over as little of any thing as there is room for.

In: the things of a sample's view with their boxes, the picture's size.  Out: each thing's place as CSS and as a class.
How large a name is in the page is not known here: it is taken to be as large as on the smallest picture, where it covers
most.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

TILE_PX = 180
"""The width of the smallest picture, on the contact sheet of a telephone, in pixels of the page."""

LETTER_PX, PADDING_PX, HEIGHT_PX = 6.2, 9, 15
"""The size of a name there: of each letter, of both ends together, and of the line."""

WIDEST = 0.6
"""The largest share of the picture's width that a name takes, as in the style sheet; the rest of it is cut."""

OVER_NAME = 1.5
"""What hiding another name counts beside hiding a whole thing, which counts 1."""

Thing = Mapping[str, Any]
Area = tuple[float, float, float, float]
"""Left, top, width and height, in shares of the picture's sides."""

Size = tuple[float, float]
"""Width and height, in such shares."""


@dataclass(frozen=True)
class LabelPlace:
    """`style`: two declarations of CSS that hold a corner of the name.  `side`: `inside` the box, or `outside` it."""

    style: str
    side: str


def label_places(things: Sequence[Thing], width: int, height: int) -> list[LabelPlace]:
    """A place for the name of each thing, in the order of the things; small things choose first."""
    boxes = [_shares(thing["box"], width, height) for thing in things]
    found: dict[int, LabelPlace] = {}
    taken: list[Area] = []
    for number in sorted(range(len(things)), key=lambda n: boxes[n][2] * boxes[n][3]):
        size = _size(str(things[number]["name"]), width, height)
        options = list(_options(boxes[number], size))
        area, found[number] = min(options, key=lambda option: _cost(option[0], boxes, taken))
        taken.append(area)
    return [found[number] for number in range(len(things))]


def _shares(box: Sequence[float], width: int, height: int) -> Area:
    return box[0] / width, box[1] / height, box[2] / width, box[3] / height


def _size(name: str, width: int, height: int) -> Size:
    wide = min(WIDEST, (PADDING_PX + LETTER_PX * len(name)) / TILE_PX)
    return wide, HEIGHT_PX / (TILE_PX * height / width)


def _options(box: Area, size: Size) -> Iterator[tuple[Area, LabelPlace]]:
    """The places beside a box and at its upper corners, the usual ones first: of equal ones the first is taken."""
    x, y, w, h = box
    for is_left, across in ((True, x), (False, x + w)):
        for is_top, down, side in ((False, y, "outside"), (True, y + h, "outside"), (True, y, "inside")):
            yield _held((across, down), (is_left, is_top), size, side)
    for is_left, across in ((True, x + w), (False, x)):
        for is_top, down in ((True, y), (False, y + h)):
            yield _held((across, down), (is_left, is_top), size, "outside")


def _held(point: tuple[float, float], corner: tuple[bool, bool], size: Size, side: str) -> tuple[Area, LabelPlace]:
    """A name that is held at a point by a corner: its left or right, and its upper or lower one."""
    (x, y), (is_left, is_top), (wide, high) = point, corner, size
    across, left = _inside(x, is_left, wide, ("left", "right"))
    down, top = _inside(y, is_top, high, ("top", "bottom"))
    return (left, top, wide, high), LabelPlace(f"{across};{down}", side)


def _inside(at: float, is_first: bool, long: float, sides: tuple[str, str]) -> tuple[str, float]:
    """How a side of a name is held along an axis so that the name stays in the picture, and where it begins."""
    begin = at if is_first else at - long
    if begin < 0:
        return f"{sides[0]}:0%", 0.0
    if begin + long > 1:
        return f"{sides[1]}:0%", 1 - long
    return (f"{sides[0]}:{100 * at:.2f}%" if is_first else f"{sides[1]}:{100 - 100 * at:.2f}%"), begin


def _cost(area: Area, boxes: Sequence[Area], taken: Sequence[Area]) -> float:
    """How much of things and names would be hidden, each as a share of its own area."""
    hidden = sum(_common(area, box) / (box[2] * box[3]) for box in boxes if box[2] * box[3] > 0)
    named = sum(_common(area, other) / (other[2] * other[3]) for other in taken)
    return round(hidden + OVER_NAME * named, 6)  # else the last digits of a sum would choose


def _common(a: Area, b: Area) -> float:
    wide = min(a[0] + a[2], b[0] + b[2]) - max(a[0], b[0])
    high = min(a[1] + a[3], b[1] + b[3]) - max(a[1], b[1])
    return max(0.0, wide) * max(0.0, high)
