"""Query types: small programs over a scene, as frozen and serialisable values.

In: fields, or the JSON form of a query.  Out: one of the `Query` types.
Does not answer, word or choose them: `kind_table` has the functions for each.
"""

from typing import Annotated, Literal

from pydantic import Field, TypeAdapter, model_validator

from schemas.base import Model, Name, Whole

Direction = Literal["left_of", "right_of", "above", "below"]
Contact = Literal["on", "inside", "under"]
Depth = Literal["in_front_of", "behind"]
Extreme = Literal["leftmost", "rightmost", "highest", "lowest"]
Course = Literal["left_to_right", "right_to_left", "top_to_bottom", "bottom_to_top"]
Sideways = Literal["left_of", "right_of"]
SIDEWAYS: tuple[Sideways, Sideways] = ("left_of", "right_of")
Hand = Literal["left", "right"]
CameraAxis = Literal["sideways", "along"]
Beyond = Literal["left_of", "right_of", "behind"]
Row = Literal["left_to_right", "right_to_left"]
Family = Literal["colour", "material", "pattern", "state", "orientation"]
Place = Literal["top_left", "top", "top_right", "left", "center", "right", "bottom_left", "bottom", "bottom_right"]
Hop = Literal["left_of", "right_of", "above", "below", "on", "inside", "under", "in_front_of", "behind"]


RefHop = Literal[Hop, "nearest"]
Location = Literal["box", "point"]
PixelBox = tuple[Whole, Whole, Whole, Whole]
"""x, y, width and height in pixels of the image."""


class Ref(Model):
    """A referring expression.

    `category` None is "the thing".  `attribute` is a colour, `extreme` as in "the leftmost cup", `predicate` with
    `anchor` as in "the cup on the table" or "the thing closest to the table".  Only one of the three narrows a category.
    """

    category: Name | None = None
    attribute: Name | None = None
    extreme: Extreme | None = None
    predicate: RefHop | None = None
    anchor: "Ref | None" = None

    @model_validator(mode="after")
    def _narrowed_once(self) -> "Ref":
        if (self.predicate is None) != (self.anchor is None):
            raise ValueError("a predicate and its anchor come together")
        narrowed = [x for x in (self.attribute, self.extreme, self.predicate) if x is not None]
        if len(narrowed) > 1 or (self.category is None and self.predicate is None and self.extreme is None):
            raise ValueError("a reference has one category, narrowed at most once; a thing needs a relation or an extreme")
        return self

    @property
    def plain_name(self) -> str:
        """The words of a reference by a category with at most a colour, without its article: `red cup`."""
        return f"{self.attribute} {self.category}" if self.attribute else str(self.category)

    @property
    def hops(self) -> int:
        """How many relations must be followed to find the referent."""
        if self.anchor is not None:
            return 1 + self.anchor.hops
        return 1 if self.extreme is not None else 0


class Exists(Model):
    """Is there a `category` in the picture? With `without`: and at the same time none of that category?"""

    op: Literal["exists"] = "exists"
    category: Name
    without: Name | None = None


class Count(Model):
    """How many of `category` are there; with `predicate` and `anchor`: on that side of the anchor?"""

    op: Literal["count"] = "count"
    category: Name
    predicate: Direction | None = None
    anchor: Ref | None = None


class AttributeOf(Model):
    """Which colour (or other family of attributes) has the subject?"""

    op: Literal["attribute"] = "attribute"
    family: Family
    subject: Ref


class InPlace(Model):
    """Is the subject in this ninth of the picture?"""

    op: Literal["in_place"] = "in_place"
    subject: Ref
    place: Place


class Directed(Model):
    """Does the direction hold between subject and object?"""

    op: Literal["directed"] = "directed"
    subject: Ref
    predicate: Direction
    object: Ref


class Side(Model):
    """On which side of the object, left or right, is the subject?"""

    op: Literal["side"] = "side"
    subject: Ref
    object: Ref


class Bearing(Model):
    """In which of the four diagonal directions from the object is the subject?"""

    op: Literal["bearing"] = "bearing"
    subject: Ref
    object: Ref


class Closer(Model):
    """Is the subject closer to the anchor, in the picture, than the other?"""

    op: Literal["closer"] = "closer"
    subject: Ref
    anchor: Ref
    other: Ref


class Outermost(Model):
    """Which object is outermost in the picture?"""

    op: Literal["outermost"] = "outermost"
    extreme: Extreme


class Find(Model):
    """Which object stands in this relation to the anchor?"""

    op: Literal["find"] = "find"
    predicate: Hop
    anchor: Ref


class Nearest(Model):
    """Which object is nearest to the anchor in the picture?"""

    op: Literal["nearest"] = "nearest"
    anchor: Ref


class InOrder(Model):
    """Do the three come in this order along the course?"""

    op: Literal["in_order"] = "in_order"
    course: Course
    first: Ref
    second: Ref
    third: Ref


class RowOrder(Model):
    """In which order do the three come along the course?"""

    op: Literal["row_order"] = "row_order"
    course: Row
    first: Ref
    second: Ref
    third: Ref


class CompareCounts(Model):
    """Are there more of `category` than of `than`, than `predicate` the other, or than on the other side of the anchor?"""

    op: Literal["compare_counts"] = "compare_counts"
    category: Name
    than: Name | None = None
    predicate: Literal["left_of", "right_of", "on", "inside"] | None = None
    anchor: Ref | None = None
    other: Ref | None = None

    @model_validator(mode="after")
    def _compares_one_way(self) -> "CompareCounts":
        if (self.than is None) == (self.predicate is None) or (self.predicate is None) != (self.anchor is None):
            raise ValueError("more than of another category, or than in another place, which has an anchor")
        if (self.other is not None) != (self.predicate in ("on", "inside")):
            raise ValueError("two things carry or hold, a side has one anchor")
        return self


class Larger(Model):
    """Does the subject look larger in the picture than the object?"""

    op: Literal["larger"] = "larger"
    subject: Ref
    object: Ref


class CountWhere(Model):
    """How many of the things are on this side of the anchor?"""

    op: Literal["count_where"] = "count_where"
    predicate: Sideways
    anchor: Ref
    things: Annotated[tuple[Ref, ...], Field(min_length=3, max_length=9)]


class OddOneOut(Model):
    """Which of the things is not on this side of the anchor, though all others are?"""

    op: Literal["odd_one_out"] = "odd_one_out"
    predicate: Sideways
    anchor: Ref
    things: Annotated[tuple[Ref, ...], Field(min_length=3, max_length=4)]


class Between(Model):
    """Which object is between the two, from left to right?"""

    op: Literal["between"] = "between"
    first: Ref
    second: Ref


class IsBetween(Model):
    """Is the subject between the two, from left to right?"""

    op: Literal["is_between"] = "is_between"
    subject: Ref
    first: Ref
    second: Ref


class KnownSide(Model):
    """On which side of the object, left or right, is what the words name, if the picture tells?"""

    op: Literal["known_side"] = "known_side"
    category: Name
    attribute: Name | None = None
    object: Ref


class KnownNext(Model):
    """Which thing comes next on this side of, or behind, the anchor, if the picture tells?"""

    op: Literal["known_next"] = "known_next"
    predicate: Beyond
    anchor: Ref


class Describe(Model):
    """What does the picture show, the subject included?"""

    op: Literal["describe"] = "describe"
    subject: Ref


class WrongSentence(Model):
    """Which of some sentences, about a picture that shows the subject, is wrong?"""

    op: Literal["wrong_sentence"] = "wrong_sentence"
    subject: Ref


class Deeper(Model):
    """Is the subject in front of, or behind, the object?"""

    op: Literal["deeper"] = "deeper"
    subject: Ref
    predicate: Depth
    object: Ref


class Locate(Model):
    """Where is the subject: its box, or a point on it, in pixels?"""

    op: Literal["locate"] = "locate"
    form: Location
    subject: Ref


class Boxed(Model):
    """Which object is in this box?"""

    op: Literal["boxed"] = "boxed"
    box: PixelBox


class BoxSide(Model):
    """On which side of the object, left or right, is what is in this box?"""

    op: Literal["box_side"] = "box_side"
    box: PixelBox
    object: Ref


class NearestCamera(Model):
    """Which of the things is nearest to the camera, in metres?"""

    op: Literal["nearest_camera"] = "nearest_camera"
    things: Annotated[tuple[Ref, ...], Field(min_length=3, max_length=4)]


class HowFar(Model):
    """How many metres are the centres of the two apart?"""

    op: Literal["how_far"] = "how_far"
    subject: Ref
    object: Ref


class Taller(Model):
    """Which of the two is taller in reality?"""

    op: Literal["taller"] = "taller"
    first: Ref
    second: Ref


class OwnSide(Model):
    """On which side, left or right, is the object for somebody in the subject's place who looks where its front does?"""

    op: Literal["own_side"] = "own_side"
    subject: Ref
    object: Ref


class Faces(Model):
    """Does the subject's front look towards the object?"""

    op: Literal["faces"] = "faces"
    subject: Ref
    object: Ref


class FallsWith(Model):
    """Which of the things falls if the anchor is taken away?"""

    op: Literal["falls_with"] = "falls_with"
    anchor: Ref
    things: Annotated[tuple[Ref, ...], Field(min_length=3, max_length=4)]


class SupportedBy(Model):
    """On or in which of the things is the anchor?"""

    op: Literal["supported_by"] = "supported_by"
    anchor: Ref
    things: Annotated[tuple[Ref, ...], Field(min_length=2, max_length=4)]


class ViewedSide(Model):
    """On which side, left or right, is the object for somebody who stands at the anchor and looks towards the other?"""

    op: Literal["viewed_side"] = "viewed_side"
    anchor: Ref
    other: Ref
    object: Ref


class FitsBetween(Model):
    """Does something so many centimetres wide fit between the two?"""

    op: Literal["fits_between"] = "fits_between"
    width: Annotated[int, Field(ge=10, le=990)]
    subject: Ref
    object: Ref


class FitsBeside(Model):
    """Is there room for something so many centimetres wide, and as deep, directly to the object's left or right?"""

    op: Literal["fits_beside"] = "fits_beside"
    width: Annotated[int, Field(ge=10, le=990)]
    predicate: Sideways
    object: Ref


class FloorArea(Model):
    """How many square metres of floor are there, in the room with the subject, between the camera and the far wall?"""

    op: Literal["floor_area"] = "floor_area"
    subject: Ref


class KnownFar(Model):
    """How many metres are the centres of the object and of what the words name apart, if the picture tells?"""

    op: Literal["known_far"] = "known_far"
    category: Name
    attribute: Name | None = None
    object: Ref


class Passes(Model):
    """Which of the things is passed on this hand by somebody who walks straight from the anchor to the other?"""

    op: Literal["passes"] = "passes"
    hand: Hand
    anchor: Ref
    other: Ref
    things: Annotated[tuple[Ref, ...], Field(min_length=2, max_length=4)]


class Hides(Model):
    """Which of the things hides part of the anchor?"""

    op: Literal["hides"] = "hides"
    anchor: Ref
    things: Annotated[tuple[Ref, ...], Field(min_length=3, max_length=4)]


class HalfSeen(Model):
    """Is less than half of the subject to be seen?"""

    op: Literal["half_seen"] = "half_seen"
    subject: Ref


class CameraMoved(Model):
    """Which way did the camera move from the first picture of the subject to the second?"""

    op: Literal["camera_moved"] = "camera_moved"
    axis: CameraAxis
    subject: Ref


class OnlySecond(Model):
    """Which thing is in the second picture of the subject and not in the first?"""

    op: Literal["only_second"] = "only_second"
    subject: Ref


class SameBox(Model):
    """Which box in the second picture shows the subject of the first?"""

    op: Literal["same_box"] = "same_box"
    subject: Ref


InViews = CameraMoved | OnlySecond | SameBox
"""What can only be asked of two pictures of one scene, which is known in metres."""

InMetres = (
    NearestCamera
    | HowFar
    | Taller
    | OwnSide
    | Faces
    | FallsWith
    | SupportedBy
    | ViewedSide
    | FitsBetween
    | FitsBeside
    | Hides
    | HalfSeen
    | Passes
    | FloorArea
    | KnownFar
)
"""What can only be answered of a scene that is known in metres."""

Query = (
    Exists
    | Count
    | AttributeOf
    | InPlace
    | Directed
    | Side
    | Bearing
    | Closer
    | Outermost
    | Find
    | Nearest
    | InOrder
    | Deeper
    | RowOrder
    | CompareCounts
    | Larger
    | CountWhere
    | OddOneOut
    | Locate
    | Boxed
    | BoxSide
    | Between
    | IsBetween
    | KnownSide
    | KnownNext
    | Describe
    | WrongSentence
    | InMetres
    | InViews
)

_ADAPTER: TypeAdapter[Query] = TypeAdapter(Annotated[Query, Field(discriminator="op")])


def to_json(query: Query) -> dict[str, object]:
    """The JSON form of a query, without the fields that are not set."""
    return query.model_dump(mode="json", exclude_none=True)


def from_json(form: object) -> Query:
    """The query of a JSON form. Raises pydantic's ValidationError (a ValueError)."""
    return _ADAPTER.validate_python(form)


def references(query: Query) -> tuple[Ref, ...]:
    """The referring expressions of a query, in the order of its fields."""
    found: list[Ref] = []
    for name in type(query).model_fields:
        value = getattr(query, name)
        if type(value) is Ref:  # isinstance asks every class that a model may be registered with
            found.append(value)
        elif type(value) is tuple:
            found += [each for each in value if type(each) is Ref]
    return tuple(found)
