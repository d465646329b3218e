"""How many predictions a model's schedule takes for so many steps, by its configuration: no library is loaded.

In: a model's folder, steps.  Out: a number, or None for a schedule that is not known here.
So shares of the steps in which nothing would happen are refused before a model is loaded.
"""

from pathlib import Path

from gpu_workers.model_shelf.model_loading import json_object

ONCE = frozenset((
    "DDIMScheduler", "DDPMScheduler", "DEISMultistepScheduler", "DPMSolverMultistepScheduler",
    "DPMSolverSinglestepScheduler", "EulerAncestralDiscreteScheduler", "EulerDiscreteScheduler",
    "FlowMatchEulerDiscreteScheduler", "LCMScheduler", "LMSDiscreteScheduler", "SASolverScheduler", "TCDScheduler",
    "UniPCMultistepScheduler",
))  # fmt: skip
"""Classes of diffusers that predict once a step."""

TWICE = frozenset(("HeunDiscreteScheduler", "KDPM2AncestralDiscreteScheduler", "KDPM2DiscreteScheduler"))
"""Those that do twice, but for the last one."""


def planned_steps(folder: Path, steps: int) -> int | None:
    """The predictions that the schedule in a model's folder takes. None where it is not known, or not there."""
    file = folder / "scheduler" / "scheduler_config.json"
    config = json_object(file) if file.is_file() else {}
    kind = config.get("_class_name")
    if kind in ONCE:
        return steps
    if kind in TWICE:
        return 2 * steps - 1
    if kind == "PNDMScheduler" and config.get("skip_prk_steps") is True:
        return steps + (steps > 1)
    return None
