"""Models of a picture: its place in the store, the objects seen in it.

In: keyword arguments.  Out: frozen models, from which events are composed.
Does not hold image bytes: a reference names an object in the store and its hash (claim check).
"""

from typing import Annotated, Any, Self

from pydantic import Field, field_validator, model_validator

from schemas.base import Id, Key, Model, Name, Whole
from schemas.bounds import CANVAS_MAX, MAX_ELEMENTS, MAX_IMAGE_BYTES, MAX_RELATIONS, MAX_SEEN, MAX_SEEN_RELATIONS, MAX_VIEWS
from schemas.graph import Attributes, Box, Depth, Excluded, Others, Relation
from schemas.predicate_names import check_arity, check_others
from schemas.world import Camera, Degrees, Length, Metres, Rotation

Pixels = Annotated[int, Field(ge=1, le=CANVAS_MAX)]


class ImageRef(Model):
    """An object in the store. `sha256` is the hash of the stored bytes; readers check it."""

    image_id: Id
    bucket: Name
    key: Key
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    size: Annotated[int, Field(ge=1, le=MAX_IMAGE_BYTES)]
    media_type: Name
    width: Pixels
    height: Pixels


class SeenObject(Model):
    """The visible part of an object in the picture.

    `id` is the graph object's id.  `box` bounds the visible pixels, in pixels of this image.
    `depth` has no unit, smaller is nearer.  `visible` is the visible share of the object's own area, 0 to 1.
    `attributes` are those that the renderer reports as drawn (or a detector confirmed).
    """

    id: Whole
    category: Name
    attributes: Attributes = ()
    box: Box
    depth: Depth
    visible: Annotated[float, Field(ge=0, le=1)]


SeenObjects = Annotated[tuple[SeenObject, ...], Field(max_length=MAX_SEEN)]


class Truth(Model):
    """A renderer's ground truth of its own picture. It is embedded in the image file.

    `drawn` are the graph relations that the renderer drew (the only source of contact and containment).
    `elements` are words for what the backdrop shows, so that no question claims their absence.
    """

    objects: SeenObjects
    drawn: Annotated[tuple[Relation, ...], Field(max_length=MAX_RELATIONS)] = ()
    elements: Annotated[tuple[Name, ...], Field(max_length=MAX_ELEMENTS)] = ()

    @model_validator(mode="after")
    def _ids_are_unique(self) -> Self:
        _check_unique(self.objects)
        return self


def _check_unique(objects: tuple[SeenObject, ...]) -> None:
    known: set[int] = set()
    for thing in objects:
        if thing.id in known:
            raise ValueError(f"two objects have the id {thing.id}")
        known.add(thing.id)


class SeenRelation(Model):
    """A relation that holds in the picture. `drawn`: by the renderer on purpose, rather than derived from the boxes.

    `others`: as in a graph's relation.
    """

    subject: Whole
    predicate: Name
    object: Whole | None = None
    drawn: bool = False
    others: Others = ()

    @field_validator("others", mode="before")
    @classmethod
    def _null_means_none(cls, value: Any) -> Any:
        """Rows of the dataset from before there were others have null."""
        return () if value is None else value

    @model_validator(mode="after")
    def _arity_is_valid(self) -> Self:
        check_arity(self)
        check_others(self)
        return self


class Cover(Model):
    """Another object that hides `share` of an object's whole silhouette, 0 to 1, from the camera."""

    object: Whole
    share: Annotated[float, Field(ge=0, le=1)]


class SeenBody(Model):
    """Where a seen object is in space.

    `position`: the centre of its own box, [x, y, z] in metres of the world, z up.  `size`: width, depth, height of that
    box in metres.  `heading`: the direction of its depth axis, and of its front if it `has_front`, in degrees
    counter-clockwise seen from above, 0 along +x.  `support`: id of the object that it stands on, lies on or is in.
    `hidden_by`: what hides how much of it, by id; None where that is not known.
    `rotation`: of a body that leans, whose heading is of no use and which has no front; None for one that is upright.
    """

    position: tuple[Metres, Metres, Metres]
    size: tuple[Length, Length, Length]
    heading: Degrees
    has_front: bool = False
    support: Whole | None = None
    hidden_by: Annotated[tuple[Cover, ...], Field(max_length=MAX_SEEN)] | None = None
    rotation: Annotated[Rotation | None, Field(exclude_if=lambda rotation: rotation is None)] = None


class SeenRoom(Model):
    """The walls around a room's floor, which is at z = 0: x of the left and of the right one, y of the far one, metres."""

    left: Metres
    right: Metres
    back: Metres


class SeenWorld(Model):
    """A picture's scene in metres. `camera`: its intrinsics are in pixels of the picture.  `bodies`: one for each seen
    object, in their order.  `room`: its walls, seen or not; None where it is no room, or they are not known.  `plain`: only
    the bodies show how large anything is."""

    camera: Camera
    bodies: Annotated[tuple[SeenBody, ...], Field(max_length=MAX_SEEN)]
    room: Annotated[SeenRoom | None, Field(exclude_if=lambda room: room is None)] = None
    plain: Annotated[bool, Field(exclude_if=lambda plain: not plain)] = False


class SeenView(Model):
    """What another camera sees of the same scene, in a picture of its own: boxes are in pixels of `canvas`.

    `objects` are those of which anything is seen, with the ids that they have in all pictures.  The intrinsics of `camera`
    are in pixels of the canvas.
    """

    canvas: tuple[Pixels, Pixels]
    objects: SeenObjects
    camera: Camera

    @model_validator(mode="after")
    def _ids_are_unique(self) -> Self:
        _check_unique(self.objects)
        return self


class Scene(Model):
    """The contents of a picture: the only basis of questions. Boxes are in pixels of `canvas`.

    `world` is there where the picture was drawn from a scene in metres; `views` where it was drawn from further cameras.
    """

    canvas: tuple[Pixels, Pixels]
    scene: Name
    objects: SeenObjects
    relations: Annotated[tuple[SeenRelation, ...], Field(max_length=MAX_SEEN_RELATIONS)] = ()
    excluded: Excluded = ()
    world: Annotated[SeenWorld | None, Field(exclude_if=lambda world: world is None)] = None
    views: Annotated[tuple[SeenView, ...], Field(max_length=MAX_VIEWS, exclude_if=lambda views: not views)] = ()

    @model_validator(mode="after")
    def _each_object_has_its_body(self) -> Self:
        if self.world is not None and len(self.world.bodies) != len(self.objects):
            raise ValueError(f"{len(self.objects)} objects but {len(self.world.bodies)} bodies")
        return self
