"""A diffusion model as a renderer: graphs in, encoded pictures out.

In: graphs and seeds.  Out: drawings without a truth (a model does not know what it drew), with notes on the batch, the
device and the software, at whose like a re-render is the same to the bit.
Batches by size; halves a batch that does not fit.  Does not know how a batch is drawn: that is a `ImageGenerator`.
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
"""WebP's: examiners look for small things, so a little finer than a collage needs."""

STEP_PIXELS = 64
"""Sides are multiples of this: all the models' levels halve evenly."""

NAME_CHARS = 12
"""Of each graph's id in the note on its batch: enough to find it again, and 64 of them fit into object metadata."""


class ImageGenerator(Protocol):
    """Draws one batch of pictures of one size."""

    @property
    def name(self) -> str:
        """The kind and its version, as in `gligen-1`."""
        ...

    @property
    def facts(self) -> Mapping[str, object]:
        """All that changes pixels besides orders and seeds (JSON values): weights, steps, guidance."""
        ...

    @property
    def side(self) -> int:
        """Pixels of the longer side that it draws."""
        ...

    def draw(self, orders: Sequence[Conditioning], seeds: Sequence[int], size: tuple[int, int]) -> list[Image.Image]:
        """One picture an order, `size` (width, height) in pixels. Raises torch.OutOfMemoryError."""
        ...


@dataclass(frozen=True)
class _Job:
    """One picture to be drawn, at its place in the request."""

    place: int
    graph: SpatialGraph
    seed: int


class DiffusionRenderer:
    """Implements `schemas.interfaces.Renderer` over a drawer."""

    def __init__(self, drawer: ImageGenerator, batch: int) -> None:
        torch = lazy_imports.torch()
        self._drawer = drawer
        self._halving = OomBackoff(batch, torch.OutOfMemoryError, lazy_imports.release)
        self._notes = {**lazy_imports.versions(), "device": _device()}

    @property
    def name(self) -> str:
        """The drawer's name."""
        return self._drawer.name

    @property
    def parameters(self) -> dict[str, object]:
        """All that changes pixels besides graph and seed."""
        return {**self._drawer.facts, "side": self._drawer.side, "quality": QUALITY, "method": METHOD}

    def warm_up(self) -> None:
        """Draw a batch of nothing, so that the first real one waits for no compilation and is known to fit.

        Raises RetryableError when the device's memory does not hold one picture, DeviceLost when the device fails
        altogether.
        """
        size, room = (
            (self._drawer.side,) * 2,
            Conditioning("a room", phrases=("a room",), words=("room",), boxes=((0, 0, 1, 1),)),
        )
        self._halving.map([room] * self._halving.most, lambda some: self._drawer.draw(some, [0] * len(some), size))

    def render(self, graphs: Sequence[SpatialGraph], seeds: Sequence[int]) -> list[Drawing]:
        """One drawing a graph, in order. Raises RetryableError when the device's memory does not hold one picture."""
        by_size: dict[tuple[int, int], list[_Job]] = {}
        for place, (graph, seed) in enumerate(zip(graphs, seeds, strict=True)):
            by_size.setdefault(self._size(graph), []).append(_Job(place, graph, seed))
        done: dict[int, Drawing] = {}
        for size, jobs in by_size.items():

            def work(batch: Sequence[_Job], size: tuple[int, int] = size) -> list[Drawing]:
                return self._batch(batch, size)

            drawings = self._halving.map(jobs, work)
            done |= {job.place: drawing for job, drawing in zip(jobs, drawings, strict=True)}
        return [done[place] for place in range(len(graphs))]

    def read_truth(self, data: bytes) -> Truth | None:  # noqa: ARG002 - the Protocol's
        """Nothing: a diffusion model does not know what it drew."""
        return None

    def _size(self, graph: SpatialGraph) -> tuple[int, int]:
        return fitted(graph.layout.canvas, self._drawer.side)

    def _batch(self, jobs: Sequence[_Job], size: tuple[int, int]) -> list[Drawing]:
        seeds = [derived_seed("noise", job.seed) for job in jobs]
        pictures = self._drawer.draw([conditioning_of(job.graph) for job in jobs], seeds, size)
        drawn_together = " ".join(job.graph.graph_id[:NAME_CHARS] for job in jobs)
        return [
            Drawing(partial(encoded, picture), "image/webp", *picture.size, None, {**self._notes, "batch": drawn_together})
            for picture in pictures
        ]


def fitted(size: tuple[int, int], side: int) -> tuple[int, int]:
    """A size of the same shape whose longer side is `side`, in whole steps of STEP_PIXELS."""
    scale = side / max(size)
    across, down = (max(STEP_PIXELS, round(length * scale / STEP_PIXELS) * STEP_PIXELS) for length in size)
    return across, down


def encoded(picture: Image.Image) -> bytes:
    """The file: WebP with fixed settings."""
    buffer = BytesIO()
    picture.save(buffer, "WEBP", quality=QUALITY, method=METHOD)
    return buffer.getvalue()


def _device() -> str:
    cuda = lazy_imports.torch().cuda
    return str(cuda.get_device_name()) if cuda.is_available() else "cpu"
