"""The generator over the batched loop: many layouts in one batch of the UNet, with or without attention guidance.

In: conditionings and seeds.  Out: pictures.  After Li et al., "GLIGEN: Open-Set Grounded Text-to-Image Generation" (2023).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass

from PIL import Image

from gpu_workers.diffusion.conditioning import Conditioning
from gpu_workers.diffusion.denoise import GuidanceStrategy, Sampling, check_guided, denoise
from gpu_workers.diffusion.families.family_pipeline import denied
from gpu_workers.diffusion.model_components import Parts, schedule_digest
from gpu_workers.diffusion.tensor_batch import Batch, prepare
from gpu_workers.diffusion.weight_files import Source
from schemas.errors import UserError


@dataclass(frozen=True)
class LoopVariant:
    """A variant of the loop: its name, whether boxes go into the UNet, its strategy, the settings for provenance, and how
    it words a picture, where not as given."""

    name: str
    boxes: bool
    strategy: GuidanceStrategy
    settings: Mapping[str, object]
    worded: Callable[[Conditioning], Conditioning] | None = None

    def prepared(
        self, parts: Parts, conditionings: Sequence[Conditioning], seeds: Sequence[int], size: tuple[int, int]
    ) -> Batch:
        """The batch of pictures of `size` (width, height) in pixels that the strategy is for."""
        told = list(conditionings) if self.worded is None else [self.worded(each) for each in conditionings]
        return prepare(parts, told, seeds, size, self.boxes)


class LatentGenerator:
    """Implements `gpu_workers.diffusion.diffusion_renderer.ImageGenerator` over the batched loop."""

    def __init__(self, parts: Parts, source: Source, sampling: Sampling, kind: LoopVariant) -> None:
        if kind.boxes and not parts.grounded:
            raise UserError(f"{source.model} is no GLIGEN: its UNet takes no boxes")
        check_guided(sampling, parts.taken_steps(sampling.steps))
        self._parts, self._source, self._sampling, self._kind = parts, source, sampling, kind

    @property
    def name(self) -> str:
        """The variant's name and version."""
        return f"{self._kind.name}-1"

    @property
    def parameters(self) -> Mapping[str, object]:
        """Weights, sampling parameters, dtype and scheduler."""
        machine = self._parts.machine
        return {
            **self._source.stated(),
            **asdict(self._sampling),
            **self._kind.settings,
            "dtype": machine.dtype,
            "scheduler": type(self._parts.scheduler).__name__,
            "schedule": schedule_digest(self._parts.scheduler),
        }

    @property
    def side(self) -> int:
        """The side in pixels at which the model was trained."""
        return self._parts.side

    def draw(self, conditionings: Sequence[Conditioning], seeds: Sequence[int], size: tuple[int, int]) -> list[Image.Image]:
        """One picture per conditioning, all in one batch."""
        told = conditionings if self._sampling.negates else [denied(each, first=True) for each in conditionings]
        batch = self._kind.prepared(self._parts, told, seeds, size)
        latents = denoise(self._parts, batch, self._sampling, self._kind.strategy)
        return [Image.fromarray(pixels.numpy()) for pixels in self._parts.decode(latents)]
