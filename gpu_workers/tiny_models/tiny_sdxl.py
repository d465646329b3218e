"""A tiny SDXL: two text encoders, size conditioning, eight pixels per latent; random weights from a fixed seed.

In: a folder.  Out: the folder of a pipeline that the ordinary loaders read.
"""

from pathlib import Path

from gpu_workers.diffusion import lazy_imports
from gpu_workers.tiny_models.tiny_diffusion import SCHEDULER, SEED, TOKENS, WIDTH, new_tokenizer, text_config, write_once

PIXELS_PER_LATENT = 8
SIDE = 1024
TIME_WIDTH = 8
"""Embedding width of each of the six numbers (sizes and crops) of SDXL's size conditioning."""

UNET = {
    "sample_size": SIDE // PIXELS_PER_LATENT,
    "in_channels": 4,
    "out_channels": 4,
    "block_out_channels": (16, 32, 32),
    "layers_per_block": 1,
    "norm_num_groups": 8,
    "down_block_types": ("DownBlock2D", "DownBlock2D", "CrossAttnDownBlock2D"),
    "up_block_types": ("CrossAttnUpBlock2D", "UpBlock2D", "UpBlock2D"),
    "transformer_layers_per_block": (1, 1, 1),
    "cross_attention_dim": 2 * WIDTH,
    "attention_head_dim": (2, 4, 4),
    "use_linear_projection": True,
    "addition_embed_type": "text_time",
    "addition_time_embed_dim": TIME_WIDTH,
    "projection_class_embeddings_input_dim": WIDTH + 6 * TIME_WIDTH,
}

VAE = {
    "block_out_channels": (8, 8, 8, 8),
    "layers_per_block": 1,
    "norm_num_groups": 4,
    "down_block_types": ("DownEncoderBlock2D",) * 4,
    "up_block_types": ("UpDecoderBlock2D",) * 4,
    "latent_channels": 4,
    "sample_size": SIDE,
    "mid_block_add_attention": False,
}
"""Without the attention over all places, which at 1024 pixels is the whole cost."""


def build(folder: Path) -> Path:
    """A tiny SDXL in `folder`, written once. Returns the folder."""
    return write_once(folder, _write)


def _write(folder: Path) -> None:
    diffusers, transformers, torch = lazy_imports.diffusers(), lazy_imports.transformers(), lazy_imports.torch()
    words = new_tokenizer()
    assert words.model_max_length == TOKENS
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(SEED)
        made = diffusers.StableDiffusionXLPipeline(
            vae=diffusers.AutoencoderKL(**VAE),
            text_encoder=transformers.CLIPTextModel(text_config(transformers)).eval(),
            text_encoder_2=transformers.CLIPTextModelWithProjection(text_config(transformers)).eval(),
            tokenizer=words,
            tokenizer_2=words,
            unet=diffusers.UNet2DConditionModel(**UNET),
            scheduler=diffusers.DDIMScheduler(**SCHEDULER),
        )
    made.save_pretrained(folder, safe_serialization=True)
