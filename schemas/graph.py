"""The spatial knowledge graph: objects, relations, layout, prompts.

In: a planner's or a language model's decisions.  Out: one frozen `SpatialGraph`.
Does not check whether a graph is consistent or a layout true: `spatial` does.
"""

from collections.abc import Mapping
from typing import Annotated, ClassVar, Self

from pydantic import Field, model_validator

from schemas.base import Event, Id, Model, Name, Text, Whole, readable
from schemas.bounds import (
    CANVAS_MAX,
    CANVAS_MIN,
    MAX_ATTEMPT,
    MAX_ATTRIBUTES,
    MAX_COORDINATE,
    MAX_DEPTH,
    MAX_EXCLUDED,
    MAX_NAME_CHARS,
    MAX_NOTE_CHARS,
    MAX_NOTES,
    MAX_OBJECTS,
    MAX_OTHERS,
    MAX_PARENTS,
    MAX_RELATIONS,
    OVERHANG,
)
from schemas.predicate_names import check_arity, check_distinct, check_others, ends
from schemas.world import World

__all__ = [
    "CANVAS_MAX", "CANVAS_MIN", "MAX_OBJECTS",
    "Attempt", "Attributes", "Box", "Canvas", "Depth", "Excluded", "GraphObject", "Layout", "Others", "Prompt",
    "Provenance", "Relation", "SpatialGraph", "merged_notes",
]  # fmt: skip

Coordinate = Annotated[int, Field(ge=-MAX_COORDINATE, le=MAX_COORDINATE)]
Length = Annotated[int, Field(ge=1, le=MAX_COORDINATE)]

Box = tuple[Coordinate, Coordinate, Length, Length]
"""[x, y, width, height] in pixels of a canvas, origin top left, y down."""

Side = Annotated[int, Field(ge=CANVAS_MIN, le=CANVAS_MAX)]
Canvas = tuple[Side, Side]
"""(width, height) in pixels."""

Depth = Annotated[float, Field(ge=-MAX_DEPTH, le=MAX_DEPTH)]
"""No unit; smaller is nearer to the viewer."""

Attempt = Annotated[int, Field(ge=0, le=MAX_ATTEMPT)]
Attributes = Annotated[tuple[Name, ...], Field(max_length=MAX_ATTRIBUTES)]
Excluded = Annotated[tuple[Name, ...], Field(max_length=MAX_EXCLUDED)]


Others = Annotated[tuple[Whole, ...], Field(max_length=MAX_OTHERS, exclude_if=lambda others: not others)]
"""Ids of further objects of a relation."""


class GraphObject(Model):
    """One object in the scene. `id` is its index in the graph's list of objects."""

    id: Whole
    category: Name
    attributes: Attributes = ()


class Relation(Model):
    """A triple. `object` is None for an absolute place such as `top_left`, and only for a place.

    `others` are further objects of a predicate that takes several: what is `between` two has one as its object and one
    other.  They are not serialised where there are none.
    It may be invalid, as in the conflict of a rejection: of an object with itself, or with one that does not exist.
    """

    subject: Whole
    predicate: Name
    object: Whole | None = None
    others: Others = ()

    @model_validator(mode="after")
    def _arity_is_valid(self) -> Self:
        check_arity(self)
        check_others(self)
        return self


class Layout(Model):
    """A box and a depth for every object, in the order of the objects.

    `canvas` is (width, height) in pixels; a box may extend beyond it.  `depth` has no unit; smaller is nearer.
    """

    canvas: Canvas
    boxes: Annotated[tuple[Box, ...], Field(max_length=MAX_OBJECTS)]
    depth: Annotated[tuple[Depth, ...], Field(max_length=MAX_OBJECTS)]

    @model_validator(mode="after")
    def _has_one_depth_per_box(self) -> Self:
        if len(self.boxes) != len(self.depth):
            raise ValueError(f"{len(self.boxes)} boxes but {len(self.depth)} depths")
        return self

    @model_validator(mode="after")
    def _boxes_are_near_the_canvas(self) -> Self:
        across, down = (OVERHANG * side for side in self.canvas)
        for number, (x, y, width, height) in enumerate(self.boxes):
            if max(abs(x), width) > across or max(abs(y), height) > down:
                raise ValueError(f"box {number} is more than {OVERHANG} canvases large or away: {[x, y, width, height]}")
        return self


class Prompt(Model):
    """The text prompts for a diffusion renderer. Excluded categories are in `negative`, never in `positive`."""

    positive: Text
    negative: Text = ""
    background: Text = ""
    phrases: Annotated[tuple[Text, ...], Field(max_length=MAX_OBJECTS)] = ()


Note = Annotated[str, Field(max_length=MAX_NOTE_CHARS)]


UNDERSTOOD_NOTE = "understood"
"""The note of a graph that says how the planner understood the seed's concept: one of `UNDERSTOOD`."""

UNDERSTOOD = {
    "named": "the concept names the scene",
    "nearest": "the scene is the nearest by the concept's words, or by the things that it names",
    "model": "a language model read the concept",
    "graph": "the seed brought a graph of its own",
    "annotated": "nobody: the picture was there before, with people's annotations",
    "unknown": "the planner did not say",
}

UNDERSTOOD_IN_ROW = r'"understood": ?"([a-z]+)"'
"""A regular expression for that note in the provenance of a row. Inside of a text its quotation marks would be escaped."""


class Provenance(Model):
    """The origin of a result: enough to reproduce it. Holds no wall-clock time, so that ids stay stable."""

    producer: Name
    version: Name
    parents: Annotated[tuple[Id, ...], Field(max_length=MAX_PARENTS)] = ()
    notes: Annotated[dict[Name, Note], Field(max_length=MAX_NOTES)] = {}


def merged_notes(inherited: Mapping[str, str], own: Mapping[str, str]) -> dict[str, str]:
    """An earlier stage's notes with a later one's, which take precedence, within the limits of a provenance.

    Where there are too many, the last of the inherited ones are left out, as are invalid names.
    """
    room = MAX_NOTES - len(own)
    kept = {name: text for name, text in inherited.items() if name not in own and _is_name(name)}
    both = {**dict(list(kept.items())[:room]), **own}
    return {name: text[:MAX_NOTE_CHARS] for name, text in both.items()}


def _is_name(text: str) -> bool:
    try:
        return len(readable(text)) <= MAX_NAME_CHARS
    except ValueError:
        return False


class SpatialGraph(Event):
    """A scene as a graph with a solved layout (topic `skg.graphs`).

    `seed_id` and `index` identify the request: every (seed_id, index) ends in one outcome.
    `attempt` counts earlier pictures of it; an examiner requests another one by publishing the graph again with the next
    number.  It is not part of the graph's content: it does not enter its id, and 0 is not serialised.
    `world`: the same scene in metres, for renderers that draw in three dimensions; its layout is then what its camera sees.
    Since 1.4 it may have further cameras, since 1.5 its bodies may lean, since 1.6 it may be plain.
    """

    VERSION: ClassVar[str] = "1.6"

    graph_id: Id
    seed_id: Id
    index: Whole
    concept: Text
    scene: Name
    objects: Annotated[tuple[GraphObject, ...], Field(min_length=1, max_length=MAX_OBJECTS)]
    relations: Annotated[tuple[Relation, ...], Field(max_length=MAX_RELATIONS)] = ()
    excluded: Excluded = ()
    layout: Layout
    prompt: Prompt
    provenance: Provenance
    attempt: Annotated[Attempt, Field(exclude_if=lambda attempt: attempt == 0)] = 0
    world: Annotated[World | None, Field(exclude_if=lambda world: world is None)] = None

    @model_validator(mode="after")
    def _indices_are_valid(self) -> Self:
        count = len(self.objects)
        if [o.id for o in self.objects] != list(range(count)):
            raise ValueError("objects must be numbered 0, 1, 2 … in order")
        if len(self.layout.boxes) != count:
            raise ValueError(f"{count} objects but {len(self.layout.boxes)} boxes")
        if self.world is not None and len(self.world.bodies) != count:
            raise ValueError(f"{count} objects but {len(self.world.bodies)} bodies")
        for relation in self.relations:
            for end in ends(relation):
                if end >= count:
                    raise ValueError(f"relation names object {end}, the graph has {count}")
            check_distinct(relation.subject, relation.object)
        return self
