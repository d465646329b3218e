"""Which models draw photographs over structures, and by which way.

In: a model, maybe a ControlNet, settings.  Out: the task of a pipeline, or UserError that says what the family has.
"""

from dataclasses import dataclass
from functools import cached_property

from gpu_workers.diffusion.families.family_pipeline import FamilyPipeline
from gpu_workers.diffusion.families.family_table import Condition, Family, Task, family_of, is_distilled, net_of
from gpu_workers.diffusion.families.pipeline_loading import Model
from gpu_workers.diffusion.generators.stock_pipelines import is_union
from schemas.errors import UserError

REGIONAL = ("SD1.5", "SDXL")
"""Families whose cross-attention reads an object's own phrase in its place."""


@dataclass(frozen=True)
class PhotoSettings:
    """How structures condition photographs; all of it goes into a picture's id.

    `condition`: what a ControlNet is shown, with the weight `scale` in the share `span` of the steps.  `strength`: share of
    the noise that the structure's picture gets, None to begin from noise alone.  `inpaint`: the same for each object by
    itself, None for none.  `regional`: share of an object's own phrase inside its mask, 0 for none.
    """

    condition: Condition = "depth"
    scale: float = 1.0
    span: tuple[float, float] = (0.0, 1.0)
    strength: float | None = None
    inpaint: float | None = None
    regional: float = 0.0


@dataclass(frozen=True)
class Kinds:
    """What models are, as far as their indexes say: the family, and the class of the ControlNet where there is one.

    `is_distilled`: the model draws without a weight of guidance, whatever its family does.
    """

    family: Family
    net: str | None = None
    is_distilled: bool = False


@dataclass(frozen=True)
class PhotoModels:
    """The model and its ControlNet, where there is one."""

    model: Model
    control: Model | None = None

    @cached_property
    def family(self) -> Family:
        """The model's. Raises UserError for one of none."""
        return family_of(self.model.folder, self.model.source.model)

    @cached_property
    def net(self) -> str | None:
        """The class of the ControlNet. Raises UserError for one of another family."""
        return None if self.control is None else net_of(self.control.folder, self.control.source.model, self.family)

    @property
    def kinds(self) -> Kinds:
        """Of both. Raises UserError."""
        return Kinds(self.family, self.net, is_distilled(self.model.folder))


def task_of(models: Kinds, settings: PhotoSettings) -> Task | None:
    """How whole pictures are drawn; None where the structure's picture is the one to begin with, object by object.

    Raises UserError where the settings leave nothing to draw from, with what the family has.
    """
    family, drawn_over = models.family, settings.strength is not None
    wanted: list[Task]
    if models.net is not None:
        wanted = ["control_image"] if drawn_over else ["control"]
    else:
        wanted = ["image"] if drawn_over else ["edit"]
    found = next((task for task in wanted if family.way(task, models.net)), None)
    if found is None and settings.inpaint and models.net is None and not drawn_over and family.way("inpaint"):
        return None
    if found is None:
        raise UserError(
            f"{family.name} {'with this ControlNet ' if models.net else ''}draws photographs by {_ways(family)}"
        )
    return found


def _ways(family: Family) -> str:
    """What a family has to draw a structure by, in settings."""
    nets = {task for net in family.nets.values() for task in net.ways}
    says = {
        "a ControlNet (SKG_RENDER_CONTROLNET)": "control" in nets,
        "a ControlNet over the noised picture (and SKG_RENDER_STRENGTH)": "control_image" in nets,
        "the noised picture (SKG_RENDER_STRENGTH)": "image" in family.ways,
        "being shown the picture (neither of them)": "edit" in family.ways,
        "drawing each object anew (SKG_RENDER_INPAINT)": "inpaint" in family.ways,
    }
    return ", ".join(words for words, has in says.items() if has)


def check(models: Kinds, settings: PhotoSettings, task: Task | None) -> None:
    """Raises UserError for settings that the models have no place for."""
    family, net = models.family, models.net
    way = family.way(task or "inpaint", net if task and "control" in task else None)
    if settings.regional and family.name not in REGIONAL:
        raise UserError(f"SKG_RENDER_REGIONAL is for {' and '.join(REGIONAL)}, not for {family.name}")
    if settings.regional and task is None:
        raise UserError("SKG_RENDER_REGIONAL: objects that are drawn anew alone are drawn by their own phrases anyway")
    if net and settings.span != (0.0, 1.0) and way and not way.spanned:
        raise UserError(f"SKG_RENDER_CONDITION_FROM and …_UNTIL: a ControlNet of {family.name} counts in every step")
    if settings.inpaint and not (family.way("control_inpaint", net) or family.way("inpaint")):
        raise UserError(f"SKG_RENDER_INPAINT: {family.name} has no inpainting")


def check_steps(models: Kinds, settings: PhotoSettings, steps: int) -> None:
    """Raises UserError for shares of the steps, and spans of them, that leave none."""
    check_shares(settings, steps)
    if models.net:
        _check_span(models, settings, steps)


def check_shares(settings: PhotoSettings, steps: int) -> None:
    """Raises UserError for shares of the steps that leave none."""
    for name, share in (("STRENGTH", settings.strength), ("INPAINT", settings.inpaint)):
        if share is not None and int(steps * share) < 1:
            raise UserError(f"SKG_RENDER_{name} {share:g} of {steps} steps is less than one: at least 1/{steps} is needed")


def _check_span(models: Kinds, settings: PhotoSettings, steps: int) -> None:
    begin, end = settings.span
    if begin >= end:
        raise UserError(
            f"SKG_RENDER_CONDITION_FROM {begin:g} is not before SKG_RENDER_CONDITION_UNTIL {end:g}: the ControlNet would"
            " count in no step"
        )
    for taken in _taken(models, settings, steps):
        if not any(begin <= step / taken and (step + 1) / taken <= end for step in range(taken)):
            raise UserError(
                f"from SKG_RENDER_CONDITION_FROM {begin:g} until SKG_RENDER_CONDITION_UNTIL {end:g} there is no whole one"
                f" of {taken} steps: the ControlNet would count in none"
            )


def _taken(models: Kinds, settings: PhotoSettings, steps: int) -> list[int]:
    """The steps of each pass that a ControlNet conditions."""
    over, anew = settings.strength, settings.inpaint if models.family.way("control_inpaint", models.net) else None
    return [steps if over is None else int(steps * over), *([] if anew is None else [int(steps * anew)])]


def mode_of(models: PhotoModels, settings: PhotoSettings, drawn: FamilyPipeline) -> int | None:
    """The condition's number in a ControlNet for several, None in one for one. Raises UserError where it has none."""
    if models.net is None or getattr(drawn.pipeline, "controlnet", None) is None:
        return None
    if not is_union(drawn):
        return None
    modes = models.family.nets[models.net].modes
    if settings.condition not in modes:
        raise UserError(f"a {models.net} for several conditions knows {', '.join(modes)}, not {settings.condition}")
    return modes[settings.condition]
