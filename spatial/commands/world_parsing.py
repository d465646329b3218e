"""A scene in metres of a request, as in the dataset's columns.

In: a request with `camera`, objects with `position`, `size` and `heading`; `room`, `plain_ground` and `views` where there
are any.  Out: fields of a scene.  Malformed input raises ValueError with a message for people.
"""

from collections.abc import Mapping
from typing import Any

from schemas.pictures import SeenBody
from spatial.commands import value_parsing
from spatial.commands.value_parsing import Request

NEEDED = ("position", "size", "heading")
"""What each object of a scene in metres has."""


def world_fields(request: Request) -> dict[str, Any] | None:
    """The world of a request; None where it has no camera. Raises ValueError where only a part of it is given."""
    objects = value_parsing.as_list(value_parsing.required_field(request, "objects"), "objects")
    if request.get("camera") is None:
        _require_none(request, objects)
        return None
    bodies = [_body(item, f"objects[{i}]") for i, item in enumerate(objects)]
    camera, room = _mapping(request["camera"], "camera"), request.get("room")
    return {
        "camera": camera,
        "bodies": bodies,
        "room": None if room is None else _mapping(room, "room"),
        "plain": request.get("plain_ground") is True,
    }


def views_fields(request: Request) -> list[dict[str, Any]]:
    """What other cameras see: `camera`, `objects`, and `canvas` or `width` and `height`."""
    return [_view(item, f"views[{i}]") for i, item in enumerate(value_parsing.optional_list(request, "views"))]


def _view(item: Any, where: str) -> dict[str, Any]:
    view = _mapping(item, where)
    objects = value_parsing.as_list(value_parsing.required_field(view, "objects"), f"{where}.objects")
    return {
        "canvas": value_parsing.pixels(view),
        "camera": _mapping(value_parsing.required_field(view, "camera"), f"{where}.camera"),
        "objects": [_mapping(thing, f"{where}.objects[{i}]") for i, thing in enumerate(objects)],
    }


def _body(item: Any, where: str) -> dict[str, Any]:
    thing = _mapping(item, where)
    missing = [name for name in NEEDED if thing.get(name) is None]
    if missing:
        raise ValueError(
            f"{where} has no {missing[0]}: with a camera each object has {', '.join(NEEDED)} in metres and degrees"
        )
    return {name: thing[name] for name in SeenBody.model_fields if thing.get(name) is not None}


def _require_none(request: Request, objects: list[Any]) -> None:
    """Raises ValueError where what is in metres would be left out, since there is no camera."""
    given = [name for name in ("room", "views") if request.get(name)]
    given += [f"objects[{i}].position" for i, item in enumerate(objects) if isinstance(item, dict) and item.get("position")]
    if given:
        raise ValueError(f"{given[0]} is given without a camera: a scene in metres has its intrinsics and world_to_camera")


def _mapping(value: Any, where: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise ValueError(f"{where} must be an object, not {value!r}")
    return value
