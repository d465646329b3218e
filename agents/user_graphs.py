"""Parses and checks user-made graphs in the reference program's JSON form.

In: `{"scene", "chosen_objects", "attributes", "negative_objects", "objects_kg"}` with triples `[i, phrase, j]`,
of a group `[i, phrase, [j, k]]`.
Out: the scene, objects, relations and absent categories.  Adds, drops and reorders nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import ValidationError

from agents.rejections import check_consistency, invalid_graph
from agents.requirements import home_of
from schemas.base import readable
from schemas.bounds import MAX_ATTRIBUTES, MAX_EXCLUDED, MAX_NAME_CHARS, MAX_RELATIONS
from schemas.graph import MAX_OBJECTS, GraphObject, Relation
from spatial.knowledge.category_names import category_name, excluded_names
from spatial.knowledge.knowledge_base import categories
from spatial.knowledge.renderer_capabilities import RendererCapabilities
from spatial.relations.phrases import UnknownPhrase, normalise
from spatial.relations.predicate_table import PREDICATES

ARTICLES = ("a", "an", "the", "some", "one")
KNOWN_FIELDS = frozenset({"scene", "chosen_objects", "attributes", "negative_objects", "objects_kg"})

LONGEST_NUMBER = 4
"""Digits of an object's number as text."""


@dataclass(frozen=True)
class UserGraph:
    """A checked graph. `undrawn`: attributes that the renderer cannot show."""

    scene: str
    objects: tuple[GraphObject, ...]
    relations: tuple[Relation, ...]
    excluded: tuple[str, ...]
    undrawn: tuple[str, ...]


def read_graph(form: Mapping[str, object], capabilities: RendererCapabilities) -> UserGraph:
    """The graph in a JSON form. Raises RequestRejected: invalid_graph, or contradiction with the conflicting relations."""
    unknown = sorted(set(form) - KNOWN_FIELDS)
    if unknown:
        raise invalid_graph(f"unknown field {unknown[0]!r}")
    scene = _name(form.get("scene"), "scene")
    home = home_of(scene, capabilities)
    names = [category_name(_name(item, "chosen_objects"), home) for item in _items(form, "chosen_objects")]
    if not 1 <= len(names) <= MAX_OBJECTS:
        raise invalid_graph(f"chosen_objects has {len(names)} things, not 1 to {MAX_OBJECTS}")
    _refuse_undrawable(names, capabilities)
    attributes = _attributes(form.get("attributes"), names)
    objects = tuple(GraphObject(id=i, category=n, attributes=attributes.get(i, ())) for i, n in enumerate(names))
    relations = tuple(r for triple in _items(form, "objects_kg") for r in _relations(triple, len(names)))
    _refuse_too_many("objects_kg", len(relations), MAX_RELATIONS)
    check_consistency(names, relations, "the graph contradicts itself")
    return UserGraph(scene, objects, relations, _excluded(form, names), _undrawn(objects, capabilities))


def _items(form: Mapping[str, object], field: str) -> list[object]:
    found = form.get(field, [])
    if not isinstance(found, list | tuple):
        raise invalid_graph(f"{field} must be a list")
    return list(found)


def _name(value: object, field: str) -> str:
    if not isinstance(value, str) or not value.strip() or len(value.strip()) > MAX_NAME_CHARS:
        raise invalid_graph(f"{field} must be a text of 1 to {MAX_NAME_CHARS} characters, not {str(value)[:40]!r}")
    try:
        return readable(value.strip())
    except ValueError as error:
        raise invalid_graph(f"{field}: {value[:40]!r} {error}") from error


def _refuse_too_many(field: str, count: int, most: int) -> None:
    if count > most:
        raise invalid_graph(f"{field} says {count} things, not at most {most}")


def _refuse_undrawable(names: list[str], capabilities: RendererCapabilities) -> None:
    for name in names:
        if not capabilities.draws(categories().get(name)):
            raise invalid_graph(f"the renderer {capabilities.renderer} has no picture of {name!r}")


def _attributes(value: object, names: list[str]) -> dict[int, tuple[str, ...]]:
    """Index to attribute words, from texts such as "a black cat" (or lists of words)."""
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise invalid_graph("attributes must be a map from the object's number to a text")
    found = {}
    for key, said in value.items():
        is_number = isinstance(key, str) and key.isdecimal() and len(key) <= LONGEST_NUMBER
        i = _index(int(key) if is_number else key, len(names), "attributes")
        texts = said if isinstance(said, list | tuple) else [said]
        words = [_without_noun(_name(text, "attributes"), names[i]) for text in texts]
        found[i] = tuple(word for word in words if word)
        _refuse_too_many("attributes", len(found[i]), MAX_ATTRIBUTES)
    return found


def _without_noun(text: str, noun: str) -> str:
    words = text.split()
    if words[0].casefold() in ARTICLES:
        words = words[1:]
    plain_text = " ".join(words)
    at = plain_text.casefold().rfind(noun)
    return plain_text if at < 0 else " ".join((plain_text[:at] + plain_text[at + len(noun) :]).split())


def _index(value: object, count: int, field: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < count:
        raise invalid_graph(f"{field} names object {value!r}, the graph has {count}")
    return value


def _relations(triple: object, count: int) -> list[Relation]:
    if not isinstance(triple, list | tuple) or len(triple) != 3:
        raise invalid_graph(f"objects_kg holds triples [i, phrase, j] or [i, phrase, [j, k]], not {str(triple)[:60]}")
    subject, phrase, other = triple
    a = _index(subject, count, "objects_kg")
    given = other if isinstance(other, list | tuple) else [] if other is None else [other]
    objects = [_index(each, count, "objects_kg") for each in given]
    said = _name(phrase, "objects_kg")
    try:
        predicates = (said,) if said in PREDICATES else normalise(said)
    except UnknownPhrase as error:
        raise invalid_graph(str(error)) from error
    try:
        return [Relation(subject=a, predicate=p, object=next(iter(objects), None), others=tuple(objects[1:]))
                for p in predicates]  # fmt: skip
    except ValidationError as error:
        raise invalid_graph(f"{said!r} has the wrong number of things") from error


def _excluded(form: Mapping[str, object], names: list[str]) -> tuple[str, ...]:
    value = form.get("negative_objects") or []
    listed = value if isinstance(value, list | tuple) else [value]
    found = tuple(dict.fromkeys(one for item in listed for one in excluded_names(_name(item, "negative_objects"))))
    _refuse_too_many("negative_objects", len(found), MAX_EXCLUDED)
    both = [name for name in found if name in names]
    if both:
        raise invalid_graph(f"{both[0]!r} is both chosen and negative")
    return found


def _undrawn(objects: tuple[GraphObject, ...], capabilities: RendererCapabilities) -> tuple[str, ...]:
    found = []
    for item in objects:
        category = categories().get(item.category)
        drawn = (
            {w for ws in capabilities.words(category).values() for w in ws} if category and capabilities.pictures else None
        )
        found += [f"{word} {item.category}" for word in item.attributes if drawn is not None and word not in drawn]
    return tuple(found)
