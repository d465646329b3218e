"""Tiny ControlNets for the pipelines of `tests.fakes.tiny_families`: random weights in the published classes.

In: a folder.  Out: a network saved there, as `from_pretrained` reads it.  Needs torch and diffusers.
New ControlNets end in zeros and say nothing; here their last layers are random as well.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import diffusers
import torch

from gpu_workers.tiny_models import tiny_diffusion, tiny_sdxl
from tests.fakes.tiny_families import WIDTH

SAYING = 0.5


def make_net(folder: Path, name: str) -> Path:
    """The tiny network of that name in `folder`, made once. Returns the folder."""
    if not folder.exists():
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(5)
            MAKERS[name](folder)
    return folder


def _saved(folder: Path, net: Any) -> None:
    for weight in net.parameters():
        if not weight.any():
            torch.nn.init.normal_(weight, std=SAYING)
    net.eval().save_pretrained(folder, safe_serialization=True)


def _sdxl_plan() -> dict[str, Any]:
    left_out = ("sample_size", "out_channels", "up_block_types")
    return {name: value for name, value in tiny_sdxl.UNET.items() if name not in left_out}


def _sd15(folder: Path) -> None:
    tiny_diffusion.build_control(folder)


def _sdxl(folder: Path) -> None:
    _saved(folder, diffusers.ControlNetModel(**_sdxl_plan(), conditioning_embedding_out_channels=(8, 8, 8, 8)))


def _union(folder: Path) -> None:
    channels = tiny_sdxl.UNET["block_out_channels"][0]
    net = diffusers.ControlNetUnionModel(
        **_sdxl_plan(), conditioning_embedding_out_channels=(8, 8, 8, 8), num_trans_channel=channels, num_trans_head=2,
        num_proj_channel=channels,
    )  # fmt: skip
    _saved(folder, net)


def _sd3(folder: Path) -> None:
    net = diffusers.SD3ControlNetModel(
        sample_size=8, patch_size=2, in_channels=16, num_layers=1, attention_head_dim=8, num_attention_heads=4,
        joint_attention_dim=2 * WIDTH, caption_projection_dim=2 * WIDTH, pooled_projection_dim=2 * WIDTH, out_channels=16,
        pos_embed_max_size=64,
    )  # fmt: skip
    _saved(folder, net)


def _flux(folder: Path, modes: int | None = None) -> None:
    net = diffusers.FluxControlNetModel(
        in_channels=16, num_layers=1, num_single_layers=1, attention_head_dim=16, num_attention_heads=2,
        joint_attention_dim=2 * WIDTH, pooled_projection_dim=WIDTH, guidance_embeds=True, axes_dims_rope=[4, 4, 8],
        num_mode=modes,
    )  # fmt: skip
    _saved(folder, net)


def _flux_union(folder: Path) -> None:
    _flux(folder, 7)


def _qwen(folder: Path) -> None:
    net = diffusers.QwenImageControlNetModel(
        in_channels=16, out_channels=4, num_layers=1, attention_head_dim=16, num_attention_heads=2,
        joint_attention_dim=WIDTH, axes_dims_rope=(4, 4, 8),
    )  # fmt: skip
    _saved(folder, net)


def _z_image(folder: Path) -> None:
    net = diffusers.ZImageControlNetModel(
        control_layers_places=[0, 1], control_in_dim=4, dim=32, n_refiner_layers=1, n_heads=2, n_kv_heads=2
    )
    _saved(folder, net)


def _sana(folder: Path) -> None:
    net = diffusers.SanaControlNetModel(
        in_channels=4, out_channels=4, num_attention_heads=2, attention_head_dim=8, num_layers=1,
        num_cross_attention_heads=2, cross_attention_head_dim=8, cross_attention_dim=16, caption_channels=WIDTH,
        sample_size=8,
    )  # fmt: skip
    _saved(folder, net)


MAKERS: dict[str, Callable[[Path], None]] = {
    "SD1.5": _sd15,
    "SDXL": _sdxl,
    "SDXL Union": _union,
    "SD3.5": _sd3,
    "FLUX.1": _flux,
    "FLUX.1 Union": _flux_union,
    "Qwen-Image": _qwen,
    "Z-Image": _z_image,
    "Sana": _sana,
}
"""By the family, and Union for one that takes several conditions."""
