"""The interfaces between `streams` and the other packages, as small Protocols.

In and out: bytes and events.  Declares only; the implementations are in `streams`, the fakes in `tests`.
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
    """An object in the store: `data` and user `metadata` (keys lower-case)."""

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
        """Store under `key` unless the key exists. True if this call stored it."""
        ...

    def get(self, key: str) -> StoredObject | None:
        """The object stored under `key`, or None."""
        ...

    def keys(self, prefix: str) -> Iterator[str]:
        """Every key that starts with `prefix`, in order."""
        ...


@dataclass(frozen=True)
class Drawing:
    """A finished picture: its encoded file, its size in pixels, and the renderer's ground truth.

    `file` encodes it, on the thread that stores the picture, while the renderer draws the next one.
    `views`: the drawings of the world's further cameras, in their order.
    `notes` go into provenance and into the stored file's metadata: what a picture depends on besides its id, such as the
    device and the batch. Short text; object metadata holds at most two kilobytes.
    """

    file: Callable[[], bytes]
    media_type: str
    width: int
    height: int
    truth: Truth | None
    notes: Mapping[str, str] = field(default_factory=dict)
    views: Sequence["Drawing"] = ()

    @property
    def data(self) -> bytes:
        """The encoded file, encoded at each call."""
        return self.file()


class Renderer(Protocol):
    """Draws graphs. `parameters` is everything that affects pixels besides graph and seed (JSON values)."""

    @property
    def name(self) -> str:
        """Name and version, as in `collage-1`."""
        ...

    @property
    def parameters(self) -> dict[str, object]:
        """The parameters that enter the image id."""
        ...

    def render(self, graphs: Sequence[SpatialGraph], seeds: Sequence[int]) -> list[Drawing]:
        """One drawing for each graph, in order; deterministic for graph and seed."""
        ...

    def read_truth(self, data: bytes) -> Truth | None:
        """The ground truth embedded in a stored picture of this renderer."""
        ...


class Planner(Protocol):
    """Turns one request of a seed into a graph with a layout, or into a rejection."""

    async def plan(self, seed: SeedConcept, index: int) -> Event:
        """A SpatialGraph or a Rejection for the seed's graph number `index`. Raises RetryableError or PermanentError."""
        ...


Results = list[list[Event] | Exception]
"""For each event of a batch, in order, the events to publish, or RetryableError or PermanentError: one bad event does
not affect the others."""


In_contra = TypeVar("In_contra", contravariant=True)
Out_co = TypeVar("Out_co", covariant=True)


class BatchStep(Protocol[In_contra, Out_co]):
    """Processing of a batch in two halves: the first half of the next batch may overlap the second half of this one.

    The only form of a step: over records it is what the worker loop runs (`streams.worker.pipelining.Step`), over events
    it is a stage's handler.  A step without a second half does everything in `begin` and returns a constant.
    """

    def begin(self, batch: Sequence[In_contra], /) -> Callable[[], Out_co]:
        """Run the first half and return the second: called at most once, on another thread, before any newer batch's."""
        ...


Handler = BatchStep[Event, Results]
"""A stage's step over a batch of decoded events: `Results` to publish, one for each event."""


E = TypeVar("E", bound=Event, default=QAEvent)
"""The event type of a sink: accepted samples by default."""


@dataclass(frozen=True)
class Sample(Generic[E]):
    """An event with the verified bytes of its picture. `image` is None where the table has it already, or stores none.

    `views`: those of the pictures of further cameras, in their order.
    """

    event: E
    image: bytes | None
    views: tuple[bytes, ...] = ()


@dataclass(frozen=True)
class Delivery(Generic[E]):
    """A record as a sink receives it. `sample` is None where it became a dead letter: only its position is committed."""

    partition: str
    offset: int
    sample: Sample[E] | None


@dataclass(frozen=True)
class Appended:
    """The result of a commit: the next offset of each partition in it, and the number of new rows."""

    positions: Mapping[str, int]
    rows: int


class Sink(Protocol[E]):
    """A table that stores its own position in every partition, in the same commit as the rows.

    A partition is named `TOPIC-UUID/NUMBER`: a position is invalid for a topic that was recreated.
    """

    def open(self, partition: str) -> int | None:
        """The next offset to read, None when the table has no position for it. Called on assignment; must be fast."""
        ...

    def close(self, partition: str) -> None:
        """The partition was revoked: later appends of it are dropped."""
        ...

    def prepare(self, events: Sequence[E]) -> list[Sample[E] | PermanentError]:
        """Each event with its picture, or why it can never be stored. Raises RetryableError when the store is unreachable.

        Separate from `append` because a dead letter must be stored before the position passes it.
        """
        ...

    def append(self, deliveries: Sequence[Delivery[E]]) -> Appended:
        """One commit: the new rows and each partition's next offset.

        Raises Fenced when another writer advanced a position meanwhile, RetryableError when the table is unreachable; in
        both cases nothing was stored.
        """
        ...
