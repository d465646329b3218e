"""The energy of LLM-grounded Diffusion: strong attention inside the box, weak outside, over the strongest positions.

After Lian, Li, Yala, Darrell, "LLM-grounded Diffusion", arXiv 2305.13655 (2023).
Its phase that draws each object alone and composes the latents is `object_composition`.
"""

from gpu_workers.diffusion.lazy_imports import Tensor

TOP_SHARE = 0.2
"""Share of a region's positions that is averaged."""

OUTSIDE_WEIGHT = 4.0
"""Weight of the attention outside the box."""


def energy(attention: Tensor, mask: Tensor) -> Tensor:
    """Lower is better; `attention` and `mask` are (height, width), the mask 0 or 1."""
    return 1 - top_mean(attention, mask) + OUTSIDE_WEIGHT * top_mean(attention, 1 - mask)


def top_mean(attention: Tensor, mask: Tensor) -> Tensor:
    """The mean of the strongest positions of a region; 0 for an empty one."""
    count = max(1, int(TOP_SHARE * float(mask.sum())))
    return (attention * mask).flatten().topk(count).values.mean()
