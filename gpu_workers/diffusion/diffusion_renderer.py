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
from gpu_workers.diffusion.oom_backoff import OomBackoff
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


@dataclass(frozen=True)
class _Job:
    """One picture to be drawn; `place` is its index in the request."""

    place: int
    graph: SpatialGraph
    seed: int


class DiffusionRenderer:
    """Implements `schemas.interfaces.Renderer` over an `ImageGenerator`."""

    def __init__(self, generator: ImageGenerator, batch: int) -> None:
        torch = lazy_imports.torch()
        self._generator = generator
        self._backoff = OomBackoff(batch, torch.OutOfMemoryError, lazy_imports.release)
        self._notes = {**lazy_imports.versions(), "device": _device()}

    @property
    def name(self) -> str:
        """The generator's name."""
        return self._generator.name

    @property
    def parameters(self) -> dict[str, object]:
        """All that changes pixels besides graph and seed."""
        return {**self._generator.parameters, "side": self._generator.side, "quality": QUALITY, "method": METHOD}

    def warm_up(self) -> None:
        """Draw a batch of placeholders, so that the first real one waits for no compilation and fits into memory.

        Raises RetryableError when the device's memory does not hold one picture, DeviceLost when the device is lost.
        """
        size, placeholder = (
            (self._generator.side,) * 2,
            Conditioning("a room", phrases=("a room",), words=("room",), boxes=((0, 0, 1, 1),)),
        )
        self._backoff.map(
            [placeholder] * self._backoff.most, lambda some: self._generator.draw(some, [0] * len(some), size)
        )

    def render(self, graphs: Sequence[SpatialGraph], seeds: Sequence[int]) -> list[Drawing]:
        """One drawing per graph, in order. Raises RetryableError when the device's memory does not hold one picture."""
        by_size: dict[tuple[int, int], list[_Job]] = {}
        for place, (graph, seed) in enumerate(zip(graphs, seeds, strict=True)):
            by_size.setdefault(self._size(graph), []).append(_Job(place, graph, seed))
        done: dict[int, Drawing] = {}
        for size, jobs in by_size.items():

            def work(batch: Sequence[_Job], size: tuple[int, int] = size) -> list[Drawing]:
                return self._batch(batch, size)

            drawings = self._backoff.map(jobs, work)
            done |= {job.place: drawing for job, drawing in zip(jobs, drawings, strict=True)}
        return [done[place] for place in range(len(graphs))]

    def read_truth(self, data: bytes) -> Truth | None:  # noqa: ARG002 - the Protocol's
        """None: a diffusion model does not know what it drew."""
        return None

    def _size(self, graph: SpatialGraph) -> tuple[int, int]:
        return fitted_size(graph.layout.canvas, self._generator.side)

    def _batch(self, jobs: Sequence[_Job], size: tuple[int, int]) -> list[Drawing]:
        seeds = [derived_seed("noise", job.seed) for job in jobs]
        pictures = self._generator.draw([conditioning_of(job.graph) for job in jobs], seeds, size)
        drawn_together = " ".join(job.graph.graph_id[:NAME_CHARS] for job in jobs)
        return [
            Drawing(
                partial(encode_webp, picture), "image/webp", *picture.size, None, {**self._notes, "batch": drawn_together}
            )
            for picture in pictures
        ]


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
