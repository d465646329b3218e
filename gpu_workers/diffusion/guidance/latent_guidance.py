"""The guidance loop: before a step, move each picture's latents down the gradient of its energy.

In: latents, a batch, a step.  Out: latents that put each object's attention into its box.  Pictures of a batch are
independent: each has its own energy, gradient and stopping point.  The method chooses the energy.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from gpu_workers.diffusion import lazy_imports
from gpu_workers.diffusion.denoise import Step, predict_noise, set_gligen_enabled
from gpu_workers.diffusion.guidance.attention_maps import Maps, WatchedNetwork
from gpu_workers.diffusion.guidance.box_targets import Grid, Targets, Terms
from gpu_workers.diffusion.guidance.energies import Energy
from gpu_workers.diffusion.guidance.method_settings import Moves
from gpu_workers.diffusion.lazy_imports import Tensor
from gpu_workers.diffusion.model_components import Parts
from gpu_workers.diffusion.tensor_batch import Batch


class AttentionReader:
    """Reads the maps of `layers` for a batch's positive texts, with gradients, and computes nothing after the last."""

    def __init__(self, parts: Parts, layers: Sequence[str]) -> None:
        self._watched = WatchedNetwork(parts, layers, cut=True)

    def read(self, latents: Tensor, batch: Batch, step: Step) -> Maps:
        """The maps by size."""
        set_gligen_enabled(self._watched.parts, step.grounded)
        scaled = step.scheduler.scale_model_input(latents, step.timestep)
        predict_noise(self._watched.parts, scaled, step, batch.positive_texts(), batch.positive_grounding())
        return self._watched.take((int(latents.shape[-2]), int(latents.shape[-1])))


class Reference(Protocol):
    """A further energy, of attention that was kept from elsewhere."""

    def __call__(self, maps: Maps, batch: Batch, step: Step) -> Tensor | float:
        """One energy per picture, or 0."""
        ...


@dataclass(frozen=True)
class Method:
    """An energy, which tokens and positions it is about, and how latents are moved by it."""

    energy: Energy
    terms: Terms
    grid: Grid
    moves: Moves


@dataclass
class _Guided:
    """A batch under guidance: its targets, and which of its pictures are still moved (pictures, 1, 1, 1)."""

    batch: Batch
    targets: Targets
    unfinished: Tensor
    done: bool


class EnergyGuide:
    """Implements `gpu_workers.diffusion.denoise.Guide`: lowers a method's energy, and a reference's with it.

    The energy that ends a picture's moves is the one before its last move: each is measured by the pass that moves.
    """

    def __init__(self, parts: Parts, reader: AttentionReader, method: Method, reference: Reference | None = None) -> None:
        self._parts, self._reader, self._method, self._reference = parts, reader, method, reference
        self._guided: _Guided | None = None

    def __call__(self, latents: Tensor, batch: Batch, step: Step) -> Tensor:
        """Moved latents; the device is waited for once a move."""
        moves, guided = self._method.moves.at(step.number, step.of), self._of(batch)
        for _ in range(moves):
            if guided.done or not bool(guided.unfinished.any()):
                guided.done = True
                break
            latents = self._move(latents, guided, step)
        return latents.detach()

    def _move(self, latents: Tensor, guided: _Guided, step: Step) -> Tensor:
        torch, moves = lazy_imports.torch(), self._method.moves
        with torch.enable_grad():
            start = latents.detach().requires_grad_(True)
            energies = self.energies(start, guided.batch, step)
            gradient = torch.autograd.grad(moves.scale * energies.sum(), start)[0]
        size = noise_size(step, moves.noise_power)
        moved = latents - size * gradient * guided.unfinished.to(latents.dtype)
        guided.unfinished = guided.unfinished & (energies.detach() > moves.enough)[:, None, None, None]
        return moved

    def energies(self, latents: Tensor, batch: Batch, step: Step) -> Tensor:
        """One energy per picture."""
        maps = self._reader.read(latents, batch, step)
        energies = self._method.energy(maps, self._of(batch).targets)
        return energies if self._reference is None else energies + self._reference(maps, batch, step)

    def _of(self, batch: Batch) -> _Guided:
        if self._guided is None or self._guided.batch is not batch:
            terms = self._method.terms(self._parts.tokenizer, batch.conditionings)
            targets = Targets(terms, len(batch.conditionings), self._method.grid, self._parts.machine.device)
            self._guided = _Guided(batch, targets, targets.named_pictures()[:, None, None, None], not terms)
        return self._guided


def noise_size(step: Step, power: float) -> float:
    """The size of a move at a step: by the share of noise in scaled latents, else by its variance."""
    if step.scheduler.init_noise_sigma != 1:
        return (1 - step.signal) / step.signal
    return float((1 - step.signal) ** power)
