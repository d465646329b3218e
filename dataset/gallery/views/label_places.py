"""Where the names of things stand over a picture: beside their boxes, and over as little of any thing as there is room for.

In: the things of a sample's view with their boxes, the picture's size.  Out: each thing's place as CSS and as a class.
How large a name is in the page is not known here.  Places are chosen as on the smallest picture, where a name covers most;
a name that has to move there to stay in the picture moves no further than it must on a larger one.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

TILE_PX = 180
"""The width of the smallest picture, on the contact sheet of a telephone, in pixels of the page."""

STAGE_PX = 400
"""The width of a picture beside its questions, about, in the same."""

LETTER_PX, PADDING_PX, HEIGHT_PX = 6.2, 9, 15
"""The size of a name there: of each letter, of both ends together, and of the line."""

LETTER_EM, LINE_EM, ENDS_PX = 0.61, 1.47, 12
"""The same in any picture: letter and line in sizes of the name's own font, and its ends."""

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
    """`style`: two declarations of CSS that hold a corner of the name.  `side`: `inside` the box, or `outside` it.
    `area`: what the name covers of a picture whose questions stand beside it."""

    style: str
    side: str
    area: Area


def label_places(things: Sequence[Thing], width: int, height: int) -> list[LabelPlace]:
    """A place for the name of each thing, in the order of the things; small things choose first."""
    boxes = [_shares(thing["box"], width, height) for thing in things]
    found: dict[int, LabelPlace] = {}
    taken: list[Area] = []
    for number in sorted(range(len(things)), key=lambda n: boxes[n][2] * boxes[n][3]):
        name = str(things[number]["name"])
        options = list(_options(boxes[number], _name(name, width, height)))
        area, found[number] = min(options, key=lambda option: _cost(option[0], boxes, taken))
        taken.append(area)
    return [found[number] for number in range(len(things))]


@dataclass(frozen=True)
class _Name:
    """A name as large as on the smallest picture, as large beside questions, and how many letters it has."""

    size: Size
    beside_questions: Size
    letters: int

    @property
    def room(self) -> tuple[str, str]:
        """The largest distance of its first sides from the picture's, as CSS."""
        across = f"max({100 - 100 * WIDEST:.0f}%,100% - {LETTER_EM * self.letters:.2f}em - {ENDS_PX}px)"
        return across, f"100% - {LINE_EM}em"


def _shares(box: Sequence[float], width: int, height: int) -> Area:
    return box[0] / width, box[1] / height, box[2] / width, box[3] / height


def _name(name: str, width: int, height: int) -> _Name:
    return _Name(_size(name, TILE_PX, height / width), _size(name, STAGE_PX, height / width), len(name))


def _size(name: str, pixels: int, aspect: float) -> Size:
    """In a picture so wide on the page, `aspect` times as high."""
    return min(WIDEST, (PADDING_PX + LETTER_PX * len(name)) / pixels), HEIGHT_PX / (pixels * aspect)


def _options(box: Area, name: _Name) -> Iterator[tuple[Area, LabelPlace]]:
    """The places beside a box and at its upper corners, the usual ones first: of equal ones the first is taken."""
    x, y, w, h = box
    for is_left, across in ((True, x), (False, x + w)):
        for is_top, down, side in ((False, y, "outside"), (True, y + h, "outside"), (True, y, "inside")):
            yield _held((across, down), (is_left, is_top), name, side)
    for is_left, across in ((True, x + w), (False, x)):
        for is_top, down in ((True, y), (False, y + h)):
            yield _held((across, down), (is_left, is_top), name, "outside")


def _held(point: tuple[float, float], corner: tuple[bool, bool], name: _Name, side: str) -> tuple[Area, LabelPlace]:
    """A name that is held at a point by a corner: its left or right, and its upper or lower one."""
    (x, y), (is_left, is_top), (wide, high) = point, corner, name.size
    across, left = _inside(x, wide, "left" if is_left else "right", name.room[0])
    down, top = _inside(y, high, "top" if is_top else "bottom", name.room[1])
    large = name.beside_questions
    begins = (
        _inside(x, large[0], "left" if is_left else "right", "")[1],
        _inside(y, large[1], "top" if is_top else "bottom", "")[1],
    )
    return (left, top, wide, high), LabelPlace(f"{across};{down}", side, (*begins, *large))


def _inside(at: float, long: float, held_by: str, room: str) -> tuple[str, float]:
    """How a side of a name is held along an axis, and where the name begins: it stays in the picture, so that a side that
    is too near to the picture's other end moves away from it by as much as is needed."""
    is_first = held_by in ("left", "top")
    distance = min(1.0, max(0.0, at if is_first else 1 - at))
    begin = at if is_first else at - long
    place = f"{100 * distance:.2f}%" if distance + long <= 1 else f"min({100 * distance:.2f}%,{room})"
    return f"{held_by}:{place}", min(max(begin, 0.0), 1 - long)


def _cost(area: Area, boxes: Sequence[Area], taken: Sequence[Area]) -> float:
    """How much of things and names would be hidden, each as a share of its own area."""
    hidden = sum(common(area, box) / (box[2] * box[3]) for box in boxes if box[2] * box[3] > 0)
    named = sum(common(area, other) / (other[2] * other[3]) for other in taken)
    return round(hidden + OVER_NAME * named, 6)  # else the last digits of a sum would choose


def common(a: Area, b: Area) -> float:
    """The area that both cover."""
    wide = min(a[0] + a[2], b[0] + b[2]) - max(a[0], b[0])
    high = min(a[1] + a[3], b[1] + b[3]) - max(a[1], b[1])
    return max(0.0, wide) * max(0.0, high)
