"""BoxDiff's guidance: one move a step, and before some steps refinement until attention inside the boxes is enough.

In: latents, a batch, a step.  Out: moved latents.  After Xie et al., "BoxDiff: Text-to-Image Synthesis with Training-Free
Box-Constrained Diffusion", arXiv 2307.10816 (2023), step by step as its program.
"""

from dataclasses import dataclass

from gpu_workers.diffusion import lazy_imports
from gpu_workers.diffusion.denoise import Step
from gpu_workers.diffusion.guidance.box_grid import rounded_corners
from gpu_workers.diffusion.guidance.box_targets import Grid, Targets, word_terms
from gpu_workers.diffusion.guidance.energies import BoxDiffTerms, boxdiff_terms
from gpu_workers.diffusion.guidance.latent_guidance import AttentionReader
from gpu_workers.diffusion.guidance.method_settings import BoxDiffSettings
from gpu_workers.diffusion.lazy_imports import Tensor
from gpu_workers.diffusion.model_components import Parts
from gpu_workers.diffusion.tensor_batch import Batch


@dataclass(frozen=True)
class _Guided:
    """A batch under guidance: its targets, the tokens of its texts (pictures, tokens), the pictures with objects."""

    batch: Batch
    targets: Targets
    spoken: Tensor
    named: Tensor


class BoxDiffGuide:
    """Implements `gpu_workers.diffusion.denoise.Guide`."""

    def __init__(self, parts: Parts, reader: AttentionReader, settings: BoxDiffSettings) -> None:
        self._parts, self._reader, self._settings = parts, reader, settings
        self._grid = Grid(rounded_corners, settings.smallest, settings.top, settings.top, settings.reach)
        self._guided: _Guided | None = None

    def __call__(self, latents: Tensor, batch: Batch, step: Step) -> Tensor:
        """Moved latents.

        After a refinement a picture is moved by its inner-box terms alone: the others are, as in the reference program,
        of the latents before.
        """
        guided = self._of(batch)
        if step.number >= self._settings.share * step.of or not guided.targets.terms:
            return latents
        with lazy_imports.torch().enable_grad():
            return self._guide(latents, guided, step)

    def _guide(self, latents: Tensor, guided: _Guided, step: Step) -> Tensor:
        limit = self._limit(step)
        start, terms = self._measure(latents, guided, step)
        energies = terms.energy
        if limit is not None:
            refined = guided.named & (terms.worst.detach() > limit)
            if bool(refined.any()):
                latents = self._refine(latents, guided, step, refined, limit)
                start, terms = self._measure(latents, guided, step)
                energies = lazy_imports.torch().where(refined, terms.inner, terms.energy)
        return _moved(latents, start, energies, self._size(step))

    def _refine(self, latents: Tensor, guided: _Guided, step: Step, unfinished: Tensor, limit: float) -> Tensor:
        """Move the worst token of each unfinished picture until it is within the limit; at most `refinements` times."""
        torch, size = lazy_imports.torch(), self._size(step)
        for number in range(self._settings.refinements):
            if number and not bool(unfinished.any()):
                break
            start, terms = self._measure(latents, guided, step)
            latents = _moved(latents, start, torch.where(unfinished, terms.worst, terms.inner * 0), size)
            unfinished = unfinished & (terms.worst.detach() > limit)
        return latents

    def _measure(self, latents: Tensor, guided: _Guided, step: Step) -> tuple[Tensor, BoxDiffTerms]:
        """The latents that the terms have gradients for, and the terms."""
        start = latents.detach().requires_grad_(True)
        maps = self._reader.read(start, guided.batch, step)
        return start, boxdiff_terms(maps, guided.targets, guided.spoken, self._settings)

    def _size(self, step: Step) -> float:
        """The size of a move: the scale falls over the steps."""
        passed = step.number / max(1, step.of - 1)
        return float(self._settings.scale * (1 + (self._settings.fall - 1) * passed) ** 0.5)

    def _limit(self, step: Step) -> float | None:
        """The greatest inner-box term that needs no refinement; None at a step without one."""
        steps = {round(share * step.of): threshold for share, threshold in self._settings.thresholds}
        return 1 - steps[step.number] if self._settings.refine and step.number in steps else None

    def _of(self, batch: Batch) -> _Guided:
        if self._guided is None or self._guided.batch is not batch:
            parts, count = self._parts, len(batch.conditionings)
            targets = Targets(word_terms(parts.tokenizer, batch.conditionings), count, self._grid, parts.machine.device)
            self._guided = _Guided(batch, targets, self._spoken(batch), targets.named_pictures())
        return self._guided

    def _spoken(self, batch: Batch) -> Tensor:
        """The tokens that the softmax is over: all but the first and the last, or those of the prompt alone."""
        torch, tokenizer = lazy_imports.torch(), self._parts.tokenizer
        spoken = torch.zeros(len(batch.conditionings), batch.texts.shape[1], dtype=torch.bool)
        for number, conditioning in enumerate(batch.conditionings):
            tokens = len(tokenizer(conditioning.prompt, truncation=True, max_length=tokenizer.model_max_length).input_ids)
            spoken[number, 1 : tokens - 1 if self._settings.until_end else -1] = True
        return spoken.to(self._parts.machine.device)


def _moved(latents: Tensor, start: Tensor, energies: Tensor, size: float) -> Tensor:
    gradient = lazy_imports.torch().autograd.grad(energies.sum(), start)[0]
    return (latents - size * gradient).detach()
