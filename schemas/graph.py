"""The spatial knowledge graph: objects, relations, layout, prompts.

In: what a planner or a language model decided.  Out: one frozen `SpatialGraph`.
Does not judge whether a graph is consistent or a layout true: that is `spatial`.
"""

from typing import Annotated, ClassVar, Self

from pydantic import Field, model_validator

from schemas.base import Event, Id, Model, Name, Text

Box = tuple[int, int, int, int]
"""[x, y, width, height] in pixels of a canvas, origin top left, y down."""

MAX_OBJECTS = 50

CANVAS_MIN, CANVAS_MAX = 16, 8192
"""Pixels of either side of a layout's canvas: beyond these no renderer draws."""


class GraphObject(Model):
    """One thing in the scene. `id` is its index in the graph's list of objects."""

    id: Annotated[int, Field(ge=0)]
    category: Name
    attributes: tuple[Name, ...] = ()


class Relation(Model):
    """A triple. `object` is None for an absolute place such as `top_left`."""

    subject: Annotated[int, Field(ge=0)]
    predicate: Name
    object: Annotated[int, Field(ge=0)] | None = None


class Layout(Model):
    """A box and a depth for every object, in the order of the objects.

    `canvas` is (width, height) in pixels.  `depth` has no unit; smaller is nearer to the viewer.
    """

    canvas: tuple[Annotated[int, Field(ge=CANVAS_MIN, le=CANVAS_MAX)], Annotated[int, Field(ge=CANVAS_MIN, le=CANVAS_MAX)]]
    boxes: tuple[Box, ...]
    depth: tuple[float, ...]

    @model_validator(mode="after")
    def _one_depth_a_box(self) -> Self:
        if len(self.boxes) != len(self.depth):
            raise ValueError(f"{len(self.boxes)} boxes but {len(self.depth)} depths")
        return self


class Prompt(Model):
    """What a diffusion renderer is told. Excluded categories stand in `negative`, never in `positive`."""

    positive: Text
    negative: Text = ""
    background: Text = ""
    phrases: tuple[Text, ...] = ()


class Provenance(Model):
    """Where a result came from: enough to make it again. Holds no wall-clock time, so that ids stay stable."""

    producer: Name
    version: Name
    parents: tuple[Id, ...] = ()
    notes: dict[str, str] = {}


class SpatialGraph(Event):
    """A scene as a graph with a solved layout (topic `skg.graphs`).

    `seed_id` and `index` name the request that it answers: every (seed_id, index) ends in one outcome.
    `attempt` counts the pictures that were asked of it before; an examiner asks for another one by publishing the graph
    again with the next number.  It is no part of the graph's content: it does not enter its id, and 0 is not written.
    """

    VERSION: ClassVar[str] = "1.1"

    graph_id: Id
    seed_id: Id
    index: Annotated[int, Field(ge=0)]
    concept: Text
    scene: Name
    objects: Annotated[tuple[GraphObject, ...], Field(min_length=1, max_length=MAX_OBJECTS)]
    relations: tuple[Relation, ...] = ()
    excluded: tuple[Name, ...] = ()
    layout: Layout
    prompt: Prompt
    provenance: Provenance
    attempt: Annotated[int, Field(ge=0, exclude_if=lambda attempt: attempt == 0)] = 0

    @model_validator(mode="after")
    def _indices_hold(self) -> Self:
        count = len(self.objects)
        if [o.id for o in self.objects] != list(range(count)):
            raise ValueError("objects must be numbered 0, 1, 2 … in order")
        if len(self.layout.boxes) != count:
            raise ValueError(f"{count} objects but {len(self.layout.boxes)} boxes")
        for relation in self.relations:
            for end in (relation.subject, relation.object):
                if end is not None and end >= count:
                    raise ValueError(f"relation names object {end}, the graph has {count}")
        return self
