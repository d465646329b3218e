"""The denoising loop, over a whole batch of different pictures at a time.

In: a model's parts, a batch, sampling parameters.  Out: latents.  For one picture equal to the stock GLIGEN pipeline.
Variants are a `GuidanceStrategy`: `start` may change the first latents, `guide` the latents before a step, `after` those
after it, `predict` replaces the prediction.
"""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from gpu_workers.diffusion import lazy_imports
from gpu_workers.diffusion.lazy_imports import Tensor
from gpu_workers.diffusion.model_components import Parts
from gpu_workers.diffusion.tensor_batch import Batch
from schemas.errors import UserError


@dataclass(frozen=True)
class Sampling:
    """`guidance` is the weight of classifier-free guidance, which there is above 1, `beta` the share of steps in which
    GLIGEN's layers are on.

    `guided`: the shares of the steps between which there is classifier-free guidance; a step without it costs half.
    `scheduler`: a name in `SCHEDULERS`, or MODEL.
    """

    steps: int = 50
    guidance: float = 7.5
    beta: float = 0.3
    guided: tuple[float, float] = (0.0, 1.0)
    scheduler: str = "model"

    @property
    def negates(self) -> bool:
        """Whether a negative text counts: without guidance nothing is drawn from it."""
        return self.guidance > 1

    def guides(self, number: int, of: int) -> bool:
        """Whether a step, by its number of so many, has classifier-free guidance."""
        return self.negates and self.guided[0] <= number / of < self.guided[1]


def check_guided(sampling: Sampling, taken: int) -> None:
    """Raises UserError where there is no guidance in any of so many predictions, and where there is none to be bounded."""
    begin, end = sampling.guided
    if not sampling.negates and sampling.guided != Sampling.guided:
        raise UserError(
            f"SKG_RENDER_GUIDANCE_FROM {begin:g} and SKG_RENDER_GUIDANCE_UNTIL {end:g} count where there is guidance: its"
            f" weight SKG_RENDER_GUIDANCE {sampling.guidance:g} is not above 1"
        )
    if not sampling.negates or any(sampling.guides(number, taken) for number in range(taken)):
        return
    raise UserError(
        f"from SKG_RENDER_GUIDANCE_FROM {begin:g} until SKG_RENDER_GUIDANCE_UNTIL {end:g} there is none of {taken} steps:"
        " there would be no guidance, which SKG_RENDER_GUIDANCE=1 says"
    )


@dataclass(frozen=True)
class Step:
    """One step: its number, its timestep, the scheduler; `signal`: the share of the picture in the latents' variance;
    `grounded`: whether GLIGEN's layers are on."""

    number: int
    of: int
    timestep: Any
    scheduler: Any
    signal: float
    grounded: bool


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
        if not sampling.guides(step.number, step.of):
            once = step.scheduler.scale_model_input(latents, step.timestep)
            return predict_noise(parts, once, step, batch.positive_texts(), batch.positive_grounding())
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
    """`start` gives the latents to start from, in place of the batch's; `predict` the noise of each step; `guide` changes
    the latents before it, `after` changes them after it."""

    predict: Predict
    guide: Guide | None = None
    after: Guide | None = None
    start: Callable[[Batch], Tensor] | None = None


def denoise(
    parts: Parts, batch: Batch, sampling: Sampling, strategy: GuidanceStrategy, span: tuple[int, int | None] = (0, None)
) -> Tensor:
    """The latents after the steps of `span` (first, end), starting from the batch's latents.

    A schedule without state (DDIM) may be split anywhere: the parts in sequence give the same as the whole.  One that adds
    noise at its steps draws it for each picture from the picture's own seed.
    """
    torch, first, scheduler = lazy_imports.torch(), span[0], parts.new_scheduler(sampling.steps)
    drawn = _step_noise(scheduler, batch)
    latents = batch.latents if strategy.start is None or first else strategy.start(batch)
    for step in steps_of(scheduler, sampling.beta if batch.grounding is not None else 0)[first : span[1]]:
        set_gligen_enabled(parts, step.grounded)
        if strategy.guide is not None:
            latents = strategy.guide(latents, batch, step)
        with torch.no_grad():
            predicted = strategy.predict(latents, batch, step)
            latents = scheduler.step(predicted, step.timestep, latents, **drawn).prev_sample
        if strategy.after is not None:
            latents = strategy.after(latents, batch, step)
    return latents


def _step_noise(scheduler: Any, batch: Batch) -> dict[str, list[Any]]:
    """The random numbers of each picture's steps, for a schedule that takes any; they follow those of its first latents."""
    if "generator" not in inspect.signature(scheduler.step).parameters:
        return {}
    torch, found = lazy_imports.torch(), []
    for seed in batch.seeds:
        found.append(torch.Generator().manual_seed(seed))
        torch.randn((1, *batch.latents.shape[1:]), generator=found[-1], dtype=batch.latents.dtype)
    return {"generator": found}


def steps_of(scheduler: Any, beta: float) -> list[Step]:
    """All steps of a scheduler; in the share `beta` of them GLIGEN's layers are on."""
    timesteps = scheduler.timesteps
    grounded, signals = share_of_steps(beta, len(timesteps)), scheduler.alphas_cumprod.tolist()
    return [
        Step(number, len(timesteps), timestep, scheduler, signals[min(int(at), len(signals) - 1)], number < grounded)
        for number, (timestep, at) in enumerate(zip(timesteps, timesteps.tolist(), strict=True))
    ]


def share_of_steps(share: float, steps: int) -> int:
    """The first steps that a share of them is: at least one, where it is not 0, so that it is never without effect."""
    return max(1, int(share * steps)) if share else 0


def set_gligen_enabled(parts: Parts, on: bool) -> None:
    """Switch GLIGEN's gated attention layers on or off."""
    for module in parts.unet.modules():
        if type(module).__name__ == "GatedSelfAttentionDense":
            module.enabled = on
