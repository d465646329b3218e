"""Refuses what a configuration's models have no place for, by their indexes, before anything is loaded.

In: a configuration.  Out: nothing, or UserError that says what the models have.
Folders and tiny models are looked at before a process starts; what comes from a hub once it was fetched.
"""

from pathlib import Path
from typing import Any

from gpu_workers.diffusion.denoise import check_guided
from gpu_workers.diffusion.diffusion_config import NAMES, SECOND, DiffusionConfig, Weights
from gpu_workers.diffusion.families.family_pipeline import takes_guidance
from gpu_workers.diffusion.families.family_table import FAMILIES, Family, Task, Way, family_of, is_distilled, net_of
from gpu_workers.diffusion.families.part_fit import check_parts
from gpu_workers.diffusion.generators.photo_models import Kinds, check, check_shares, check_steps, task_of
from gpu_workers.diffusion.guidance.method_settings import changed
from gpu_workers.diffusion.guidance.segmentation import SEGMENTERS
from gpu_workers.diffusion.guidance_methods import SETTINGS
from gpu_workers.diffusion.model_components import MODEL, schedule_class
from gpu_workers.diffusion.setting_readers import GROUNDED, LOOPED, LOOPED_FAMILY, READERS, STOCK, variable
from gpu_workers.diffusion.weight_files import TINY, index_of
from gpu_workers.model_shelf.model_loading import json_object, require_kind
from schemas.errors import UserError

TINY_NET = "ControlNetModel"

ONCE = frozenset((
    "DDIMScheduler", "DDPMScheduler", "DEISMultistepScheduler", "DPMSolverMultistepScheduler",
    "DPMSolverSinglestepScheduler", "EulerAncestralDiscreteScheduler", "EulerDiscreteScheduler",
    "FlowMatchEulerDiscreteScheduler", "LCMScheduler", "LMSDiscreteScheduler", "SASolverScheduler", "TCDScheduler",
    "UniPCMultistepScheduler",
))  # fmt: skip
"""Classes of diffusers that predict once a step."""

TWICE = frozenset(("HeunDiscreteScheduler", "KDPM2AncestralDiscreteScheduler", "KDPM2DiscreteScheduler"))
"""Those that do twice, but for the last one."""


def check_at_hand(config: DiffusionConfig) -> None:
    """Raises UserError for settings that models in folders, or tiny ones, have no place for, and for those that have no
    step with any model."""
    check_read(config)
    if config.renderer in SETTINGS:
        changed(SETTINGS[config.renderer], config.method)
    steps = known_steps(config)
    if config.renderer in LOOPED and steps is not None:
        check_guided(config.sampling(), steps)
    if config.segmenter is not None:
        check_segmenter(config.segmenter.model)
    if config.refiner is not None and _is_at_hand(config.refiner):
        refining_way(_refining_family(config.refiner), config.refiner.model)
    if not _is_at_hand(Weights(config.model)):
        return
    if config.renderer in LOOPED and config.model != TINY:
        check_looped(config.renderer, Path(config.model), config.model)
    if config.renderer in STOCK:
        _check_stock(config)


def check_looped(renderer: str, folder: Path, model: str) -> None:
    """Raises UserError for the model in a folder with which a renderer with a loop of its own does not draw: one of another
    family, one whose parts do not belong together, and one without boxes where they are needed."""
    kind = index_of(folder).get("_class_name")
    other = next((each.name for each in FAMILIES if kind in each.index and each.name != LOOPED_FAMILY), None)
    if other is not None:
        raise UserError(
            f"{model} is of {other}: {renderer} draws with {LOOPED_FAMILY} alone; {', '.join(STOCK)} are for other families"
        )
    check_parts(LOOPED_FAMILY, folder, model)
    file = folder / "unet" / "config.json"
    unet = json_object(file) if file.is_file() else {"use_gated_attention": True}  # what lacks is said when it is loaded
    if renderer in GROUNDED and unet.get("attention_type") != "gated" and not unet.get("use_gated_attention"):
        raise UserError(f"{model} is no GLIGEN, whose UNet takes boxes, and {renderer} needs one")


def check_segmenter(model: str) -> None:
    """Raises UserError for a segmenter at hand that is none."""
    if model == TINY:
        raise UserError(f"SKG_RENDER_SEGMENTER: there is no {TINY} one; segmenters are: {', '.join(SEGMENTERS)}")
    if Path(model).is_dir():
        require_kind(Path(model), model, SEGMENTERS, "segmenters")


def known_steps(config: DiffusionConfig) -> int | None:
    """The predictions that its schedule takes, where that is known by the settings and the model at hand."""
    if config.scheduler != MODEL or config.model == TINY:
        return config.sampling_steps  # all of SCHEDULERS predict once a step
    return planned_steps(Path(config.model), config.sampling_steps)


def planned_steps(folder: Path, steps: int) -> int | None:
    """The predictions that the schedule in a model's folder takes. None where it is not known, or not there."""
    file = folder / "scheduler" / "scheduler_config.json"
    config = json_object(file) if file.is_file() else {}
    kind = schedule_class(folder, config)
    if kind in ONCE:
        return steps
    if kind in TWICE:
        return 2 * steps - 1
    if kind == "PNDMScheduler" and config.get("skip_prk_steps") is True:
        return steps + (steps > 1)
    return None


def _check_stock(config: DiffusionConfig) -> None:
    family = FAMILIES[0] if config.model == TINY else family_of(Path(config.model), config.model)
    if config.model != TINY:
        check_parts(family.name, Path(config.model), config.model)
    if config.control is None or _is_at_hand(config.control):
        distilled = config.model != TINY and is_distilled(Path(config.model))
        check_kinds(config, Kinds(family, _net(config.control, family), distilled))


def check_read(config: DiffusionConfig) -> None:
    """Raises UserError for what a renderer does not read, whoever made the configuration."""
    fields = {**{field: name for name, field in NAMES.items()}, **{role: name for name, role in SECOND.items()}}
    usual: dict[str, Any] = {name: each.default for name, each in DiffusionConfig.__dataclass_fields__.items()}
    for field, name in fields.items():
        if config.renderer not in READERS[name] and getattr(config, field) != usual[field]:
            raise UserError(ignored(config.renderer, name))
    if config.guided != (0.0, 1.0) and config.renderer not in READERS["render_guidance_from"]:
        raise UserError(ignored(config.renderer, "render_guidance_from"))


def ignored(renderer: str, setting: str) -> str:
    """What is said of a setting that a renderer would ignore."""
    return f"the renderer {renderer} would ignore {variable(setting)}, which is read by {', '.join(READERS[setting])}"


def check_kinds(config: DiffusionConfig, kinds: Kinds) -> None:
    """Raises UserError for settings that models of these kinds have no place for."""
    family = kinds.family
    if config.scheduler != MODEL and family.network != "unet":
        raise UserError(f"SKG_RENDER_SCHEDULER is for {_names(lambda each: each.network == 'unet')}, not for {family.name}")
    way = _way(config, kinds)
    if config.guidance is not None and kinds.is_distilled:
        raise UserError(
            f"SKG_RENDER_GUIDANCE: this {family.name} is distilled, as its index says (is_distilled), and reads no weight"
        )
    if config.guidance is not None and way is not None and not takes_guidance(family, way):
        raise UserError(
            f"SKG_RENDER_GUIDANCE: {way.pipeline} of {family.name} has one weight, {family.distilled:g}, which is its own"
        )


def _way(config: DiffusionConfig, kinds: Kinds) -> Way | None:
    """How pictures are drawn. None where that cannot be said before it is loaded."""
    if config.renderer == "text2image":
        return _has(kinds, "text")
    if config.renderer == "controlnet":
        if kinds.net is None:
            raise UserError("the renderer controlnet needs a second model: set SKG_RENDER_CONTROLNET")
        return _has(kinds, "control")
    task = task_of(kinds, config.photo)
    check(kinds, config.photo, task)
    steps = known_steps(config) if kinds.family.network == "unet" else config.sampling_steps
    check_shares(config.photo, steps or config.sampling_steps)
    if steps is not None:
        check_steps(kinds, config.photo, steps)
    return kinds.family.way(task or "inpaint", kinds.net if task and "control" in task else None)


def _has(kinds: Kinds, task: Task) -> Way:
    found = kinds.family.way(task, kinds.net)
    if found is None:
        raise UserError(f"{kinds.family.name} does not draw by {task}: photo draws with it over a structure")
    return found


def refining_way(family: Family, model: str) -> Way:
    """How a family draws over a whole picture. Raises UserError for one that does not, with those that do."""
    found = family.way("image")
    if found is None:
        able = _names(lambda each: "image" in each.ways)
        raise UserError(f"SKG_RENDER_REFINE: {model} is of {family.name}, which does not refine; {able} do")
    return found


def _names(able: "Any") -> str:
    return ", ".join(family.name for family in FAMILIES if able(family))


def _refining_family(refiner: Weights) -> Family:
    return family_named("SDXL") if refiner.model == TINY else family_of(Path(refiner.model), refiner.model)


def family_named(name: str) -> Family:
    """The row of that name."""
    return next(family for family in FAMILIES if family.name == name)


def _net(control: Weights | None, family: Family) -> str | None:
    if control is None:
        return None
    return TINY_NET if control.model == TINY else net_of(Path(control.model), control.model, family)


def _is_at_hand(weights: Weights) -> bool:
    return weights.model == TINY or Path(weights.model).is_dir()
