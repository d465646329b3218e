"""The energy of LLM-grounded Diffusion: strong attention inside the box, weak outside, judged by the strongest places.

After Lian, Li, Yala, Darrell, "LLM-grounded Diffusion", arXiv 2305.13655 (2023).
Its phase that draws each object alone and composes the latents is `composing`.
"""

from gpu_workers.diffusion.lazy_imports import Tensor

STRONGEST = 0.2
"""Share of a region's places that count."""

OUTSIDE = 4.0
"""Weight of what lies outside."""


def energy(attention: Tensor, mask: Tensor) -> Tensor:
    """Lower is better; `attention` and `mask` are (height, width), the mask 0 or 1."""
    return 1 - strongest(attention, mask) + OUTSIDE * strongest(attention, 1 - mask)


def strongest(attention: Tensor, mask: Tensor) -> Tensor:
    """The mean of the strongest places of a region; 0 for an empty one."""
    count = max(1, int(STRONGEST * float(mask.sum())))
    return (attention * mask).flatten().topk(count).values.mean()
