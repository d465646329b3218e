"""The render step: graphs become stored pictures and events that announce them.

In: SpatialGraph events.  Out: one RenderedImage each, whose object is in the store before the event exists.
What is stored already is not drawn again: the truth is read back from the stored file.  Imports no broker client.
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from io import BytesIO
from time import perf_counter

from PIL import Image, UnidentifiedImageError

from gpu_workers.image_store import Drawn, ImageStore, Outcome, StoredPicture
from schemas.base import Event
from schemas.errors import PermanentError, RetryableError
from schemas.events import ImageRef, RenderedImage, RenderedView
from schemas.graph import Provenance, SpatialGraph, merged_notes
from schemas.ids import derived_seed, image_id, image_key, view_id
from schemas.interfaces import ObjectStore, Renderer, Results
from spatial.splits import DEFAULT_HELD_OUT_PER_MILLE

PRODUCER, VERSION = "render", "1"

EXTENSION = "webp"
"""The same for all keys: a key must be known before anything is drawn."""

STORE_CALLS = 4
"""Concurrent reads, and concurrent writes, of the store: they mostly wait for it."""


@dataclass(frozen=True)
class _Job:
    """A graph, the number of the attempt, and the ids and seed derived from both. `images`: of its picture, then of those
    of further cameras."""

    graph: SpatialGraph
    attempt: int
    images: tuple[str, ...]
    seed: int

    @property
    def keys(self) -> tuple[str, ...]:
        """Where its pictures are stored."""
        return tuple(image_key(image, EXTENSION) for image in self.images)


Request = tuple[str, int]
"""A graph's id and the number of the attempt."""


class RenderHandler:
    """Implements `schemas.interfaces.Handler` for SpatialGraph events.

    Only `begin` draws, one call at a time; drawings are encoded and stored meanwhile and afterwards, on other threads.
    """

    def __init__(
        self,
        renderer: Renderer,
        store: ObjectStore,
        at_once: int | None = None,
        held_out_per_mille: int = DEFAULT_HELD_OUT_PER_MILLE,
    ) -> None:
        """`at_once`: graphs in one call of the renderer, all of one size. Every event states `held_out_per_mille`."""
        self._renderer = renderer
        self._bucket = store.bucket
        self._images = ImageStore(store, renderer.read_truth)
        self._at_once, self._held_out_per_mille = at_once, held_out_per_mille
        self._lookups = ThreadPoolExecutor(STORE_CALLS, thread_name_prefix="look")
        self._uploads = ThreadPoolExecutor(STORE_CALLS, thread_name_prefix="store")

    def begin(self, events: Sequence[Event]) -> Callable[[], Results]:
        """Draw what is not stored yet. The returned callable waits until it is stored.

        It returns one RenderedImage for each graph, or RetryableError or PermanentError in its place.
        """
        jobs = {_request(event): self._job(event) for event in events if isinstance(event, SpatialGraph)}
        found: dict[Request, Outcome | None] = dict(
            zip(jobs, self._lookups.map(self._images.find, [job.keys for job in jobs.values()]), strict=True)
        )
        missing = [jobs[request] for request, outcome in found.items() if outcome is None]
        stored: dict[Request, Future[Outcome]] = {}
        for part in _batches_by_size(missing, self._at_once or max(1, len(missing))):
            for job, drawn in zip(part, self._draw(part), strict=True):
                request = job.graph.graph_id, job.attempt
                if isinstance(drawn, Drawn):
                    stored[request] = self._uploads.submit(self._images.put, job.keys, drawn)
                else:
                    found[request] = drawn

        def results() -> Results:
            outcomes = found | {request: future.result() for request, future in stored.items()}
            return [self._result(event, jobs, outcomes) for event in events]

        return results

    def _job(self, graph: SpatialGraph) -> _Job:
        image = image_id(graph.graph_id, self._renderer.name, self._renderer.parameters, graph.attempt)
        cameras = 0 if graph.world is None else len(graph.world.views)
        images = (image, *(view_id(image, number) for number in range(1, cameras + 1)))
        seed = derived_seed("render", graph.graph_id, graph.attempt)
        return _Job(graph.model_copy(update={"attempt": 0}), graph.attempt, images, seed)

    def _draw(self, jobs: Sequence[_Job]) -> list[Drawn | RetryableError | PermanentError]:
        """Draw a batch; after a PermanentError draw one by one, so that the others do not fail with it."""
        started = perf_counter()
        try:
            drawings = self._renderer.render([job.graph for job in jobs], [job.seed for job in jobs])
        except RetryableError as failure:
            return [failure for _ in jobs]
        except PermanentError as failure:
            return [failure] if len(jobs) == 1 else [self._draw([job])[0] for job in jobs]
        seconds = (perf_counter() - started) / max(1, len(jobs))
        return [Drawn(drawing, seconds) for drawing in drawings]

    def _result(
        self, event: Event, jobs: Mapping[Request, _Job], outcomes: Mapping[Request, Outcome | None]
    ) -> list[Event] | Exception:
        if not isinstance(event, SpatialGraph):
            return PermanentError("failed", f"render takes graphs, not {type(event).__name__}")
        outcome = outcomes[_request(event)]
        if isinstance(outcome, StoredPicture):
            return self._event(jobs[_request(event)], outcome)
        return outcome or RetryableError(f"{event.graph_id} was not drawn")

    def _reference(self, image: str, picture: StoredPicture) -> ImageRef:
        """What announces a stored picture. Raises PermanentError for an object that is none."""
        key, size = image_key(image, EXTENSION), picture_size(picture.data)
        if size is None:
            raise PermanentError("failed", f"the object {key} is not a picture")
        return ImageRef(
            image_id=image,
            bucket=self._bucket,
            key=key,
            sha256=hashlib.sha256(picture.data).hexdigest(),
            size=len(picture.data),
            media_type=picture.media_type,
            width=size[0],
            height=size[1],
        )

    def _views(self, job: _Job, picture: StoredPicture) -> Iterator[RenderedView]:
        """The pictures of further cameras. Raises PermanentError for an object that is no picture with its truth."""
        for image, view in zip(job.images[1:], picture.views, strict=False):
            if view.truth is None:
                raise PermanentError("failed", f"the object {image_key(image, EXTENSION)} says nothing of what it shows")
            yield RenderedView(image=self._reference(image, view), truth=view.truth)

    def _event(self, job: _Job, picture: StoredPicture) -> list[Event] | Exception:
        try:
            reference, views = self._reference(job.images[0], picture), tuple(self._views(job, picture))
        except PermanentError as failure:
            return failure
        provenance = Provenance(
            producer=PRODUCER, version=VERSION, parents=(job.graph.seed_id, job.graph.graph_id),
            notes=merged_notes(picture.notes, {"parameters": json.dumps(self._renderer.parameters, sort_keys=True)}),
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
                held_out_per_mille=self._held_out_per_mille,
                views=views,
            )
        ]


def _batches_by_size(jobs: Sequence[_Job], most: int) -> Iterator[list[_Job]]:
    """Batches of at most `most` jobs of one canvas size: renderers batch by size."""
    by_size: dict[tuple[int, int], list[_Job]] = {}
    for job in jobs:
        by_size.setdefault(job.graph.layout.canvas, []).append(job)
    for same in by_size.values():
        for start in range(0, len(same), most):
            yield same[start : start + most]


def _request(graph: SpatialGraph) -> Request:
    return graph.graph_id, graph.attempt


def picture_size(data: bytes) -> tuple[int, int] | None:
    """Width and height of an encoded picture in pixels, or None if it is none."""
    try:
        with Image.open(BytesIO(data)) as picture:
            return picture.size
    except (UnidentifiedImageError, OSError, ValueError):
        return None
