"""Who reads each setting of a renderer with a model: the one table by which rows are made and useless settings refused.

In: the values of a renderer's settings.  Out: for those that it would not read in this combination, what reads them.
Imports no model library; whether models have a place for a setting is seen in their indexes (`model_settings_check`).
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

GROUNDED = ("gligen", "gligen_guided", "lmd_plus")
"""Renderers that need GLIGEN's layers."""

UNGROUNDED = ("lmd", "boxdiff", "backward", "multidiffusion", "text")
"""The others with a loop of their own, which draw with any Stable Diffusion 1."""

LOOPED = (*GROUNDED, *UNGROUNDED)

LOOPED_FAMILY = "SD1.5"
"""Of models: what they draw with."""

GUIDED = ("gligen_guided", "lmd_plus", "lmd", "boxdiff", "backward")
"""Those whose method has settings."""

CUTTING = ("lmd_plus", "lmd")
"""Those that cut objects out of pictures of them alone."""

STOCK = ("text2image", "controlnet", "photo")
"""Those that draw with the stock pipelines of a family."""

MODELLED = (*LOOPED, *STOCK, "flux3-boxes")

READERS: Mapping[str, tuple[str, ...]] = {
    "render_model": MODELLED,
    "render_revision": MODELLED,
    "render_batch": MODELLED,
    "render_steps": MODELLED,
    "render_dtype": MODELLED,
    "render_refine": MODELLED,
    "render_refine_revision": MODELLED,
    "render_refine_side": MODELLED,
    "model_cache": MODELLED,
    "render_variant": (*LOOPED, *STOCK),
    "render_guidance": (*LOOPED, *STOCK),
    "render_scheduler": (*LOOPED, *STOCK),
    "render_compile": (*LOOPED, *STOCK),
    "render_compile_mode": (*LOOPED, *STOCK),
    "render_guidance_from": LOOPED,
    "render_guidance_until": LOOPED,
    "render_beta": GROUNDED,
    "render_method": GUIDED,
    "render_segmenter": CUTTING,
    "render_segmenter_revision": CUTTING,
    "render_controlnet": ("controlnet", "photo"),
    "render_controlnet_revision": ("controlnet", "photo"),
    "render_structure": ("photo",),
    "render_condition": ("photo",),
    "render_condition_scale": ("photo",),
    "render_condition_from": ("photo",),
    "render_condition_until": ("photo",),
    "render_strength": ("photo",),
    "render_inpaint": ("photo",),
    "render_regional": ("photo",),
    "render_side": ("photo",),
}
"""Renderers by the setting that they read."""

NEEDED = {
    "render_revision": "render_model",
    "render_refine_revision": "render_refine",
    "render_refine_side": "render_refine",
    "render_segmenter_revision": "render_segmenter",
    "render_controlnet_revision": "render_controlnet",
    "render_compile_mode": "render_compile",
    "render_condition": "render_controlnet",
    "render_condition_scale": "render_controlnet",
    "render_condition_from": "render_controlnet",
    "render_condition_until": "render_controlnet",
}
"""The setting without which one says nothing."""

SPANS = (("render_guidance_from", "render_guidance_until"), ("render_condition_from", "render_condition_until"))
"""Shares of the steps from which and until which something counts."""

Values = Mapping[str, Any]


def settings_of(renderer: str) -> tuple[str, ...]:
    """The settings that a renderer reads."""
    return tuple(name for name, renderers in READERS.items() if renderer in renderers)


def variable(name: str) -> str:
    """The environment variable of a setting."""
    return f"SKG_{name.upper()}"


def unread(changed: Values, given: Values, is_folder: Callable[[str], bool]) -> Iterator[str]:
    """Why settings that a renderer takes would not count: a sentence each.

    `changed`: those that are not at their defaults; `given`: all; `is_folder`: whether the name of a model is no hub's.
    """
    for name, needed in NEEDED.items():
        if name in changed and not given.get(needed):
            yield f"{variable(name)} counts with {variable(needed)} alone, which is not set"
        elif name in changed and name.endswith("_revision") and is_folder(given[needed]):
            yield f"{variable(name)} pins a hub's model: {given[needed]} has no revisions"
    for first, end in SPANS:
        if first in given and given[first] >= given[end]:
            order = f"{variable(first)} {given[first]:g} is not before {variable(end)} {given[end]:g}"
            yield f"{order}: it would count in no step"
    if "render_regional" in changed and _draws_objects_alone(given):
        whole = "SKG_RENDER_CONTROLNET or SKG_RENDER_STRENGTH"
        yield f"SKG_RENDER_REGIONAL counts where whole pictures are drawn, with {whole}"


def _draws_objects_alone(given: Values) -> bool:
    """Whether a photograph is its structure's picture with objects drawn anew, each by its own phrase."""
    return bool(given.get("render_inpaint")) and not given.get("render_controlnet") and given.get("render_strength") is None
