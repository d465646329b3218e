"""Calls a pipeline by its family's row: the one place that knows what the arguments of each are called.

In: conditionings, seeds, a size, and what a way draws from besides.  Out: pictures, each with random numbers of its own.
What a model reads no negative text about is said at the end of its prompt, for one that cuts long prompts at its front.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from PIL import Image

from gpu_workers.diffusion import lazy_imports
from gpu_workers.diffusion.conditioning import Conditioning
from gpu_workers.diffusion.denoise import Sampling
from gpu_workers.diffusion.families.family_table import MAX_AREA, Family, Way

Pictures = Sequence[Image.Image]

LANCZOS = Image.Resampling.LANCZOS
"""For models that draw at sizes of their own."""


@dataclass(frozen=True)
class Given:
    """What pictures are drawn from besides texts, one of each for every picture; empty where there is none.

    `images`: what is drawn over or shown.  `controls`: the condition of a second network.  `masks`: white where a picture
    is drawn anew.  `strength`: share of the noise that is added to an image.  `scale`: weight of the condition, which
    counts in the share `span` of the steps.  `mode`: its number in a network for several.  `arguments`: any further ones.
    """

    images: Pictures = ()
    controls: Pictures = ()
    masks: Pictures = ()
    strength: float = 1.0
    scale: float = 1.0
    span: tuple[float, float] = (0.0, 1.0)
    mode: int | None = None
    arguments: Mapping[str, Any] | None = None

    def only(self, number: int) -> "Given":
        """The same for one of the pictures."""
        one = slice(number, number + 1)
        return replace(self, images=self.images[one], controls=self.controls[one], masks=self.masks[one])


@dataclass(frozen=True)
class Batch:
    """Conditionings and seeds of pictures of one size (width, height), in pixels."""

    conditionings: Sequence[Conditioning]
    seeds: Sequence[int]
    size: tuple[int, int]

    def singly(self) -> "list[Batch]":
        """A batch of each picture."""
        told = zip(self.conditionings, self.seeds, strict=True)
        return [Batch([conditioning], [seed], self.size) for conditioning, seed in told]


class FamilyPipeline:
    """A loaded pipeline of a family."""

    def __init__(self, family: Family, way: Way, pipeline: Any, sampling: Sampling) -> None:
        self.family, self.way, self.pipeline = family, way, pipeline
        self._sampling = sampling

    @property
    def negates(self) -> bool:
        """Whether a negative text has any effect."""
        return self.way.negative and self._sampling.negates

    def draw(self, batch: Batch, given: Given) -> list[Image.Image]:
        """One picture for each conditioning. Raises torch.OutOfMemoryError."""
        if not self.way.singly:
            return self._call(batch, given)
        torch, found = lazy_imports.torch(), list[Image.Image]()
        for number, one in enumerate(batch.singly()):
            with torch.random.fork_rng():  # some draw from the library's own random numbers as well
                torch.manual_seed(one.seeds[0])
                found += self._call(one, given.only(number))
        return found

    def _call(self, batch: Batch, given: Given) -> list[Image.Image]:
        arguments = {
            **self._texts(batch), **self._guidance(), **self._pictures(given, batch.size), **self._control(given),
            **(given.arguments or {}),
        }  # fmt: skip
        found: list[Image.Image] = self.pipeline(**arguments, **self._always(batch.size)).images
        return [each if each.size == batch.size else each.resize(batch.size, LANCZOS) for each in found]

    def _always(self, size: tuple[int, int]) -> dict[str, Any]:
        fixed = {name: size[0] * size[1] if name == MAX_AREA else value for name, value in self.way.always.items()}
        return {
            **fixed, "width": size[0], "height": size[1], "num_inference_steps": self._sampling.steps, "output_type": "pil"
        }  # fmt: skip

    def _texts(self, batch: Batch) -> dict[str, Any]:
        torch = lazy_imports.torch()
        cuts = self.family.network == "unet"  # CLIP reads 77 tokens
        told = list(batch.conditionings) if self.negates else [denied(each, cuts) for each in batch.conditionings]
        texts: dict[str, Any] = {"prompt": [each.prompt for each in told]}
        if self.negates:
            # one that has none gets an empty one: some pipelines take a missing text as no guidance at all
            texts["negative_prompt"] = [each.negative for each in told]
        texts["generator"] = [torch.Generator().manual_seed(seed) for seed in batch.seeds]
        return {name: value[0] for name, value in texts.items()} if self.way.singly else texts

    def _guidance(self) -> dict[str, float]:
        family, found = self.family, dict[str, float]()
        if family.distilled is not None:
            found["guidance_scale"] = family.distilled
        if takes_guidance(family, self.way):
            found[family.guidance_name] = self._sampling.guidance
        return found

    def _pictures(self, given: Given, size: tuple[int, int]) -> dict[str, Any]:
        way, found = self.way, dict[str, Any]()
        for name, pictures in ((way.image, given.images), (way.mask, given.masks)):
            if name:
                fitted = [each.resize(size) for each in pictures]
                found[name] = fitted[0] if way.singly else fitted
        return found | ({"strength": given.strength} if way.strength else {})

    def _control(self, given: Given) -> dict[str, Any]:
        way = self.way
        if not way.control:
            return {}
        found: dict[str, Any] = {"controlnet_conditioning_scale": given.scale}
        shown = list(given.controls)
        found[way.control] = shown if way.listed or not way.singly else shown[0]
        if way.spanned:
            found |= {"control_guidance_start": given.span[0], "control_guidance_end": given.span[1]}
        if given.mode is not None:
            found["control_mode"] = [given.mode] if way.listed else given.mode
        return found


def takes_guidance(family: Family, way: Way) -> bool:
    """Whether a weight of guidance counts besides the distilled one of the family."""
    return family.distilled is None or way.negative


def denied(conditioning: Conditioning, first: bool = False) -> Conditioning:
    """What is excluded said at the end of the prompt, or `first`, for a model that reads no negative text."""
    if not conditioning.excluded:
        return conditioning
    words = ", ".join(f"no {name}" for name in conditioning.excluded)
    sentence = f"{words[0].upper()}{words[1:]}."
    prompt = conditioning.prompt
    return replace(conditioning, prompt=f"{sentence} {prompt}" if first else f"{prompt.rstrip(' .,')}. {sentence}")
