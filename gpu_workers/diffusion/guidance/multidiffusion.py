"""MultiDiffusion by regions: each box is denoised by its own text, and where regions meet they agree on the mean.

After Bar-Tal, Yariv, Lipman, Dekel, "MultiDiffusion: Fusing Diffusion Paths for Controlled Image Generation", arXiv
2302.08113 (2023).  In the first steps each box stands before a flat colour (the paper's bootstrapping), so that its object
is put into it and not elsewhere.
"""

from dataclasses import dataclass

from gpu_workers.diffusion import lazy_imports
from gpu_workers.diffusion.denoise import Sampling, Step, predict_noise
from gpu_workers.diffusion.guidance.box_grid import mask_of
from gpu_workers.diffusion.lazy_imports import Tensor
from gpu_workers.diffusion.model_components import Parts
from gpu_workers.diffusion.tensor_batch import Batch
from schemas.ids import derived_seed

BOOTSTRAP = 0.4
"""Share of the steps with flat colours around boxes: the paper's 20 of 50."""

COLOURS = 8
"""Flat colours to choose from at each step."""


@dataclass(frozen=True)
class _Regions:
    """Of a batch: the index of each region's picture, its texts (negative half first), its mask (regions, 1, h, w).

    `around` is 1 outside a region, 0 everywhere for the background.  `colours`: by step, each region's flat colour.
    """

    owners: list[int]
    texts: Tensor
    masks: Tensor
    around: Tensor
    colours: Tensor


class MultiDiffusion:
    """Implements `gpu_workers.diffusion.denoise.Predict`."""

    def __init__(self, parts: Parts, sampling: Sampling) -> None:
        self._parts, self._sampling = parts, sampling
        self._prepared: tuple[Batch, _Regions] | None = None
        self._flat: dict[tuple[int, int], Tensor] = {}

    def __call__(self, latents: Tensor, batch: Batch, step: Step) -> Tensor:
        """All regions of all pictures in one call of the UNet."""
        torch, regions = lazy_imports.torch(), self._regions(batch, latents)
        each = step.scheduler.scale_model_input(self._views(latents, batch, step), step.timestep)
        guided = self._predict(each, step, regions.texts)
        total, weight = torch.zeros_like(latents), torch.zeros_like(latents[:, :1])
        owners = torch.tensor(regions.owners, device=latents.device)
        total.index_add_(0, owners, guided * regions.masks)
        weight.index_add_(0, owners, regions.masks)
        return total / weight

    def _predict(self, views: Tensor, step: Step, texts: Tensor) -> Tensor:
        """The noise in each view, with classifier-free guidance where the step has it."""
        if not self._sampling.guides(step.number, step.of):
            return predict_noise(self._parts, views, step, texts[len(views) :], None)
        doubled = lazy_imports.torch().cat([views, views])
        unwanted, wanted = predict_noise(self._parts, doubled, step, texts, None).chunk(2)
        return unwanted + self._sampling.guidance * (wanted - unwanted)

    def _views(self, latents: Tensor, batch: Batch, step: Step) -> Tensor:
        """The latents of each region: its picture's, and in the first steps a flat colour around its box."""
        regions = self._regions(batch, latents)
        views = latents[regions.owners]
        if step.number >= BOOTSTRAP * step.of:
            return views
        pure = batch.latents[regions.owners] / step.scheduler.init_noise_sigma
        flat = self._colours(latents)[regions.colours[step.number]]
        flat = step.scheduler.add_noise(flat, pure, step.timestep.reshape(1).expand(len(flat)))
        return views * (1 - regions.around) + flat * regions.around

    def _colours(self, latents: Tensor) -> Tensor:
        """The latents of the flat colours, encoded once per size and one at a time."""
        torch, size = lazy_imports.torch(), (int(latents.shape[-2]), int(latents.shape[-1]))
        if size not in self._flat:
            scale = self._parts.pixels_per_latent
            drawn = 2 * torch.rand(COLOURS, 3, 1, 1, generator=torch.Generator().manual_seed(0)) - 1
            pixels = drawn.expand(-1, -1, size[0] * scale, size[1] * scale).to(latents)
            with torch.no_grad():
                self._flat[size] = torch.cat([self._parts.encode(each[None]) for each in pixels])
        return self._flat[size]

    def _regions(self, batch: Batch, latents: Tensor) -> _Regions:
        if self._prepared is None or self._prepared[0] is not batch:
            self._prepared = batch, self._prepare(batch, latents)
        return self._prepared[1]

    def _prepare(self, batch: Batch, latents: Tensor) -> _Regions:
        torch = lazy_imports.torch()
        owners, wanted, unwanted, masks, around, colours = list[int](), list[str](), list[str](), [], [], []
        taken = self._parts.taken_steps(self._sampling.steps)
        for number, conditioning in enumerate(batch.conditionings):
            boxes = [mask_of(box, latents.shape[-2:]) for box in conditioning.boxes]
            rest = 1 - torch.stack(boxes).amax(0) if boxes else torch.ones(latents.shape[-2:])
            around += [torch.zeros_like(rest), *(1 - box for box in boxes)]
            chance = torch.Generator().manual_seed(derived_seed("flat", batch.seeds[number]))
            colours.append(torch.randint(COLOURS, (taken + 1, 1 + len(boxes)), generator=chance))
            for text, mask in (
                (conditioning.background or conditioning.prompt, rest),
                *zip(conditioning.phrases, boxes, strict=True),
            ):
                owners.append(number)
                wanted.append(text)
                unwanted.append(conditioning.negative)
                masks.append(mask)
        texts = self._parts.embed([*unwanted, *wanted])
        apart = torch.stack(around)[:, None].to(latents)
        return _Regions(owners, texts, torch.stack(masks)[:, None].to(latents), apart, torch.cat(colours, 1))
