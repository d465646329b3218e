"""Draws each object alone first, and composes their latents into the first steps of the whole picture.

After the phase of composed latents of Lian, Li, Yala, Darrell, "LLM-grounded Diffusion", arXiv 2305.13655 (2023): every
object is denoised by its own text from its picture's noise, its shape is cut out of its box, and for the first steps its
latents replace the whole picture's there.  In: a batch.  Out: a `Guide` for after a step.
The paper segments shapes with SAM; here a shape is where the attention of the object's tokens is at least half its
maximum.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

from gpu_workers.diffusion import lazy_imports
from gpu_workers.diffusion.conditioning import Conditioning, token_positions
from gpu_workers.diffusion.denoise import GuidanceStrategy, Sampling, Step, denoise, steps_of
from gpu_workers.diffusion.guidance.attention_maps import last_down_layer
from gpu_workers.diffusion.guidance.box_grid import mask_of
from gpu_workers.diffusion.guidance.latent_guidance import AttentionReader
from gpu_workers.diffusion.lazy_imports import Tensor
from gpu_workers.diffusion.model_components import Parts
from gpu_workers.diffusion.tensor_batch import Batch, prepare

ALONE_SHARE = 0.5
"""Share of the steps in which objects are drawn alone, as in the reference program."""

SHAPE_THRESHOLD = 0.5
"""Share of the strongest attention in an object's box from which a position belongs to the object."""


@dataclass(frozen=True)
class _Object:
    """The index of its picture, its latents after each step, and its shape (height, width), 0 or 1."""

    owner: int
    after: Sequence[Tensor]
    shape: Tensor


class ObjectComposition:
    """Implements `gpu_workers.diffusion.denoise.Guide`: `strategy` draws the objects, with boxes in the UNet or without."""

    def __init__(self, parts: Parts, sampling: Sampling, strategy: GuidanceStrategy, boxes: bool) -> None:
        self._parts, self._sampling, self._strategy, self._boxes = parts, sampling, strategy, boxes
        self._reader = AttentionReader(parts, [last_down_layer(parts.unet)])
        self._composed: tuple[Batch, list[_Object]] | None = None

    def __call__(self, latents: Tensor, batch: Batch, step: Step) -> Tensor:
        """The latents with the objects' in their shapes, small ones on top; unchanged after the share ALONE_SHARE."""
        if step.number >= ceil(ALONE_SHARE * step.of):
            return latents
        if self._composed is None or self._composed[0] is not batch:
            self._composed = batch, self._objects(batch, step.of)
        composed = latents.clone()
        for each in self._composed[1]:
            own = each.after[step.number]
            composed[each.owner] = own * each.shape + composed[each.owner] * (1 - each.shape)
        return composed

    def _objects(self, batch: Batch, steps: int) -> list[_Object]:
        """Draw as many at a time as the batch has pictures: that many are known to fit into memory."""
        alone = [(owner, one) for owner, whole in enumerate(batch.conditionings) for one in single_objects(whole)]
        room, objects = len(batch.conditionings), list[_Object]()
        for start in range(0, len(alone), room):
            objects += self._draw_alone(batch, alone[start : start + room], ceil(ALONE_SHARE * steps))
        return objects

    def _draw_alone(self, whole: Batch, alone: Sequence[tuple[int, Conditioning]], until: int) -> list[_Object]:
        size = tuple(side * self._parts.pixels_per_latent for side in reversed(whole.latents.shape[-2:]))
        seeds = [whole.seeds[owner] for owner, _ in alone]
        batch = prepare(self._parts, [one for _, one in alone], seeds, (size[0], size[1]), self._boxes)
        after: list[Tensor] = []

        def note(latents: Tensor, batch: Batch, step: Step) -> Tensor:  # noqa: ARG001 - Guide's
            after.append(latents)
            return latents

        strategy = GuidanceStrategy(self._strategy.predict, self._strategy.guide, note)
        denoise(self._parts, batch, self._sampling, strategy, (0, until))
        shapes = self._shapes(batch, after[-1], until)
        return [
            _Object(owner, [latents[number] for latents in after], shapes[number])
            for number, (owner, _) in enumerate(alone)
        ]

    def _shapes(self, batch: Batch, latents: Tensor, number: int) -> list[Tensor]:
        torch, scheduler = lazy_imports.torch(), self._parts.new_scheduler(self._sampling.steps)
        steps = steps_of(scheduler, self._sampling.beta)
        with torch.no_grad():
            [maps] = self._reader.read(latents, batch, steps[min(number, len(steps) - 1)]).items()
        layers = [layer.mean(1).unflatten(1, maps[0]) for layer in maps[1]]
        return [self._shape(layers, place, one, latents) for place, one in enumerate(batch.conditionings)]

    def _shape(self, maps: Sequence[Tensor], place: int, conditioning: Conditioning, latents: Tensor) -> Tensor:
        """The positions in the box with strong attention; the whole box where the text does not name the object."""
        torch = lazy_imports.torch()
        box = mask_of(conditioning.boxes[0], latents.shape[-2:]).to(latents)
        [words] = token_positions(self._parts.tokenizer, conditioning)
        if not words:
            return box
        size = tuple(latents.shape[-2:])
        layers = [layer[place, :, :, words].mean(-1)[None, None] for layer in maps]
        attention = [torch.nn.functional.interpolate(layer.float(), size, mode="bilinear")[0, 0] for layer in layers]
        inside = torch.stack(attention).mean(0).to(latents) * box
        return (inside >= SHAPE_THRESHOLD * inside.max()).to(latents) * box


def single_objects(conditioning: Conditioning) -> list[Conditioning]:
    """Conditionings of one object each, the largest first: what is drawn later is on top."""
    areas = [(right - left) * (bottom - top) for left, top, right, bottom in conditioning.boxes]
    order = sorted(range(len(conditioning.boxes)), key=lambda number: -areas[number])
    return [
        Conditioning(
            prompt=f"{conditioning.background} with {conditioning.phrases[i]}"
            if conditioning.background
            else conditioning.phrases[i],
            negative=conditioning.negative,
            phrases=(conditioning.phrases[i],),
            words=(conditioning.words[i],),
            boxes=(conditioning.boxes[i],),
            background=conditioning.background,
        )
        for i in order
    ]
