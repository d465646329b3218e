"""A batch of different pictures as tensors: prompts, boxes and noise of each, in one UNet call.

In: conditionings and seeds.  Out: `Batch`; the tensors that classifier-free guidance doubles have twice its length.
Each picture's noise comes from its own seed, so that it does not depend on its neighbours.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from gpu_workers.diffusion import lazy_imports
from gpu_workers.diffusion.conditioning import MAX_BOXES, Conditioning
from gpu_workers.diffusion.lazy_imports import Tensor
from gpu_workers.diffusion.model_components import Parts


@dataclass(frozen=True)
class Batch:
    """`texts` and `grounding` hold the negative half first; `grounding` is None for a model that takes no boxes."""

    conditionings: tuple[Conditioning, ...]
    seeds: tuple[int, ...]
    latents: Tensor
    texts: Tensor
    grounding: dict[str, Tensor] | None

    def positive_texts(self) -> Tensor:
        """The half of `texts` for the positive prompts."""
        return self.texts[len(self.conditionings) :]

    def positive_grounding(self) -> dict[str, Tensor] | None:
        """The half of `grounding` for the positive prompts."""
        count = len(self.conditionings)
        return None if self.grounding is None else {name: value[count:] for name, value in self.grounding.items()}


def prepare(
    parts: Parts, conditionings: Sequence[Conditioning], seeds: Sequence[int], size: tuple[int, int], boxes: bool = True
) -> Batch:
    """The tensors of a batch of pictures of `size` (width, height) in pixels. Without `boxes` there is no grounding."""
    torch = lazy_imports.torch()
    with torch.no_grad():
        texts = parts.embed([*(each.negative for each in conditionings), *(each.prompt for each in conditionings)])
        grounding = _grounding(parts, conditionings) if boxes and parts.grounded else None
    return Batch(tuple(conditionings), tuple(seeds), _noise(parts, seeds, size), texts, grounding)


def _noise(parts: Parts, seeds: Sequence[int], size: tuple[int, int]) -> Tensor:
    """Initial noise, drawn on the CPU so that it is the same for every device."""
    torch, scale = lazy_imports.torch(), parts.pixels_per_latent
    shape = (1, parts.unet.config.in_channels, size[1] // scale, size[0] // scale)
    drawn = [torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=parts.unet.dtype) for seed in seeds]
    return torch.cat(drawn).to(parts.machine.device) * parts.scheduler.init_noise_sigma


def _grounding(parts: Parts, conditionings: Sequence[Conditioning]) -> dict[str, Tensor]:
    """The inputs of GLIGEN's position net; the negative half has all objects masked."""
    torch, kind = lazy_imports.torch(), {"device": parts.machine.device, "dtype": parts.unet.dtype}
    count = len(conditionings)
    boxes = torch.zeros(2 * count, MAX_BOXES, 4, **kind)
    embeddings = torch.zeros(2 * count, MAX_BOXES, parts.unet.config.cross_attention_dim, **kind)
    masks = torch.zeros(2 * count, MAX_BOXES, **kind)
    phrases = [phrase for each in conditionings for phrase in each.phrases]
    meant = iter(parts.pooled(phrases) if phrases else ())
    for number, each in enumerate(conditionings):
        for place, box in enumerate(each.boxes):
            embedding, corners = next(meant), torch.tensor(box, **kind)
            for half in (number, count + number):
                boxes[half, place], embeddings[half, place] = corners, embedding
            masks[count + number, place] = 1
    return {"boxes": boxes, "positive_embeddings": embeddings, "masks": masks}
