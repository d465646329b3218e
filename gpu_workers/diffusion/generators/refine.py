"""A second step: drawn pictures go through an image-to-image model at a larger size.

In: a drawer and an image-to-image model.  Out: a drawer.  Boxes are shares of the picture in the orders, and an examiner
scales a graph's to the picture that it gets, so that they are carried to the larger canvas.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict

from PIL import Image

from gpu_workers.diffusion import lazy_imports
from gpu_workers.diffusion.conditioning import Conditioning
from gpu_workers.diffusion.diffusion_renderer import ImageGenerator, fitted
from gpu_workers.diffusion.generators.stock_pipelines import Model, ready
from schemas.ids import derived_seed

STRENGTH = 0.3
"""Share of the noise that is put back: enough for detail, too little to move anything."""

STEPS = 50
"""Of which STRENGTH are taken."""


class Refined:
    """Implements `gpu_workers.diffusion.diffusion_renderer.Drawer`: the inner drawer's pictures, refined to `side`
    pixels."""

    def __init__(self, inner: ImageGenerator, model: Model, side: int = 1024) -> None:
        self._inner, self._model, self._side = inner, model, side
        self._pipeline = ready(lazy_imports.diffusers().AutoPipelineForImage2Image, model)

    @property
    def name(self) -> str:
        """The inner drawer's, refined."""
        return f"{self._inner.name}-refined-1"

    @property
    def facts(self) -> Mapping[str, object]:
        """The inner drawer's, and the second model's."""
        second = {"strength": STRENGTH, "steps": STEPS, **asdict(self._model.source)}
        return {**self._inner.facts, "inner_side": self._inner.side, "refined": second}

    @property
    def side(self) -> int:
        """The side after refining."""
        return self._side

    def draw(self, orders: Sequence[Conditioning], seeds: Sequence[int], size: tuple[int, int]) -> list[Image.Image]:
        """Drawn at the inner drawer's size, enlarged, refined."""
        torch, small = lazy_imports.torch(), fitted(size, self._inner.side)
        drafts = [each.resize(size, Image.Resampling.LANCZOS) for each in self._inner.draw(orders, seeds, small)]
        found: list[Image.Image] = self._pipeline(
            prompt=[each.prompt for each in orders], negative_prompt=[each.negative for each in orders], image=drafts,
            generator=[torch.Generator().manual_seed(derived_seed("refine", seed)) for seed in seeds], strength=STRENGTH,
            num_inference_steps=STEPS, output_type="pil",
        ).images  # fmt: skip
        return found
