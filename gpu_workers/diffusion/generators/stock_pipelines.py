"""Image generators over the stock pipelines of diffusers: by text alone, or by a control picture of the boxes.

In: folders of published models.  Out: image generators.  Each picture has a random generator of its own.
"""

import colorsys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw

from gpu_workers.diffusion import lazy_imports
from gpu_workers.diffusion.conditioning import Conditioning
from gpu_workers.diffusion.denoise import Sampling
from gpu_workers.diffusion.model_components import Machine, compiled_network, scheduled
from gpu_workers.diffusion.weight_files import Source, index_of
from schemas.errors import UserError

Extras = Callable[[Sequence[Conditioning], tuple[int, int]], dict[str, Any]]
"""Arguments of a pipeline besides texts, size, steps and seeds."""

HUE_STEP = 0.61803398875
"""The golden ratio as a step in hue: successive multiples never come close to each other."""


@dataclass(frozen=True)
class Model:
    """A folder of weights, their source, and the machine on which they run."""

    folder: Path
    source: Source
    machine: Machine


class PipelineGenerator:
    """Implements `gpu_workers.diffusion.diffusion_renderer.ImageGenerator` over a pipeline that takes lists of texts and
    generators."""

    def __init__(self, name: str, pipeline: Any, sources: Sequence[Source], sampling: Sampling, extras: Extras) -> None:
        self._name, self._pipeline, self._sources = name, pipeline, sources
        self._sampling, self._extras = sampling, extras

    @property
    def name(self) -> str:
        """The renderer's name and version."""
        return f"{self._name}-1"

    @property
    def parameters(self) -> Mapping[str, object]:
        """Weights and sampling parameters."""
        sampling = {name: value for name, value in asdict(self._sampling).items() if name not in ("beta", "guided")}
        return {"models": [asdict(source) for source in self._sources], **sampling, "dtype": str(self._pipeline.dtype)}

    @property
    def side(self) -> int:
        """The side in pixels at which the model was trained."""
        pipeline = self._pipeline
        model = getattr(pipeline, "unet", None) or pipeline.transformer
        return int(model.config.sample_size) * int(pipeline.vae_scale_factor)

    def draw(self, conditionings: Sequence[Conditioning], seeds: Sequence[int], size: tuple[int, int]) -> list[Image.Image]:
        """One picture per conditioning."""
        torch = lazy_imports.torch()
        found: list[Image.Image] = self._pipeline(
            prompt=[each.prompt for each in conditionings], negative_prompt=[each.negative for each in conditionings],
            generator=[torch.Generator().manual_seed(seed) for seed in seeds], width=size[0], height=size[1],
            num_inference_steps=self._sampling.steps, guidance_scale=self._sampling.guidance, output_type="pil",
            **self._extras(conditionings, size),
        ).images  # fmt: skip
        return found


def _no_extras(conditionings: Sequence[Conditioning], size: tuple[int, int]) -> dict[str, Any]:  # noqa: ARG001 - Extras'
    return {}


def _control_pictures(conditionings: Sequence[Conditioning], size: tuple[int, int]) -> dict[str, Any]:
    return {"image": [control_picture(each, size) for each in conditionings]}


def text2image(model: Model, sampling: Sampling) -> PipelineGenerator:
    """Any text-to-image model; positions are in the prompt only."""
    return PipelineGenerator("text2image", _loaded(model, sampling), [model.source], sampling, _no_extras)


def controlnet(model: Model, control: Model, sampling: Sampling) -> PipelineGenerator:
    """A model with a ControlNet that reads the boxes as a picture of filled rectangles."""
    pipeline = _loaded(model, sampling, controlnet=_read(lazy_imports.diffusers().ControlNetModel, control))
    return PipelineGenerator("controlnet", pipeline, [model.source, control.source], sampling, _control_pictures)


def _loaded(model: Model, sampling: Sampling, **parts: Any) -> Any:
    pipeline = ready_pipeline(lazy_imports.diffusers().AutoPipelineForText2Image, model, **parts)
    pipeline.scheduler = scheduled(pipeline.scheduler, sampling.scheduler)
    return pipeline


def ready_pipeline(loader: Any, model: Model, **parts: Any) -> Any:
    """A pipeline on its machine, without progress bar. Raises UserError for a folder that the loader cannot read."""
    pipeline = _read(loader, model, **_unchecked(model.folder), **parts)
    pipeline.set_progress_bar_config(disable=True)
    pipeline.to(model.machine.device)
    part = "unet" if getattr(pipeline, "unet", None) is not None else "transformer"
    setattr(pipeline, part, compiled_network(getattr(pipeline, part), model.machine))
    return pipeline


def _unchecked(folder: Path) -> dict[str, Any]:
    """Arguments that leave out a safety checker, which blackens pictures in silence."""
    return {"safety_checker": None, "requires_safety_checker": False} if "safety_checker" in index_of(folder) else {}


def _read(loader: Any, model: Model, **parts: Any) -> Any:
    dtype = getattr(lazy_imports.torch(), model.machine.dtype)
    try:
        return loader.from_pretrained(model.folder, use_safetensors=True, torch_dtype=dtype, **parts)
    except lazy_imports.load_errors() as error:
        raise UserError(f"{model.source.model} cannot be loaded: {str(error).splitlines()[0]}") from error


def control_picture(conditioning: Conditioning, size: tuple[int, int]) -> Image.Image:
    """Each object's box filled in a colour of its own on black, the largest first, so that smaller ones stay visible.

    `size`: (width, height) in pixels.
    """
    picture = Image.new("RGB", size)
    draw = ImageDraw.Draw(picture)
    boxes = list(enumerate(conditioning.boxes))
    for number, (left, top, right, bottom) in sorted(boxes, key=lambda each: -_area(each[1])):
        corners = (left * size[0], top * size[1], max(left * size[0], right * size[0] - 1), bottom * size[1] - 1)
        draw.rectangle((*corners[:3], max(corners[1], corners[3])), fill=colour_of(number), outline="white")
    return picture


def colour_of(number: int) -> tuple[int, int, int]:
    """The colour of an object by its number."""
    red, green, blue = colorsys.hsv_to_rgb(number * HUE_STEP % 1, 0.75, 0.9)
    return round(255 * red), round(255 * green), round(255 * blue)


def _area(box: tuple[float, float, float, float]) -> float:
    return (box[2] - box[0]) * (box[3] - box[1])
