"""From a choice to a diffusion renderer.

In: a name of `gpu_workers.renderers`, a model, how to draw.  Out: a warm `DiffusionRenderer`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gpu_workers.diffusion import lazy_imports
from gpu_workers.diffusion.denoise import Sampling
from gpu_workers.diffusion.diffusion_renderer import DiffusionRenderer, ImageGenerator
from gpu_workers.diffusion.generators.flux3 import flux3
from gpu_workers.diffusion.generators.gligen import LatentGenerator
from gpu_workers.diffusion.generators.refine import Refined
from gpu_workers.diffusion.generators.stock_pipelines import Model, controlnet, text2image
from gpu_workers.diffusion.guidance_methods import VARIANTS
from gpu_workers.diffusion.model_components import Machine, load
from gpu_workers.diffusion.weight_files import TINY, locate
from schemas.errors import UserError

NAMES = (*VARIANTS, "text2image", "controlnet", "flux3-boxes")
"""Each has a row in `gpu_workers.renderers`, too."""

TINY_STEPS = 4
"""A tiny model's pictures are noise however long it works."""


@dataclass(frozen=True)
class Weights:
    """A folder, or a hub's owner/name with its revision."""

    model: str
    revision: str | None = None


@dataclass(frozen=True)
class Choice:
    """What to draw with. `model` is a folder, a hub's owner/name with `revision`, or `tiny`; `cache` takes the last.

    `control` is the renderer `controlnet`'s second model; `refiner` refines any renderer's pictures to `refined_side`.
    """

    renderer: str
    model: str
    revision: str | None
    cache: Path
    batch: int
    steps: int = 50
    guidance: float = 7.5
    beta: float = 0.3
    dtype: str = "auto"
    compiled: bool = False
    control: Weights | None = None
    refiner: Weights | None = None
    refined_side: int = 1024


def choice_of(renderer: str, given: Mapping[str, Any]) -> Choice:
    """A choice from the settings that the rows of diffusion renderers take."""
    pinned = {
        "control": (given["render_controlnet"], given["render_controlnet_revision"]),
        "refiner": (given["render_refine"], given["render_refine_revision"]),
    }
    second = {role: Weights(name, revision) for role, (name, revision) in pinned.items() if name is not None}
    return Choice(
        renderer, given["render_model"], given["render_revision"], given["model_cache"], given["render_batch"],
        given["render_steps"], given["render_guidance"], given["render_beta"], given["render_dtype"],
        given["render_compile"], second.get("control"), second.get("refiner"), given["render_refine_side"],
    )  # fmt: skip


def renderer_of(choice: Choice) -> DiffusionRenderer:
    """The renderer, warmed up. Raises UserError (MissingExtra among them) and RetryableError (a hub out of reach)."""
    lazy_imports.torch()
    made = DiffusionRenderer(_drawer(choice), choice.batch)
    made.warm_up()
    return made


def _drawer(choice: Choice) -> ImageGenerator:
    if choice.renderer not in NAMES:
        raise UserError(f"no renderer is called {choice.renderer!r}; there are: {', '.join(NAMES)}")
    drawer = _loop(choice) if choice.renderer in VARIANTS else _pipeline(choice)
    if choice.refiner is None:
        return drawer
    return Refined(drawer, _model(choice, choice.refiner, "sdxl"), choice.refined_side)


def _sampling(choice: Choice) -> Sampling:
    return Sampling(TINY_STEPS if choice.model == TINY else choice.steps, choice.guidance, choice.beta)


def _loop(choice: Choice) -> ImageGenerator:
    folder, source = locate(choice.model, choice.revision, choice.cache)
    parts, sampling = load(folder, machine_of(choice)), _sampling(choice)
    return LatentGenerator(parts, source, sampling, VARIANTS[choice.renderer](parts, sampling))


def _pipeline(choice: Choice) -> ImageGenerator:
    model, sampling = _model(choice, Weights(choice.model, choice.revision)), _sampling(choice)
    if choice.renderer == "flux3-boxes":
        return flux3(model, sampling)
    if choice.renderer == "text2image":
        return text2image(model, sampling)
    if choice.control is None:
        raise UserError("the renderer controlnet needs a second model: set SKG_RENDER_CONTROLNET")
    return controlnet(model, _model(choice, choice.control), sampling)


def _model(choice: Choice, weights: Weights, tiny_kind: str = "text") -> Model:
    folder, source = locate(weights.model, weights.revision, choice.cache, tiny_kind)
    return Model(folder, source, machine_of(choice))


def machine_of(choice: Choice) -> Machine:
    """Half precision and channels-last on a GPU, where nothing else is said; single precision on a CPU."""
    device = lazy_imports.best_device()
    dtype = choice.dtype if choice.dtype != "auto" else ("float16" if device == "cuda" else "float32")
    return Machine(device, dtype, channels_last=device == "cuda", compiled=choice.compiled)
