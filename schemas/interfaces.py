"""The doors that `streams` hands to the rooms above, as small Protocols.

In and out: bytes and events.  Declares only; the real doors live in `streams`, the fakes in `tests`.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic, Protocol

from typing_extensions import TypeVar

from schemas.base import Event
from schemas.errors import PermanentError
from schemas.events import QAEvent, SeedConcept, Truth
from schemas.graph import SpatialGraph


@dataclass(frozen=True)
class StoredObject:
    """An object as it lies in the store: `data` and user `metadata` (keys lower-case)."""

    data: bytes
    media_type: str
    metadata: dict[str, str] = field(default_factory=dict)


class ObjectStore(Protocol):
    """A bucket. All methods raise RetryableError when the store cannot be reached."""

    @property
    def bucket(self) -> str:
        """The bucket's name, for image references."""
        ...

    def put_if_absent(self, key: str, stored: StoredObject) -> bool:
        """Store under `key` unless something is there. True if this call stored it."""
        ...

    def get(self, key: str) -> StoredObject | None:
        """What is stored under `key`, or None."""
        ...

    def keys(self, prefix: str) -> Iterator[str]:
        """Every key that starts with `prefix`, in order."""
        ...


@dataclass(frozen=True)
class Drawing:
    """A finished picture: its encoded file, its size in pixels, and what the renderer knows of it.

    `file` encodes it, on the thread that stores the picture: the renderer draws the next one meanwhile.
    `notes` go into provenance and are kept beside the stored file: what a picture depends on besides its id, as in the
    device and the batch that it was drawn in. Short text; object metadata has room for two kilobytes.
    """

    file: Callable[[], bytes]
    media_type: str
    width: int
    height: int
    truth: Truth | None
    notes: Mapping[str, str] = field(default_factory=dict)

    @property
    def data(self) -> bytes:
        """The encoded file, encoded at each call."""
        return self.file()


class Renderer(Protocol):
    """Draws graphs. `parameters` is all that changes pixels besides graph and seed (JSON values)."""

    @property
    def name(self) -> str:
        """Name and version, as in `collage-1`."""
        ...

    @property
    def parameters(self) -> dict[str, object]:
        """What goes into the image id."""
        ...

    def render(self, graphs: Sequence[SpatialGraph], seeds: Sequence[int]) -> list[Drawing]:
        """One drawing a graph, in order; deterministic for graph and seed."""
        ...

    def read_truth(self, data: bytes) -> Truth | None:
        """What a picture of this renderer says of itself, read from the stored file."""
        ...


class Planner(Protocol):
    """Turns one request of a seed into a graph with a layout, or into a rejection."""

    async def plan(self, seed: SeedConcept, index: int) -> Event:
        """A SpatialGraph or a Rejection for the seed's graph number `index`. Raises RetryableError or PermanentError."""
        ...


Results = list[list[Event] | Exception]
"""For each event of a batch, in order, what is to be published, or RetryableError or PermanentError: one bad event
spoils no other."""


In_contra = TypeVar("In_contra", contravariant=True)
Out_co = TypeVar("Out_co", covariant=True)


class BatchStep(Protocol[In_contra, Out_co]):
    """Work on a batch in two halves: the first half of the next batch may run while the second half of this one waits.

    The one form of a step: over records it is what the worker loop runs (`streams.worker.pipelining.Step`), over events
    it is a stage's handler.  A step without a second half does everything in `begin` and returns what it has.
    """

    def begin(self, batch: Sequence[In_contra], /) -> Callable[[], Out_co]:
        """Work, and return what finishes the batch: called at most once, on another thread, before any newer batch's."""
        ...


Handler = BatchStep[Event, Results]
"""What a stage does with a batch of decoded events: `Results` to publish, one for each event."""


E = TypeVar("E", bound=Event, default=QAEvent)
"""What a sink keeps: accepted samples where nothing else is said."""


@dataclass(frozen=True)
class Sample(Generic[E]):
    """An event with the checked bytes of its picture. `image` is None where the table has it already, or keeps none."""

    event: E
    image: bytes | None


@dataclass(frozen=True)
class Delivery(Generic[E]):
    """A record as a sink gets it. `sample` is None where it became a dead letter: only the position counts then."""

    partition: str
    offset: int
    sample: Sample[E] | None


@dataclass(frozen=True)
class Appended:
    """What one commit did: the next offset of each partition in it, and how many rows were new."""

    positions: Mapping[str, int]
    rows: int


class Sink(Protocol[E]):
    """A table that keeps its own position in every partition, in the same commit as the rows.

    A partition is named `TOPIC-UUID/NUMBER`: a position means nothing for a topic that was created anew.
    """

    def open(self, partition: str) -> int | None:
        """The next offset to read, None when the table has seen nothing of it. Called when it is assigned; short."""
        ...

    def close(self, partition: str) -> None:
        """The partition was revoked: what is still appended of it is dropped."""
        ...

    def prepare(self, events: Sequence[E]) -> list[Sample[E] | PermanentError]:
        """Each event with its picture, or why it can never be stored. Raises RetryableError when the store is out of reach.

        Apart from `append` because a dead letter must be safe before the position passes it.
        """
        ...

    def append(self, deliveries: Sequence[Delivery[E]]) -> Appended:
        """One commit: the new rows and each partition's next offset.

        Raises Fenced when another writer moved a position meanwhile, RetryableError when the table cannot be reached;
        nothing was stored then.
        """
        ...
