"""The energy of BoxDiff: attention strong inside, weak outside, and reaching the box's edges.

After Xie et al., "BoxDiff: Text-to-Image Synthesis with Training-Free Box-Constrained Diffusion", arXiv 2307.10816 (2023).
"""

from gpu_workers.diffusion.guidance.lmd import top_mean
from gpu_workers.diffusion.lazy_imports import Tensor


def energy(attention: Tensor, mask: Tensor) -> Tensor:
    """Inner-box, outer-box and corner terms; `attention` and `mask` are (height, width), the mask 0 or 1."""
    inner, outer = 1 - top_mean(attention, mask), top_mean(attention, 1 - mask)
    return inner + outer + _corners(attention / attention.max().clamp_min(1e-12), mask)


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
