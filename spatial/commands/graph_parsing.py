"""Parses graphs and scenes in the JSON requests of the spatial commands.

In: the result of `json.loads`.  Out: statements, scenes.  Malformed input raises ValueError with the place and the
reason.
Does not check well-formed input: relations may dangle or contradict each other, which the commands report.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from schemas.bounds import MAX_WHOLE
from schemas.events import Scene, SeenObject, SeenRelation
from schemas.graph import Relation
from schemas.texts.fault_words import in_plain_words
from spatial.commands import value_parsing
from spatial.commands.value_parsing import Request
from spatial.commands.world_parsing import views_fields, world_fields
from spatial.reasoning.closure import relation_of
from spatial.relations.phrases import UnknownPhrase, normalise, normalise_place
from spatial.relations.predicate_table import BINARY, BORDERS, OF_GROUPS, ORIENTED, PLACES

Statement = tuple[Relation, ...]
"""All relations in one entry of a request, since a phrase may state several predicates."""

_M = TypeVar("_M", bound=BaseModel)


def names(request: Request) -> tuple[str, ...]:
    """The names of the objects."""
    return tuple(
        value_parsing.as_text(item, f"objects[{i}]")
        for i, item in enumerate(value_parsing.as_list(value_parsing.required_field(request, "objects"), "objects"))
    )


def statements(request: Request, count: int) -> list[Statement]:
    """A statement for each entry, by its predicate or phrase. An index that no object can have is one past the last."""
    given = value_parsing.optional_list(request, "relations")
    return [_statement(_triple(item, i), i, count) for i, item in enumerate(given)]


def _triple(item: Any, i: int) -> list[Any]:
    """Subject, predicate, and the objects as one value: none, one, or a list of several."""
    if isinstance(item, dict):
        others = item.get("others")
        thing = (
            [item.get("object"), *value_parsing.as_list(others, f"relations[{i}].others")] if others else item.get("object")
        )
        return [item.get("subject"), item.get("predicate"), thing]
    if not isinstance(item, list) or len(item) != 3:
        raise ValueError(f"relations[{i}] must be [subject, predicate, object], not {item!r}")
    return item


def _objects(value: Any, where: str) -> list[int]:
    """The objects of a triple, none for null."""
    given = value if isinstance(value, list) else [] if value is None else [value]
    return [value_parsing.as_int(item, where) for item in given]


def _statement(triple: Sequence[Any], i: int, count: int) -> Statement:
    where = f"relations[{i}]"
    subject = _index(value_parsing.as_int(triple[0], where), count)
    objects = [_index(number, count) for number in _objects(triple[2], where)]
    predicates = _relation(triple[1], where) if objects else _place(triple[1], where)
    if len(objects) < 2 and not set(OF_GROUPS).intersection(predicates):
        return tuple(relation_of((name, subject, objects[0] if objects else None)) for name in predicates)
    return tuple(_of_several(name, subject, objects, where) for name in predicates)


def _of_several(name: str, subject: int, objects: Sequence[int], where: str) -> Relation:
    try:
        return Relation(subject=subject, predicate=name, object=objects[0], others=tuple(objects[1:]))
    except ValidationError as error:
        raise ValueError(f"{where}: {in_plain_words(error.errors()[0])}") from None


def _index(number: int, count: int) -> int:
    return number if 0 <= number <= MAX_WHOLE else count


def _place(word: Any, where: str) -> tuple[str, ...]:
    phrase = value_parsing.as_text(word, where)
    if phrase in (*PLACES, *BORDERS):
        return (phrase,)
    try:
        return (normalise_place(phrase),)
    except UnknownPhrase as error:
        if phrase in (*BINARY, *ORIENTED, *OF_GROUPS):
            raise ValueError(f"{where}: {phrase} needs an object") from None
        raise ValueError(f"{where}: as a place: {error}") from None


def _relation(word: Any, where: str) -> tuple[str, ...]:
    phrase = value_parsing.as_text(word, where)
    if phrase in (*BINARY, *ORIENTED, *OF_GROUPS):
        return (phrase,)
    try:
        predicates = normalise(phrase)
    except UnknownPhrase as error:
        raise ValueError(f"{where}: {error}") from None
    if any(name in (*PLACES, *BORDERS) for name in predicates):
        raise ValueError(f"{where}: {phrase!r} is a place and takes no object")
    return predicates


def scene(request: Request) -> Scene:
    """The scene of a request, its objects, relations, `camera`, `room`, `plain_ground` and `views` as in the dataset's
    columns.

    Defaults: the position as id, no attributes, depth 0, fully visible, not drawn.
    """
    objects = [
        _scene_object(item, i)
        for i, item in enumerate(value_parsing.as_list(value_parsing.required_field(request, "objects"), "objects"))
    ]
    known = {thing.id for thing in objects}
    if len(known) < len(objects):
        raise ValueError("two objects have the same id")
    relations = [r for i, item in enumerate(value_parsing.optional_list(request, "relations"))
                 for r in _scene_relations(item, i, known)]  # fmt: skip
    excluded = [
        value_parsing.as_text(item, f"excluded[{i}]")
        for i, item in enumerate(value_parsing.optional_list(request, "excluded"))
    ]
    fields = {"canvas": value_parsing.pixels(request), "scene": request.get("scene") or "scene", "objects": objects}
    in_metres = {"world": world_fields(request), "views": list(map(_view, views_fields(request)))}
    return _model(Scene, {**fields, "relations": relations, "excluded": excluded, **in_metres}, "scene")


def _view(view: Mapping[str, Any]) -> dict[str, Any]:
    objects = [_scene_object(thing, k) for k, thing in enumerate(view["objects"])]
    return {**view, "objects": objects}


def _scene_object(item: Any, i: int) -> SeenObject:
    if not isinstance(item, dict):
        raise ValueError(f"objects[{i}] must be an object with category and box, not {item!r}")
    plain = {"id": i, "attributes": (), "depth": 0.0, "visible": 1.0}
    given = {name: item[name] for name in SeenObject.model_fields if item.get(name) is not None}
    if "box" in given:
        value_parsing.box(given["box"], f"objects[{i}].box")
    return _model(SeenObject, {**plain, **given}, f"objects[{i}]")


def _scene_relations(item: Any, i: int, known: Collection[int]) -> list[SeenRelation]:
    triple = _triple(item, i)
    for end in (triple[0], *_objects(triple[2], f"relations[{i}]")):
        if value_parsing.as_int(end, f"relations[{i}]") not in known:
            raise ValueError(f"relations[{i}] names object {end!r}, which is not there")
    drawn = isinstance(item, dict) and item.get("drawn") is True
    return [SeenRelation(**r.model_dump(), drawn=drawn) for r in _statement(triple, i, 0)]


def _model(kind: type[_M], fields: Mapping[str, Any], where: str) -> _M:
    try:
        return kind.model_validate(fields)
    except ValidationError as error:
        fault = error.errors()[0]
        path = ".".join(str(part) for part in fault["loc"])
        raise ValueError(f"{where}.{path}: {in_plain_words(fault)}") from None
