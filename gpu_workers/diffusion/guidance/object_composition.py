"""Draws each object alone first, and composes their latents into the first steps of the whole picture.

After the phase of composed latents of Lian, Li, Yala, Darrell, "LLM-grounded Diffusion", arXiv 2305.13655 (2023), step by
step as its program.  In: a batch.  Out: the latents that the whole picture starts from, those that replace it where objects
are, and the attention that guides it.
The paper segments shapes with SAM, which a setting gives; without it a shape is where the attention to the object's word is
strong.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from math import ceil

from PIL import Image

from gpu_workers.diffusion import lazy_imports
from gpu_workers.diffusion.conditioning import Conditioning, Corners, word_positions
from gpu_workers.diffusion.denoise import GuidanceStrategy, Guide, Sampling, Step, classifier_free, denoise, share_of_steps
from gpu_workers.diffusion.guidance.attention_maps import (
    Maps,
    Size,
    WatchedNetwork,
    last_down_layer,
    map_size,
    middle_layers,
)
from gpu_workers.diffusion.guidance.method_settings import ComposedSettings
from gpu_workers.diffusion.guidance.object_shapes import around, box_mask, centred, offset_to, shape_of, shifted
from gpu_workers.diffusion.guidance.reference_attention import ReferenceAttention, joined
from gpu_workers.diffusion.lazy_imports import Tensor
from gpu_workers.diffusion.model_components import Parts
from gpu_workers.diffusion.tensor_batch import Batch, prepare
from schemas.ids import derived_seed


@dataclass(frozen=True)
class LoneObject:
    """An object that is drawn alone: its picture, its box in it, its own conditioning, the seed of its noise."""

    owner: int
    box: Corners
    told: Conditioning
    seed: int


@dataclass(frozen=True)
class DrawnObject:
    """An object after it was drawn: its latents from the first noise on (steps, channels, height, width), its shape."""

    owner: int
    latents: Tensor
    shape: Tensor


@dataclass(frozen=True)
class _Composed:
    """Of a batch: latents by step (steps, pictures, channels, height, width), where they replace the picture's
    (pictures, 1, height, width), and the objects' attention."""

    batch: Batch
    latents: Tensor
    frozen: Tensor
    reference: ReferenceAttention


@dataclass
class _Notes:
    """What is kept while objects are drawn alone: latents by step and the last ones, attention by step, the sum of shape
    maps."""

    latents: list[Tensor]
    attention: dict[int, dict[Size, Tensor]] = field(default_factory=dict)
    places: Tensor | None = None
    last: Tensor | None = None


class ObjectComposition:
    """`start`, `after` and `reference` are of the whole picture; `guide` moves the latents of objects alone."""

    def __init__(
        self, parts: Parts, sampling: Sampling, boxes: bool, settings: ComposedSettings, guide: Guide | None
    ) -> None:
        self._middle, self._down = middle_layers(parts.unet), last_down_layer(parts.unet)
        self._watched = WatchedNetwork(parts, [*self._middle, self._down], cut=False)
        self._parts, self._sampling, self._boxes, self._settings = parts, sampling, boxes, settings
        self._guide = guide
        self._composed: _Composed | None = None

    def start(self, batch: Batch) -> Tensor:
        """The picture's noise, with each object's own around its shape."""
        return self._of(batch).latents[0]

    def after(self, latents: Tensor, batch: Batch, step: Step) -> Tensor:
        """The latents with the objects' in their shapes; unchanged after the share `frozen` of the steps."""
        if step.number >= self._frozen_steps(step.of):
            return latents
        composed = self._of(batch)
        return lazy_imports.torch().where(composed.frozen, composed.latents[step.number + 1], latents)

    def reference(self, maps: Maps, batch: Batch, step: Step) -> Tensor | float:
        """One energy per picture: how far attention is from that of the objects alone."""
        return self._of(batch).reference.energies(maps, step.number)

    def _taken(self) -> int:
        """The number that `Step.of` will have."""
        return self._parts.taken_steps(self._sampling.steps)

    def _frozen_steps(self, steps: int) -> int:
        return share_of_steps(self._settings.frozen, steps)

    def _of(self, batch: Batch) -> _Composed:
        if self._composed is None or self._composed.batch is not batch:
            with lazy_imports.torch().no_grad():
                self._composed = self._compose(batch)
        return self._composed

    def _compose(self, batch: Batch) -> _Composed:
        """Draw as many objects at a time as the batch has pictures: that many are known to fit into memory."""
        lone, room = lone_objects(batch, self._settings), len(batch.conditionings)
        drawn, attention = list[DrawnObject](), list[dict[int, dict[Size, Tensor]]]()
        for first in range(0, len(lone), room):
            some = lone[first : first + room]
            notes = self._draw_alone(batch, some)
            made, kept = self._aligned(batch, some, notes)
            drawn, attention = drawn + made, [*attention, kept]
        weight, smallest = self._settings.reference_weight, self._settings.smallest
        reference = ReferenceAttention(self._parts, batch, joined(attention), weight, smallest)
        return _Composed(batch, *composed_latents(batch.latents, drawn, self._frozen_steps(self._taken())), reference)

    def _draw_alone(self, whole: Batch, lone: Sequence[LoneObject]) -> _Notes:
        size = tuple(side * self._parts.pixels_per_latent for side in reversed(whole.latents.shape[-2:]))
        alone = prepare(
            self._watched.parts, [each.told for each in lone], [each.seed for each in lone], (size[0], size[1]), self._boxes
        )
        alone = replace(alone, latents=blended(whole.latents, alone.latents, lone, self._settings.own_noise))
        notes, predict = _Notes([alone.latents]), classifier_free(self._watched.parts, self._sampling)
        tokens = [places[0][-1] if places[0] else 0 for places in map(self._word, alone.conditionings)]

        def watch(latents: Tensor, batch: Batch, step: Step) -> Tensor:
            noise = predict(latents, batch, step)
            self._note(notes, (int(latents.shape[-2]), int(latents.shape[-1])), tokens, step)
            return noise

        def keep(latents: Tensor, batch: Batch, step: Step) -> Tensor:  # noqa: ARG001 - Guide's
            if step.number < self._frozen_steps(step.of):
                notes.latents.append(latents)
            return latents

        taken = self._taken()
        shaped = int(self._settings.shape_from * taken) + 1
        steps = max(self._frozen_steps(taken), ceil(self._settings.alone * taken), shaped)
        strategy = GuidanceStrategy(watch, self._guide, keep)
        notes.last = denoise(self._watched.parts, alone, self._sampling, strategy, (0, steps))
        return notes

    def _word(self, told: Conditioning) -> list[list[int]]:
        return word_positions(self._parts.tokenizer, told)

    def _note(self, notes: _Notes, size: Size, tokens: Sequence[int], step: Step) -> None:
        """Keep the attention to each object's word of one prediction."""
        count = len(tokens)

        def read(layers: Sequence[Tensor]) -> Tensor:
            own = lazy_imports.torch().cat([layer[-count:] for layer in layers], 1)
            return own[range(count), :, :, list(tokens)].float()

        middle, down = self._watched.take(size, self._middle), self._watched.take(size, [self._down])
        if self._settings.at(step.number, step.of):
            notes.attention[step.number] = {where: read(layers) for where, layers in middle.items()}
        if step.number >= int(self._settings.shape_from * step.of):
            [layers] = down.values()
            found = read(layers).mean(1)
            notes.places = found if notes.places is None else notes.places + found

    def _aligned(
        self, whole: Batch, lone: Sequence[LoneObject], notes: _Notes
    ) -> tuple[list[DrawnObject], dict[int, dict[Size, Tensor]]]:
        """The objects with their shapes, moved to their places in the whole picture where `aligned` says so."""
        torch, settings = lazy_imports.torch(), self._settings
        size = int(whole.latents.shape[-2]), int(whole.latents.shape[-1])
        assert notes.places is not None
        maps = notes.places.unflatten(1, map_size(notes.places.shape[1], size)).cpu()
        grid = min((where for kept in notes.attention.values() for where in kept), default=size)
        drawn, offsets = list[DrawnObject](), list[tuple[int, int]]()
        for number, (each, shape) in enumerate(zip(lone, self._shapes(lone, maps, size, notes), strict=True)):
            offset = offset_to(shape, each.box, grid) if settings.aligned else (0, 0)
            latents = torch.stack([latents[number] for latents in notes.latents])
            drawn.append(DrawnObject(each.owner, shifted(latents, offset, grid), shifted(shape, offset, grid)))
            offsets.append(offset)
        kept = {
            step: {where: _each_shifted(maps, where, offsets, grid) for where, maps in sizes.items()}
            for step, sizes in notes.attention.items()
        }
        return drawn, kept

    def _shapes(self, lone: Sequence[LoneObject], maps: Tensor, size: Size, notes: _Notes) -> list[Tensor]:
        """Of each object, where it is (height, width): by the segmenter, else by the attention to its word."""
        settings, shapes = self._settings, list[Tensor]()
        for number, each in enumerate(lone):
            box, named = each.told.boxes[0], bool(self._word(each.told)[0])
            by_attention = shape_of(maps[number], box, size, settings.shape_sigma, settings.shape_above) if named else None
            shapes.append(box_mask(box, size) if by_attention is None else by_attention)
        if self._parts.segmenter is None or notes.last is None:
            return shapes
        pictures = [Image.fromarray(pixels.numpy()) for pixels in self._parts.decode(notes.last)]
        found: list[Tensor] = self._parts.segmenter.shapes(pictures, [each.told.boxes[0] for each in lone], shapes)
        return found


def _each_shifted(maps: Tensor, size: Size, offsets: Sequence[tuple[int, int]], grid: Size) -> Tensor:
    """Maps (objects, heads, positions), each moved by its object's offset."""
    if not any(map(any, offsets)):
        return maps
    moved = [shifted(each.unflatten(-1, size), offset, grid) for each, offset in zip(maps, offsets, strict=True)]
    return lazy_imports.torch().stack(moved).flatten(2)


def lone_objects(batch: Batch, settings: ComposedSettings) -> list[LoneObject]:
    """Every object of every picture, in order."""
    return [
        LoneObject(owner, told.boxes[number], _alone(told, number, settings), derived_seed("object", seed, number))
        for owner, (told, seed) in enumerate(zip(batch.conditionings, batch.seeds, strict=True))
        for number in range(len(told.boxes))
    ]


def _alone(told: Conditioning, number: int, settings: ComposedSettings) -> Conditioning:
    phrase, box = told.phrases[number], told.boxes[number]
    return Conditioning(
        prompt=f"{told.background} with {phrase}" if told.background else phrase,
        negative=", ".join(text for text in (told.negative, settings.alone_negative) if text),
        phrases=(phrase,),
        words=(told.words[number],),
        boxes=(centred(box, settings.floor) if settings.centred else box,),
        background=told.background,
    )


def blended(whole: Tensor, own: Tensor, lone: Sequence[LoneObject], share: float) -> Tensor:
    """The pictures' noise, in each object's box with a share of the object's own in its variance."""
    torch = lazy_imports.torch()
    size = int(own.shape[-2]), int(own.shape[-1])
    masks = torch.stack([box_mask(each.told.boxes[0], size) for each in lone])[:, None].to(own)
    ground = whole[[each.owner for each in lone]]
    return torch.where(masks > 0, (1 - share) ** 0.5 * ground + share**0.5 * own, ground)


def composed_latents(noise: Tensor, drawn: Sequence[DrawnObject], steps: int) -> tuple[Tensor, Tensor]:
    """The latents by step, small objects on top, and where they are an object's."""
    torch = lazy_imports.torch()
    latents = torch.zeros(steps + 1, *noise.shape).to(noise)
    latents[0] = noise
    frozen = torch.zeros_like(noise[:, :1], dtype=torch.bool)
    ordered = [each for each in sorted(drawn, key=lambda each: -float(each.shape.sum())) if bool(each.shape.any())]
    for each in ordered:
        near = around(each.shape).to(noise) > 0
        latents[0, each.owner] = torch.where(near, each.latents[0], latents[0, each.owner])
    for each in ordered:
        inside = each.shape.to(noise) > 0
        latents[:, each.owner] = torch.where(inside, each.latents, latents[:, each.owner])
        frozen[each.owner] |= inside
    return latents, frozen
