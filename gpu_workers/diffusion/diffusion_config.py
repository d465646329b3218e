"""The configuration of a diffusion renderer, from its settings.

In: values of the settings in its row.  Out: a `DiffusionConfig`.  Loads nothing, and imports no model library.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gpu_workers.diffusion.denoise import Sampling
from gpu_workers.diffusion.generators.photo_models import PhotoSettings
from gpu_workers.diffusion.guidance_methods import BETAS
from gpu_workers.diffusion.model_components import MODEL
from gpu_workers.diffusion.setting_readers import READERS
from gpu_workers.diffusion.weight_files import TINY

TINY_STEPS = 4
"""Steps of a tiny model where nobody says otherwise: its pictures are noise after any number of them."""


@dataclass(frozen=True)
class Weights:
    """A folder, or a hub's owner/name with its revision."""

    model: str
    revision: str | None = None


@dataclass(frozen=True)
class DiffusionConfig:
    """`model` is a folder, a hub's owner/name with `revision`, or `tiny`, which is built in `cache`.

    `batch`: None for as many as fit.  `steps`, `guidance` and `beta` are the method's or the model's own where they are
    None.  `method` is a JSON object with changes of a guided method's settings.  `control` is the second model of the
    renderer `controlnet`, and of `photo` where it has one; `segmenter` cuts out the objects of `lmd_plus` and `lmd`;
    `refiner` refines any renderer's pictures to `refined_side` pixels.  `variant`: which copy of the weights is read.
    `side`: of photographs in pixels, None for the model's own.
    """

    renderer: str
    model: str
    revision: str | None
    cache: Path
    batch: int | None
    steps: int | None = None
    guidance: float | None = None
    beta: float | None = None
    dtype: str = "auto"
    compiled: bool = False
    control: Weights | None = None
    refiner: Weights | None = None
    refined_side: int = 1024
    method: str | None = None
    scheduler: str = MODEL
    guided: tuple[float, float] = (0.0, 1.0)
    compile_mode: str = "default"
    segmenter: Weights | None = None
    photo: PhotoSettings = field(default_factory=PhotoSettings)
    side: int | None = None
    variant: str | None = None

    @property
    def sampling_steps(self) -> int:
        """The steps that are taken."""
        return self.steps or (TINY_STEPS if self.model == TINY else Sampling.steps)

    def sampling(self, usual_guidance: float = Sampling.guidance) -> Sampling:
        """How it samples, with the guidance of its model where nobody says otherwise."""
        beta = BETAS.get(self.renderer, Sampling.beta) if self.beta is None else self.beta
        guidance = usual_guidance if self.guidance is None else self.guidance
        return Sampling(self.sampling_steps, guidance, beta, self.guided, self.scheduler)


NAMES = {
    "render_model": "model", "render_revision": "revision", "model_cache": "cache", "render_batch": "batch",
    "render_steps": "steps", "render_guidance": "guidance", "render_beta": "beta", "render_dtype": "dtype",
    "render_compile": "compiled", "render_refine_side": "refined_side", "render_method": "method",
    "render_scheduler": "scheduler", "render_compile_mode": "compile_mode", "render_side": "side",
    "render_variant": "variant",
}  # fmt: skip
"""Fields of a configuration by the setting that is their value."""

PHOTO_NAMES = {
    "render_condition": "condition", "render_condition_scale": "scale", "render_strength": "strength",
    "render_inpaint": "inpaint", "render_regional": "regional",
}  # fmt: skip
"""The same for fields of `PhotoSettings`."""

SECOND = {"render_controlnet": "control", "render_refine": "refiner", "render_segmenter": "segmenter"}
"""Fields of further models."""


def diffusion_config(renderer: str, given: Mapping[str, Any]) -> DiffusionConfig:
    """The configuration from the settings that a renderer reads: values of others in `given` do not count."""
    read = {name: value for name, value in given.items() if renderer in READERS.get(name, ())}
    found: dict[str, Any] = {field: read[name] for name, field in NAMES.items() if name in read}
    for name, role in SECOND.items():
        if read.get(name) is not None:
            found[role] = Weights(read[name], read[f"{name}_revision"])
    if "render_guidance_from" in read:
        found["guided"] = read["render_guidance_from"], read["render_guidance_until"]
    if "render_condition_from" in read:
        span = read["render_condition_from"], read["render_condition_until"]
        found["photo"] = PhotoSettings(span=span, **{field: read[name] for name, field in PHOTO_NAMES.items()})
    return DiffusionConfig(renderer, **found)
