"""The render step: graphs become stored pictures and events that announce them.

In: SpatialGraph events.  Out: one RenderedImage each, whose object is in the store before the event exists.
What is stored already is not drawn again: the truth is read back from the stored file.  Talks to no broker.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from io import BytesIO
from time import perf_counter

from PIL import Image, UnidentifiedImageError

from schemas.base import Event
from schemas.doors import ObjectStore, Renderer, StoredObject
from schemas.events import ImageRef, RenderedImage, Truth
from schemas.failures import Never, TryLater
from schemas.graph import Provenance, SpatialGraph
from schemas.ids import derived_seed, image_id, image_key

PRODUCER, VERSION = "render", "1"

EXTENSION = "webp"
"""Of every key: a key must be known before anything is drawn."""

STORE_CALLS = 4
"""Calls of the store at a time: they are mostly waiting."""

NOTES = "skg-notes"
"""The object metadata that keeps a drawing's notes, so that a redelivery announces them too."""


@dataclass(frozen=True)
class _Job:
    """A graph, which attempt at it, and the names that derive from both."""

    graph: SpatialGraph
    attempt: int
    image: str
    key: str
    seed: int


@dataclass(frozen=True)
class _Picture:
    """A picture as it lies in the store, and the seconds that drawing it took (0 when it was there already)."""

    data: bytes
    media_type: str
    truth: Truth | None
    seconds: float
    notes: Mapping[str, str]


Outcome = _Picture | TryLater | Never
Request = tuple[str, int]
"""A graph's id and which attempt at it."""


class RenderHandler:
    """Implements `schemas.doors.BatchHandler` for SpatialGraph events."""

    def __init__(self, renderer: Renderer, store: ObjectStore, at_once: int | None = None) -> None:
        """`at_once`: graphs in one call of the renderer; while it draws some, those before are being stored."""
        self._renderer = renderer
        self._store = store
        self._at_once = at_once

    def handle(self, events: Sequence[Event]) -> list[list[Event] | Exception]:
        """One RenderedImage for each graph, or TryLater or Never in its place."""
        jobs = {_request(event): self._job(event) for event in events if isinstance(event, SpatialGraph)}
        with ThreadPoolExecutor(STORE_CALLS, thread_name_prefix="store") as pool:
            outcomes = dict(zip(jobs, pool.map(self._stored, jobs.values()), strict=True))
            missing = [request for request, outcome in outcomes.items() if outcome is None]
            several = self._at_once or max(1, len(missing))
            stored: dict[Request, Future[Outcome]] = {}
            for start in range(0, len(missing), several):
                part = missing[start : start + several]
                for request, drawn in zip(part, self._drawn([jobs[request] for request in part]), strict=True):
                    stored[request] = pool.submit(self._kept, jobs[request], drawn)
            outcomes |= {request: future.result() for request, future in stored.items()}
        return [self._result(event, jobs, outcomes) for event in events]

    def _job(self, graph: SpatialGraph) -> _Job:
        image = image_id(graph.graph_id, self._renderer.name, self._renderer.parameters, graph.attempt)
        seed = derived_seed("render", graph.graph_id, graph.attempt)
        return _Job(graph.model_copy(update={"attempt": 0}), graph.attempt, image, image_key(image, EXTENSION), seed)

    def _stored(self, job: _Job) -> Outcome | None:
        """What is in the store under the job's key; None when nothing is."""
        try:
            found = self._store.get(job.key)
        except TryLater as failure:
            return failure
        return None if found is None else self._read(found)

    def _read(self, stored: StoredObject) -> _Picture:
        return _Picture(
            stored.data, stored.media_type, self._renderer.read_truth(stored.data), 0.0, _notes_in(stored.metadata)
        )

    def _drawn(self, jobs: Sequence[_Job]) -> list[Outcome]:
        """Draw a batch; where one of it fails for good, draw one by one so that the others do not."""
        started = perf_counter()
        try:
            drawings = self._renderer.render([job.graph for job in jobs], [job.seed for job in jobs]) if jobs else []
        except TryLater as failure:
            return [failure for _ in jobs]
        except Never as failure:
            return [failure] if len(jobs) == 1 else [self._drawn([job])[0] for job in jobs]
        seconds = (perf_counter() - started) / max(1, len(jobs))
        return [_Picture(d.data, d.media_type, d.truth, seconds, d.notes) for d in drawings]

    def _kept(self, job: _Job, drawn: Outcome) -> Outcome:
        return self._put(job, drawn) if isinstance(drawn, _Picture) else drawn

    def _put(self, job: _Job, picture: _Picture) -> Outcome:
        """Store the picture; who comes second announces what the first one has stored."""
        try:
            metadata = {NOTES: json.dumps(dict(picture.notes), sort_keys=True)} if picture.notes else {}
            if self._store.put_if_absent(job.key, StoredObject(picture.data, picture.media_type, metadata)):
                return picture
            found = self._store.get(job.key)
        except TryLater as failure:
            return failure
        return TryLater(f"{job.key} was stored by another worker and is gone") if found is None else self._read(found)

    def _result(
        self, event: Event, jobs: Mapping[Request, _Job], outcomes: Mapping[Request, Outcome | None]
    ) -> list[Event] | Exception:
        if not isinstance(event, SpatialGraph):
            return Never("failed", f"render takes graphs, not {type(event).__name__}")
        outcome = outcomes[_request(event)]
        if isinstance(outcome, _Picture):
            return self._announce(jobs[_request(event)], outcome)
        return outcome or TryLater(f"{event.graph_id} was not drawn")

    def _announce(self, job: _Job, picture: _Picture) -> list[Event] | Exception:
        size = picture_size(picture.data)
        if size is None:
            return Never("failed", f"the object {job.key} is not a picture")
        reference = ImageRef(
            image_id=job.image,
            bucket=self._store.bucket,
            key=job.key,
            sha256=hashlib.sha256(picture.data).hexdigest(),
            size=len(picture.data),
            media_type=picture.media_type,
            width=size[0],
            height=size[1],
        )
        provenance = Provenance(
            producer=PRODUCER, version=VERSION, parents=(job.graph.seed_id, job.graph.graph_id),
            notes={"parameters": json.dumps(self._renderer.parameters, sort_keys=True), **picture.notes},
        )  # fmt: skip
        return [
            RenderedImage(
                image=reference,
                graph=job.graph,
                renderer=self._renderer.name,
                seed=job.seed,
                attempt=job.attempt,
                seconds=picture.seconds,
                truth=picture.truth,
                provenance=provenance,
            )
        ]


def _request(graph: SpatialGraph) -> Request:
    return graph.graph_id, graph.attempt


def _notes_in(metadata: Mapping[str, str]) -> dict[str, str]:
    """The notes that were stored with a picture; none where they cannot be read."""
    try:
        found = json.loads(metadata.get(NOTES, "{}"))
    except ValueError:
        return {}
    return {str(name): str(text) for name, text in found.items()} if isinstance(found, dict) else {}


def picture_size(data: bytes) -> tuple[int, int] | None:
    """Width and height of an encoded picture in pixels, or None if it is none."""
    try:
        with Image.open(BytesIO(data)) as picture:
            return picture.size
    except (UnidentifiedImageError, OSError, ValueError):
        return None
