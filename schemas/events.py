"""The events on topics, except the graph itself.

In: keyword arguments.  Out: frozen models.
Does not hold image bytes: an event names an object in the store and its hash (claim check).
"""

from typing import Annotated, Any, ClassVar, Literal, Self, get_args

from pydantic import AfterValidator, Field, StringConstraints, field_validator, model_validator
from pydantic_core import PydanticCustomError

from schemas.base import Event, Id, Json, Model, Name, OneOf, Text, Whole, readable
from schemas.bounds import (
    MAX_CERTIFICATE_CHARS,
    MAX_CHOICES,
    MAX_FAMILIES,
    MAX_HELD_OUT_PER_MILLE,
    MAX_LONG,
    MAX_NAME_CHARS,
    MAX_QUESTIONS,
    MAX_RELATIONS,
    MAX_REQUIREMENTS,
    MAX_SECONDS,
    MAX_SEEN,
    MAX_SOURCE_BYTES,
    MAX_VIEWS,
    MAX_WEIGHT,
    MAX_WHOLE,
)
from schemas.graph import Attempt, Provenance, Relation, SpatialGraph
from schemas.pictures import ImageRef, Scene, SeenObject, SeenRelation, Truth
from schemas.reasons import DEAD_LETTER_REASONS, GATES, REASONS

__all__ = [
    "MAX_CONCEPT_CHARS", "MAX_CONTEXT_CHARS", "MAX_GRAPHS_PER_SEED_EVENT", "STAGES",
    "DeadLetter", "ImageRef", "QAEvent", "Question", "Rejection", "RenderedImage", "RenderedView", "Scene", "SeedConcept",
    "SeedOptions",
    "SeenObject", "SeenRelation", "Stage", "Truth",
]  # fmt: skip

MAX_CONCEPT_CHARS = 200
"""A concept is a phrase, not a document: longer text belongs in `context`."""

MAX_CONTEXT_CHARS = 20_000
MAX_GRAPHS_PER_SEED_EVENT = 1_000
"""Bounds the time that one event can occupy an agent; the command line splits larger requests."""

MAX_ORIGINAL_BYTES = 2_097_152
"""The largest key, value or header of a message that became a dead letter: the largest message."""

MAX_TOPIC_CHARS = 249
"""Kafka's own limit."""

MAX_HEADERS, MAX_HEADER_NAME_CHARS = 1_000, 1_000
"""Far more than any client writes."""

MAX_ERROR_CLASS_CHARS = 200
MAX_LETTER_KEY_CHARS = 300
"""A topic's name and numbers."""


def _has_letter_or_digit(concept: str) -> str:
    if not any(c.isalnum() for c in concept):
        raise PydanticCustomError("no_word", "a concept needs at least one letter or digit")
    return concept


Concept = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=MAX_CONCEPT_CHARS),
    AfterValidator(readable),
    AfterValidator(_has_letter_or_digit),
]
RequiredNames = Annotated[tuple[Name, ...], Field(max_length=MAX_REQUIREMENTS)]
RequiredRelation = tuple[Name, Name, Name | None]
Stage = Literal["agents", "render", "examine", "write"]
STAGES: tuple[Stage, ...] = get_args(Stage)
"""In the order of the flow."""


class SeedOptions(Model):
    """The options of a seed. Everything is optional.

    `families` are weights of relation families (direction, depth, support, containment, distance).
    `required_relations` name categories: (subject category, predicate, object category or None).
    `graph` is a user-made graph in the reference program's JSON form, which is checked and not changed.
    """

    min_objects: Annotated[int, Field(ge=1, le=12, strict=True)] = 2
    max_objects: Annotated[int, Field(ge=1, le=12, strict=True)] = 5
    families: Annotated[
        dict[Name, Annotated[float, Field(ge=0, le=MAX_WEIGHT, strict=True)]], Field(max_length=MAX_FAMILIES)
    ] = {}
    required_objects: RequiredNames = ()
    required_relations: Annotated[tuple[RequiredRelation, ...], Field(max_length=MAX_REQUIREMENTS)] = ()
    excluded: RequiredNames = ()
    salt: Annotated[str, Field(max_length=MAX_NAME_CHARS)] = ""
    graph: Json | None = None

    @model_validator(mode="after")
    def _range_is_valid(self) -> Self:
        if self.min_objects > self.max_objects:
            raise ValueError(f"min_objects {self.min_objects} is above max_objects {self.max_objects}")
        return self


class SeedConcept(Event):
    """A request for `count` graphs about a concept, numbered from `first` (topic `skg.seeds`).

    `seed_id` derives from concept, context and options alone, so requesting the same numbers again adds nothing and
    requesting a larger count adds only the difference.
    """

    seed_id: Id
    concept: Concept
    count: Annotated[int, Field(ge=1, le=MAX_GRAPHS_PER_SEED_EVENT)] = 1
    first: Whole = 0
    context: Annotated[str, Field(max_length=MAX_CONTEXT_CHARS)] = ""
    options: SeedOptions = SeedOptions()

    @model_validator(mode="after")
    def _last_index_is_bounded(self) -> Self:
        if self.first + self.count - 1 > MAX_WHOLE:
            raise ValueError(f"graphs are numbered up to {MAX_WHOLE}, not {self.first + self.count - 1}")
        return self


HeldOutShare = Annotated[int, Field(ge=0, le=MAX_HELD_OUT_PER_MILLE)]
"""Scenes of 1,000 that are held out for validation, and as many for test."""

HELD_OUT_WHERE_UNSTATED = 50
"""The share of events and tables from before it could be set."""


class RenderedView(Model):
    """The picture of a further camera of a graph's world, and its ground truth."""

    image: ImageRef
    truth: Truth


class RenderedImage(Event):
    """A picture of a graph (topic `skg.images`). `truth` is None when the renderer has no ground truth.

    `held_out_per_mille` decides the split of its sample, so which questions may be asked; it is fixed here and handed on.
    `views`: since 1.4 the pictures of the world's further cameras, in their order.  Since 1.5 bodies may lean,
    since 1.6 a world may be plain.
    """

    VERSION: ClassVar[str] = "1.6"

    image: ImageRef
    graph: SpatialGraph
    renderer: Name
    seed: Annotated[int, Field(ge=0, le=MAX_LONG)]
    attempt: Attempt = 0
    seconds: Annotated[float, Field(ge=0, le=MAX_SECONDS)]
    truth: Truth | None = None
    provenance: Provenance
    held_out_per_mille: HeldOutShare = HELD_OUT_WHERE_UNSTATED
    views: Annotated[tuple[RenderedView, ...], Field(max_length=MAX_VIEWS, exclude_if=lambda views: not views)] = ()


MIN_CHOICES = 2
OPEN_KINDS = frozenset({"grounding", "description"})
"""The kinds of questions whose answer may be open: without choices."""


ViewNumber = Annotated[int, Field(ge=0, le=MAX_VIEWS)]
"""Of a picture of a sample: 0 is its image."""


class Question(Model):
    """A question with its answer and proof.

    `answer` is the text of one of `choices`, which are empty only where the kind is `grounding` or `description`: a box
    `[x, y, w, h]` or a point `[x, y]` in pixels of the image as JSON text, or a paragraph.
    `objects` are the ids that the question is about.
    `certificate` is JSON text: premises, rules, margin, referring expressions, difficulty.
    `views`: the pictures that are shown with it, in this order, by number: 0 is the sample's image, 1 the first of the
    further ones.  Empty where it is asked about the image alone.
    """

    id: Id
    question: Text
    answer: Text
    kind: Name
    choices: Annotated[tuple[Text, ...], Field(max_length=MAX_CHOICES)]
    objects: Annotated[tuple[Whole, ...], Field(max_length=MAX_SEEN)] = ()
    certificate: Annotated[str, Field(max_length=MAX_CERTIFICATE_CHARS)]
    views: Annotated[tuple[ViewNumber, ...], Field(max_length=MAX_VIEWS + 1, exclude_if=lambda views: not views)] = ()

    @field_validator("views", mode="before")
    @classmethod
    def _null_means_none(cls, value: Any) -> Any:
        """Rows of the dataset have null for questions about the image alone."""
        return () if value is None else value

    @model_validator(mode="after")
    def _answer_is_a_choice(self) -> Self:
        if not self.choices and self.kind in OPEN_KINDS:
            return self
        if len(self.choices) < MIN_CHOICES:
            raise ValueError(f"a question of kind {self.kind} needs at least {MIN_CHOICES} choices")
        if self.choices.count(self.answer) != 1:
            raise ValueError("the answer must be the text of exactly one choice")
        return self


class QAEvent(Event):
    """An accepted sample: picture, scene, questions (topic `skg.qa`, keyed by sample id).

    `held_out_per_mille` is the picture's: the questions were asked in the split that it gives.
    Since 1.3 questions of kind `grounding` and `description` may have no choices; since 1.4 a scene may have a `world`,
    since 1.5 its bodies say what hides them.  Since 1.6 there may be `views`, the pictures of further cameras in the order
    of the scene's.  Since 1.7 bodies may lean; since 1.8 the world of a room says where its walls are,
    since 1.9 whether anything but the bodies shows how large things are.
    """

    VERSION: ClassVar[str] = "1.9"

    sample_id: Id
    image: ImageRef
    graph: SpatialGraph
    scene: Scene
    questions: Annotated[tuple[Question, ...], Field(min_length=1, max_length=MAX_QUESTIONS)]
    provenance: Provenance
    held_out_per_mille: HeldOutShare = HELD_OUT_WHERE_UNSTATED
    views: Annotated[tuple[ImageRef, ...], Field(max_length=MAX_VIEWS, exclude_if=lambda views: not views)] = ()

    @model_validator(mode="after")
    def _views_are_those_of_the_scene(self) -> Self:
        if len(self.views) != len(self.scene.views):
            raise ValueError(f"{len(self.views)} pictures of further cameras, but the scene has {len(self.scene.views)}")
        shown = [number for question in self.questions for number in question.views]
        if max(shown, default=0) > len(self.views):
            raise ValueError(f"a question shows picture {max(shown)}, there are {len(self.views)} beside the image")
        return self


class Rejection(Event):
    """A request that ended without a sample, and why (topic `skg.rejections`). A result, not an error.

    `gate` names the check, `reason` the outcome, both from closed sets (`schemas.reasons`).
    `conflict` holds the relations that contradict each other, `evidence` the measured values.
    `source_topic` and `source` keep the event that was judged, so that it can be judged again.
    `retried`: only this picture is given up; another attempt at its request follows.
    """

    VERSION: ClassVar[str] = "1.2"

    rejection_id: Id
    seed_id: Id
    index: Whole
    stage: Stage
    gate: Annotated[Name, OneOf(frozenset(GATES))]
    reason: Annotated[Name, OneOf(frozenset(REASONS))]
    detail: Text = ""
    graph_id: Id | None = None
    image: ImageRef | None = None
    conflict: Annotated[tuple[Relation, ...], Field(max_length=MAX_RELATIONS)] = ()
    evidence: Json = {}
    source_topic: Name
    source: Annotated[bytes, Field(max_length=MAX_SOURCE_BYTES)]
    retried: bool = False


class Origin(Model):
    """The position of a record on its topic."""

    topic: Annotated[str, Field(min_length=1, max_length=MAX_TOPIC_CHARS)]
    partition: Whole
    offset: Annotated[int, Field(ge=0, le=MAX_LONG)]


HeaderName = Annotated[str, Field(max_length=MAX_HEADER_NAME_CHARS)]
Original = Annotated[bytes, Field(max_length=MAX_ORIGINAL_BYTES)]


class DeadLetter(Event):
    """A message that could not be processed at all, with its original bytes (topic `skg.dead-letters`).

    `topic`, `partition` and `offset` are its position when it failed, `first` its position at the first failure, None if
    this is the first.  `replays`: how often it was replayed before.  `attempts`: in total.
    `seed_id` and `index` identify the request that ended here, where the bytes belong to exactly one.
    `error_class` and `traceback` describe the underlying exception, where there was one.
    `omitted_bytes`: the size of what was too large to be stored here and exists only at its origin.
    """

    VERSION: ClassVar[str] = "1.1"

    topic: Annotated[str, Field(min_length=1, max_length=MAX_TOPIC_CHARS)]
    partition: Whole
    offset: Annotated[int, Field(ge=0, le=MAX_LONG)]
    key: Original | None
    value: Original | None
    headers: Annotated[tuple[tuple[HeaderName, Original], ...], Field(max_length=MAX_HEADERS)] = ()
    stage: Stage
    reason: Annotated[Name, OneOf(frozenset(DEAD_LETTER_REASONS))]
    error: Text
    attempts: Annotated[int, Field(ge=1, le=MAX_WHOLE)] = 1
    error_class: Annotated[str, Field(max_length=MAX_ERROR_CLASS_CHARS)] = ""
    traceback: Text = ""
    seed_id: Id | None = None
    index: Whole | None = None
    first: Origin | None = None
    replays: Whole = 0
    omitted_bytes: Annotated[int, Field(ge=0, le=MAX_LONG)] = 0


class Replayed(Event):
    """A dead letter that was replayed to its topic of origin (topic `skg.replays`); it is not replayed again by default.

    `letter` is the dead letter's key, `digest` an id of its origin and bytes: after a topic was recreated, another
    message may have the same position.  `topic` is where the message was sent to, `replays` the number of replays so far.
    `instead`: the key of a later letter of the same message, which was replayed in its place.
    """

    letter: Annotated[str, Field(min_length=1, max_length=MAX_LETTER_KEY_CHARS)]
    digest: Id
    topic: Annotated[str, Field(min_length=1, max_length=MAX_TOPIC_CHARS)]
    stage: Stage
    reason: Name
    first: Origin
    replays: Annotated[int, Field(ge=1, le=MAX_WHOLE)]
    seed_id: Id | None = None
    index: Whole | None = None
    instead: Annotated[str, Field(min_length=1, max_length=MAX_LETTER_KEY_CHARS)] | None = None
