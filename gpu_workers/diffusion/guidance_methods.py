"""The variants of the batched loop, each a few lines: which guide, which prediction, boxes in the UNet or not.

In: a model's parts and how to sample.  Out: a `Kind`.
"""

from collections.abc import Callable
from dataclasses import asdict, replace

from gpu_workers.diffusion.denoise import GuidanceStrategy, Sampling, plain
from gpu_workers.diffusion.generators.gligen import Kind, gligen
from gpu_workers.diffusion.guidance import backward, boxdiff, lmd
from gpu_workers.diffusion.guidance.latent_guidance import Energy, Strength, steering
from gpu_workers.diffusion.guidance.multidiffusion import BOOTSTRAP, MultiDiffusion
from gpu_workers.diffusion.guidance.object_composition import ALONE, ObjectComposition
from gpu_workers.diffusion.model_components import Parts

MakesKind = Callable[[Parts, Sampling], Kind]


def _guided(name: str, energy: Energy, boxes: bool, strength: Strength) -> MakesKind:
    def make(parts: Parts, sampling: Sampling) -> Kind:
        way = GuidanceStrategy(plain(parts, sampling), steering(parts, energy, strength))
        return Kind(name, boxes, way, asdict(strength))

    return make


def _composed(name: str, boxes: bool, strength: Strength) -> MakesKind:
    def make(parts: Parts, sampling: Sampling) -> Kind:
        way = GuidanceStrategy(plain(parts, sampling), steering(parts, lmd.energy, strength))
        whole = replace(way, after=ObjectComposition(parts, sampling, way, boxes))
        return Kind(name, boxes, whole, {**asdict(strength), "alone": ALONE})

    return make


def _multidiffusion(parts: Parts, sampling: Sampling) -> Kind:
    return Kind("multidiffusion", False, GuidanceStrategy(MultiDiffusion(parts, sampling)), {"bootstrap": BOOTSTRAP})


def _text(parts: Parts, sampling: Sampling) -> Kind:
    return Kind("text", False, GuidanceStrategy(plain(parts, sampling)), {})


VARIANTS: dict[str, MakesKind] = {
    "gligen": gligen,
    "gligen_guided": _guided("gligen_guided", lmd.energy, True, Strength(scale=30.0, share=0.2, repeats=5)),
    "lmd_plus": _composed("lmd_plus", True, Strength(scale=30.0, share=0.2, repeats=5)),
    "lmd": _composed("lmd", False, Strength(scale=30.0, share=0.2, repeats=5)),
    "boxdiff": _guided("boxdiff", boxdiff.energy, False, Strength(scale=20.0, share=0.5, repeats=1, enough=0.0)),
    "backward": _guided("backward", backward.energy, False, Strength(scale=30.0, share=0.2, repeats=5, enough=0.2)),
    "multidiffusion": _multidiffusion,
    "text": _text,
}
"""By the name in SKG_RENDERER. The strengths are starting points, to be tuned on real weights."""
