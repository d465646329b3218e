"""The events that travel on topics, besides the graph itself.

In: keyword arguments.  Out: frozen models.
Does not hold image bytes: an event names an object in the store and its hash (claim check).
"""

from typing import Annotated, ClassVar, Literal, Self, get_args

from pydantic import Field, StringConstraints, field_validator, model_validator

from schemas.base import Event, Id, Model, Name, Text
from schemas.graph import Box, Provenance, Relation, SpatialGraph

MAX_CONCEPT_CHARS = 200
"""A concept is a phrase, not a document: longer text belongs into `context`."""

MAX_CONTEXT_CHARS = 20_000
MAX_GRAPHS_PER_SEED_EVENT = 1_000
"""Bounds the time that one event can occupy an agent; the command line splits larger requests."""

MAX_ORIGINAL_BYTES = 2_097_152
"""The largest key, value or header of a message that became a dead letter: what one message holds at most."""

MAX_TOPIC_CHARS = 249
"""Kafka's own limit."""

MAX_HEADERS, MAX_HEADER_NAME_CHARS = 1_000, 1_000
"""Far more than any client writes."""

MAX_ERROR_CLASS_CHARS = 200

Concept = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=MAX_CONCEPT_CHARS)]
Stage = Literal["agents", "render", "examine", "write"]
STAGES: tuple[Stage, ...] = get_args(Stage)
"""In the order of the flow."""


class SeedOptions(Model):
    """What a seed asks for beyond its concept. Everything is optional.

    `families` weighs relation families (direction, depth, support, containment, distance).
    `required_relations` name categories: (subject category, predicate, object category or None).
    `graph` is a user-made graph in the reference program's JSON form, taken as it is and checked.
    """

    min_objects: Annotated[int, Field(ge=1, le=12)] = 2
    max_objects: Annotated[int, Field(ge=1, le=12)] = 5
    families: dict[Name, Annotated[float, Field(ge=0)]] = {}
    required_objects: tuple[Name, ...] = ()
    required_relations: tuple[tuple[Name, Name, Name | None], ...] = ()
    excluded: tuple[Name, ...] = ()
    salt: Annotated[str, Field(max_length=80)] = ""
    graph: dict[str, object] | None = None

    @model_validator(mode="after")
    def _range_holds(self) -> Self:
        if self.min_objects > self.max_objects:
            raise ValueError(f"min_objects {self.min_objects} is above max_objects {self.max_objects}")
        return self


class SeedConcept(Event):
    """A request for `count` graphs about a concept, numbered from `first` (topic `skg.seeds`).

    `seed_id` derives from concept, context and options alone, so asking again for the same numbers adds nothing
    and asking for a larger count adds only the difference.
    """

    seed_id: Id
    concept: Concept
    count: Annotated[int, Field(ge=1, le=MAX_GRAPHS_PER_SEED_EVENT)] = 1
    first: Annotated[int, Field(ge=0)] = 0
    context: Annotated[str, Field(max_length=MAX_CONTEXT_CHARS)] = ""
    options: SeedOptions = SeedOptions()

    @field_validator("concept")
    @classmethod
    def _has_a_word(cls, concept: str) -> str:
        if not any(c.isalnum() for c in concept):
            raise ValueError("a concept needs at least one letter or digit")
        return concept


class ImageRef(Model):
    """An object in the store. `sha256` is of the stored bytes; whoever reads them checks it."""

    image_id: Id
    bucket: Name
    key: Annotated[str, Field(min_length=1, max_length=1024)]
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    size: Annotated[int, Field(ge=1)]
    media_type: Name
    width: Annotated[int, Field(ge=1)]
    height: Annotated[int, Field(ge=1)]


class SeenObject(Model):
    """What is visible of an object in the picture.

    `id` is the graph object's id.  `box` bounds the visible pixels, in pixels of this image.
    `depth` has no unit, smaller is nearer.  `visible` is the visible share of the object's own area, 0 to 1.
    `attributes` are those that the renderer reports as drawn (or a detector confirmed).
    """

    id: Annotated[int, Field(ge=0)]
    category: Name
    attributes: tuple[Name, ...] = ()
    box: Box
    depth: float
    visible: Annotated[float, Field(ge=0, le=1)]


class Truth(Model):
    """What a renderer knows of its own picture. It travels inside the image file.

    `drawn` are graph relations that the renderer carried out (contact and containment count only from here).
    `elements` are words for what the backdrop shows, so that no question claims their absence.
    """

    objects: tuple[SeenObject, ...]
    drawn: tuple[Relation, ...] = ()
    elements: tuple[Name, ...] = ()


class RenderedImage(Event):
    """A picture of a graph (topic `skg.images`). `truth` is None when the renderer does not know what it drew."""

    VERSION: ClassVar[str] = "1.1"

    image: ImageRef
    graph: SpatialGraph
    renderer: Name
    seed: Annotated[int, Field(ge=0)]
    attempt: Annotated[int, Field(ge=0)] = 0
    seconds: Annotated[float, Field(ge=0)]
    truth: Truth | None = None
    provenance: Provenance


class SeenRelation(Model):
    """A relation that holds in the picture. `drawn`: carried out by the renderer, against derived from the boxes."""

    subject: Annotated[int, Field(ge=0)]
    predicate: Name
    object: Annotated[int, Field(ge=0)] | None = None
    drawn: bool = False


class Scene(Model):
    """What is seen in a picture: all that a question may be asked of. Boxes are in pixels of `canvas`."""

    canvas: tuple[int, int]
    scene: Name
    objects: tuple[SeenObject, ...]
    relations: tuple[SeenRelation, ...] = ()
    excluded: tuple[Name, ...] = ()


class Question(Model):
    """A question with its answer and the proof of it.

    `answer` is the text of one of `choices`.  `objects` are the ids that the question is about.
    `certificate` is JSON text: premises, rules, margin, referring expressions, difficulty.
    """

    id: Id
    question: Text
    answer: Text
    kind: Name
    choices: Annotated[tuple[Text, ...], Field(min_length=2)]
    objects: tuple[int, ...] = ()
    certificate: str

    @model_validator(mode="after")
    def _answer_is_a_choice(self) -> Self:
        if self.choices.count(self.answer) != 1:
            raise ValueError("the answer must be the text of exactly one choice")
        return self


class QAEvent(Event):
    """An accepted sample: picture, what is seen in it, questions (topic `skg.qa`, keyed by sample id)."""

    VERSION: ClassVar[str] = "1.1"

    sample_id: Id
    image: ImageRef
    graph: SpatialGraph
    scene: Scene
    questions: Annotated[tuple[Question, ...], Field(min_length=1)]
    provenance: Provenance


class Rejection(Event):
    """A request that ended without a sample, and why (topic `skg.rejections`). A result, not an error.

    `gate` names the check, `reason` the outcome, both from closed sets (`schemas.reasons`).
    `conflict` holds the relations that contradict each other, `evidence` what was measured.
    `source_topic` and `source` keep the event that was judged, so that it can be judged again.
    `retried`: this picture is given up, its request is not; another attempt is on its way.
    """

    VERSION: ClassVar[str] = "1.1"

    rejection_id: Id
    seed_id: Id
    index: Annotated[int, Field(ge=0)]
    stage: Stage
    gate: Name
    reason: Name
    detail: Text = ""
    graph_id: Id | None = None
    image: ImageRef | None = None
    conflict: tuple[Relation, ...] = ()
    evidence: dict[str, object] = {}
    source_topic: Name
    source: bytes
    retried: bool = False


class Origin(Model):
    """Where a record lies on its topic."""

    topic: Annotated[str, Field(min_length=1, max_length=MAX_TOPIC_CHARS)]
    partition: Annotated[int, Field(ge=0, lt=2**31)]
    offset: Annotated[int, Field(ge=0, lt=2**63)]


HeaderName = Annotated[str, Field(max_length=MAX_HEADER_NAME_CHARS)]
Original = Annotated[bytes, Field(max_length=MAX_ORIGINAL_BYTES)]


class DeadLetter(Event):
    """A message that could not be processed at all, with its original bytes (topic `skg.dead-letters`).

    `topic`, `partition` and `offset` are where it lay when it failed, `first` where it lay when it failed for the first
    time, None if that is now.  `replays`: how often it was sent back before.  `attempts`: over all of that.
    `seed_id` and `index` name the request that ended here, where the bytes tell of exactly one.
    `error_class` and `traceback` tell of the exception behind the failure, where there was one.
    `omitted_bytes`: the size of what was too large to be kept here and lies only at its origin.
    """

    VERSION: ClassVar[str] = "1.1"

    topic: Annotated[str, Field(min_length=1, max_length=MAX_TOPIC_CHARS)]
    partition: Annotated[int, Field(ge=0, lt=2**31)]
    offset: Annotated[int, Field(ge=0, lt=2**63)]
    key: Original | None
    value: Original | None
    headers: Annotated[tuple[tuple[HeaderName, Original], ...], Field(max_length=MAX_HEADERS)] = ()
    stage: Stage
    reason: Name
    error: Text
    attempts: Annotated[int, Field(ge=1, lt=2**31)] = 1
    error_class: Annotated[str, Field(max_length=MAX_ERROR_CLASS_CHARS)] = ""
    traceback: Text = ""
    seed_id: Id | None = None
    index: Annotated[int, Field(ge=0, lt=2**31)] | None = None
    first: Origin | None = None
    replays: Annotated[int, Field(ge=0, lt=2**31)] = 0
    omitted_bytes: Annotated[int, Field(ge=0, lt=2**63)] = 0
