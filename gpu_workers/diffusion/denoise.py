"""The denoising loop, over a whole batch of different pictures at a time.

In: a model's parts, a batch, sampling parameters.  Out: latents.  For one picture equal to the stock GLIGEN pipeline.
Variants are a `GuidanceStrategy`: `guide` may change the latents before a step, `after` after it, `predict` replaces the
prediction.
"""

from dataclasses import dataclass
from typing import Any, Protocol

from gpu_workers.diffusion import lazy_imports
from gpu_workers.diffusion.lazy_imports import Tensor
from gpu_workers.diffusion.model_components import Parts
from gpu_workers.diffusion.tensor_batch import Batch


@dataclass(frozen=True)
class Sampling:
    """`guidance` is the weight of classifier-free guidance, `beta` the share of steps in which GLIGEN's layers are on."""

    steps: int = 50
    guidance: float = 7.5
    beta: float = 0.3


@dataclass(frozen=True)
class Step:
    """One step: its number, its timestep, the scheduler."""

    number: int
    of: int
    timestep: Any
    scheduler: Any


class Guide(Protocol):
    """Changes latents before a step, or after it."""

    def __call__(self, latents: Tensor, batch: Batch, step: Step) -> Tensor:
        """The changed latents."""
        ...


class Predict(Protocol):
    """Predicts a batch's noise."""

    def __call__(self, latents: Tensor, batch: Batch, step: Step) -> Tensor:
        """The noise in `latents`, guidance included."""
        ...


def classifier_free(parts: Parts, sampling: Sampling) -> Predict:
    """Classifier-free guidance with texts and boxes."""

    def predict(latents: Tensor, batch: Batch, step: Step) -> Tensor:
        torch = lazy_imports.torch()
        doubled = step.scheduler.scale_model_input(torch.cat([latents, latents]), step.timestep)
        unwanted, wanted = predict_noise(parts, doubled, step, batch.texts, batch.grounding).chunk(2)
        return unwanted + sampling.guidance * (wanted - unwanted)

    return predict


def predict_noise(parts: Parts, latents: Tensor, step: Step, texts: Tensor, grounding: dict[str, Tensor] | None) -> Tensor:
    """One call of the UNet."""
    extra = None if grounding is None else {"gligen": dict(grounding)}
    return parts.unet(latents, step.timestep, encoder_hidden_states=texts, cross_attention_kwargs=extra).sample


@dataclass(frozen=True)
class GuidanceStrategy:
    """`predict` gives the noise of each step, `guide` changes the latents before it, `after` changes them after it."""

    predict: Predict
    guide: Guide | None = None
    after: Guide | None = None


def denoise(
    parts: Parts, batch: Batch, sampling: Sampling, strategy: GuidanceStrategy, span: tuple[int, int | None] = (0, None)
) -> Tensor:
    """The latents after the steps of `span` (first, end), starting from the batch's latents.

    A schedule without state (DDIM) may be split anywhere: the parts in sequence give the same as the whole.
    """
    torch, latents = lazy_imports.torch(), batch.latents
    scheduler = parts.new_scheduler(sampling.steps)
    grounded_steps = int(sampling.beta * len(scheduler.timesteps))
    for number, timestep in list(enumerate(scheduler.timesteps))[span[0] : span[1]]:
        step = Step(number, len(scheduler.timesteps), timestep, scheduler)
        set_gligen_enabled(parts, batch.grounding is not None and number < grounded_steps)
        if strategy.guide is not None:
            latents = strategy.guide(latents, batch, step)
        with torch.no_grad():
            latents = scheduler.step(strategy.predict(latents, batch, step), timestep, latents).prev_sample
        if strategy.after is not None:
            latents = strategy.after(latents, batch, step)
    return latents


def set_gligen_enabled(parts: Parts, on: bool) -> None:
    """Switch GLIGEN's gated attention layers on or off."""
    for module in parts.unet.modules():
        if type(module).__name__ == "GatedSelfAttentionDense":
            module.enabled = on
