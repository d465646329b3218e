"""The table of model families: how the pipelines of each are loaded and called.

In: the folder of a published pipeline.  Out: its family's row.  Imports no model library: names are those of diffusers.
A family is known by the class of pipeline that its index names; a second network by the class in its configuration.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from gpu_workers.diffusion.weight_files import index_of
from gpu_workers.model_shelf.model_loading import json_object
from schemas.errors import UserError

Task = Literal["text", "image", "control", "control_image", "edit", "inpaint", "control_inpaint"]
"""What a pipeline draws from besides a text: nothing; a picture that is noised and drawn over; a second network's
condition; both; a picture that it is shown; a picture with a mask of what to draw anew; that and a condition."""

Condition = Literal["depth", "canny", "segmentation"]
"""What a ControlNet is shown of a structure."""


MAX_AREA = "max_area"
"""An argument that is always the area of the picture that is asked for, in pixels."""


@dataclass(frozen=True)
class Way:
    """How one class of pipelines is called: the names of its arguments, empty where it has none.

    `spanned`: it takes the share of the steps in which the condition counts.  `negative`: it takes a negative text.
    `singly`: one picture a call.  `listed`: its condition is a list with one picture for each kind.
    """

    pipeline: str
    image: str = ""
    control: str = ""
    mask: str = ""
    strength: bool = False
    spanned: bool = False
    negative: bool = True
    singly: bool = False
    listed: bool = False
    always: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Net:
    """A class of second networks. `modes`: the number of each condition in one that was trained for several."""

    ways: Mapping[Task, Way]
    modes: Mapping[Condition, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Family:
    """A row. `index`: classes of pipelines in the index of its published checkpoints.

    `guidance_name`: the argument of classifier-free guidance, whose weight is `guidance` where nobody says otherwise; it
    is in effect above 1 and costs a second pass.  `distilled`: the weight that the network reads besides, None where
    there is none.  `side`: pixels, None where the network's configuration says it.  `half`: the number format on a GPU.
    `licence`: of the published weights, for information; a checkpoint's own card goes into provenance.
    """

    name: str
    index: tuple[str, ...]
    ways: Mapping[Task, Way]
    licence: str
    nets: Mapping[str, Net] = field(default_factory=dict)
    guidance_name: str = "guidance_scale"
    guidance: float = 7.5
    distilled: float | None = None
    side: int | None = None
    half: str = "bfloat16"
    network: str = "transformer"

    def way(self, task: Task, net: str | None = None) -> Way | None:
        """How it does a task, with a second network of that class or without; None where it does not."""
        return (self.nets[net].ways if net else self.ways).get(task)


_SD_UNION: Mapping[Condition, int] = {"depth": 1, "canny": 3, "segmentation": 5}
_FLUX_UNION: Mapping[Condition, int] = {"canny": 0, "depth": 2}


def _unet_nets(prefix: str) -> dict[Task, Way]:
    return {
        "control": Way(f"{prefix}ControlNetPipeline", control="image", spanned=True),
        "control_image": Way(
            f"{prefix}ControlNetImg2ImgPipeline", image="image", control="control_image", spanned=True, strength=True
        ),
        "control_inpaint": Way(
            f"{prefix}ControlNetInpaintPipeline", image="image", control="control_image", mask="mask_image", spanned=True,
            strength=True,
        ),
    }  # fmt: skip


def _plain(prefix: str, always: Mapping[str, object] | None = None) -> dict[Task, Way]:
    """Text, image to image, and inpainting, as most families have them."""
    given = always or {}
    return {
        "text": Way(f"{prefix}Pipeline", always=given),
        "image": Way(f"{prefix}Img2ImgPipeline", image="image", strength=True, always=given),
        "inpaint": Way(f"{prefix}InpaintPipeline", image="image", mask="mask_image", strength=True, always=given),
    }


_FLUX_NET: Mapping[Task, Way] = {
    "control": Way("FluxControlNetPipeline", control="control_image", spanned=True),
    "control_image": Way(
        "FluxControlNetImg2ImgPipeline", image="image", control="control_image", spanned=True, strength=True,
        negative=False, singly=True,
    ),
    "control_inpaint": Way(
        "FluxControlNetInpaintPipeline", image="image", control="control_image", mask="mask_image", spanned=True,
        strength=True, negative=False, singly=True,
    ),
}  # fmt: skip
"""Those over a picture read a union's number of the condition for one picture alone."""

_UNION_NET: Mapping[Task, Way] = {
    "control": Way(
        "StableDiffusionXLControlNetUnionPipeline", control="control_image", spanned=True, singly=True, listed=True
    ),
    "control_image": Way(
        "StableDiffusionXLControlNetUnionImg2ImgPipeline", image="image", control="control_image", spanned=True,
        strength=True, singly=True, listed=True,
    ),
    "control_inpaint": Way(
        "StableDiffusionXLControlNetUnionInpaintPipeline", image="image", control="control_image", mask="mask_image",
        spanned=True, strength=True, singly=True, listed=True,
    ),
}  # fmt: skip

_KONTEXT: Mapping[str, object] = {"_auto_resize": False, MAX_AREA: None}
"""Keeps the size that is asked for, where the area becomes that of the picture."""

_UNBINNED: Mapping[str, object] = {"use_resolution_binning": False}

FAMILIES = (
    Family(
        "SD1.5", ("StableDiffusionPipeline",), _plain("StableDiffusion"), "CreativeML Open RAIL-M",
        {"ControlNetModel": Net(_unet_nets("StableDiffusion"))}, half="float16", network="unet",
    ),
    Family(
        "SDXL", ("StableDiffusionXLPipeline",), _plain("StableDiffusionXL"), "CreativeML Open RAIL++-M",
        {
            "ControlNetModel": Net(_unet_nets("StableDiffusionXL")),
            "ControlNetUnionModel": Net(_UNION_NET, _SD_UNION),
        },
        guidance=5.0, half="float16", network="unet",
    ),
    Family(
        "SDXL refiner", ("StableDiffusionXLImg2ImgPipeline",),
        {"image": Way("StableDiffusionXLImg2ImgPipeline", image="image", strength=True)},
        "CreativeML Open RAIL++-M", guidance=5.0, half="float16", network="unet",
    ),
    Family(
        "SD3.5", ("StableDiffusion3Pipeline",), _plain("StableDiffusion3"), "Stability AI Community",
        {
            "SD3ControlNetModel": Net(
                {"control": Way("StableDiffusion3ControlNetPipeline", control="control_image", spanned=True, singly=True)}
            )
        },
        guidance=4.5, side=1024,
    ),
    Family(
        "FLUX.1", ("FluxPipeline",), _plain("Flux"), "FLUX.1 [dev] Non-Commercial; Apache 2.0 for schnell",
        {"FluxControlNetModel": Net(_FLUX_NET, _FLUX_UNION)}, guidance_name="true_cfg_scale", guidance=2.0, distilled=3.5,
        side=1024,
    ),
    Family(
        "FLUX.1 Kontext", ("FluxKontextPipeline",),
        {
            "text": Way("FluxKontextPipeline", always=_KONTEXT),
            "edit": Way("FluxKontextPipeline", image="image", singly=True, always=_KONTEXT),
            "inpaint": Way(
                "FluxKontextInpaintPipeline", image="image", mask="mask_image", strength=True, singly=True, always=_KONTEXT
            ),
        },
        "FLUX.1 [dev] Non-Commercial", guidance_name="true_cfg_scale", guidance=2.0, distilled=2.5, side=1024,
    ),
    Family(
        "FLUX.1 Fill", ("FluxFillPipeline",),
        {"inpaint": Way("FluxFillPipeline", image="image", mask="mask_image", strength=True, negative=False)},
        "FLUX.1 [dev] Non-Commercial", guidance=30.0, side=1024,
    ),
    Family(
        "FLUX.2", ("Flux2Pipeline",),
        {
            "text": Way("Flux2Pipeline", negative=False),
            "edit": Way("Flux2Pipeline", image="image", negative=False, singly=True),
        },
        "FLUX [dev] Non-Commercial", guidance=4.0, side=1024,
    ),
    Family(
        "FLUX.2 klein", ("Flux2KleinPipeline",),
        {
            "text": Way("Flux2KleinPipeline", negative=False),
            "edit": Way("Flux2KleinPipeline", image="image", negative=False, singly=True),
            "inpaint": Way(
                "Flux2KleinInpaintPipeline", image="image", mask="mask_image", strength=True, negative=False, singly=True
            ),
        },
        "Apache 2.0 (4B); FLUX Non-Commercial (9B)", guidance=4.0, side=1024,
    ),
    Family(
        "Qwen-Image", ("QwenImagePipeline",), _plain("QwenImage"), "Apache 2.0",
        {
            "QwenImageControlNetModel": Net(
                {"control": Way("QwenImageControlNetPipeline", control="control_image", spanned=True)}
            )
        },
        guidance_name="true_cfg_scale", guidance=4.0, side=1024,
    ),
    Family(
        "Qwen-Image-Edit", ("QwenImageEditPipeline",),
        {
            "edit": Way("QwenImageEditPipeline", image="image", singly=True),
            "inpaint": Way("QwenImageEditInpaintPipeline", image="image", mask="mask_image", strength=True, singly=True),
        },
        "Apache 2.0", guidance_name="true_cfg_scale", guidance=4.0, side=1024,
    ),
    Family(
        "Qwen-Image-Edit Plus", ("QwenImageEditPlusPipeline",),
        {"edit": Way("QwenImageEditPlusPipeline", image="image", singly=True)},
        "Apache 2.0", guidance_name="true_cfg_scale", guidance=4.0, side=1024,
    ),
    Family(
        "Z-Image", ("ZImagePipeline",), _plain("ZImage"), "Apache 2.0",
        {"ZImageControlNetModel": Net({"control": Way("ZImageControlNetPipeline", control="control_image")})},
        guidance=5.0, side=1024,
    ),
    Family(
        "Sana", ("SanaPipeline",), {"text": Way("SanaPipeline", always=_UNBINNED)},
        "as its card says",
        {
            "SanaControlNetModel": Net(
                {"control": Way("SanaControlNetPipeline", control="control_image", always=_UNBINNED)}
            )
        },
        guidance=4.5, side=1024,
    ),
)  # fmt: skip
"""The weights of guidance are those of the authors' examples, Kontext's and Fill's distilled ones too; FLUX.1's authors use
no second pass, and 2 is where a negative text begins to count: not measured."""


def family_of(folder: Path, model: str) -> Family:
    """The family of the pipeline in a folder. Raises UserError, with the families that there are, for any other."""
    kind = index_of(folder).get("_class_name")
    for family in FAMILIES:
        if kind in family.index:
            return family
    names = ", ".join(family.name for family in FAMILIES)
    found = f"a {kind}" if kind else "no pipeline in the diffusers layout"
    raise UserError(f"{model} is {found}; the families that can be drawn with are: {names}")


def is_distilled(folder: Path) -> bool:
    """Whether the index of the pipeline in a folder says that its guidance is distilled, as of FLUX.2 klein's fast ones."""
    return index_of(folder).get("is_distilled") is True


def net_of(folder: Path, model: str, family: Family) -> str:
    """The class of the second network in a folder. Raises UserError for one that is not of the family."""
    file = folder / "config.json"
    kind = net_class(json_object(file)) if file.is_file() else ""
    if kind in family.nets:
        return kind
    found, fitting = (f"a {kind}" if kind else "no network"), " or ".join(family.nets) or "no ControlNet"
    raise UserError(f"{model} cannot be loaded: it is {found}, and {family.name} takes {fitting}")


def net_class(config: Mapping[str, Any]) -> str:
    """The class of a second network by its configuration, empty where it says none.

    A union for SDXL is known by its number of conditions: the first were saved by a program of their own, under its name.
    """
    kind = config.get("_class_name")
    return "ControlNetUnionModel" if "num_control_type" in config else kind if isinstance(kind, str) else ""
