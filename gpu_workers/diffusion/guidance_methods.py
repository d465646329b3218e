"""The variants of the batched loop: each combines a guide, a prediction, and boxes in the UNet or not.

In: a model's parts, sampling parameters, changes of the method's settings.  Out: a `LoopVariant`.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import partial

from gpu_workers.diffusion.conditioning import Conditioning, naming_all
from gpu_workers.diffusion.denoise import GuidanceStrategy, Sampling, classifier_free
from gpu_workers.diffusion.generators.gligen import LoopVariant
from gpu_workers.diffusion.guidance.attention_maps import middle_layers, quarter_layers
from gpu_workers.diffusion.guidance.box_grid import rounded_size, truncated
from gpu_workers.diffusion.guidance.box_targets import Grid, phrase_terms
from gpu_workers.diffusion.guidance.boxdiff import BoxDiffGuide
from gpu_workers.diffusion.guidance.energies import backward_energy, lmd_energy
from gpu_workers.diffusion.guidance.latent_guidance import AttentionReader, EnergyGuide, Method
from gpu_workers.diffusion.guidance.method_settings import (
    LMD_ALONE,
    BackwardSettings,
    BoxDiffSettings,
    ComposedSettings,
    LmdSettings,
    changed,
    said,
)
from gpu_workers.diffusion.guidance.multidiffusion import BOOTSTRAP, MultiDiffusion
from gpu_workers.diffusion.guidance.object_composition import ObjectComposition
from gpu_workers.diffusion.model_components import Parts

MakesVariant = Callable[[Parts, Sampling, str | None], LoopVariant]
"""A variant from a model's parts, sampling parameters, and a JSON object with changes of the method's settings."""


@dataclass(frozen=True)
class _NoSettings:
    """Of a variant without any."""


def lmd_method(settings: LmdSettings) -> Method:
    """LMD's guidance."""
    grid = Grid(rounded_size, settings.smallest, settings.inside_top, settings.outside_top)
    return Method(lmd_energy(settings), phrase_terms, grid, settings)


def backward_method(settings: BackwardSettings) -> Method:
    """Backward guidance."""
    return Method(backward_energy, phrase_terms, Grid(truncated, settings.smallest), settings)


def _plain(name: str, boxes: bool, parts: Parts, sampling: Sampling, text: str | None) -> LoopVariant:
    changed(_NoSettings(), text)
    return LoopVariant(name, boxes, GuidanceStrategy(classifier_free(parts, sampling)), {})


def _gligen_guided(parts: Parts, sampling: Sampling, text: str | None) -> LoopVariant:
    settings = changed(LmdSettings(), text)
    guide = EnergyGuide(parts, AttentionReader(parts, middle_layers(parts.unet)), lmd_method(settings))
    strategy = GuidanceStrategy(classifier_free(parts, sampling), guide)
    return LoopVariant("gligen_guided", True, strategy, said(settings), _naming(parts, settings.suffix))


def _composed(name: str, defaults: ComposedSettings, parts: Parts, sampling: Sampling, text: str | None) -> LoopVariant:
    settings, boxes = changed(defaults, text), name == "lmd_plus"
    reader = AttentionReader(parts, middle_layers(parts.unet))
    alone = EnergyGuide(parts, reader, lmd_method(settings.lone())) if settings.alone_moves else None
    objects = ObjectComposition(parts, sampling, boxes, settings, alone)
    guide = EnergyGuide(parts, reader, lmd_method(settings), objects.reference)
    strategy = GuidanceStrategy(classifier_free(parts, sampling), guide, objects.after, objects.start)
    cut_by = {} if parts.segmenter is None else {"segmenter": asdict(parts.segmenter.source)}
    return LoopVariant(name, boxes, strategy, {**said(settings), **cut_by}, _naming(parts, settings.suffix))


def _boxdiff(parts: Parts, sampling: Sampling, text: str | None) -> LoopVariant:
    settings = changed(BoxDiffSettings(), text)
    guide = BoxDiffGuide(parts, AttentionReader(parts, quarter_layers(parts.unet)), settings)
    return LoopVariant("boxdiff", False, GuidanceStrategy(classifier_free(parts, sampling), guide), said(settings))


def _backward(parts: Parts, sampling: Sampling, text: str | None) -> LoopVariant:
    settings = changed(BackwardSettings(), text)
    guide = EnergyGuide(parts, AttentionReader(parts, middle_layers(parts.unet)), backward_method(settings))
    return LoopVariant("backward", False, GuidanceStrategy(classifier_free(parts, sampling), guide), said(settings))


def _multidiffusion(parts: Parts, sampling: Sampling, text: str | None) -> LoopVariant:
    changed(_NoSettings(), text)
    return LoopVariant("multidiffusion", False, GuidanceStrategy(MultiDiffusion(parts, sampling)), {"bootstrap": BOOTSTRAP})


def _naming(parts: Parts, suffix: bool) -> Callable[[Conditioning], Conditioning] | None:
    return partial(naming_all, parts.tokenizer) if suffix else None


SETTINGS: dict[str, object] = {
    "gligen_guided": LmdSettings(), "lmd_plus": ComposedSettings(), "lmd": LMD_ALONE, "boxdiff": BoxDiffSettings(),
    "backward": BackwardSettings(),
}  # fmt: skip
"""Of the methods that have any, at their defaults."""

VARIANTS: dict[str, MakesVariant] = {
    "gligen": partial(_plain, "gligen", True),
    "gligen_guided": _gligen_guided,
    "lmd_plus": partial(_composed, "lmd_plus", ComposedSettings()),
    "lmd": partial(_composed, "lmd", LMD_ALONE),
    "boxdiff": _boxdiff,
    "backward": _backward,
    "multidiffusion": _multidiffusion,
    "text": partial(_plain, "text", False),
}
"""By the name in SKG_RENDERER."""

BETAS = {"lmd_plus": 0.4}
"""Share of the steps with GLIGEN's layers where the reference program's is not GLIGEN's own."""
