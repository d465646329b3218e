"""MultiDiffusion by regions: each box is denoised by its own text, and where regions meet they agree on the mean.

After Bar-Tal, Yariv, Lipman, Dekel, "MultiDiffusion: Fusing Diffusion Paths for Controlled Image Generation", arXiv
2302.08113 (2023).  The paper's bootstrapping with flat backgrounds is left out.
"""

from dataclasses import dataclass

from gpu_workers.diffusion import door
from gpu_workers.diffusion.batch import Batch
from gpu_workers.diffusion.door import Tensor
from gpu_workers.diffusion.guidance.steering import mask_of
from gpu_workers.diffusion.loop import Sampling, Step, noise
from gpu_workers.diffusion.parts import Parts


@dataclass(frozen=True)
class _Regions:
    """Of a batch: whose picture each region is of, its texts (unwanted half first), its mask (regions, 1, h, w)."""

    owners: list[int]
    texts: Tensor
    masks: Tensor


class MultiDiffusion:
    """Implements `gpu_workers.diffusion.loop.Predict`."""

    def __init__(self, parts: Parts, sampling: Sampling) -> None:
        self._parts, self._sampling = parts, sampling
        self._prepared: tuple[Batch, _Regions] | None = None

    def __call__(self, latents: Tensor, batch: Batch, step: Step) -> Tensor:
        """All regions of all pictures in one call of the UNet."""
        torch, regions = door.torch(), self._regions(batch, latents)
        each = step.scheduler.scale_model_input(latents[regions.owners], step.timestep)
        unwanted, wanted = noise(self._parts, torch.cat([each, each]), step, regions.texts, None).chunk(2)
        guided = unwanted + self._sampling.guidance * (wanted - unwanted)
        total, weight = torch.zeros_like(latents), torch.zeros_like(latents[:, :1])
        owners = torch.tensor(regions.owners, device=latents.device)
        total.index_add_(0, owners, guided * regions.masks)
        weight.index_add_(0, owners, regions.masks)
        return total / weight

    def _regions(self, batch: Batch, latents: Tensor) -> _Regions:
        if self._prepared is None or self._prepared[0] is not batch:
            self._prepared = batch, self._prepare(batch, latents)
        return self._prepared[1]

    def _prepare(self, batch: Batch, latents: Tensor) -> _Regions:
        torch = door.torch()
        owners, wanted, unwanted, masks = list[int](), list[str](), list[str](), []
        for number, orders in enumerate(batch.told):
            boxes = [mask_of(box, latents.shape[-2:]) for box in orders.boxes]
            rest = 1 - torch.stack(boxes).amax(0) if boxes else torch.ones(latents.shape[-2:])
            for text, mask in ((orders.background or orders.prompt, rest), *zip(orders.phrases, boxes, strict=True)):
                owners.append(number)
                wanted.append(text)
                unwanted.append(orders.negative)
                masks.append(mask)
        texts = self._parts.embed([*unwanted, *wanted])
        return _Regions(owners, texts, torch.stack(masks)[:, None].to(latents))
