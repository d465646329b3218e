"""The guidance loop: before a step, move each picture's latents down the gradient of its energy.

In: latents, a batch, a step.  Out: latents that put each object's attention into its box.  Pictures of a batch do not
touch each other: each has an energy, a gradient and an end of its own.  Which energy is the variant's matter.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from gpu_workers.diffusion import lazy_imports
from gpu_workers.diffusion.conditioning import Conditioning, Corners
from gpu_workers.diffusion.denoise import Guide, Step, noise
from gpu_workers.diffusion.guidance.attention_maps import catching
from gpu_workers.diffusion.guidance.token_positions import places_of
from gpu_workers.diffusion.lazy_imports import Tensor
from gpu_workers.diffusion.model_components import Parts
from gpu_workers.diffusion.tensor_batch import Batch

Energy = Callable[[Tensor, Tensor], Tensor]
"""Of one object's attention (height, width) and its box's mask of the same size."""


@dataclass(frozen=True)
class Strength:
    """`scale` of a move, the `share` of the steps that are guided, moves a step at most, the energy that is enough."""

    scale: float = 30.0
    share: float = 0.2
    repeats: int = 5
    enough: float = 0.2


def steering(parts: Parts, energy: Energy, strength: Strength) -> Guide:
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
                open_ones = energies.detach() > strength.enough
                if not bool(open_ones.any()):
                    break
                gradient = torch.autograd.grad(energies.sum(), moved)[0]
            keep = open_ones.to(latents.dtype)[:, None, None, None]
            latents = latents - strength.scale * float(size) * gradient * keep
        return latents.detach()

    return guide


def energies_of(parts: Parts, latents: Tensor, batch: Batch, step: Step, energy: Energy) -> Tensor:
    """One energy a picture: the mean over what its prompt names and the layers."""
    torch, maps = lazy_imports.torch(), maps_of(parts, latents, batch, step)
    energies = []
    for number, orders in enumerate(batch.told):
        terms = [
            energy(layer[number, :, :, list(places)].mean(-1), _any_of(boxes, layer.shape[1:3]).to(layer))
            for places, boxes in _named(parts, orders).items()
            for layer in maps
        ]
        energies.append(torch.stack(terms).mean() if terms else latents[number].sum() * 0)
    return torch.stack(energies)


def maps_of(parts: Parts, latents: Tensor, batch: Batch, step: Step) -> list[Tensor]:
    """Where each picture looks for each word, a tensor (pictures, height, width, tokens) a layer."""
    with catching(parts.unet, tuple(latents.shape[-2:])) as caught:
        scaled = step.scheduler.scale_model_input(latents, step.timestep)
        noise(parts, scaled, step, batch.wanted_texts(), batch.wanted_grounding())
    return caught.maps


def _named(parts: Parts, orders: Conditioning) -> dict[tuple[int, ...], list[Corners]]:
    """The boxes of each place in the prompt: objects of one name share their words, and their boxes are one region."""
    named: dict[tuple[int, ...], list[Corners]] = {}
    for box, places in zip(orders.boxes, places_of(parts.tokenizer, orders), strict=True):
        if places:
            named.setdefault(tuple(places), []).append(box)
    return named


def _any_of(boxes: Sequence[Corners], size: Sequence[int]) -> Tensor:
    return lazy_imports.torch().stack([mask_of(box, size) for box in boxes]).amax(0)


def mask_of(box: Corners, size: Sequence[int]) -> Tensor:
    """1 inside the box, 0 outside, on a grid of (height, width); never empty."""
    mask = lazy_imports.torch().zeros(*size)
    left, top, right, bottom = box
    first_row, first_column = min(int(top * size[0]), size[0] - 1), min(int(left * size[1]), size[1] - 1)
    rows = slice(first_row, max(first_row + 1, round(bottom * size[0])))
    mask[rows, first_column : max(first_column + 1, round(right * size[1]))] = 1
    return mask
