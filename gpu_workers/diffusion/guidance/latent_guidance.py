"""The guidance loop: before a step, move each picture's latents down the gradient of its energy.

In: latents, a batch, a step.  Out: latents that put each object's attention into its box.  Pictures of a batch are
independent: each has its own energy, gradient and stopping point.  The variant chooses the energy.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from gpu_workers.diffusion import lazy_imports
from gpu_workers.diffusion.conditioning import Conditioning, Corners, token_positions
from gpu_workers.diffusion.denoise import Guide, Step, predict_noise
from gpu_workers.diffusion.guidance.attention_maps import recording_attention
from gpu_workers.diffusion.lazy_imports import Tensor
from gpu_workers.diffusion.model_components import Parts
from gpu_workers.diffusion.tensor_batch import Batch

Energy = Callable[[Tensor, Tensor], Tensor]
"""A function of one object's attention (height, width) and its box's mask of the same size."""


@dataclass(frozen=True)
class Strength:
    """`scale` of an update, `share` of steps that are guided, at most `repeats` updates per step until energy `enough`."""

    scale: float = 30.0
    share: float = 0.2
    repeats: int = 5
    enough: float = 0.2


def energy_guide(parts: Parts, energy: Energy, strength: Strength) -> Guide:
    """The guide that lowers `energy`."""

    def guide(latents: Tensor, batch: Batch, step: Step) -> Tensor:
        torch = lazy_imports.torch()
        if step.number >= strength.share * step.of:
            return latents
        size = (1 - step.scheduler.alphas_cumprod[int(step.timestep)]) ** 0.5
        for _ in range(strength.repeats):
            with torch.enable_grad():
                moved = latents.detach().requires_grad_(True)
                energies = energies_of(parts, moved, batch, step, energy)
                unfinished = energies.detach() > strength.enough
                if not bool(unfinished.any()):
                    break
                gradient = torch.autograd.grad(energies.sum(), moved)[0]
            keep = unfinished.to(latents.dtype)[:, None, None, None]
            latents = latents - strength.scale * float(size) * gradient * keep
        return latents.detach()

    return guide


def energies_of(parts: Parts, latents: Tensor, batch: Batch, step: Step, energy: Energy) -> Tensor:
    """One energy per picture: the mean over the objects named in its prompt and over the layers."""
    torch, maps = lazy_imports.torch(), maps_of(parts, latents, batch, step)
    energies = []
    for number, conditioning in enumerate(batch.conditionings):
        terms = [
            energy(layer[number, :, :, list(places)].mean(-1), _union_mask(boxes, layer.shape[1:3]).to(layer))
            for places, boxes in _boxes_by_tokens(parts, conditioning).items()
            for layer in maps
        ]
        energies.append(torch.stack(terms).mean() if terms else latents[number].sum() * 0)
    return torch.stack(energies)


def maps_of(parts: Parts, latents: Tensor, batch: Batch, step: Step) -> list[Tensor]:
    """The attention maps of the batch, one tensor (pictures, height, width, tokens) per layer."""
    with recording_attention(parts.unet, tuple(latents.shape[-2:])) as recorded:
        scaled = step.scheduler.scale_model_input(latents, step.timestep)
        predict_noise(parts, scaled, step, batch.positive_texts(), batch.positive_grounding())
    return recorded.maps


def _boxes_by_tokens(parts: Parts, conditioning: Conditioning) -> dict[tuple[int, ...], list[Corners]]:
    """Boxes by token positions in the prompt: objects of one name share tokens, and their boxes form one region."""
    named: dict[tuple[int, ...], list[Corners]] = {}
    for box, places in zip(conditioning.boxes, token_positions(parts.tokenizer, conditioning), strict=True):
        if places:
            named.setdefault(tuple(places), []).append(box)
    return named


def _union_mask(boxes: Sequence[Corners], size: Sequence[int]) -> Tensor:
    return lazy_imports.torch().stack([mask_of(box, size) for box in boxes]).amax(0)


def mask_of(box: Corners, size: Sequence[int]) -> Tensor:
    """1 inside the box, 0 outside, on a grid of (height, width); never empty."""
    mask = lazy_imports.torch().zeros(*size)
    left, top, right, bottom = box
    first_row, first_column = min(int(top * size[0]), size[0] - 1), min(int(left * size[1]), size[1] - 1)
    rows = slice(first_row, max(first_row + 1, round(bottom * size[0])))
    mask[rows, first_column : max(first_column + 1, round(right * size[1]))] = 1
    return mask
