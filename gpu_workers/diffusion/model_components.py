"""The components of a Stable Diffusion model, as the batched loop needs them.

In: the folder of a published checkpoint.  Out: `Parts`.  Draws nothing.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gpu_workers.diffusion import lazy_imports
from gpu_workers.diffusion.lazy_imports import Tensor
from gpu_workers.diffusion.weight_files import index_of
from gpu_workers.model_shelf.model_files import files_in
from gpu_workers.model_shelf.model_loading import Loading, json_object, require_weights
from gpu_workers.model_shelf.read_files import class_of, is_part, is_variant, read_weights
from schemas.errors import UserError
from schemas.ids import content_id

MODEL = "model"
"""The checkpoint's own."""

SCHEDULERS = {
    "ddim": "DDIMScheduler",
    "dpmsolver++": "DPMSolverMultistepScheduler",
    "unipc": "UniPCMultistepScheduler",
}
"""Classes of diffusers by the name in SKG_RENDER_SCHEDULER.

DPM-Solver++ and UniPC need about half of the steps of DDIM for a picture of like quality, as their authors report; it was
not measured here.
"""

BY_NAME: Mapping[str, Mapping[str, object]] = {
    "ddim": {"clip_sample": False},
    "dpmsolver++": {"algorithm_type": "dpmsolver++"},
    "unipc": {},
}
"""What a schedule of SCHEDULERS is by its name, whatever the one that it replaces says: latents are not cut at 1, as pixels
are where DDIM is not told, and DPM-Solver++ is no other of its class's solvers."""

KEPT = ("steps_offset",)
"""What a schedule that replaces another takes over even where that one's file does not say it: a pipeline may have."""

FIXING = "StableDiffusionPipeline"
"""The pipeline that changes schedules which are not set up for its noise; GLIGEN's takes them as they are."""

OLD_SIDE, OLD_VERSION = 64, (0, 9)
"""In latents, of Stable Diffusion: configurations by a diffusers before that version say less, and it counts as this."""


@dataclass(frozen=True)
class Machine:
    """Where and how a model runs. `dtype`: float32, float16 or bfloat16. `compiler`: torch.compile's backend, `mode` its
    mode, for the network that is called at every step; copies of it that are watched are compiled in the default one."""

    device: str = "cpu"
    dtype: str = "float32"
    channels_last: bool = False
    compiled: bool = False
    compiler: str = "inductor"
    mode: str = "default"


@dataclass(frozen=True)
class Parts:
    """Text encoder, UNet, scheduler, VAE. `new_scheduler` has no state of earlier pictures. `segmenter`: cuts objects out
    of pictures of them alone, a `gpu_workers.diffusion.guidance.segmentation.Segmenter`, or None."""

    unet: Any
    vae: Any
    encoder: Any
    tokenizer: Any
    scheduler: Any
    machine: Machine
    segmenter: Any = None

    @property
    def pixels_per_latent(self) -> int:
        """Pixels per latent value along a side."""
        return int(2 ** (len(self.vae.config.block_out_channels) - 1))

    @property
    def side(self) -> int:
        """The side in pixels at which the model was trained."""
        return trained_side(self.unet.config) * self.pixels_per_latent

    @property
    def grounded(self) -> bool:
        """Whether the UNet takes boxes."""
        return getattr(self.unet, "position_net", None) is not None

    def new_scheduler(self, steps: int) -> Any:
        """A scheduler at its first step."""
        fresh = type(self.scheduler).from_config(self.scheduler.config)
        fresh.set_timesteps(steps, device=self.machine.device)
        return fresh

    def taken_steps(self, steps: int) -> int:
        """The predictions that the model's scheduler takes for so many steps."""
        return taken_steps(self.scheduler, steps)

    def embed(self, texts: Sequence[str]) -> Tensor:
        """Prompt embeddings for the UNet: (texts, tokens, width)."""
        read = self.tokenizer(
            list(texts), padding="max_length", max_length=self.tokenizer.model_max_length, truncation=True,
            return_tensors="pt",
        ).to(self.machine.device)  # fmt: skip
        mask = read.attention_mask if getattr(self.encoder.config, "use_attention_mask", False) else None
        return self.encoder(read.input_ids, attention_mask=mask)[0].to(self.unet.dtype)

    def pooled(self, phrases: Sequence[str]) -> Tensor:
        """Pooled phrase embeddings for GLIGEN: (phrases, width)."""
        read = self.tokenizer(list(phrases), padding=True, truncation=True, return_tensors="pt")
        return self.encoder(**read.to(self.machine.device)).pooler_output

    def encode(self, pixels: Tensor) -> Tensor:
        """The latents of pixels between -1 and 1: (pictures, 3, height, width)."""
        return self.vae.encode(pixels).latent_dist.mode() * self.vae.config.scaling_factor

    def decode(self, latents: Tensor) -> Tensor:
        """Pixels as bytes: (pictures, height, width, 3)."""
        raw = self.vae.decode(latents / self.vae.config.scaling_factor, return_dict=False)[0]
        return ((raw.float() / 2 + 0.5).clamp(0, 1) * 255).round().byte().permute(0, 2, 3, 1).cpu()


def bound_words(tokenizer: Any, encoder: Any) -> None:
    """Bound a text by what CLIP's encoder reads, where its tokenizer does not say it."""
    room = getattr(encoder.config, "max_position_embeddings", None)
    if "clip" in str(encoder.config.model_type) and isinstance(room, int):
        tokenizer.model_max_length = min(tokenizer.model_max_length, room)


def trained_side(config: Any) -> int:
    """The longer side in latents at which a UNet was trained, by its configuration. Raises UserError where it says none."""
    said = config.get("sample_size")
    sides = [each for each in (said if isinstance(said, list | tuple) else [said]) if isinstance(each, int) and each > 0]
    if not sides:
        raise UserError(f"unet/config.json has to say sample_size, the side in latents at which it was trained: {said!r}")
    version = re.match(r"(\d+)\.(\d+)", str(config.get("_diffusers_version")))
    is_old = version is not None and (int(version[1]), int(version[2])) < OLD_VERSION
    return max(*sides, OLD_SIDE) if is_old and isinstance(said, int) else max(sides)


def load(folder: Path, machine: Machine, variant: str | None = None) -> Parts:
    """Load a checkpoint's parts, of each the variant where it has one.

    Raises UserError for a folder that is no such checkpoint, MissingExtra.
    """
    torch, diffusers, transformers = lazy_imports.torch(), lazy_imports.diffusers(), lazy_imports.transformers()
    for part in ("unet", "vae", "text_encoder", "tokenizer", "scheduler"):
        if not (folder / part).is_dir():
            raise UserError(f"{folder} has no {part}: it is no Stable Diffusion checkpoint in the diffusers layout")
    dtype = getattr(torch, machine.dtype)
    own = {"use_safetensors": True, "torch_dtype": dtype}
    with Loading(str(folder), folder / "unet"):
        unet = diffusers.UNet2DConditionModel.from_pretrained(
            folder, subfolder="unet", **own, **_copy_of(folder / "unet", variant), **_gated(folder)
        )
    with Loading(str(folder), folder / "vae"):
        vae = diffusers.AutoencoderKL.from_pretrained(folder, subfolder="vae", **own, **_copy_of(folder / "vae", variant))
    with Loading(str(folder), folder / "text_encoder"):
        encoder = transformers.CLIPTextModel.from_pretrained(
            folder / "text_encoder", use_safetensors=True, dtype=dtype, **_copy_of(folder / "text_encoder", variant)
        )
    with Loading(str(folder), folder / "tokenizer"):
        tokenizer = transformers.CLIPTokenizer.from_pretrained(folder / "tokenizer")
    bound_words(tokenizer, encoder)
    scheduler = require_noise(load_schedule(folder), folder)
    for model in (unet, vae, encoder):
        require_weights(str(folder), model)
        model.to(machine.device).eval().requires_grad_(False)
    return Parts(
        unet=compiled_network(unet, machine), vae=vae, encoder=encoder, tokenizer=tokenizer, scheduler=scheduler,
        machine=machine,
    )  # fmt: skip


def _copy_of(part: Path, variant: str | None) -> dict[str, str]:
    """The argument that has a part's variant read, if it has one."""
    files = files_in(part)
    read = read_weights(files.sizes, files.json_of, variant) if variant else []
    return {"variant": variant} if variant and any(is_variant(name, variant) for name in read) else {}


def _gated(folder: Path) -> dict[str, str]:
    """GLIGEN's layers in the words of today, for a checkpoint in an old layout, which would be loaded without them."""
    old = json_object(folder / "unet" / "config.json").get("use_gated_attention")
    return {"attention_type": "gated"} if old else {}


def compiled_network(network: Any, machine: Machine) -> Any:
    """The network that is called at every step, with the machine's memory format and compiler."""
    torch = lazy_imports.torch()
    if machine.channels_last:
        network.to(memory_format=torch.channels_last)
    if not machine.compiled:
        return network
    mode = {"mode": machine.mode} if machine.mode != "default" else {}
    return torch.compile(network, backend=machine.compiler, **mode)


def load_schedule(folder: Path) -> Any:
    """The checkpoint's own schedule. Raises UserError for one that cannot be read, or of no known class."""
    diffusers = lazy_imports.diffusers()
    with Loading(str(folder), folder / "scheduler"):
        return _scheduler(diffusers, folder)


def _scheduler(diffusers: Any, folder: Path) -> Any:
    config = diffusers.DDIMScheduler.load_config(folder, subfolder="scheduler")
    kind = schedule_class(folder, config)
    if not kind.endswith("Scheduler") or not hasattr(diffusers, kind):
        raise UserError(f"{folder} cannot be loaded: its scheduler is a {kind}, which diffusers does not have")
    made = getattr(diffusers, kind).from_config(config)
    if index_of(folder).get("_class_name") == FIXING:
        made = getattr(diffusers, kind).from_config(config, **_fixed(made.config))
    return made


def require_noise(scheduler: Any, folder: Path) -> Any:
    """A folder's schedule. Raises UserError for one of another noise than Stable Diffusion's, by which the loops draw."""
    if any(getattr(scheduler, name, None) is None for name in ("alphas_cumprod", "init_noise_sigma", "add_noise")):
        kind = type(scheduler).__name__
        raise UserError(f"{folder} cannot be loaded: its scheduler, a {kind}, is not for Stable Diffusion's noise")
    return scheduler


def schedule_class(folder: Path, config: Mapping[str, Any]) -> str:
    """The class of a folder's schedule: the one that its index names, as stock pipelines read it, with the values of the
    schedule's own configuration, whose class counts where the index names none."""
    entry = index_of(folder).get("scheduler")
    named = class_of(entry)[1] if is_part(entry) else ""
    return named or str(config.get("_class_name"))


def _fixed(config: Any) -> dict[str, object]:
    """What the stock pipeline of Stable Diffusion changes of a schedule that is not set up for it."""
    fixed: dict[str, object] = {}
    if config.get("steps_offset", 1) != 1:
        fixed["steps_offset"] = 1
    if config.get("clip_sample") is True:
        fixed["clip_sample"] = False
    return fixed


def taken_steps(scheduler: Any, steps: int) -> int:
    """The predictions that a scheduler takes for so many steps: PNDM one more, Heun's method nearly two for each.

    Raises UserError for one that has no schedule of so many, as PNDM's Runge-Kutta steps of less than four.
    """
    fresh = type(scheduler).from_config(scheduler.config)
    try:
        fresh.set_timesteps(steps)
    except (ValueError, IndexError) as error:
        raise UserError(
            f"{type(scheduler).__name__} has no schedule of {steps} steps (SKG_RENDER_STEPS): {error}"
        ) from error
    return len(fresh.timesteps)


def check_schedule(scheduler: Any, steps: int) -> None:
    """Raises UserError for a scheduler that does not come to the end of so many steps, as where there are nearly as many as
    its noise has; tried on a latent of one place."""
    torch = lazy_imports.torch()
    fresh, latents = type(scheduler).from_config(scheduler.config), torch.zeros(1, 4, 1, 1)
    try:
        fresh.set_timesteps(steps)
        for timestep in fresh.timesteps:
            predicted = torch.zeros_like(fresh.scale_model_input(latents, timestep))
            latents = fresh.step(predicted, timestep, latents).prev_sample
    except (ValueError, IndexError, AssertionError) as error:
        raise UserError(
            f"{type(scheduler).__name__} does not come to the end of {steps} steps: fewer of them (SKG_RENDER_STEPS)"
        ) from error


def schedule_digest(scheduler: Any) -> str:
    """A digest of a scheduler's class and configuration, without what names versions and places.

    A folder's schedule is no part of the hash of its weights, and another one draws other pictures.
    """
    told = {name: value for name, value in dict(scheduler.config).items() if not name.startswith("_")}
    return content_id("schedule", type(scheduler).__name__, json.loads(json.dumps(told, sort_keys=True, default=str)))


def scheduled(scheduler: Any, name: str) -> Any:
    """A scheduler of that name for the same noise. Raises UserError for a model whose noise is not of that kind."""
    if name == MODEL:
        return scheduler
    if getattr(scheduler, "alphas_cumprod", None) is None:
        raise UserError(
            f"{type(scheduler).__name__} cannot be replaced: SKG_RENDER_SCHEDULER is for Stable Diffusion and SDXL"
        )
    kept = {name: scheduler.config[name] for name in KEPT if name in scheduler.config}
    return getattr(lazy_imports.diffusers(), SCHEDULERS[name]).from_config(scheduler.config, **kept, **BY_NAME[name])
