"""Each object is drawn alone first, and the whole picture begins with them in their places.

The phase of composed latents of Lian, Li, Yala, Darrell, "LLM-grounded Diffusion", arXiv 2305.13655 (2023): every object is
denoised by its own text from its picture's noise, its shape is cut out of its box, and for the first steps the whole
picture's latents are its own there.  In: a batch.  Out: a `Guide` for after a step.
The paper cuts shapes out by SAM; here the places count that the object's words look at, at least half as much as at most.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

from gpu_workers.diffusion import lazy_imports
from gpu_workers.diffusion.conditioning import Conditioning
from gpu_workers.diffusion.denoise import GuidanceStrategy, Sampling, Step, denoise
from gpu_workers.diffusion.guidance.latent_guidance import maps_of, mask_of
from gpu_workers.diffusion.guidance.token_positions import places_of
from gpu_workers.diffusion.lazy_imports import Tensor
from gpu_workers.diffusion.model_components import Parts
from gpu_workers.diffusion.tensor_batch import Batch, prepare

ALONE = 0.5
"""Share of the steps that objects are drawn alone for, as in the reference program."""

LOOKED_AT = 0.5
"""Of the strongest attention in an object's box: from here on a place belongs to the object."""


@dataclass(frozen=True)
class _Object:
    """Whose picture it is of, its latents after each step, and its shape (height, width), 0 or 1."""

    owner: int
    after: Sequence[Tensor]
    shape: Tensor


class ObjectComposition:
    """Implements `gpu_workers.diffusion.denoise.Guide`: `way` draws the objects, with boxes in the UNet or without."""

    def __init__(self, parts: Parts, sampling: Sampling, way: GuidanceStrategy, boxes: bool) -> None:
        self._parts, self._sampling, self._way, self._boxes = parts, sampling, way, boxes
        self._composed: tuple[Batch, list[_Object]] | None = None

    def __call__(self, latents: Tensor, batch: Batch, step: Step) -> Tensor:
        """The objects' latents in their shapes, the small ones on top; after their steps nothing is changed."""
        if step.number >= ceil(ALONE * step.of):
            return latents
        if self._composed is None or self._composed[0] is not batch:
            self._composed = batch, self._objects(batch, step.of)
        composed = latents.clone()
        for each in self._composed[1]:
            own = each.after[step.number]
            composed[each.owner] = own * each.shape + composed[each.owner] * (1 - each.shape)
        return composed

    def _objects(self, batch: Batch, steps: int) -> list[_Object]:
        """Drawn as many at a time as the batch has pictures: it is known that so many fit into memory."""
        told = [(owner, single) for owner, orders in enumerate(batch.told) for single in singles(orders)]
        room, objects = len(batch.told), list[_Object]()
        for start in range(0, len(told), room):
            objects += self._alone(batch, told[start : start + room], ceil(ALONE * steps))
        return objects

    def _alone(self, whole: Batch, told: Sequence[tuple[int, Conditioning]], until: int) -> list[_Object]:
        size = tuple(side * self._parts.pixels_a_latent for side in reversed(whole.latents.shape[-2:]))
        seeds = [whole.seeds[owner] for owner, _ in told]
        batch = prepare(self._parts, [orders for _, orders in told], seeds, (size[0], size[1]), self._boxes)
        after: list[Tensor] = []

        def note(latents: Tensor, batch: Batch, step: Step) -> Tensor:  # noqa: ARG001 - Guide's
            after.append(latents)
            return latents

        way = GuidanceStrategy(self._way.predict, self._way.guide, note)
        denoise(self._parts, batch, self._sampling, way, (0, until))
        shapes = self._shapes(batch, after[-1], until)
        return [
            _Object(owner, [latents[number] for latents in after], shapes[number]) for number, (owner, _) in enumerate(told)
        ]

    def _shapes(self, batch: Batch, latents: Tensor, number: int) -> list[Tensor]:
        torch, scheduler = lazy_imports.torch(), self._parts.new_scheduler(self._sampling.steps)
        timestep = scheduler.timesteps[min(number, len(scheduler.timesteps) - 1)]
        with torch.no_grad():
            maps = maps_of(self._parts, latents, batch, Step(number, len(scheduler.timesteps), timestep, scheduler))
        return [self._shape(maps, place, orders, latents) for place, orders in enumerate(batch.told)]

    def _shape(self, maps: Sequence[Tensor], place: int, orders: Conditioning, latents: Tensor) -> Tensor:
        """The places in the box that the object's words look at; the whole box where its text does not name it."""
        torch = lazy_imports.torch()
        box = mask_of(orders.boxes[0], latents.shape[-2:]).to(latents)
        [words] = places_of(self._parts.tokenizer, orders)
        if not words:
            return box
        size = tuple(latents.shape[-2:])
        layers = [layer[place, :, :, words].mean(-1)[None, None] for layer in maps]
        looked = [torch.nn.functional.interpolate(layer.float(), size, mode="bilinear")[0, 0] for layer in layers]
        inside = torch.stack(looked).mean(0).to(latents) * box
        return (inside >= LOOKED_AT * inside.max()).to(latents) * box


def singles(orders: Conditioning) -> list[Conditioning]:
    """Orders of one object each, the largest first: what is drawn later lies on top."""
    areas = [(right - left) * (bottom - top) for left, top, right, bottom in orders.boxes]
    order = sorted(range(len(orders.boxes)), key=lambda number: -areas[number])
    return [
        Conditioning(
            prompt=f"{orders.background} with {orders.phrases[i]}" if orders.background else orders.phrases[i],
            negative=orders.negative,
            phrases=(orders.phrases[i],),
            words=(orders.words[i],),
            boxes=(orders.boxes[i],),
            background=orders.background,
        )
        for i in order
    ]
