"""Energies of attention: low where an object's attention lies in its box.

In: an attention map and the mask of a box, each (height, width), the mask 0 or 1.  Out: a number, the lower the better.
Does not take the step that lowers it: `latent_guidance` does.
"""

from gpu_workers.diffusion.lazy_imports import Tensor

TOP_SHARE = 0.2
"""Share of a region's positions that is averaged."""

OUTSIDE_WEIGHT = 4.0
"""Weight of the attention outside the box in `lmd_energy`."""


def lmd_energy(attention: Tensor, mask: Tensor) -> Tensor:
    """Of LLM-grounded Diffusion: strong attention inside the box, weak outside, over the strongest positions.

    After Lian, Li, Yala, Darrell, "LLM-grounded Diffusion", arXiv 2305.13655 (2023).
    Its phase that draws each object alone and composes the latents is `object_composition`.
    """
    return 1 - _top_mean(attention, mask) + OUTSIDE_WEIGHT * _top_mean(attention, 1 - mask)


def backward_energy(attention: Tensor, mask: Tensor) -> Tensor:
    """Of backward guidance: the share of attention outside the box, squared; from 0 (all inside) to 1.

    After Chen, Laina, Vedaldi, "Training-Free Layout Control with Cross-Attention Guidance", arXiv 2304.03373 (2023).
    """
    inside = (attention * mask).sum() / attention.sum().clamp_min(1e-12)
    return (1 - inside) ** 2


def boxdiff_energy(attention: Tensor, mask: Tensor) -> Tensor:
    """Of BoxDiff: strong attention inside, weak outside, reaching the box's edges (inner-box, outer-box, corner terms).

    After Xie et al., "BoxDiff: Text-to-Image Synthesis with Training-Free Box-Constrained Diffusion",
    arXiv 2307.10816 (2023).
    """
    inner, outer = 1 - _top_mean(attention, mask), _top_mean(attention, 1 - mask)
    return inner + outer + _corners(attention / attention.max().clamp_min(1e-12), mask)


def _top_mean(attention: Tensor, mask: Tensor) -> Tensor:
    """The mean of the strongest positions of a region; 0 for an empty one."""
    count = max(1, int(TOP_SHARE * float(mask.sum())))
    return (attention * mask).flatten().topk(count).values.mean()


def _corners(attention: Tensor, mask: Tensor) -> Tensor:
    """How far the projections on both axes are from the box's, at its edges and just beyond."""
    terms = []
    for axis in (0, 1):
        wanted, found = mask.amax(axis), attention.amax(axis)
        edges = _edges(wanted)
        terms.append((found - wanted).abs()[edges].mean())
    return sum(terms) / len(terms)


def _edges(line: Tensor) -> list[int]:
    """The first and last place of the box on a line, and their neighbours outside."""
    places = line.nonzero().flatten().tolist()
    first, last = places[0], places[-1]
    return sorted({max(0, first - 1), first, last, min(len(line) - 1, last + 1)})
