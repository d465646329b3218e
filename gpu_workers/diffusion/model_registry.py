"""Makes a diffusion renderer from its configuration.

In: a name of `gpu_workers.renderers`, a model, sampling parameters.  Out: a warmed-up `DiffusionRenderer`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from gpu_workers.diffusion import lazy_imports
from gpu_workers.diffusion.denoise import Sampling
from gpu_workers.diffusion.diffusion_renderer import (
    CROWD,
    PLACEHOLDER,
    Conditions,
    DiffusionRenderer,
    FromGraphs,
    ImageGenerator,
)
from gpu_workers.diffusion.families.family_table import Family, family_of
from gpu_workers.diffusion.families.pipeline_loading import Model
from gpu_workers.diffusion.generators.flux3 import flux3
from gpu_workers.diffusion.generators.gligen import LatentGenerator
from gpu_workers.diffusion.generators.photo import PhotoGenerator
from gpu_workers.diffusion.generators.photo_models import PhotoModels, PhotoSettings
from gpu_workers.diffusion.generators.refine import RefinedGenerator
from gpu_workers.diffusion.generators.stock_pipelines import controlnet, text2image
from gpu_workers.diffusion.guidance.segmentation import Segmenter, load_segmenter
from gpu_workers.diffusion.guidance_methods import BETAS, VARIANTS
from gpu_workers.diffusion.model_components import MODEL, Machine, load, scheduled
from gpu_workers.diffusion.weight_files import TINY, locate
from schemas.errors import UserError

CROWDED = ("multidiffusion",)
"""Those that predict all objects of a batch in one call, so that memory grows with their number."""

CUTTING = ("lmd_plus", "lmd")
"""Those that cut objects out of pictures of them alone."""

RENDERER_NAMES = (*VARIANTS, "text2image", "controlnet", "flux3-boxes", "photo")
"""Each also has a row in `gpu_workers.renderers`."""

HALF = "float16"
"""The number format of Stable Diffusion and SDXL on a GPU."""

TINY_STEPS = 4
"""Steps of a tiny model: its pictures are noise after any number of steps."""


@dataclass(frozen=True)
class Weights:
    """A folder, or a hub's owner/name with its revision."""

    model: str
    revision: str | None = None


@dataclass(frozen=True)
class DiffusionConfig:
    """`model` is a folder, a hub's owner/name with `revision`, or `tiny`, which is built in `cache`.

    `batch`: None for as many as fit.  `guidance` and `beta` are the method's or the model's own where they are None.
    `method` is a JSON object with changes of a guided method's settings.  `control` is the second model of the renderer
    `controlnet`, and of `photo` where it has one; `segmenter` cuts out the objects of `lmd_plus` and `lmd`; `refiner`
    refines any renderer's pictures to `refined_side` pixels.  `variant`: which copy of the weights is read.
    `side`: of photographs in pixels, None for the model's own.
    """

    renderer: str
    model: str
    revision: str | None
    cache: Path
    batch: int | None
    steps: int = 50
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


def diffusion_config(renderer: str, given: Mapping[str, Any]) -> DiffusionConfig:
    """The configuration from the settings in the rows of diffusion renderers."""
    pinned = {
        "control": (given["render_controlnet"], given["render_controlnet_revision"]),
        "refiner": (given["render_refine"], given["render_refine_revision"]),
        "segmenter": (given["render_segmenter"], given["render_segmenter_revision"]),
    }
    second = {role: Weights(name, revision) for role, (name, revision) in pinned.items() if name is not None}
    return DiffusionConfig(
        renderer, given["render_model"], given["render_revision"], given["model_cache"], given["render_batch"],
        given["render_steps"], given["render_guidance"], given["render_beta"], given["render_dtype"],
        given["render_compile"], second.get("control"), second.get("refiner"), given["render_refine_side"],
        given["render_method"], given["render_scheduler"],
        (given["render_guidance_from"], given["render_guidance_until"]), given["render_compile_mode"],
        variant=given["render_variant"], segmenter=second.get("segmenter"),
    )  # fmt: skip


def photo_config(given: Mapping[str, Any]) -> DiffusionConfig:
    """The configuration from the settings in the row of `photo`."""
    settings = PhotoSettings(
        given["render_condition"], given["render_condition_scale"],
        (given["render_condition_from"], given["render_condition_until"]),
        given["render_strength"], given["render_inpaint"], given["render_regional"],
    )  # fmt: skip
    return replace(diffusion_config("photo", given), photo=settings, side=given["render_side"])


def make_renderer(config: DiffusionConfig, conditions: Conditions | None = None) -> DiffusionRenderer:
    """The renderer, warmed up; `conditions` are what it draws from, by default graphs alone.

    Raises UserError (MissingExtra among them) and RetryableError (a hub is unreachable)."""
    lazy_imports.torch()
    usual = FromGraphs(CROWD if config.renderer in CROWDED else PLACEHOLDER)
    made = DiffusionRenderer(_generator(config), config.batch, conditions or usual)
    made.warm_up()
    return made


def _generator(config: DiffusionConfig) -> ImageGenerator:
    if config.renderer not in RENDERER_NAMES:
        raise UserError(f"no renderer is called {config.renderer!r}; there are: {', '.join(RENDERER_NAMES)}")
    generator = _loop_generator(config) if config.renderer in VARIANTS else _pipeline_generator(config)
    if config.refiner is None:
        return generator
    return RefinedGenerator(generator, _model(config, config.refiner, "sdxl"), config.refined_side)


def _sampling(config: DiffusionConfig, usual_guidance: float = Sampling.guidance) -> Sampling:
    beta = BETAS.get(config.renderer, Sampling.beta) if config.beta is None else config.beta
    guidance = usual_guidance if config.guidance is None else config.guidance
    return Sampling(TINY_STEPS if config.model == TINY else config.steps, guidance, beta, config.guided, config.scheduler)


def _loop_generator(config: DiffusionConfig) -> ImageGenerator:
    folder, source = locate(config.model, config.revision, config.cache, variant=config.variant)
    parts, sampling = load(folder, machine_of(config), config.variant), _sampling(config)
    parts = replace(parts, scheduler=scheduled(parts.scheduler, sampling.scheduler), segmenter=_segmenter(config))
    return LatentGenerator(parts, source, sampling, VARIANTS[config.renderer](parts, sampling, config.method))


def _segmenter(config: DiffusionConfig) -> Segmenter | None:
    if config.segmenter is None:
        return None
    if config.renderer not in CUTTING:
        raise UserError(f"the renderer {config.renderer} takes no SKG_RENDER_SEGMENTER: {' and '.join(CUTTING)} do")
    folder, source = locate(config.segmenter.model, config.segmenter.revision, config.cache)
    return load_segmenter(folder, source, machine_of(config))


def _pipeline_generator(config: DiffusionConfig) -> ImageGenerator:
    _refuse_ignored(config)
    if config.renderer == "flux3-boxes":
        return flux3(_model(config, Weights(config.model, config.revision)), _sampling(config))
    model, family = _family_model(config)
    sampling = _sampling(config, family.guidance)
    if config.renderer == "text2image":
        return text2image(model, sampling)
    control = None if config.control is None else _model(config, config.control, "control", family.half)
    if config.renderer == "photo":
        return PhotoGenerator(PhotoModels(model, control), sampling, config.photo, config.side)
    if control is None:
        raise UserError("the renderer controlnet needs a second model: set SKG_RENDER_CONTROLNET")
    return controlnet(model, control, sampling)


def _family_model(config: DiffusionConfig) -> tuple[Model, Family]:
    """The model, in the number format that its family was made for, and its family."""
    folder, source = locate(config.model, config.revision, config.cache, "text", config.variant)
    family = family_of(folder, source.model)
    return Model(folder, source, machine_of(config, family.half)), family


def _refuse_ignored(config: DiffusionConfig) -> None:
    """Raises UserError for settings that a stock pipeline has no place for."""
    without = {
        "SKG_RENDER_METHOD": config.method is not None,
        "SKG_RENDER_SEGMENTER": config.segmenter is not None,
        "SKG_RENDER_GUIDANCE_FROM and SKG_RENDER_GUIDANCE_UNTIL": config.guided != (0.0, 1.0),
        "SKG_RENDER_SCHEDULER": config.renderer == "flux3-boxes" and config.scheduler != MODEL,
    }
    for names, given in without.items():
        if given:
            raise UserError(f"the renderer {config.renderer} takes no {names}")


def _model(config: DiffusionConfig, weights: Weights, tiny_kind: str = "text", half: str = HALF) -> Model:
    folder, source = locate(weights.model, weights.revision, config.cache, tiny_kind, config.variant)
    return Model(folder, source, machine_of(config, half))


def machine_of(config: DiffusionConfig, half: str = HALF) -> Machine:
    """By default that half precision and channels-last on a GPU, single precision on a CPU."""
    device = lazy_imports.best_device()
    dtype = config.dtype if config.dtype != "auto" else (half if device == "cuda" else "float32")
    return Machine(device, dtype, channels_last=device == "cuda", compiled=config.compiled, mode=config.compile_mode)
