"""FLUX.3, which takes boxes natively: a modular pipeline, one picture per call.

In: the folder of a published model.  Out: an image generator.  Needs a diffusers that has `Flux3ModularPipeline`.
Boxes go to its prompt upsampler, a language model, which writes them into the caption that is drawn; the strength of
classifier-free guidance is the model's own.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from PIL import Image

from gpu_workers.diffusion import lazy_imports
from gpu_workers.diffusion.conditioning import Conditioning
from gpu_workers.diffusion.denoise import Sampling
from gpu_workers.diffusion.families.pipeline_loading import Model, require_parts
from gpu_workers.diffusion.model_components import schedule_digest
from gpu_workers.model_shelf.model_loading import Loading
from schemas.errors import PermanentError, UserError

SIDE = 1024
"""The side in pixels at which it was trained."""


def boxes_of(conditioning: Conditioning) -> list[dict[str, object]]:
    """The boxes in FLUX.3's form: y first, shares of the picture."""
    named = enumerate(zip(conditioning.phrases, conditioning.boxes, strict=True))
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
    def parameters(self) -> Mapping[str, object]:
        """Weights, steps, number format, schedule."""
        taken = {"steps": self._sampling.steps, "dtype": self._model.machine.dtype}
        return {**self._model.source.stated(), **taken, "schedule": schedule_digest(self._pipeline.scheduler)}

    def draw(self, conditionings: Sequence[Conditioning], seeds: Sequence[int], size: tuple[int, int]) -> list[Image.Image]:
        """One picture per conditioning, one after the other."""
        return [self._draw_one(each, seed, size) for each, seed in zip(conditionings, seeds, strict=True)]

    def _draw_one(self, one: Conditioning, seed: int, size: tuple[int, int]) -> Image.Image:
        torch = lazy_imports.torch()
        try:
            [picture] = self._pipeline(
                prompt=one.prompt, negative_prompt=one.negative, boxes=boxes_of(one), width=size[0],
                height=size[1], generator=torch.Generator().manual_seed(seed), num_inference_steps=self._sampling.steps,
                output="images",
            )  # fmt: skip
        except RuntimeError as error:
            if "caption" not in str(error):
                raise
            raise PermanentError("failed", f"FLUX.3's prompt upsampler: {error}") from error  # it is deterministic
        assert isinstance(picture, Image.Image)
        return picture


def load_pipeline(model: Model) -> Any:
    """The pipeline on its machine, without progress bar, all components from the model's own folder.

    Raises UserError where diffusers has no FLUX.3, or the folder lacks a component: an index may name other repositories,
    and nothing is fetched from those.
    """
    diffusers = lazy_imports.diffusers()
    if not hasattr(diffusers, "Flux3ModularPipeline"):
        raise UserError(f"flux3-boxes needs diffusers 0.42 or later; {diffusers.__version__} is installed")
    if not (model.folder / "modular_model_index.json").is_file():
        raise UserError(f"{model.source.model} is no modular pipeline: it has no modular_model_index.json")
    with Loading(model.source.model, model.folder):
        pipeline = diffusers.ModularPipeline.from_pretrained(str(model.folder), local_files_only=True)
    if not isinstance(pipeline, diffusers.Flux3ModularPipeline):
        raise UserError(f"{model.source.model} is a {type(pipeline).__name__}, not FLUX.3")
    names = list(pipeline.pretrained_component_names)
    missing = [name for name in names if not (model.folder / name).is_dir()]
    if missing:
        raise UserError(f"{model.source.model} lacks {', '.join(missing)}: put parts from elsewhere beside the rest")
    dtype = getattr(lazy_imports.torch(), model.machine.dtype)
    with Loading(model.source.model, model.folder):
        pipeline.load_components(
            names, pretrained_model_name_or_path=str(model.folder), subfolder={name: name for name in names},
            torch_dtype=dtype, use_safetensors=True, local_files_only=True,
        )  # fmt: skip
    unread = [name for name in names if getattr(pipeline, name, None) is None]
    if unread:
        raise UserError(f"{model.source.model}: {', '.join(unread)} cannot be read")
    require_parts(model.source.model, pipeline)
    pipeline.set_progress_bar_config(disable=True)
    return pipeline.to(model.machine.device)


def flux3(model: Model, sampling: Sampling) -> Flux3Generator:
    """The generator over a folder. Raises UserError as `load_pipeline` does."""
    return Flux3Generator(load_pipeline(model), model, sampling)
