"""Energies of attention: low where the objects' attention lies in their boxes.

In: a batch's attention maps and targets.  Out: one energy per picture, the lower the better, 0 for one without objects.
All objects of all pictures at a time.  They do not take the step that lowers them: `latent_guidance` and `boxdiff` do.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import exp

from gpu_workers.diffusion import lazy_imports
from gpu_workers.diffusion.guidance.attention_maps import Maps
from gpu_workers.diffusion.guidance.box_targets import Region, Targets
from gpu_workers.diffusion.guidance.method_settings import BoxDiffSettings, LmdSettings
from gpu_workers.diffusion.lazy_imports import Tensor

Energy = Callable[[Maps, Targets], Tensor]
"""One energy per picture."""

LEAST_SUM = 1e-12
"""Of attention that is divided by its sum: half precision may round all of it to 0."""


def lmd_energy(settings: LmdSettings) -> Energy:
    """Of LLM-grounded Diffusion: strong attention inside the box, weak outside, over the strongest positions.

    Summed over the heads of a layer, averaged over layers, tokens of a phrase, and phrases.
    After Lian, Li, Yala, Darrell, "LLM-grounded Diffusion", arXiv 2305.13655 (2023).
    Its phase that draws each object alone and composes the latents is `object_composition`.
    """

    def energy(maps: Maps, targets: Targets) -> Tensor:
        totals = []
        for size, layers in maps.items():
            region, attention = targets.region(size), targets.read(layers)
            inside = 1 - top_mean(attention * region.mask, region.inside)
            outside = top_mean(attention * (1 - region.mask), region.outside)
            terms = settings.inside_weight * inside + settings.outside_weight * outside
            totals.append(targets.by_picture(terms.sum(1)))
        return sum(totals) / layer_count(maps)

    return energy


def backward_energy(maps: Maps, targets: Targets) -> Tensor:
    """Of backward guidance: the share of attention outside the box, squared; from 0 (all inside) to 1.

    Averaged over heads, layers, tokens of a phrase, and phrases.
    After Chen, Laina, Vedaldi, "Training-Free Layout Control with Cross-Attention Guidance", arXiv 2304.03373 (2023).
    """
    totals = []
    for size, layers in maps.items():
        region, attention = targets.region(size), targets.read(layers)
        share = (attention * region.mask).sum(-1) / attention.sum(-1).clamp_min(LEAST_SUM)
        totals.append(len(layers) * targets.by_picture(((1 - share) ** 2).mean(1)))
    return sum(totals) / layer_count(maps)


@dataclass(frozen=True)
class BoxDiffTerms:
    """One number per picture: the whole energy, its inner-box terms alone, and the greatest of those."""

    energy: Tensor
    inner: Tensor
    worst: Tensor


def boxdiff_terms(maps: Maps, targets: Targets, spoken: Tensor, settings: BoxDiffSettings) -> BoxDiffTerms:
    """Of BoxDiff: strong attention inside, weak outside, reaching the box's edges (inner-box, outer-box, corner terms).

    One map for each token, averaged over heads and layers, sharpened by a softmax over the tokens that `spoken` (pictures,
    tokens) marks, smoothed; summed over tokens.  After Xie et al., "BoxDiff: Text-to-Image Synthesis with Training-Free
    Box-Constrained Diffusion", arXiv 2307.10816 (2023).
    """
    torch = lazy_imports.torch()
    [(size, layers)] = maps.items()
    averaged = torch.cat(layers, 1).float().mean(1) * settings.sharpen
    sharpened = averaged.masked_fill(~spoken[:, None], -float("inf")).softmax(-1)
    image = smoothed(targets.read_one(sharpened).unflatten(1, size), settings.sigma)
    region, flat = targets.region(size), image.flatten(1)[:, None]
    inner = 1 - top_mean(flat * region.mask, region.inside)[:, 0]
    outer = top_mean(flat * (1 - region.mask), region.outside)[:, 0]
    energy = inner + outer + _corners(image, region)
    return BoxDiffTerms(targets.by_picture(energy), targets.by_picture(inner), targets.worst(inner))


def top_mean(attention: Tensor, weights: Tensor) -> Tensor:
    """The weighted sum of each row's strongest positions: (terms, heads) of (terms, heads, positions)."""
    return (attention.topk(weights.shape[-1]).values * weights).sum(-1)


def smoothed(image: Tensor, sigma: float) -> Tensor:
    """Maps (maps, height, width) under a 3 by 3 kernel of unit sum, mirrored at their edges.

    The kernel falls as exp(-(distance / 2 sigma)²), as in the reference program.
    """
    functional = lazy_imports.torch().nn.functional
    beside = exp(-((1 / (2 * sigma)) ** 2))
    line = image.new_tensor([beside, 1.0, beside]) / (1 + 2 * beside)
    kernel = (line[:, None] * line[None])[None, None]
    return functional.conv2d(functional.pad(image[:, None], (1, 1, 1, 1), mode="reflect"), kernel)[:, 0]


def _corners(image: Tensor, region: Region) -> Tensor:
    """How far the projections on both axes are from the boxes', at their edges and beside them."""
    wanted = region.mask[:, 0].unflatten(1, image.shape[1:])
    across = (image.amax(1) - wanted.amax(1)).abs() * region.columns
    down = (image.amax(2) - wanted.amax(2)).abs() * region.rows
    return across.mean(1) + down.mean(1)


def layer_count(maps: Maps) -> int:
    """The layers of all sizes."""
    return sum(len(layers) for layers in maps.values())
