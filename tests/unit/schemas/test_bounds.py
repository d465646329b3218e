"""What no code can mean is refused by the schemas, in words that a person can act upon; what can be meant is not."""

import types
from collections.abc import Iterator
from inspect import getsource
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import pytest
from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from schemas import bounds
from schemas.codec import decode, encode
from schemas.events import Rejection, SeedOptions
from schemas.graph import Layout, Provenance, Relation, SpatialGraph
from schemas.ids import make_seed
from schemas.pictures import ImageRef, SeenObject, SeenRelation, Truth
from schemas.predicate_names import BINARY, PLACES
from schemas.reference.examples import graph, image, rejection, rendered, sample, seed
from schemas.topics import GRAPHS, TOPICS
from spatial.relations import predicate_table

BLANK = ["", " ", "\t", "\n", "\u00a0", "\u200b", "\u200b\u200d", "\ufeff", "\x00", "\x1b", "\u3164", "\u2800", "\u0301"]


@pytest.mark.parametrize("word", BLANK)
def test_a_name_of_which_nothing_can_be_seen_is_refused(word: str):
    with pytest.raises(ValidationError, match=r"blank|control characters|at least 1 character"):
        SeedOptions(excluded=(word,))
    with pytest.raises(ValidationError, match=r"blank|control characters|at least 1 character"):
        SeedOptions(required_objects=("cat", word))


@pytest.mark.parametrize("word", ["red\ncat", "cat\x07", "\x1b[31mcat"])
def test_a_name_with_control_characters_is_refused(word: str):
    with pytest.raises(ValidationError, match="must have no control characters"):
        SeedOptions(excluded=(word,))


@pytest.mark.parametrize("word", ["cat", " cat", "7", "…", "猫", "می\u200cز", "👩\u200d🌾", "café"])
def test_whatever_can_be_read_is_a_name(word: str):
    assert SeedOptions(excluded=(word,)).excluded == (word,)


def seen(**changes: object) -> dict[str, object]:
    return {**rendered().model_dump()["truth"]["objects"][0], **changes}


@pytest.mark.parametrize(
    "box",
    [
        (0, 0, 0, 5), (0, 0, 5, 0), (0, 0, -5, 5), (0, 0, 5, 2**31), (10**9, 0, 5, 5), (0, -(2**63), 5, 5),
        (0, 0, 5), (0.5, 0, 5, 5),
    ],
)  # fmt: skip
def test_a_box_without_an_area_or_with_absurd_numbers_is_refused(box: tuple[float, ...]):
    with pytest.raises(ValidationError, match="box"):
        SeenObject.model_validate(seen(box=box))
    with pytest.raises(ValidationError, match="boxes"):
        Layout.model_validate({"canvas": (512, 512), "boxes": (box,), "depth": (0.0,)})


@pytest.mark.parametrize("box", [(-40, -40, 80, 80), (500, 500, 100, 100), (-1024, 1024, 1024, 1), (600, 0, 5, 5)])
def test_a_box_may_stick_out_of_its_canvas(box: tuple[int, int, int, int]):
    assert Layout(canvas=(512, 512), boxes=(box,), depth=(0.0,)).boxes == (box,)


@pytest.mark.parametrize("box", [(0, 0, 1025, 5), (0, 0, 5, 129), (1025, 0, 5, 5), (0, -129, 5, 5)])
def test_a_box_beyond_all_measure_of_its_canvas_is_refused(box: tuple[int, int, int, int]):
    with pytest.raises(ValidationError, match="more than 2 canvases large or away"):
        Layout(canvas=(512, 64), boxes=(box,), depth=(0.0,))


@pytest.mark.parametrize("depth", [1e10, -1e10, float("nan"), float("inf")])
def test_a_depth_that_is_no_distance_is_refused(depth: float):
    with pytest.raises(ValidationError, match="depth"):
        SeenObject.model_validate(seen(depth=depth))


@pytest.mark.parametrize("canvas", [(15, 512), (512, 8193), (0, 0), (-512, 512)])
def test_a_canvas_that_nothing_draws_is_refused(canvas: tuple[int, int]):
    with pytest.raises(ValidationError, match="canvas"):
        Layout(canvas=canvas, boxes=(), depth=())


@pytest.mark.parametrize("kind", [Relation, SeenRelation])
@pytest.mark.parametrize("predicate", sorted(BINARY | PLACES))
def test_a_place_takes_no_object_and_every_other_predicate_takes_one(kind: type[BaseModel], predicate: str):
    good, bad = (None, 1) if predicate in PLACES else (1, None)
    kind.model_validate({"subject": 0, "predicate": predicate, "object": good})
    with pytest.raises(ValidationError, match=r"takes no object|needs an object"):
        kind.model_validate({"subject": 0, "predicate": predicate, "object": bad})


def test_the_predicates_whose_arity_is_known_are_those_of_space():
    assert frozenset(predicate_table.PLACES) == PLACES
    assert frozenset(predicate_table.BINARY) == BINARY


def test_an_unknown_predicate_travels_since_a_newer_version_may_know_it():
    for other in (None, 1):
        assert Relation(subject=0, predicate="hovers", object=other).predicate == "hovers"


def test_a_thing_related_to_itself_is_no_graph_but_may_be_why_there_is_none():
    itself = Relation(subject=0, predicate="left_of", object=0)
    with pytest.raises(ValidationError, match="object 0 is related to itself"):
        SpatialGraph.model_validate({**graph().model_dump(), "relations": (itself,)})
    assert Rejection.model_validate({**rejection().model_dump(), "conflict": (itself,)}).conflict == (itself,)


def test_a_thing_is_seen_once():
    thing = rendered().truth.objects[0]  # type: ignore[union-attr]
    with pytest.raises(ValidationError, match="two objects have the id 0"):
        Truth(objects=(thing, thing))


NO_KEYS = [
    "",
    "/a",
    "a/",
    "a//b",
    "../secret",
    "a/./b",
    "a\nb",
    "a\x00",
    " ",
    "a/ /b",
    "k" * 256,
    "\u00e4" * 128,
    "k/" * 512 + "k",
]


@pytest.mark.parametrize("key", NO_KEYS)
def test_what_is_no_object_key_is_refused(key: str):
    with pytest.raises(ValidationError, match="key"):
        ImageRef.model_validate({**image().model_dump(), "key": key})


def test_the_longest_object_key_is_taken():
    key = "/".join(["\u00e4" * 127 + "k"] * 4)
    assert len(key.encode()) == 1023
    assert ImageRef.model_validate({**image().model_dump(), "key": key}).key == key


def test_graphs_are_numbered_as_far_as_the_dataset_can_hold():
    assert make_seed("kitchen", count=1000, first=2**31 - 1000).first == 2**31 - 1000
    with pytest.raises(ValidationError, match="numbered up to 2147483647"):
        make_seed("kitchen", count=1000, first=2**31 - 999)


def test_a_fault_of_a_seed_is_one_line():
    with pytest.raises(ValidationError) as caught:
        SeedOptions(excluded=(" ",))
    assert [fault["msg"] for fault in caught.value.errors()] == ["must not be blank"]


def _leaves(kind: type[BaseModel], seen_before: set[type]) -> Iterator[tuple[str, Any, list[Any]]]:
    """Every field of an event, at any depth: where it is, its type, its bounds."""
    if kind in seen_before:
        return
    seen_before.add(kind)
    for name, info in kind.model_fields.items():
        yield from _parts(f"{kind.__name__}.{name}", info.annotation, list(info.metadata), seen_before)


def _parts(where: str, annotation: Any, metadata: list[Any], before: set[type]) -> Iterator[tuple[str, Any, list[Any]]]:
    while get_origin(annotation) is Annotated:
        annotation, *more = get_args(annotation)
        metadata += [part for each in more for part in (each.metadata if isinstance(each, FieldInfo) else [each])]
    origin, inner = get_origin(annotation), get_args(annotation)
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield from _leaves(annotation, before)
        return
    yield where, annotation, metadata
    if origin in (tuple, dict, Union, types.UnionType) and inner[-1] is not object:
        for part in inner:
            if part not in (Ellipsis, types.NoneType):
                yield from _parts(where, part, [], before)


def _has(metadata: list[Any], *names: str) -> bool:
    return all(any(getattr(each, name, None) is not None for each in metadata) for name in names)


def _is_bounded(annotation: Any, metadata: list[Any]) -> bool:
    origin, inner = get_origin(annotation), get_args(annotation)
    if annotation in (int, float):
        return _has(metadata, "ge", "le")
    if annotation in (str, bytes):
        return _has(metadata, "max_length") or _has(metadata, "pattern")
    if origin is tuple and inner[-1] is Ellipsis:
        return _has(metadata, "max_length")
    if origin is dict:
        return inner[1] is object or _has(metadata, "max_length")  # JSON is measured as a whole
    return annotation is bool or origin in (tuple, Literal, Union, types.UnionType)


def test_every_field_of_every_event_has_its_bounds():
    before: set[type] = set()
    for topic in TOPICS.values():
        for where, annotation, metadata in _leaves(topic.event, before):
            assert _is_bounded(annotation, metadata), f"{where}: {annotation} has no bound"
    assert SeenObject in before


def test_each_bound_says_its_unit_and_reason():
    lines = getsource(bounds).splitlines()
    for number, line in enumerate(lines):
        if line[:1].isupper() and " = " in line:
            assert lines[number + 1].startswith('"""'), line


@pytest.mark.thorough
def test_the_largest_graph_that_is_said_in_ordinary_words_fits_into_a_message():
    many = bounds.MAX_OBJECTS
    things = [{"id": i, "category": "w" * 20, "attributes": ("red",) * 6} for i in range(many)]
    relations = [(a, "bottom_right", None) for a in range(many)]
    relations += [(a, name, b) for a in range(many) for b in range(a) for name in ("right_of", "in_front_of", "next_to")]
    full = SpatialGraph.model_validate(
        {
            **graph().model_dump(),
            "objects": things,
            "relations": [{"subject": a, "predicate": name, "object": b} for a, name, b in relations],
            "excluded": ["w" * 20] * bounds.MAX_EXCLUDED,
            "layout": {"canvas": (8192, 8192), "boxes": [(8000, 8000, 100, 100)] * many, "depth": [1.5] * many},
            "prompt": {
                "positive": "w" * 4000,
                "negative": "w" * 4000,
                "background": "w" * 4000,
                "phrases": ["w" * 100] * many,
            },
            "provenance": Provenance(producer="p", version="1", notes={"ledger": "w" * bounds.MAX_NOTE_CHARS}),
        }
    )
    assert len(encode(full)) < 1_000_000 / 2, "room for its picture, its truth, and for both inside of a rejection"
    assert decode(GRAPHS, encode(full)) == full


def test_what_is_stored_and_valid_stays_valid():
    assert seed().options.excluded == ()
    assert sample().questions
