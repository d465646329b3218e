"""Refines drawn pictures with an image-to-image model at a larger size.

In: a generator and an image-to-image model.  Out: a generator.  Boxes stay valid at the larger size: conditionings have
them as shares of the picture, and the examiner scales a graph's boxes to the picture that it gets.
"""

from collections.abc import Mapping, Sequence

from PIL import Image

from gpu_workers.diffusion.conditioning import Conditioning
from gpu_workers.diffusion.denoise import Sampling
from gpu_workers.diffusion.diffusion_renderer import ImageGenerator, fitted_size
from gpu_workers.diffusion.families.family_pipeline import Batch, Given
from gpu_workers.diffusion.families.family_table import family_of
from gpu_workers.diffusion.families.pipeline_loading import Model
from gpu_workers.diffusion.generators.stock_pipelines import drawing_by
from gpu_workers.diffusion.model_components import schedule_digest
from schemas.ids import derived_seed

STRENGTH = 0.3
"""Share of the noise that is added again: enough for detail, too little to move objects."""

STEPS = 50
"""Steps of the schedule; the share STRENGTH of them is run."""


class RefinedGenerator:
    """Implements `gpu_workers.diffusion.diffusion_renderer.ImageGenerator`: the inner generator's pictures, refined to
    `side` pixels."""

    def __init__(self, inner: ImageGenerator, model: Model, side: int = 1024) -> None:
        """Raises UserError for a model of a family that does not draw over pictures."""
        self._inner, self._model, self._side = inner, model, side
        family = family_of(model.folder, model.source.model)
        self._drawn = drawing_by(family, "image", model, Sampling(STEPS, family.guidance))

    @property
    def name(self) -> str:
        """The inner generator's name with `-refined-1`."""
        return f"{self._inner.name}-refined-1"

    @property
    def parameters(self) -> Mapping[str, object]:
        """The inner generator's parameters, and the second model's."""
        family = self._drawn.family
        guided = {"guidance": family.guidance, **({} if family.distilled is None else {"distilled": family.distilled})}
        sampled = {"strength": STRENGTH, "steps": STEPS, **guided, "dtype": self._model.machine.dtype}
        schedule = schedule_digest(self._drawn.pipeline.scheduler)
        second = {**sampled, "schedule": schedule, **self._model.source.stated()}
        return {**self._inner.parameters, "inner_side": self._inner.side, "refined": second}

    @property
    def side(self) -> int:
        """The side in pixels after refining."""
        return self._side

    def draw(self, conditionings: Sequence[Conditioning], seeds: Sequence[int], size: tuple[int, int]) -> list[Image.Image]:
        """Pictures drawn at the inner generator's size, enlarged, refined."""
        small = fitted_size(size, self._inner.side)
        drafts = [each.resize(size, Image.Resampling.LANCZOS) for each in self._inner.draw(conditionings, seeds, small)]
        own = [derived_seed("refine", seed) for seed in seeds]
        return self._drawn.draw(Batch(conditionings, own, size), Given(drafts, strength=STRENGTH))
