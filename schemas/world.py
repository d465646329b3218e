"""A scene in metres: where a graph's objects stand, and the camera that sees them.

In: a solver's decisions.  Out: frozen models, part of a `SpatialGraph` for a renderer that draws in three dimensions.
World: right-handed, z up, metres.  Camera: x right, y down, z forward.
Pixel (0, 0) has its upper left corner at (0.0, 0.0).
"""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from schemas.base import Model, Name, Whole
from schemas.bounds import LEAST_METRES, MAX_CAMERA, MAX_METRES, MAX_OBJECTS, MAX_VIEWS

Metres = Annotated[float, Field(ge=-MAX_METRES, le=MAX_METRES)]
Length = Annotated[float, Field(ge=LEAST_METRES, le=MAX_METRES)]
Cosine = Annotated[float, Field(ge=-1, le=1)]
Degrees = Annotated[float, Field(ge=-360, le=360)]
Rotation = Annotated[tuple[Cosine, ...], Field(min_length=9, max_length=9)]
"""3 × 3, row-major, its columns the axes of width (to the right), depth and height in the world."""

Number = Annotated[float, Field(ge=-MAX_CAMERA, le=MAX_CAMERA)]

Where = Literal["floor", "on", "inside", "wall", "ceiling", "air"]
"""How a body is held: it stands on the ground, on or in another, hangs on a wall or from the ceiling, or flies."""


class Camera(Model):
    """A pinhole camera. `intrinsics`: fx, fy, cx, cy in pixels of the canvas.  `world_to_camera`: 4 × 4, row-major."""

    intrinsics: tuple[Number, Number, Number, Number]
    world_to_camera: Annotated[tuple[Number, ...], Field(min_length=16, max_length=16)]


class Body(Model):
    """A graph object in space, by the object's place in the list of objects.

    `size`: width, depth, height of its own box in metres; `position`: the centre of that box.  `heading`: the direction of
    its depth axis, and of its front where it has one, in degrees counter-clockwise seen from above, 0 along +x.
    `support`: the object that carries or holds it, None for ground, wall, ceiling and air.
    `rotation`: of a body that leans, None for one that is upright; its `heading` is of no use.  `leans_on`: the object that
    it leans on, None for a wall.
    """

    form: Name
    colour: Name | None = None
    size: tuple[Length, Length, Length]
    position: tuple[Metres, Metres, Metres]
    heading: Degrees
    where: Where
    support: Whole | None = None
    rotation: Annotated[Rotation | None, Field(exclude_if=lambda rotation: rotation is None)] = None
    leans_on: Annotated[Whole | None, Field(exclude_if=lambda other: other is None)] = None


class Space(Model):
    """What surrounds the bodies. `ground`: height of the surface that they stand on, metres (a table's top on a table).

    `left`, `right`, `front`, `back`: the walls of a room, the edges of a table, or how far an open place is kept clear.
    `plain`: nothing is around them but an even ground and the sky, so that only the bodies show how large anything is.
    """

    kind: Literal["room", "table", "open"]
    ground: Metres
    left: Metres
    right: Metres
    front: Metres
    back: Metres
    height: Length
    plain: Annotated[bool, Field(exclude_if=lambda plain: not plain)] = False


class World(Model):
    """A solved scene. `bodies` are in the order of the graph's objects.

    `camera` is the one before which the graph's relations hold.  `views`: further ones of the same scene; not serialised
    where there are none.
    """

    space: Space
    bodies: Annotated[tuple[Body, ...], Field(max_length=MAX_OBJECTS)]
    camera: Camera
    views: Annotated[tuple[Camera, ...], Field(max_length=MAX_VIEWS, exclude_if=lambda views: not views)] = ()

    @model_validator(mode="after")
    def _supports_are_bodies(self) -> Self:
        for number, body in enumerate(self.bodies):
            for other in (body.support, body.leans_on):
                if other is not None and (other >= len(self.bodies) or other == number):
                    raise ValueError(f"body {number} is carried or propped up by {other}, which is no other body")
            if body.leans_on is not None and body.rotation is None:
                raise ValueError(f"body {number} leans on {body.leans_on} and has no rotation")
        return self
