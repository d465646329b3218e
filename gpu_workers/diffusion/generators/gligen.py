"""The GLIGEN drawer: many layouts in one batch of the UNet, with or without guidance of the attention.

In: orders and seeds.  Out: pictures.  After Li et al., "GLIGEN: Open-Set Grounded Text-to-Image Generation" (2023).
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from PIL import Image

from gpu_workers.diffusion.conditioning import Conditioning
from gpu_workers.diffusion.denoise import GuidanceStrategy, Sampling, denoise, plain
from gpu_workers.diffusion.model_components import Parts
from gpu_workers.diffusion.tensor_batch import prepare
from gpu_workers.diffusion.weight_files import Source
from schemas.errors import UserError


@dataclass(frozen=True)
class Kind:
    """A variant of the loop: its name, whether boxes go into the UNet, how it draws, and what is set of that."""

    name: str
    boxes: bool
    way: GuidanceStrategy
    settings: Mapping[str, object]


class LatentGenerator:
    """Implements `gpu_workers.diffusion.diffusion_renderer.ImageGenerator` over the batched loop."""

    def __init__(self, parts: Parts, source: Source, sampling: Sampling, kind: Kind) -> None:
        if kind.boxes and not parts.grounded:
            raise UserError(f"{source.model} is no GLIGEN: its UNet takes no boxes")
        self._parts, self._source, self._sampling, self._kind = parts, source, sampling, kind

    @property
    def name(self) -> str:
        """The kind and its version."""
        return f"{self._kind.name}-1"

    @property
    def facts(self) -> Mapping[str, object]:
        """Weights, sampling, the machine's number format."""
        machine = self._parts.machine
        return {
            **asdict(self._source),
            **asdict(self._sampling),
            **self._kind.settings,
            "dtype": machine.dtype,
            "scheduler": type(self._parts.scheduler).__name__,
        }

    @property
    def side(self) -> int:
        """The side that the model was trained at."""
        return self._parts.side

    def draw(self, orders: Sequence[Conditioning], seeds: Sequence[int], size: tuple[int, int]) -> list[Image.Image]:
        """One picture an order, all in one batch."""
        batch = prepare(self._parts, orders, seeds, size, self._kind.boxes)
        latents = denoise(self._parts, batch, self._sampling, self._kind.way)
        return [Image.fromarray(pixels.numpy()) for pixels in self._parts.decode(latents)]


def gligen(parts: Parts, sampling: Sampling) -> Kind:
    """Boxes into the UNet, nothing else."""
    return Kind("gligen", True, GuidanceStrategy(plain(parts, sampling)), {})
