"""Makes a diffusion renderer from its configuration.

In: a name of `gpu_workers.renderers`, a model, sampling parameters.  Out: a warmed-up `DiffusionRenderer`.
"""

from dataclasses import replace
from pathlib import Path

from gpu_workers.diffusion import lazy_imports
from gpu_workers.diffusion.config_check import check_at_hand, check_kinds, check_looped, refining_way
from gpu_workers.diffusion.denoise import check_guided
from gpu_workers.diffusion.diffusion_config import DiffusionConfig, Weights
from gpu_workers.diffusion.diffusion_renderer import (
    CROWD,
    PLACEHOLDER,
    Conditions,
    DiffusionRenderer,
    FromGraphs,
    ImageGenerator,
)
from gpu_workers.diffusion.families.family_table import Family, family_of
from gpu_workers.diffusion.families.part_fit import check_parts
from gpu_workers.diffusion.families.pipeline_loading import Model
from gpu_workers.diffusion.generators.flux3 import flux3
from gpu_workers.diffusion.generators.gligen import LatentGenerator
from gpu_workers.diffusion.generators.photo import PhotoGenerator
from gpu_workers.diffusion.generators.photo_models import PhotoModels
from gpu_workers.diffusion.generators.refine import RefinedGenerator
from gpu_workers.diffusion.generators.stock_pipelines import controlnet, text2image
from gpu_workers.diffusion.guidance.segmentation import Segmenter, load_segmenter
from gpu_workers.diffusion.guidance_methods import VARIANTS
from gpu_workers.diffusion.model_components import (
    Machine,
    check_schedule,
    load,
    load_schedule,
    require_noise,
    scheduled,
    taken_steps,
)
from gpu_workers.diffusion.weight_files import Source, locate
from schemas.errors import UserError

CROWDED = ("multidiffusion",)
"""Those that predict all objects of a batch in one call, so that memory grows with their number."""

RENDERER_NAMES = (*VARIANTS, "text2image", "controlnet", "flux3-boxes", "photo")
"""Each also has a row in `gpu_workers.renderers`."""

HALF = "float16"
"""The number format of Stable Diffusion and SDXL on a GPU."""


def make_renderer(config: DiffusionConfig, conditions: Conditions | None = None) -> DiffusionRenderer:
    """The renderer, warmed up; `conditions` are what it draws from, by default graphs alone.

    Raises UserError (MissingExtra among them) and RetryableError (a hub is unreachable)."""
    lazy_imports.torch()
    usual = FromGraphs(CROWD if config.renderer in CROWDED else PLACEHOLDER)
    made = DiffusionRenderer(make_generator(config), config.batch, conditions or usual)
    made.warm_up()
    return made


def make_generator(config: DiffusionConfig) -> ImageGenerator:
    """What draws, loaded. Raises UserError (MissingExtra among them) and RetryableError."""
    if config.renderer not in RENDERER_NAMES:
        raise UserError(f"no renderer is called {config.renderer!r}; there are: {', '.join(RENDERER_NAMES)}")
    check_at_hand(config)
    refiner = None if config.refiner is None else _refiner(config, config.refiner)  # what cannot refine is said at once
    generator = _loop_generator(config) if config.renderer in VARIANTS else _pipeline_generator(config)
    return generator if refiner is None else RefinedGenerator(generator, refiner, config.refined_side)


def _refiner(config: DiffusionConfig, weights: Weights) -> Model:
    """The model that draws over pictures, in the number format of its family. Raises UserError for one that does not."""
    folder, source = locate(weights.model, weights.revision, config.cache, "sdxl", config.variant)
    family = family_of(folder, source.model)
    refining_way(family, source.model)
    return Model(folder, source, machine_of(config, family.half))


def _loop_generator(config: DiffusionConfig) -> ImageGenerator:
    folder, source = _base(config, "gligen")
    check_looped(config.renderer, folder, source.model)
    sampling = config.sampling()
    schedule = scheduled(require_noise(load_schedule(folder), folder), sampling.scheduler)
    check_guided(sampling, taken_steps(schedule, sampling.steps))
    check_schedule(schedule, sampling.steps)
    parts = load(folder, machine_of(config), config.variant)
    parts = replace(parts, scheduler=scheduled(parts.scheduler, sampling.scheduler), segmenter=_segmenter(config))
    # how strong the first noise is depends on the first of the steps that are taken
    parts = replace(parts, scheduler=parts.new_scheduler(sampling.steps))
    return LatentGenerator(parts, source, sampling, VARIANTS[config.renderer](parts, sampling, config.method))


def _base(config: DiffusionConfig, tiny_kind: str) -> tuple[Path, Source]:
    """The model that draws. Raises UserError where none of its parts has the copy of the weights that is to be read."""
    folder, source = locate(config.model, config.revision, config.cache, tiny_kind, config.variant)
    if config.variant is not None and source.variant is None:
        raise UserError(f"SKG_RENDER_VARIANT is {config.variant}, and no part of {source.model} has such a copy")
    return folder, source


def _segmenter(config: DiffusionConfig) -> Segmenter | None:
    if config.segmenter is None:
        return None
    folder, source = locate(config.segmenter.model, config.segmenter.revision, config.cache)
    return load_segmenter(folder, source, machine_of(config))


def _pipeline_generator(config: DiffusionConfig) -> ImageGenerator:
    if config.renderer == "flux3-boxes":
        return flux3(_model(config, Weights(config.model, config.revision)), config.sampling())
    model, family = _family_model(config)
    sampling = config.sampling(family.guidance)
    control = None if config.control is None else _model(config, config.control, "control", family.half)
    models = PhotoModels(model, control)
    check_kinds(config, models.kinds)
    if config.renderer == "photo":
        return PhotoGenerator(models, sampling, config.photo, config.side)
    return text2image(model, sampling) if control is None else controlnet(model, control, sampling)


def _family_model(config: DiffusionConfig) -> tuple[Model, Family]:
    """The model, in the number format that its family was made for, and its family."""
    folder, source = _base(config, "text")
    family = family_of(folder, source.model)
    check_parts(family.name, folder, source.model)
    return Model(folder, source, machine_of(config, family.half)), family


def _model(config: DiffusionConfig, weights: Weights, tiny_kind: str = "text", half: str = HALF) -> Model:
    folder, source = locate(weights.model, weights.revision, config.cache, tiny_kind, config.variant)
    return Model(folder, source, machine_of(config, half))


def machine_of(config: DiffusionConfig, half: str = HALF) -> Machine:
    """By default that half precision and channels-last on a GPU, single precision on a CPU."""
    device = lazy_imports.best_device()
    dtype = config.dtype if config.dtype != "auto" else (half if device == "cuda" else "float32")
    return Machine(device, dtype, channels_last=device == "cuda", compiled=config.compiled, mode=config.compile_mode)
