"""Parses numbers, texts and boxes in the JSON requests of the spatial commands.

In: the result of `json.loads`.  Out: values.  Malformed input raises ValueError with the place and the reason.
Does not check well-formed input: a box may be faulty, which the commands report.
"""

import math
from collections.abc import Mapping
from typing import Any

from schemas.graph import CANVAS_MAX, CANVAS_MIN
from spatial.relations.boxes import LARGEST, RESOLUTION, Rect, check_box, check_canvas

Request = Mapping[str, Any]
RawBox = tuple[float, ...] | None
"""An unvalidated box: any number of numbers, finite or not."""


def required_field(request: Request, name: str) -> Any:
    """The value of a required field. Raises ValueError where it is missing."""
    if request.get(name) is None:
        raise ValueError(f"{name} is missing")
    return request[name]


def as_list(value: Any, where: str) -> list[Any]:
    """A list, or ValueError."""
    if not isinstance(value, list):
        raise ValueError(f"{where} must be a list, not {value!r}")
    return value


def optional_list(request: Request, name: str) -> list[Any]:
    """The list in a field, empty where the field is absent."""
    return [] if request.get(name) is None else as_list(request[name], name)


def as_text(value: Any, where: str) -> str:
    """A text, or ValueError."""
    if not isinstance(value, str):
        raise ValueError(f"{where} must be text, not {value!r}")
    return value


def as_int(value: Any, where: str) -> int:
    """A whole number (not true or false), or ValueError."""
    if not isinstance(value, int) or isinstance(value, bool):
        raise ValueError(f"{where} must be a whole number, not {value!r}")
    return value


def seed(request: Request) -> int:
    """The seed of a request, 0 where it is absent."""
    return 0 if request.get("seed") is None else as_int(request["seed"], "seed")


def as_number(value: Any, where: str) -> float:
    """A number; one beyond `LARGEST` becomes infinite, so that nothing overflows later. Raises ValueError."""
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise ValueError(f"{where} must be a number, not {value!r}")
    if abs(value) <= LARGEST or (isinstance(value, float) and math.isnan(value)):
        return value
    return math.inf if value > 0 else -math.inf


def box(value: Any, where: str) -> Rect:
    """A valid box. Raises ValueError for anything else."""
    found = tuple(as_number(item, where) for item in as_list(value, where))
    try:
        check_box(found)
    except ValueError as error:
        raise ValueError(f"{where}: {error}") from None
    return found[0], found[1], found[2], found[3]


def canvas(request: Request) -> tuple[float, float]:
    """The canvas of a request, or its `width` and `height`, as a row has them."""
    if request.get("canvas") is None and request.get("width") is not None:
        found = tuple(as_number(required_field(request, name), name) for name in ("width", "height"))
    else:
        found = tuple(as_number(item, "canvas") for item in as_list(required_field(request, "canvas"), "canvas"))
    check_canvas(found)
    return found[0], found[1]


def pixels(request: Request) -> tuple[int, int]:
    """The canvas of a request in whole pixels."""
    width, height = canvas(request)
    if int(width) != width or int(height) != height:
        raise ValueError(f"canvas must be whole pixels, not {[width, height]}")
    return int(width), int(height)


def layout_pixels(request: Request) -> tuple[int, int]:
    """The canvas of a request in whole pixels, within the size limits of a layout."""
    found = pixels(request)
    if not all(CANVAS_MIN <= side <= CANVAS_MAX for side in found):
        raise ValueError(f"canvas must have {CANVAS_MIN} to {CANVAS_MAX} pixels each way, not {list(found)}")
    return found


def depth(value: Any, where: str) -> float | None:
    """A depth, None where it is absent."""
    return None if value is None else as_number(value, where)


def raw_boxes(request: Request, name: str, count: int) -> list[RawBox] | None:
    """Unvalidated boxes, one or None for each object; None if the field is absent.

    In a box, a value that is no number becomes NaN, one beyond `LARGEST` becomes that, and a size below the resolution
    becomes 0: later checks find these faults, and nothing overflows.
    """
    if request.get(name) is None:
        return None
    given = as_list(request[name], name)
    if len(given) > count:
        raise ValueError(f"{name} has {len(given)} entries for {count} objects")
    found = [None if item is None else _raw_box(as_list(item, f"{name}[{i}]")) for i, item in enumerate(given)]
    return found + [None] * (count - len(found))


def _raw_box(items: list[Any]) -> tuple[float, ...]:
    values = [_raw_number(item) for item in items]
    for axis in (2, 3):
        if axis < len(values) and 0 < values[axis] < RESOLUTION:
            values[axis] = 0.0
    return tuple(values)


def _raw_number(value: Any) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool):
        return math.nan
    if -LARGEST <= value <= LARGEST or (isinstance(value, float) and not math.isfinite(value)):
        return value
    return LARGEST if value > 0 else -LARGEST


def depths(request: Request, count: int) -> list[float | None]:
    """The depth of each object, None where it is absent or not finite."""
    if request.get("depth") is None:
        return [None] * count
    given = as_list(request["depth"], "depth")
    if len(given) != count:
        raise ValueError(f"depth has {len(given)} entries for {count} objects")
    found = [depth(item, f"depth[{i}]") for i, item in enumerate(given)]
    return [value if value is not None and math.isfinite(value) else None for value in found]
