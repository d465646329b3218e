"""Image generators over the stock pipelines of diffusers: by text alone, or by a control picture of the boxes.

In: folders of published models.  Out: image generators.  Each picture has a random generator of its own.
"""

import colorsys
from collections.abc import Mapping, Sequence
from dataclasses import asdict

from PIL import Image, ImageDraw

from gpu_workers.diffusion.conditioning import Conditioning
from gpu_workers.diffusion.denoise import Sampling
from gpu_workers.diffusion.families.family_pipeline import Batch, FamilyPipeline, Given
from gpu_workers.diffusion.families.family_table import Family, Task, family_of, net_of
from gpu_workers.diffusion.families.pipeline_loading import Model, check_fit, load_net, load_pipeline, side_of
from gpu_workers.diffusion.model_components import check_schedule, load_schedule, schedule_digest, scheduled
from gpu_workers.diffusion.weight_files import Source
from schemas.errors import UserError

HUE_STEP = 0.61803398875
"""The golden ratio as a step in hue: successive multiples never come close to each other."""


class PipelineGenerator:
    """Implements `gpu_workers.diffusion.diffusion_renderer.ImageGenerator` over a pipeline of a family.

    `boxed`: it is shown the boxes as a picture.
    """

    def __init__(
        self, name: str, drawn: FamilyPipeline, sources: Sequence[Source], sampling: Sampling, boxed: bool = False
    ) -> None:
        self._name, self._drawn, self._sources = name, drawn, sources
        self._sampling, self._boxed = sampling, boxed

    @property
    def name(self) -> str:
        """The renderer's name and version."""
        return f"{self._name}-1"

    @property
    def parameters(self) -> Mapping[str, object]:
        """Weights and sampling parameters."""
        return pipeline_parameters(self._drawn, self._sources, self._sampling)

    @property
    def side(self) -> int:
        """The side in pixels at which the model was trained."""
        return side_of(self._drawn.family, self._drawn.pipeline)

    def draw(self, conditionings: Sequence[Conditioning], seeds: Sequence[int], size: tuple[int, int]) -> list[Image.Image]:
        """One picture per conditioning."""
        shown = [control_picture(each, size) for each in conditionings] if self._boxed else ()
        return self._drawn.draw(Batch(conditionings, seeds, size), Given(controls=shown))


def pipeline_parameters(drawn: FamilyPipeline, sources: Sequence[Source], sampling: Sampling) -> dict[str, object]:
    """Weights and sampling parameters, for a picture's id."""
    unread = {"beta", "guided", *(("guidance",) if drawn.pipeline.config.get("is_distilled") else ())}
    taken = {name: value for name, value in asdict(sampling).items() if name not in unread}
    distilled = {} if drawn.family.distilled is None else {"distilled": drawn.family.distilled}
    machine = {"dtype": str(drawn.pipeline.dtype), "schedule": schedule_digest(drawn.pipeline.scheduler)}
    return {"models": [source.stated() for source in sources], **taken, **distilled, **machine}


def text2image(model: Model, sampling: Sampling) -> PipelineGenerator:
    """A text-to-image model of any family; positions are in the prompt only. Raises UserError for another."""
    family = family_of(model.folder, model.source.model)
    return PipelineGenerator("text2image", drawing_by(family, "text", model, sampling), [model.source], sampling)


def controlnet(model: Model, control: Model, sampling: Sampling) -> PipelineGenerator:
    """A model with a ControlNet that reads the boxes as a picture of filled rectangles. Raises UserError."""
    drawn = drawing_by(family_of(model.folder, model.source.model), "control", model, sampling, control)
    if is_union(drawn):
        raise UserError(
            f"{control.source.model} knows depth, edges and others, and no boxes: the renderer photo draws with it"
        )
    return PipelineGenerator("controlnet", drawn, [model.source, control.source], sampling, boxed=True)


def is_union(drawn: FamilyPipeline) -> bool:
    """Whether the ControlNet was trained for several conditions, whose number it is given."""
    return drawn.way.listed or bool(getattr(drawn.pipeline.controlnet.config, "num_mode", None))


def drawing_by(
    family: Family, task: Task, model: Model, sampling: Sampling, control: Model | None = None
) -> FamilyPipeline:
    """The loaded pipeline of a family for a task, with a second network where one is given. Raises UserError."""
    net = None if control is None else net_of(control.folder, control.source.model, family)
    way = family.way(task, net)
    if way is None:
        raise UserError(f"{family.name} does not draw by {task.replace('_', ' and ')}")
    if control is not None:
        check_fit(control, model, family)
    if family.network == "unet":
        check_schedule(scheduled(load_schedule(model.folder), sampling.scheduler), sampling.steps)
    loaded = None if control is None or net is None else load_net(control, net)
    pipeline = load_pipeline(model, way, loaded)
    pipeline.scheduler = scheduled(pipeline.scheduler, sampling.scheduler)
    return FamilyPipeline(family, way, pipeline, sampling)


def control_picture(conditioning: Conditioning, size: tuple[int, int]) -> Image.Image:
    """Each object's box filled in a colour of its own on black, the largest first, so that smaller ones stay visible.

    `size`: (width, height) in pixels.
    """
    picture = Image.new("RGB", size)
    draw = ImageDraw.Draw(picture)
    boxes = list(enumerate(conditioning.boxes))
    for number, (left, top, right, bottom) in sorted(boxes, key=lambda each: -_area(each[1])):
        corners = (left * size[0], top * size[1], max(left * size[0], right * size[0] - 1), bottom * size[1] - 1)
        draw.rectangle((*corners[:3], max(corners[1], corners[3])), fill=colour_of(number), outline="white")
    return picture


def colour_of(number: int) -> tuple[int, int, int]:
    """The colour of an object by its number."""
    red, green, blue = colorsys.hsv_to_rgb(number * HUE_STEP % 1, 0.75, 0.9)
    return round(255 * red), round(255 * green), round(255 * blue)


def _area(box: tuple[float, float, float, float]) -> float:
    return (box[2] - box[0]) * (box[3] - box[1])
