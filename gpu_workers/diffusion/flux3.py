"""FLUX.3, which takes boxes by itself: a modular pipeline, one picture a call.

In: the folder of a published model.  Out: a drawer.  Needs a diffusers that has `Flux3ModularPipeline`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from PIL import Image

from gpu_workers.diffusion import door
from gpu_workers.diffusion.loop import Sampling
from gpu_workers.diffusion.pipelines import Model
from gpu_workers.diffusion.told import Told
from gpu_workers.diffusion.weights import Source
from schemas.failures import UserError

SIDE = 1024
"""Pixels that it was trained at."""


def boxes_of(orders: Told) -> list[dict[str, object]]:
    """The boxes as it takes them: y first, shares of the picture."""
    named = enumerate(zip(orders.phrases, orders.boxes, strict=True))
    return [
        {"id": f"object{number}", "desc": phrase, "bbox": [top, left, bottom, right]}
        for number, (phrase, (left, top, right, bottom)) in named
    ]


class Flux3Drawer:
    """Implements `gpu_workers.diffusion.renderer.Drawer`."""

    name, side = "flux3-boxes-1", SIDE

    def __init__(self, pipeline: Any, source: Source, sampling: Sampling) -> None:
        self._pipeline, self._source, self._sampling = pipeline, source, sampling

    @property
    def facts(self) -> Mapping[str, object]:
        """Weights and steps."""
        return {**asdict(self._source), "steps": self._sampling.steps}

    def draw(self, orders: Sequence[Told], seeds: Sequence[int], size: tuple[int, int]) -> list[Image.Image]:
        """One picture an order, one after the other."""
        return [self._one(each, seed, size) for each, seed in zip(orders, seeds, strict=True)]

    def _one(self, orders: Told, seed: int, size: tuple[int, int]) -> Image.Image:
        [picture] = self._pipeline(
            prompt=orders.prompt, negative_prompt=orders.negative, boxes=boxes_of(orders), width=size[0], height=size[1],
            generator=door.torch().Generator().manual_seed(seed), num_inference_steps=self._sampling.steps,
            output="images",
        )  # fmt: skip
        assert isinstance(picture, Image.Image)
        return picture


def flux3(model: Model, sampling: Sampling) -> Flux3Drawer:
    """The drawer over a folder. Raises UserError where the installed diffusers has no FLUX.3."""
    diffusers = door.diffusers()
    if not hasattr(diffusers, "Flux3ModularPipeline"):
        raise UserError(f"flux3-boxes needs diffusers 0.42 or later; {diffusers.__version__} is installed")
    pipeline = diffusers.ModularPipeline.from_pretrained(model.folder)
    pipeline.load_components(torch_dtype=getattr(door.torch(), model.machine.dtype))
    return Flux3Drawer(pipeline.to(model.machine.device), model.source, sampling)
