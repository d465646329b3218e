"""Whatever the schemas let through, as hypothesis strategies built from the models' own fields and bounds.

In: a model.  Out: a strategy of its instances: a field that is added later is drawn without a word here.
What fields must have with each other (numbers of things, ends of relations) stands in `CONSISTENT`; words that handlers
know are drawn more often than others, by the names of fields in `WORDS`.
"""

import re
import types
from collections.abc import Callable, Iterable
from functools import cache, lru_cache
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin

import annotated_types
from hypothesis import strategies as st
from pydantic import AfterValidator, BaseModel
from pydantic.fields import FieldInfo

from schemas.base import OneOf
from schemas.bounds import CANVAS_MAX, CANVAS_MIN, MAX_NAME_CHARS
from schemas.events import OPEN_KINDS, QAEvent, Question, SeedConcept, SeedOptions
from schemas.graph import Layout, Relation, SpatialGraph
from schemas.pictures import Scene, SeenRelation, SeenView, Truth
from schemas.predicate_names import BINARY, GROUPS, PLACES
from schemas.world import Body, Camera, Space, World
from spatial.knowledge.knowledge_base import categories, scene_kinds

M = TypeVar("M", bound=BaseModel)
Fields = dict[str, Any]
Draw = Callable[[st.SearchStrategy[Any]], Any]

MANY = 20
"""Relations whose ends are drawn one by one."""

MOST = 5
"""Elements of a collection, usually."""

RARELY = 25
"""One collection in so many is as full as it may be."""

LONG = 1_000
"""Characters of a long text: longer ones take time and show nothing more."""

TEXTS = st.text(st.characters(exclude_categories=("Cs",)), max_size=12)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63) + 1, 2**63 - 1) | st.floats(allow_nan=False, allow_infinity=False)
    | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=8,
)  # fmt: skip


@lru_cache(maxsize=1)
def _words() -> dict[str, tuple[str, ...]]:
    """The words that handlers know, by the names of fields."""
    known = [name for name, category in categories().items() if category.drawn or category.sprite]
    said = sorted({word for category in categories().values() for words in category.attributes.values() for word in words})
    carries = ("bookshelf", "basket", "table", "aquarium", "shopping cart", "rug", "book", "mug", "cat")
    contact = ("on", "supports", "inside", "contains")
    return {
        "category": (*carries * 10, *known),
        "attributes": ("red", "facing left", "blue", *said),
        "predicate": (*contact * 6, *sorted(BINARY | PLACES)),
        "scene": tuple(scene_kinds()),
        "concept": tuple(scene_kinds()),
        "excluded": ("tree", "lamp", *known),
        "required_objects": (*carries, *known),
        "key": ("images/0a/0a.webp", "a", "a/…/b.png"),
        "families": ("direction", "depth", "support", "containment", "distance", "place"),
    }


@cache
def models(kind: type[M]) -> st.SearchStrategy[M]:
    """Valid instances of a model."""
    return st.composite(_drawn)(kind)


def _drawn(draw: Draw, kind: type[M]) -> M:
    fields = draw(_fields(kind))
    if kind in CONSISTENT:
        fields = CONSISTENT[kind](draw, fields)
    return kind.model_validate(fields)


@cache
def _fields(kind: type[BaseModel]) -> st.SearchStrategy[Fields]:
    drawn_later = {"layout", "world"} if kind is SpatialGraph else {"boxes", "depth", "canvas"} if kind is Layout else set()
    fields = {name: info for name, info in kind.model_fields.items() if name not in drawn_later}
    return st.fixed_dictionaries({name: of(info.annotation, info.metadata, name) for name, info in fields.items()})


def of(annotation: Any, metadata: Iterable[Any] = (), name: str = "") -> st.SearchStrategy[Any]:
    """Values of an annotation, within its bounds."""
    bounds = list(metadata)
    while get_origin(annotation) is Annotated:
        annotation, *more = get_args(annotation)
        bounds += [part for each in more for part in (each.metadata if isinstance(each, FieldInfo) else [each])]
    closed = [each.words for each in bounds if isinstance(each, OneOf)]
    made = st.sampled_from(sorted(closed[0])) if closed else _plain(annotation, bounds, name)
    checks = [each.func for each in bounds if isinstance(each, AfterValidator)]
    return made.filter(lambda value: _passes(checks, value)) if checks else made


def _passes(checks: Iterable[Callable[[Any], Any]], value: Any) -> bool:
    try:
        for check in checks:
            check(value)
    except ValueError:
        return False
    return True


def _plain(annotation: Any, bounds: list[Any], name: str) -> st.SearchStrategy[Any]:
    origin, inner = get_origin(annotation), get_args(annotation)
    if origin is Literal:
        return st.sampled_from(inner)
    if origin in (Union, types.UnionType):
        return st.one_of(*(of(part, (), name) for part in inner))
    if origin is tuple:
        return _tuples(inner, bounds, name)
    if origin is dict and inner[1] is object:
        return st.dictionaries(TEXTS, JSON, max_size=4)
    if origin is dict:
        return _dictionaries(of(inner[0], (), name), of(inner[1]), _bound(bounds, annotated_types.MaxLen, "max_length"))
    is_model = isinstance(annotation, type) and issubclass(annotation, BaseModel)
    return models(annotation) if is_model else _scalars(annotation, bounds, name)


def _tuples(inner: tuple[Any, ...], bounds: list[Any], name: str) -> st.SearchStrategy[Any]:
    if len(inner) == 2 and inner[1] is Ellipsis:
        least = _bound(bounds, annotated_types.MinLen, "min_length") or 0
        longest = _bound(bounds, annotated_types.MaxLen, "max_length")
        one = of(inner[0], (), name)
        some = st.lists(one, min_size=least, max_size=max(least, min(MOST, longest))).map(tuple)
        return _mostly(some, one.map(lambda element: (element,) * longest))
    return st.tuples(*(of(part, (), name) for part in inner))


def _dictionaries(keys: st.SearchStrategy[Any], values: st.SearchStrategy[Any], most: int) -> st.SearchStrategy[Any]:
    full = values.map(lambda value: {f"name {number}": value for number in range(most)})
    return _mostly(st.dictionaries(keys, values, max_size=min(MOST, most)), full)


def _mostly(some: st.SearchStrategy[Any], full: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.integers(0, RARELY).flatmap(lambda number: full if number == RARELY else some)


def _scalars(annotation: Any, bounds: list[Any], name: str) -> st.SearchStrategy[Any]:
    low, high = _bound(bounds, annotated_types.Ge, "ge"), _bound(bounds, annotated_types.Le, "le")
    if annotation is type(None):
        return st.none()
    if annotation is bool:
        return st.booleans()
    if annotation is int:
        assert high is not None, f"{name} has no upper bound"
        return st.integers(low, min(high, max(low, 0) + 9)) | st.integers(low, high)
    if annotation is float:
        assert high is not None, f"{name} has no upper bound"
        return st.floats(low, high, allow_nan=False)
    longest = _bound(bounds, annotated_types.MaxLen, "max_length")
    if annotation is bytes:
        assert longest is not None, f"{name} has no longest length"
        return st.binary(max_size=min(40, longest))
    assert annotation is str, f"{name} is of an unknown kind: {annotation}"
    return _texts(bounds, name)


def _texts(bounds: list[Any], name: str) -> st.SearchStrategy[str]:
    pattern = next((each.pattern for each in bounds if getattr(each, "pattern", None)), None)
    if pattern is not None:
        return _matching(pattern)
    longest = _bound(bounds, annotated_types.MaxLen, "max_length")
    assert longest is not None, f"{name} has no longest length"
    least = _bound(bounds, annotated_types.MinLen, "min_length") or 0
    alphabet = st.characters(exclude_categories=("Cs", "Cc") if longest <= MAX_NAME_CHARS else ("Cs",))
    some = st.text(alphabet, min_size=least, max_size=min(12, longest))
    full = st.just("w" * min(longest, LONG))
    known = _words().get(name)
    return st.one_of(*[st.sampled_from(known)] * 30, some, full) if known else st.one_of(some, some, some, full)


def _matching(pattern: str) -> st.SearchStrategy[str]:
    """Texts of a pattern; ids and hashes from one number, which is cheap to draw."""
    for width in (32, 64):
        if re.fullmatch(pattern, "0" * width):
            return st.integers(0, 16**width - 1).map(lambda number, width=width: f"{number:0{width}x}")
    return st.from_regex(pattern, fullmatch=True)


def _bound(bounds: list[Any], kind: type, field: str) -> Any:
    """The value of a bound: by itself, or inside a constraint of pydantic's that holds several."""
    found = [getattr(each, field) for each in bounds if isinstance(each, kind) or getattr(each, field, None) is not None]
    return found[-1] if found else None


def _options(draw: Draw, fields: Fields) -> Fields:
    few, many = sorted((fields["min_objects"], fields["max_objects"]))
    wishes = tuple(_usual(draw, wish) for wish in fields["required_relations"])
    return {**fields, "min_objects": few, "max_objects": many, "required_relations": wishes}


def _usual(draw: Draw, wish: tuple[str, str, str | None]) -> tuple[str, str, str | None]:
    """The wish, often one that can be understood."""
    if draw(st.booleans()):
        return wish
    things = st.sampled_from(_words()["category"])
    predicate = draw(st.sampled_from(sorted(BINARY | PLACES)))
    return draw(things), predicate, None if predicate in PLACES else draw(things)


def _seed(draw: Draw, fields: Fields) -> Fields:
    return {**fields, "first": min(fields["first"], 2**31 - 1 - fields["count"])}


def _relation(draw: Draw, fields: Fields) -> Fields:
    if fields["predicate"] in PLACES:
        return {**fields, "object": None, "others": ()}
    if (fields["predicate"] in BINARY and fields["object"] is None) or (
        fields["predicate"] in GROUPS and fields["object"] in (None, fields["subject"])
    ):
        fields = {**fields, "object": fields["subject"] + 1 if fields["subject"] < 9 else 0}
    alone = fields["predicate"] in BINARY or fields["object"] in (None, fields["subject"])
    least, most = GROUPS.get(fields["predicate"], (0, 0 if alone else 3))
    free = [number for number in range(20) if number not in (fields["subject"], fields["object"])]
    others = draw(st.lists(st.sampled_from(free), min_size=least, max_size=most, unique=True))
    return {**fields, "others": tuple(others)}


def _layout(draw: Draw, fields: Fields, count: int = 2) -> Fields:
    canvas = draw(canvases())
    depths = draw(st.lists(st.floats(-3, 3) | st.floats(-1e9, 1e9), min_size=1, max_size=MOST))
    placed = [draw(boxes(canvas)) for _ in range(min(count, MANY))]
    return {**fields, "canvas": canvas, "boxes": (placed * count)[:count], "depth": (depths * count)[:count]}


def canvases() -> st.SearchStrategy[tuple[int, int]]:
    """Mostly what planners use, and whatever a layout may have."""
    sides = st.integers(CANVAS_MIN, 700) | st.integers(CANVAS_MIN, CANVAS_MAX)
    return st.just((512, 512)) | st.tuples(sides, sides)


def boxes(canvas: tuple[int, int]) -> st.SearchStrategy[tuple[int, int, int, int]]:
    """Mostly inside the canvas; at its edge, outside, tiny and huge as well."""
    axes = []
    for side in canvas:
        inside = st.integers(0, side - 1).flatmap(lambda x, side=side: st.tuples(st.just(x), st.integers(1, side - x)))
        axes += [st.one_of(inside, inside, inside, st.tuples(st.integers(-2 * side, 2 * side), st.integers(1, 2 * side)))]
    return st.tuples(*axes).map(lambda both: (both[0][0], both[1][0], both[0][1], both[1][1]))


def _graph(draw: Draw, fields: Fields) -> Fields:
    things = [thing.model_copy(update={"id": i}) for i, thing in enumerate(fields["objects"])]
    layout = _layout(draw, draw(_fields(Layout)), len(things))
    drawn = [each for relation in fields["relations"][:MANY] if (each := _inside(draw, relation, len(things)))]
    relations = (drawn * len(fields["relations"]))[: len(fields["relations"])]
    world = _world(draw, len(things)) if draw(st.booleans()) else None
    return {**fields, "objects": things, "layout": layout, "relations": tuple(relations), "world": world}


def _world(draw: Draw, count: int) -> World:
    """Bodies for that many things, each carried by nothing or by another."""
    bodies = []
    for number in range(count):
        support = draw(st.none() | st.integers(0, count - 1))
        carried, body = None if support == number else support, draw(models(Body))
        prop = None if body.rotation is None or carried is not None else draw(st.none() | st.integers(0, count - 1))
        bodies.append(body.model_copy(update={"support": carried, "leans_on": None if prop == number else prop}))
    views = draw(st.lists(models(Camera), max_size=2))
    return World(space=draw(models(Space)), bodies=tuple(bodies), camera=draw(models(Camera)), views=tuple(views))


def _scene(draw: Draw, fields: Fields) -> Fields:
    world, count = fields["world"], len(fields["objects"])
    bodies = () if world is None else world.bodies
    if world is None or (count and not bodies):
        return {**fields, "world": None}
    return {**fields, "world": world.model_copy(update={"bodies": (bodies * count)[:count]})}


def _inside(draw: Draw, relation: Any, count: int) -> Any:
    """The relation between things that are there, None where there are too few."""
    numbers = st.integers(0, count - 1)
    subject, other = draw(numbers), None if relation.object is None else draw(numbers)
    if relation.others:
        numbers_there = draw(st.permutations(range(count)))[: 2 + len(relation.others)]
        if len(numbers_there) < 2 + len(relation.others):
            return None
        subject, other, *others = numbers_there
        return relation.model_copy(update={"subject": subject, "object": other, "others": tuple(others)})
    return None if subject == other else relation.model_copy(update={"subject": subject, "object": other})


def _truth(draw: Draw, fields: Fields) -> Fields:
    return {**fields, "objects": [thing.model_copy(update={"id": i}) for i, thing in enumerate(fields["objects"])]}


def _question(draw: Draw, fields: Fields) -> Fields:
    choices = tuple(dict.fromkeys(fields["choices"]))
    if not choices and fields["kind"] in OPEN_KINDS:
        return fields
    choices = choices or ("yes",)
    choices = choices if len(choices) > 1 else (*choices, "no" if choices[0] != "no" else "yes")
    return {**fields, "choices": choices, "answer": draw(st.sampled_from(choices))}


def _view(draw: Draw, fields: Fields) -> Fields:
    """Numbered as in a truth; sometimes one is left out."""
    things = _truth(draw, fields)["objects"]
    left_out = draw(st.integers(0, 2 * len(things)))
    return {**fields, "objects": [thing for thing in things if thing.id != left_out]}


def _sample(draw: Draw, fields: Fields) -> Fields:
    """Pictures of as many further cameras as the scene has views, and questions that show no others."""
    views, scene, questions = fields["views"], fields["scene"], fields["questions"]
    count = min(len(views), len(scene.views))
    shown = [tuple(number for number in question.views if number <= count) for question in questions]
    return {
        **fields,
        "views": views[:count],
        "scene": scene.model_copy(update={"views": scene.views[:count]}),
        "questions": tuple(q.model_copy(update={"views": numbers}) for q, numbers in zip(questions, shown, strict=True)),
    }


CONSISTENT: dict[type[BaseModel], Callable[[Draw, Fields], Fields]] = {
    SeedOptions: _options,
    SeedConcept: _seed,
    Relation: _relation,
    SeenRelation: _relation,
    Layout: _layout,
    SpatialGraph: _graph,
    Truth: _truth,
    Scene: _scene,
    SeenView: _view,
    Question: _question,
    QAEvent: _sample,
}
"""What the fields of a model must have with each other."""
