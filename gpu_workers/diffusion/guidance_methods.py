"""The variants of the batched loop: each combines a guide, a prediction, and boxes in the UNet or not.

In: a model's parts and sampling parameters.  Out: a `LoopVariant`.
"""

from collections.abc import Callable
from dataclasses import asdict, replace

from gpu_workers.diffusion.denoise import GuidanceStrategy, Sampling, classifier_free
from gpu_workers.diffusion.generators.gligen import LoopVariant, gligen
from gpu_workers.diffusion.guidance.energies import backward_energy, boxdiff_energy, lmd_energy
from gpu_workers.diffusion.guidance.latent_guidance import Energy, Strength, energy_guide
from gpu_workers.diffusion.guidance.multidiffusion import BOOTSTRAP, MultiDiffusion
from gpu_workers.diffusion.guidance.object_composition import ALONE_SHARE, ObjectComposition
from gpu_workers.diffusion.model_components import Parts

MakesVariant = Callable[[Parts, Sampling], LoopVariant]


def _guided(name: str, energy: Energy, boxes: bool, strength: Strength) -> MakesVariant:
    def make(parts: Parts, sampling: Sampling) -> LoopVariant:
        strategy = GuidanceStrategy(classifier_free(parts, sampling), energy_guide(parts, energy, strength))
        return LoopVariant(name, boxes, strategy, asdict(strength))

    return make


def _composed(name: str, boxes: bool, strength: Strength) -> MakesVariant:
    def make(parts: Parts, sampling: Sampling) -> LoopVariant:
        strategy = GuidanceStrategy(classifier_free(parts, sampling), energy_guide(parts, lmd_energy, strength))
        whole = replace(strategy, after=ObjectComposition(parts, sampling, strategy, boxes))
        return LoopVariant(name, boxes, whole, {**asdict(strength), "alone": ALONE_SHARE})

    return make


def _multidiffusion(parts: Parts, sampling: Sampling) -> LoopVariant:
    return LoopVariant("multidiffusion", False, GuidanceStrategy(MultiDiffusion(parts, sampling)), {"bootstrap": BOOTSTRAP})


def _text(parts: Parts, sampling: Sampling) -> LoopVariant:
    return LoopVariant("text", False, GuidanceStrategy(classifier_free(parts, sampling)), {})


VARIANTS: dict[str, MakesVariant] = {
    "gligen": gligen,
    "gligen_guided": _guided("gligen_guided", lmd_energy, True, Strength(scale=30.0, share=0.2, repeats=5)),
    "lmd_plus": _composed("lmd_plus", True, Strength(scale=30.0, share=0.2, repeats=5)),
    "lmd": _composed("lmd", False, Strength(scale=30.0, share=0.2, repeats=5)),
    "boxdiff": _guided("boxdiff", boxdiff_energy, False, Strength(scale=20.0, share=0.5, repeats=1, enough=0.0)),
    "backward": _guided("backward", backward_energy, False, Strength(scale=30.0, share=0.2, repeats=5, enough=0.2)),
    "multidiffusion": _multidiffusion,
    "text": _text,
}
"""By the name in SKG_RENDERER. The strengths are starting points, to be tuned on real weights."""
