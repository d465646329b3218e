"""A diffusion model as a renderer: graphs in, encoded pictures out.

In: graphs and seeds.  Out: drawings without a truth (a model does not know what it drew), with notes on the batch, the
device and the software: with the same three a re-render is identical to the bit.
Batches by size; halves a batch that does not fit into memory.  An `ImageGenerator` draws the batches.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from typing import Protocol

from PIL import Image

from gpu_workers.diffusion import lazy_imports
from gpu_workers.diffusion.conditioning import Conditioning, conditioning_of
from gpu_workers.diffusion.oom_backoff import USUAL_BATCH, OomBackoff
from monitoring.logs import log
from schemas.events import Truth
from schemas.graph import SpatialGraph
from schemas.ids import derived_seed
from schemas.interfaces import Drawing

QUALITY, METHOD = 92, 4
"""WebP's: detectors need small details, so a little finer than for a collage."""

STEP_PIXELS = 64
"""Sides are multiples of this many pixels, so that every level of the models divides evenly."""

NAME_CHARS = 12
"""Characters of each graph's id in the note on its batch: enough to find it, and 64 of them fit into object metadata."""


MOST_PLANNED = 12
"""Objects of a planned graph at most."""

PLACEHOLDER = Conditioning("a room", phrases=("a room",), words=("room",), boxes=((0, 0, 1, 1),))
"""What is drawn to warm up."""

CROWD = Conditioning(
    "a room",
    phrases=("a room",) * MOST_PLANNED,
    words=("room",) * MOST_PLANNED,
    boxes=tuple((place / MOST_PLANNED, 0.0, (place + 1) / MOST_PLANNED, 1.0) for place in range(MOST_PLANNED)),
)
"""The same for what takes more memory the more objects a picture has."""


class ImageGenerator(Protocol):
    """Draws one batch of pictures of one size."""

    @property
    def name(self) -> str:
        """The renderer's name and version, as in `gligen-1`."""
        ...

    @property
    def parameters(self) -> Mapping[str, object]:
        """All that changes pixels besides conditionings and seeds (JSON values): weights, steps, guidance."""
        ...

    @property
    def side(self) -> int:
        """The longer side of its pictures in pixels."""
        ...

    def draw(self, conditionings: Sequence[Conditioning], seeds: Sequence[int], size: tuple[int, int]) -> list[Image.Image]:
        """One picture per conditioning, `size` (width, height) in pixels. Raises torch.OutOfMemoryError."""
        ...


class Conditions(Protocol):
    """What pictures are drawn from, and what their files say."""

    @property
    def parameters(self) -> Mapping[str, object]:
        """All that changes conditionings besides graphs and seeds (JSON values)."""
        ...

    def conditionings(
        self, graphs: Sequence[SpatialGraph], seeds: Sequence[int], size: tuple[int, int]
    ) -> list[Conditioning]:
        """One for each graph, for pictures of `size` (width, height). Raises PermanentError."""
        ...

    def placeholder(self, size: tuple[int, int]) -> Conditioning:
        """One to warm up with."""
        ...

    def notes(self, conditioning: Conditioning) -> Mapping[str, str]:
        """What provenance says of it besides."""
        ...

    def encode(self, picture: Image.Image, conditioning: Conditioning) -> bytes:
        """The file of a drawn picture, as WebP."""
        ...


class FromGraphs:
    """Implements `Conditions` by graphs alone."""

    parameters: Mapping[str, object] = {}

    def __init__(self, placeholder: Conditioning = PLACEHOLDER) -> None:
        self._placeholder = placeholder

    def conditionings(
        self,
        graphs: Sequence[SpatialGraph],
        seeds: Sequence[int],  # noqa: ARG002 - the Protocol's
        size: tuple[int, int],  # noqa: ARG002
    ) -> list[Conditioning]:
        """Texts and boxes."""
        return [conditioning_of(graph) for graph in graphs]

    def placeholder(self, size: tuple[int, int]) -> Conditioning:  # noqa: ARG002 - the Protocol's
        """A room with one object, or what was given."""
        return self._placeholder

    def notes(self, conditioning: Conditioning) -> Mapping[str, str]:  # noqa: ARG002 - the Protocol's
        """None."""
        return {}

    def encode(self, picture: Image.Image, conditioning: Conditioning) -> bytes:  # noqa: ARG002 - the Protocol's
        """The picture alone."""
        return encode_webp(picture)


@dataclass(frozen=True)
class _Job:
    """One picture to be drawn; `place` is its index in the request."""

    place: int
    graph: SpatialGraph
    seed: int
    conditioning: Conditioning


class DiffusionRenderer:
    """Implements `schemas.interfaces.Renderer` over an `ImageGenerator`."""

    def __init__(self, generator: ImageGenerator, batch: int | None, conditions: Conditions | None = None) -> None:
        """`batch`: pictures drawn together at first; None: as many as `warm_up` finds room for.  `conditions`: what it
        draws from, by default graphs alone."""
        torch = lazy_imports.torch()
        self._generator, self._conditions = generator, conditions or FromGraphs()
        self._backoff = OomBackoff(batch or USUAL_BATCH, torch.OutOfMemoryError, lazy_imports.release)
        self._is_batch_given = batch is not None
        self._notes = {**lazy_imports.versions(), "device": _device()}

    @property
    def name(self) -> str:
        """The generator's name."""
        return self._generator.name

    @property
    def parameters(self) -> dict[str, object]:
        """All that changes pixels besides graph and seed."""
        own = {"side": self._generator.side, "quality": QUALITY, "method": METHOD}
        return {**self._generator.parameters, **self._conditions.parameters, **own}

    def warm_up(self) -> None:
        """Draw a batch of placeholders, so that the first real one waits for no compilation and fits into memory.

        Raises RetryableError when the device's memory does not hold one picture, DeviceLost when the device is lost.
        """
        size = (self._generator.side,) * 2
        placeholder = self._conditions.placeholder(size)

        def draw(count: int) -> list[Image.Image]:
            return self._generator.draw([placeholder] * count, [0] * count, size)

        if not self._is_batch_given:
            self._backoff.map([1], lambda ones: [draw(len(ones))])  # fits, or nothing does; and compiles
            self._backoff.fit(draw, lazy_imports.device_memory())
            log("render").info("pictures are drawn in batches", batch=self._backoff.most)
        self._backoff.map([placeholder] * self._backoff.most, lambda some: draw(len(some)))

    def render(self, graphs: Sequence[SpatialGraph], seeds: Sequence[int]) -> list[Drawing]:
        """One drawing per graph, in order. Raises RetryableError when the device's memory does not hold one picture."""
        by_size: dict[tuple[int, int], list[int]] = {}
        for place, graph in enumerate(graphs):
            by_size.setdefault(self._size(graph), []).append(place)
        done: dict[int, Drawing] = {}
        for size, places in by_size.items():
            jobs = self._jobs(places, graphs, seeds, size)

            def work(batch: Sequence[_Job], size: tuple[int, int] = size) -> list[Drawing]:
                return self._batch(batch, size)

            drawings = self._backoff.map(jobs, work)
            done |= {job.place: drawing for job, drawing in zip(jobs, drawings, strict=True)}
        return [done[place] for place in range(len(graphs))]

    def _jobs(
        self, places: Sequence[int], graphs: Sequence[SpatialGraph], seeds: Sequence[int], size: tuple[int, int]
    ) -> list[_Job]:
        some, own = [graphs[place] for place in places], [seeds[place] for place in places]
        conditionings = self._conditions.conditionings(some, own, size)
        return [_Job(*each) for each in zip(places, some, own, conditionings, strict=True)]

    def read_truth(self, data: bytes) -> Truth | None:  # noqa: ARG002 - the Protocol's
        """None: a diffusion model does not know what it drew."""
        return None

    def _size(self, graph: SpatialGraph) -> tuple[int, int]:
        return fitted_size(graph.layout.canvas, self._generator.side)

    def _batch(self, jobs: Sequence[_Job], size: tuple[int, int]) -> list[Drawing]:
        seeds = [derived_seed("noise", job.seed) for job in jobs]
        pictures = self._generator.draw([job.conditioning for job in jobs], seeds, size)
        drawn_together = " ".join(job.graph.graph_id[:NAME_CHARS] for job in jobs)
        return [self._drawing(picture, job, drawn_together) for picture, job in zip(pictures, jobs, strict=True)]

    def _drawing(self, picture: Image.Image, job: _Job, drawn_together: str) -> Drawing:
        notes = {**self._notes, **self._conditions.notes(job.conditioning), "batch": drawn_together}
        file = partial(self._conditions.encode, picture, job.conditioning)
        return Drawing(file, "image/webp", *picture.size, None, notes)


def fitted_size(size: tuple[int, int], side: int) -> tuple[int, int]:
    """A size of about the same aspect ratio whose longer side is `side`, in multiples of STEP_PIXELS."""
    scale = side / max(size)
    across, down = (max(STEP_PIXELS, round(length * scale / STEP_PIXELS) * STEP_PIXELS) for length in size)
    return across, down


def encode_webp(picture: Image.Image) -> bytes:
    """The picture as WebP with fixed settings."""
    buffer = BytesIO()
    picture.save(buffer, "WEBP", quality=QUALITY, method=METHOD)
    return buffer.getvalue()


def _device() -> str:
    cuda = lazy_imports.torch().cuda
    return str(cuda.get_device_name()) if cuda.is_available() else "cpu"
