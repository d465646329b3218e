"""Tiny diffusion models: real architectures, a few hundred kilobytes, random weights from a fixed seed.

In: a folder.  Out: the folder of a pipeline that the ordinary loaders read.  Untrained: its pictures are noise, and it
tests only the path of the pixels.
"""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp
from typing import Any

from gpu_workers.diffusion import lazy_imports

SEED = 20
GATE = 1.0
"""New GLIGEN fusers start closed (0), so that boxes would not matter; a trained one has them open."""

BOX_LAYER_GAIN = 6.0
"""Factor on the new weights of the layers that read boxes, which are so small that boxes would hardly matter."""

SAYING = 0.5
"""Spread of the weights of a ControlNet's last layers: a new one ends in zeros and says nothing."""

WIDTH = 32
LATENT_SIDE = 16
PIXELS_PER_LATENT = 4
TOKENS = 77
"""Of CLIP's text encoders."""

START, END = "<|startoftext|>", "<|endoftext|>"

UNET = {
    "sample_size": LATENT_SIDE,
    "in_channels": 4,
    "out_channels": 4,
    "block_out_channels": (32, 64),
    "layers_per_block": 1,
    "norm_num_groups": 8,
    "down_block_types": ("DownBlock2D", "CrossAttnDownBlock2D"),
    "up_block_types": ("CrossAttnUpBlock2D", "UpBlock2D"),
    "cross_attention_dim": WIDTH,
    "attention_head_dim": 8,
}
"""Stable Diffusion 1's plan with two levels in place of four."""

VAE = {
    "block_out_channels": (16, 16, 16),
    "layers_per_block": 1,
    "norm_num_groups": 8,
    "down_block_types": ("DownEncoderBlock2D",) * 3,
    "up_block_types": ("UpDecoderBlock2D",) * 3,
    "latent_channels": 4,
    "sample_size": PIXELS_PER_LATENT * LATENT_SIDE,
}

SCHEDULER = {
    "beta_start": 0.00085,
    "beta_end": 0.012,
    "beta_schedule": "scaled_linear",
    "clip_sample": False,
    "set_alpha_to_one": False,
    "steps_offset": 1,
}
"""Stable Diffusion 1's."""


def build(folder: Path, *, gated: bool = True) -> Path:
    """A tiny pipeline in `folder`, written once; with `gated`, a GLIGEN. Returns the folder."""
    return write_once(folder, lambda place: _write(place, gated))


def write_once(folder: Path, write: Callable[[Path], None]) -> Path:
    """Write a folder atomically, unless it exists; safe with concurrent writers. Returns the folder."""
    if not folder.exists():
        folder.parent.mkdir(parents=True, exist_ok=True)
        place = Path(mkdtemp(prefix=f"{folder.name}-", dir=folder.parent))
        write(place)
        try:
            place.rename(folder)
        except OSError:
            shutil.rmtree(place)  # another process was first, with the same weights
    return folder


def _write(folder: Path, gated: bool) -> None:
    diffusers, transformers, torch = lazy_imports.diffusers(), lazy_imports.transformers(), lazy_imports.torch()
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(SEED)
        unet = diffusers.UNet2DConditionModel(**UNET, **({"attention_type": "gated"} if gated else {}))
        vae = diffusers.AutoencoderKL(**VAE)
        encoder = transformers.CLIPTextModel(text_config(transformers)).eval()
    open_gates(unet)
    pipeline = diffusers.StableDiffusionGLIGENPipeline if gated else diffusers.StableDiffusionPipeline
    made = pipeline(
        vae=vae, text_encoder=encoder, tokenizer=tokenizer(transformers, folder), unet=unet,
        scheduler=diffusers.DDIMScheduler(**SCHEDULER),
        safety_checker=None, feature_extractor=None, requires_safety_checker=False,
    )  # fmt: skip
    made.save_pretrained(folder, safe_serialization=True)


def build_control(folder: Path) -> Path:
    """A tiny ControlNet for a tiny pipeline without gates, in `folder`, written once. Returns the folder."""
    return write_once(folder, _write_control)


def _write_control(folder: Path) -> None:
    torch = lazy_imports.torch()
    left_out = ("sample_size", "out_channels", "up_block_types")
    plan = {name: value for name, value in UNET.items() if name not in left_out}
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(SEED)
        net = lazy_imports.diffusers().ControlNetModel(**plan, conditioning_embedding_out_channels=(8, 8, 8))
        for name, weight in net.named_parameters():
            if name.startswith("controlnet_") and name.endswith("weight"):
                torch.nn.init.normal_(weight, std=SAYING)
    net.save_pretrained(folder, safe_serialization=True)


def open_gates(unet: Any, gate: float = GATE) -> None:
    """Open the gates of a GLIGEN UNet's fusers, and amplify its box layers."""
    for name, parameter in unet.named_parameters():
        if name.endswith(("alpha_attn", "alpha_dense")):
            parameter.data.fill_(gate)
        elif name.startswith("position_net.linears") and name.endswith("weight"):
            parameter.data.mul_(BOX_LAYER_GAIN)


def text_config(transformers: Any, width: int = WIDTH, layers: int = 2) -> Any:
    """Of a CLIP text encoder over `vocabulary`."""
    return transformers.CLIPTextConfig(
        vocab_size=len(vocabulary()), hidden_size=width, intermediate_size=2 * width, num_hidden_layers=layers,
        num_attention_heads=4, max_position_embeddings=TOKENS, projection_dim=width,
        bos_token_id=vocabulary()[START], eos_token_id=vocabulary()[END], pad_token_id=vocabulary()[END],
    )  # fmt: skip


def tokenizer(transformers: Any, folder: Path) -> Any:
    """CLIP's tokenizer over `vocabulary`; its files lie in the folder's `tokenizer`."""
    files = folder / "tokenizer"
    files.mkdir(parents=True, exist_ok=True)
    (files / "vocab.json").write_text(json.dumps(vocabulary()), "utf-8")
    (files / "merges.txt").write_text("#version: 0.2\n", "utf-8")
    (files / "tokenizer_config.json").write_text(
        json.dumps({"tokenizer_class": "CLIPTokenizer", "model_max_length": TOKENS}), "utf-8"
    )
    return transformers.CLIPTokenizer.from_pretrained(files)


def new_tokenizer() -> Any:
    """The same, from a temporary folder."""
    with TemporaryDirectory() as folder:
        return tokenizer(lazy_imports.transformers(), Path(folder))


def vocabulary() -> dict[str, int]:
    """A token for each character, alone and at the end of a word: every text can be tokenised, and has many tokens."""
    letters = [chr(code) for code in range(ord("!"), ord("~") + 1)]
    words = [*letters, *(f"{letter}</w>" for letter in letters), START, END]
    return {word: number for number, word in enumerate(words)}
