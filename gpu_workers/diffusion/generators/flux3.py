"""FLUX.3, which takes boxes by itself: a modular pipeline, one picture a call.

In: the folder of a published model.  Out: a drawer.  Needs a diffusers that has `Flux3ModularPipeline`.
Boxes go to its prompt upsampler, a language model, which writes them into the caption that is drawn; the strength of
classifier-free guidance is the model's own.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from PIL import Image

from gpu_workers.diffusion import lazy_imports
from gpu_workers.diffusion.conditioning import Conditioning
from gpu_workers.diffusion.denoise import Sampling
from gpu_workers.diffusion.generators.stock_pipelines import Model
from schemas.errors import PermanentError, UserError

SIDE = 1024
"""Pixels that it was trained at."""


def boxes_of(orders: Conditioning) -> list[dict[str, object]]:
    """The boxes as it takes them: y first, shares of the picture."""
    named = enumerate(zip(orders.phrases, orders.boxes, strict=True))
    return [
        {"id": f"object{number}", "desc": phrase, "bbox": [top, left, bottom, right]}
        for number, (phrase, (left, top, right, bottom)) in named
    ]


class Flux3Generator:
    """Implements `gpu_workers.diffusion.diffusion_renderer.ImageGenerator`."""

    name, side = "flux3-boxes-1", SIDE

    def __init__(self, pipeline: Any, model: Model, sampling: Sampling) -> None:
        self._pipeline, self._model, self._sampling = pipeline, model, sampling

    @property
    def facts(self) -> Mapping[str, object]:
        """Weights, steps, number format."""
        return {**asdict(self._model.source), "steps": self._sampling.steps, "dtype": self._model.machine.dtype}

    def draw(self, orders: Sequence[Conditioning], seeds: Sequence[int], size: tuple[int, int]) -> list[Image.Image]:
        """One picture an order, one after the other."""
        return [self._one(each, seed, size) for each, seed in zip(orders, seeds, strict=True)]

    def _one(self, orders: Conditioning, seed: int, size: tuple[int, int]) -> Image.Image:
        torch = lazy_imports.torch()
        try:
            [picture] = self._pipeline(
                prompt=orders.prompt, negative_prompt=orders.negative, boxes=boxes_of(orders), width=size[0],
                height=size[1], generator=torch.Generator().manual_seed(seed), num_inference_steps=self._sampling.steps,
                output="images",
            )  # fmt: skip
        except RuntimeError as error:
            if "caption" not in str(error):
                raise
            raise PermanentError("failed", f"FLUX.3's prompt upsampler: {error}") from error  # it answers the same again
        assert isinstance(picture, Image.Image)
        return picture


def loaded(model: Model) -> Any:
    """The pipeline on its machine, silent, every part of it from the model's own folder.

    Raises UserError where diffusers has no FLUX.3, or the folder lacks a part: an index may name other repositories, and
    nothing is fetched from those.
    """
    diffusers = lazy_imports.diffusers()
    if not hasattr(diffusers, "Flux3ModularPipeline"):
        raise UserError(f"flux3-boxes needs diffusers 0.42 or later; {diffusers.__version__} is installed")
    if not (model.folder / "modular_model_index.json").is_file():
        raise UserError(f"{model.source.model} is no modular pipeline: it has no modular_model_index.json")
    pipeline = diffusers.ModularPipeline.from_pretrained(str(model.folder), local_files_only=True)
    if not isinstance(pipeline, diffusers.Flux3ModularPipeline):
        raise UserError(f"{model.source.model} is a {type(pipeline).__name__}, not FLUX.3")
    names = list(pipeline.pretrained_component_names)
    missing = [name for name in names if not (model.folder / name).is_dir()]
    if missing:
        raise UserError(f"{model.source.model} lacks {', '.join(missing)}: put parts from elsewhere beside the rest")
    pipeline.load_components(
        names, pretrained_model_name_or_path=str(model.folder), subfolder={name: name for name in names},
        torch_dtype=getattr(lazy_imports.torch(), model.machine.dtype), use_safetensors=True, local_files_only=True,
    )  # fmt: skip
    unread = [name for name in names if getattr(pipeline, name, None) is None]
    if unread:
        raise UserError(f"{model.source.model}: {', '.join(unread)} cannot be read")
    pipeline.set_progress_bar_config(disable=True)
    return pipeline.to(model.machine.device)


def flux3(model: Model, sampling: Sampling) -> Flux3Generator:
    """The drawer over a folder. Raises UserError as `loaded` does."""
    return Flux3Generator(loaded(model), model, sampling)
