"""The generator of photographs: a stock pipeline of any family over the structure of each picture.

In: conditionings with structures, seeds.  Out: photographs of the structures' contents.  A ControlNet reads depth, edges or
a segmentation; or the structure's picture is noised and drawn over; or a model that edits pictures is shown it.  Then each
object may be drawn anew inside its own mask, from the farthest to the nearest.
"""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict, replace

import numpy as np
from PIL import Image
from scipy import ndimage

from gpu_workers.diffusion.conditioning import Conditioning
from gpu_workers.diffusion.denoise import Sampling
from gpu_workers.diffusion.families.family_pipeline import Batch, FamilyPipeline, Given
from gpu_workers.diffusion.families.family_table import Task
from gpu_workers.diffusion.families.pipeline_loading import sharing, side_of
from gpu_workers.diffusion.families.regional_attention import RegionalAttention, regions_of
from gpu_workers.diffusion.generators.photo_models import PhotoModels, PhotoSettings, check, check_steps, mode_of, task_of
from gpu_workers.diffusion.generators.stock_pipelines import drawing_by, pipeline_parameters
from gpu_workers.diffusion.model_components import load_schedule, scheduled, taken_steps
from gpu_workers.photo.condition_pictures import CONDITION_PICTURES
from gpu_workers.photo.resizing import resized
from gpu_workers.photo.structure import Structure
from schemas.ids import derived_seed

EDIT_WORDS = "Turn this picture into a realistic photograph. Keep every thing where it is, as large as it is: "
"""Before the prompt of a model that edits pictures."""

MARGIN_SHARE = 1 / 128
"""How far beyond its mask an object is drawn anew, as a share of the picture's longer side: outlines soften there."""

LEAST_PIXELS = 64
"""Of a mask, below which an object is too small to be drawn by itself."""


class PhotoGenerator:
    """Implements `gpu_workers.diffusion.diffusion_renderer.ImageGenerator`."""

    name = "photo-1"

    def __init__(self, models: PhotoModels, sampling: Sampling, settings: PhotoSettings, side: int | None = None) -> None:
        """`side`: of its pictures in pixels, None for the model's own.

        Raises UserError for models that do not draw as the settings say.
        """
        self._models, self._sampling, self._settings, self._side = models, sampling, settings, side
        self._task = task_of(models.kinds, settings)
        check(models.kinds, settings, self._task)
        check_steps(models.kinds, settings, _planned(models, sampling))
        task: Task = self._task or "inpaint"
        first = drawing_by(models.family, task, models.model, sampling, models.control if "control" in task else None)
        self._first, self._mode = first, mode_of(models, settings, first)
        self._again = _inpainting(models, first, sampling) if settings.inpaint else None
        self._regional = RegionalAttention(first.pipeline.unet) if settings.regional else None

    @property
    def parameters(self) -> Mapping[str, object]:
        """Weights, sampling parameters, and the settings."""
        models = (self._models.model, self._models.control)
        sources = [each.source for each in models if each is not None]
        worded = {"edit_words": EDIT_WORDS} if self._task == "edit" else {}
        return {**pipeline_parameters(self._first, sources, self._sampling), **asdict(self._settings), **worded}

    @property
    def side(self) -> int:
        """The side in pixels."""
        return self._side or side_of(self._models.family, self._first.pipeline)

    def draw(self, conditionings: Sequence[Conditioning], seeds: Sequence[int], size: tuple[int, int]) -> list[Image.Image]:
        """One photograph per conditioning, each of which has a structure."""
        fitted = [replace(each, structure=resized(_structure(each), size)) for each in conditionings]
        batch = Batch(fitted, seeds, size)
        pictures = [_structure(each).image() for each in fitted] if self._task is None else self._whole(batch)
        return pictures if self._again is None else self._object_by_object(self._again, batch, pictures)

    def _whole(self, batch: Batch) -> list[Image.Image]:
        if self._regional is None or not self._first.way.singly:
            return self._together(batch)
        return [picture for one in batch.singly() for picture in self._together(one)]  # each reads its own regions

    def _together(self, batch: Batch) -> list[Image.Image]:
        structures = [_structure(each) for each in batch.conditionings]
        given = self._given(structures, [structure.image() for structure in structures])
        told = [_edited(each) for each in batch.conditionings] if self._task == "edit" else batch.conditionings
        strength = 1.0 if self._settings.strength is None else self._settings.strength
        with self._regions(batch.conditionings):
            return self._first.draw(replace(batch, conditionings=told), replace(given, strength=strength))

    def _given(self, structures: Sequence[Structure], images: Sequence[Image.Image]) -> Given:
        settings = self._settings
        shown = [CONDITION_PICTURES[settings.condition](structure) for structure in structures]
        return Given(images, shown, scale=settings.scale, span=settings.span, mode=self._mode)

    def _regions(self, conditionings: Sequence[Conditioning]) -> AbstractContextManager[None]:
        if self._regional is None or not any(each.phrases for each in conditionings):
            return nullcontext()
        masks = [[_structure(each).mask(number) for number in each.ids] for each in conditionings]
        phrases = [each.phrases for each in conditionings]
        return self._regional.reading(regions_of(self._first.pipeline, phrases, masks, self._settings.regional))

    def _object_by_object(self, drawn: FamilyPipeline, batch: Batch, pictures: list[Image.Image]) -> list[Image.Image]:
        """The pictures with each object drawn anew: the farthest of every picture first, then the next ones."""
        orders = [_far_to_near(each) for each in batch.conditionings]
        for turn in range(max(map(len, orders), default=0)):
            places = [place for place, order in enumerate(orders) if turn < len(order)]
            chosen = [_alone(batch.conditionings[place], orders[place][turn]) for place in places]
            seeds = [derived_seed("inpaint", batch.seeds[place], orders[place][turn]) for place in places]
            masks = [_mask_picture(_structure(one), one.ids[0]) for one in chosen]
            given = self._given([_structure(one) for one in chosen], [pictures[place] for place in places])
            anew = drawn.draw(
                Batch(chosen, seeds, batch.size), replace(given, masks=masks, strength=self._settings.inpaint or 1.0)
            )
            for place, picture, mask in zip(places, anew, masks, strict=True):
                pictures[place] = Image.composite(picture, pictures[place], mask)  # a codec changes pixels outside as well
        return pictures


def _planned(models: PhotoModels, sampling: Sampling) -> int:
    """The predictions of a whole picture: the schedules of other networks take as many as they are asked for."""
    if models.family.network != "unet":
        return sampling.steps
    return taken_steps(scheduled(load_schedule(models.model.folder), sampling.scheduler), sampling.steps)


def _inpainting(models: PhotoModels, first: FamilyPipeline, sampling: Sampling) -> FamilyPipeline:
    """The pipeline that draws within masks, over the parts of the first."""
    way = models.family.way("control_inpaint", models.net) if models.net else None
    way = way or models.family.way("inpaint")
    assert way is not None  # checked before
    if way.pipeline == first.way.pipeline:
        return first
    net = first.pipeline.controlnet if way.control else None
    return FamilyPipeline(models.family, way, sharing(first.pipeline, way, net), sampling)


def _structure(conditioning: Conditioning) -> Structure:
    assert conditioning.structure is not None, "a photograph is drawn over a structure"
    return conditioning.structure


def _edited(conditioning: Conditioning) -> Conditioning:
    return replace(conditioning, prompt=EDIT_WORDS + conditioning.prompt)


def _far_to_near(conditioning: Conditioning) -> list[int]:
    """The numbers of the objects that are large enough, the farthest first."""
    structure = _structure(conditioning)
    masks = {number: structure.mask(number) for number in conditioning.ids}
    depths = {
        number: float(np.median(structure.depth[mask])) for number, mask in masks.items() if mask.sum() >= LEAST_PIXELS
    }
    return sorted(depths, key=lambda number: (-depths[number], number))


def _alone(conditioning: Conditioning, number: int) -> Conditioning:
    """The conditioning of one object by itself, in its surroundings."""
    place = conditioning.ids.index(number)
    phrase = conditioning.phrases[place]
    return replace(
        conditioning, prompt=", ".join(filter(None, (phrase, conditioning.background))), ids=(number,), phrases=(phrase,),
        words=(conditioning.words[place],), boxes=(conditioning.boxes[place],),
    )  # fmt: skip


def _mask_picture(structure: Structure, number: int) -> Image.Image:
    """An object's mask, grown by a margin: white where it is drawn anew."""
    margin = max(1, round(max(structure.size) * MARGIN_SHARE))
    grown = ndimage.binary_dilation(structure.mask(number), iterations=margin)
    return Image.fromarray(np.where(grown, 255, 0).astype(np.uint8))
