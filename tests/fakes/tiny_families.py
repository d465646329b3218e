"""Tiny pipelines of the families of `gpu_workers.diffusion.families`: random weights in the published classes and folders.

In: a folder.  Out: a pipeline saved there, as `from_pretrained` reads it.  Needs torch, diffusers and transformers.
Their tokenizers have a token for every byte, so that any text can be said; systems' messages are left out, which would fill
the room for the prompt.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import diffusers
import torch
import transformers
from tokenizers import Tokenizer, decoders, models, pre_tokenizers

from gpu_workers.tiny_models import tiny_diffusion, tiny_sdxl

WIDTH = 16
SPECIAL = ["<pad>", "</s>", "<|image_pad|>", "<|video_pad|>", "<|vision_start|>", "<|vision_end|>"]
TEMPLATE = (
    "{% for message in messages if message.role != 'system' %}{{ message.role }}: "
    "{% if message.content is string %}{{ message.content }}"
    "{% else %}{% for part in message.content %}{{ part.text }}{% endfor %}{% endif %}\n{% endfor %}"
    "{% if add_generation_prompt %}assistant: {% endif %}"
)
VAE = {
    "block_out_channels": (8, 8, 8, 8), "layers_per_block": 1, "norm_num_groups": 4,
    "down_block_types": ("DownEncoderBlock2D",) * 4, "up_block_types": ("UpDecoderBlock2D",) * 4,
    "sample_size": 64, "mid_block_add_attention": False,
}  # fmt: skip
LAYERS = {"hidden_size": WIDTH, "intermediate_size": WIDTH, "num_attention_heads": 2, "num_key_value_heads": 2}


def make_family(folder: Path, name: str) -> Path:
    """The tiny pipeline of that class in `folder`, made once. Returns the folder."""
    if not folder.exists():
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(4)
            MAKERS[name](folder)
    return folder


def _saved(folder: Path, pipeline: Any) -> None:
    for part in pipeline.components.values():
        if isinstance(part, torch.nn.Module):
            part.eval()
    pipeline.save_pretrained(folder, safe_serialization=True)


def tokenizer() -> Any:
    """One token a byte, with marks and a form of conversation."""
    words = vocabulary()
    tokens = Tokenizer(models.BPE(words, []))
    tokens.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokens.decoder = decoders.ByteLevel()
    tokens.add_special_tokens(SPECIAL)
    made = transformers.PreTrainedTokenizerFast(
        tokenizer_object=tokens, pad_token=SPECIAL[0], eos_token=SPECIAL[1], model_max_length=512
    )
    made.chat_template = TEMPLATE
    return made


def vocabulary() -> dict[str, int]:
    """A token for every mark and every byte."""
    return {word: number for number, word in enumerate([*SPECIAL, *sorted(pre_tokenizers.ByteLevel.alphabet())])}


def _flow(**changes: Any) -> Any:
    return diffusers.FlowMatchEulerDiscreteScheduler(**changes)


def _shifted() -> Any:
    return _flow(use_dynamic_shifting=True, base_shift=0.5, max_shift=1.15)


def _t5() -> Any:
    config = transformers.T5Config(
        vocab_size=len(vocabulary()), d_model=2 * WIDTH, d_kv=8, d_ff=WIDTH, num_layers=1, num_heads=2
    )
    return transformers.T5EncoderModel(config)


def _clip(projected: bool = True) -> Any:
    kind = transformers.CLIPTextModelWithProjection if projected else transformers.CLIPTextModel
    return kind(tiny_diffusion.text_config(transformers, WIDTH))


def _sd15(folder: Path) -> None:
    tiny_diffusion.build(folder, gated=False)


def _sdxl(folder: Path) -> None:
    tiny_sdxl.build(folder)


def _refiner(folder: Path) -> None:
    """SDXL's refiner: one text encoder, and a score of aesthetics in place of the size that is wanted."""
    width, times = tiny_diffusion.WIDTH, tiny_sdxl.TIME_WIDTH
    plan = {
        **tiny_sdxl.UNET, "cross_attention_dim": width, "projection_class_embeddings_input_dim": width + 5 * times
    }  # fmt: skip
    made = diffusers.StableDiffusionXLImg2ImgPipeline(
        diffusers.AutoencoderKL(**tiny_sdxl.VAE), None,
        transformers.CLIPTextModelWithProjection(tiny_diffusion.text_config(transformers)), None,
        tiny_diffusion.new_tokenizer(), diffusers.UNet2DConditionModel(**plan),
        diffusers.DDIMScheduler(**tiny_diffusion.SCHEDULER), requires_aesthetics_score=True,
    )  # fmt: skip
    _saved(folder, made)


def _sd3(folder: Path) -> None:
    words = tiny_diffusion.new_tokenizer()
    transformer = diffusers.SD3Transformer2DModel(
        sample_size=8, patch_size=2, in_channels=16, num_layers=2, attention_head_dim=8, num_attention_heads=4,
        joint_attention_dim=2 * WIDTH, caption_projection_dim=2 * WIDTH, pooled_projection_dim=2 * WIDTH, out_channels=16,
        pos_embed_max_size=64,
    )  # fmt: skip
    made = diffusers.StableDiffusion3Pipeline(
        transformer, _flow(shift=3.0), diffusers.AutoencoderKL(**VAE, latent_channels=16, shift_factor=0.06),
        _clip(), words, _clip(), words, _t5(), tokenizer(),
    )  # fmt: skip
    _saved(folder, made)


def _flux_parts(pooled: int = WIDTH, channels: int = 4, guided: bool = True) -> dict[str, Any]:
    words = tiny_diffusion.new_tokenizer()
    return {
        "scheduler": _shifted(),
        "vae": diffusers.AutoencoderKL(
            **VAE, latent_channels=4, shift_factor=0.06, use_quant_conv=False, use_post_quant_conv=False
        ),
        "text_encoder": _clip(projected=False), "tokenizer": words, "text_encoder_2": _t5(), "tokenizer_2": tokenizer(),
        "transformer": diffusers.FluxTransformer2DModel(
            in_channels=channels, out_channels=16, num_layers=1, num_single_layers=1, attention_head_dim=16,
            num_attention_heads=2, joint_attention_dim=2 * WIDTH, pooled_projection_dim=pooled, guidance_embeds=guided,
            axes_dims_rope=(4, 4, 8),
        ),
    }  # fmt: skip


def _flux(folder: Path) -> None:
    _saved(folder, diffusers.FluxPipeline(**_flux_parts(channels=16)))


def _kontext(folder: Path) -> None:
    _saved(folder, diffusers.FluxKontextPipeline(**_flux_parts(channels=16)))


def _fill(folder: Path) -> None:
    """Its network reads the picture's latents and the mask, a value for each pixel, beside its own."""
    _saved(folder, diffusers.FluxFillPipeline(**_flux_parts(channels=16 + 16 + 4 * 8 * 8)))


def _flux2_parts(encoder: Any, layers: int) -> dict[str, Any]:
    transformer = diffusers.Flux2Transformer2DModel(
        in_channels=16, num_layers=1, num_single_layers=1, attention_head_dim=16, num_attention_heads=2,
        joint_attention_dim=layers * WIDTH, timestep_guidance_channels=16, axes_dims_rope=(4, 4, 4, 4),
    )  # fmt: skip
    vae = diffusers.AutoencoderKLFlux2(
        block_out_channels=(8, 8, 8, 8), layers_per_block=1, latent_channels=4, norm_num_groups=4, sample_size=64,
        mid_block_add_attention=False,
    )  # fmt: skip
    return {
        "scheduler": _shifted(), "vae": vae, "text_encoder": encoder, "tokenizer": tokenizer(), "transformer": transformer,
    }  # fmt: skip


def _flux2(folder: Path) -> None:
    text = transformers.MistralConfig(vocab_size=len(vocabulary()), num_hidden_layers=30, head_dim=8, **LAYERS)
    vision = transformers.PixtralVisionConfig(
        hidden_size=WIDTH, intermediate_size=WIDTH, num_hidden_layers=1, num_attention_heads=2, image_size=28, patch_size=14
    )
    config = transformers.Mistral3Config(text_config=text, vision_config=vision)
    encoder = transformers.Mistral3ForConditionalGeneration(config)
    _saved(folder, diffusers.Flux2Pipeline(**_flux2_parts(encoder, 3)))


def _qwen3(layers: int) -> Any:
    config = transformers.Qwen3Config(vocab_size=len(vocabulary()), num_hidden_layers=layers, head_dim=8, **LAYERS)
    return transformers.Qwen3ForCausalLM(config)


def _klein(folder: Path) -> None:
    _saved(folder, diffusers.Flux2KleinPipeline(**_flux2_parts(_qwen3(27), 3)))


def _qwen_encoder() -> Any:
    words = vocabulary()
    text = {
        "vocab_size": len(words), "num_hidden_layers": 1, **LAYERS,
        "rope_parameters": {"rope_type": "default", "rope_theta": 10_000.0, "mrope_section": [1, 1, 2]},
    }  # fmt: skip
    vision = {
        "depth": 1, "hidden_size": WIDTH, "intermediate_size": WIDTH, "num_heads": 2, "out_hidden_size": WIDTH,
        "patch_size": 14, "fullatt_block_indexes": [0],
    }  # fmt: skip
    marks = {
        "image_token_id": words["<|image_pad|>"], "video_token_id": words["<|video_pad|>"],
        "vision_start_token_id": words["<|vision_start|>"], "vision_end_token_id": words["<|vision_end|>"],
    }  # fmt: skip
    config = transformers.Qwen2_5_VLConfig(text_config=text, vision_config=vision, **marks)
    return transformers.Qwen2_5_VLForConditionalGeneration(config)


def _qwen_parts() -> dict[str, Any]:
    transformer = diffusers.QwenImageTransformer2DModel(
        in_channels=16, out_channels=4, num_layers=2, attention_head_dim=16, num_attention_heads=2,
        joint_attention_dim=WIDTH, axes_dims_rope=(4, 4, 8),
    )  # fmt: skip
    vae = diffusers.AutoencoderKLQwenImage(
        base_dim=8, z_dim=4, dim_mult=[1, 1, 1, 1], num_res_blocks=1, latents_mean=[0.0] * 4, latents_std=[1.0] * 4
    )
    return {
        "scheduler": _shifted(), "vae": vae, "text_encoder": _qwen_encoder(), "tokenizer": tokenizer(),
        "transformer": transformer,
    }  # fmt: skip


def _qwen(folder: Path) -> None:
    _saved(folder, diffusers.QwenImagePipeline(**_qwen_parts()))


def _qwen_edit(folder: Path) -> None:
    _saved(folder, diffusers.QwenImageEditPipeline(**_qwen_parts(), processor=_processor()))


def _qwen_edit_plus(folder: Path) -> None:
    _saved(folder, diffusers.QwenImageEditPlusPipeline(**_qwen_parts(), processor=_processor()))


def _processor() -> Any:
    pixels = {"patch_size": 14, "merge_size": 2}
    return transformers.Qwen2VLProcessor(
        transformers.Qwen2VLImageProcessor(**pixels), tokenizer(), transformers.Qwen2VLVideoProcessor(**pixels),
        chat_template=TEMPLATE,
    )  # fmt: skip


def _z_image(folder: Path) -> None:
    transformer = diffusers.ZImageTransformer2DModel(
        in_channels=4, dim=32, n_layers=2, n_refiner_layers=1, n_heads=2, n_kv_heads=2, cap_feat_dim=WIDTH,
        axes_dims=[4, 4, 8], axes_lens=[1024, 64, 64],
    )  # fmt: skip
    vae = diffusers.AutoencoderKL(**VAE, latent_channels=4, shift_factor=0.06)
    _saved(folder, diffusers.ZImagePipeline(_flow(shift=3.0), vae, _qwen3(2), tokenizer(), transformer))


def _sana(folder: Path) -> None:
    transformer = diffusers.SanaTransformer2DModel(
        in_channels=4, out_channels=4, num_attention_heads=2, attention_head_dim=8, num_layers=2,
        num_cross_attention_heads=2, cross_attention_head_dim=8, cross_attention_dim=16, caption_channels=WIDTH,
        sample_size=8,
    )  # fmt: skip
    vae = diffusers.AutoencoderDC(
        latent_channels=4, attention_head_dim=2, encoder_block_types=("ResBlock", "EfficientViTBlock"),
        decoder_block_types=("ResBlock", "EfficientViTBlock"), encoder_block_out_channels=(8, 8),
        decoder_block_out_channels=(8, 8), encoder_qkv_multiscales=((), (5,)), decoder_qkv_multiscales=((), (5,)),
        encoder_layers_per_block=(1, 1), decoder_layers_per_block=(1, 1), downsample_block_type="conv",
        upsample_block_type="interpolate", decoder_norm_types="rms_norm", decoder_act_fns="silu", scaling_factor=0.4,
    )  # fmt: skip
    text = transformers.Gemma2Config(vocab_size=len(vocabulary()), num_hidden_layers=1, head_dim=8, **LAYERS)
    made = diffusers.SanaPipeline(tokenizer(), transformers.Gemma2Model(text), vae, transformer, _flow(shift=3.0))
    _saved(folder, made)


MAKERS: dict[str, Callable[[Path], None]] = {
    "StableDiffusionPipeline": _sd15,
    "StableDiffusionXLPipeline": _sdxl,
    "StableDiffusionXLImg2ImgPipeline": _refiner,
    "StableDiffusion3Pipeline": _sd3,
    "FluxPipeline": _flux,
    "FluxKontextPipeline": _kontext,
    "FluxFillPipeline": _fill,
    "Flux2Pipeline": _flux2,
    "Flux2KleinPipeline": _klein,
    "QwenImagePipeline": _qwen,
    "QwenImageEditPipeline": _qwen_edit,
    "QwenImageEditPlusPipeline": _qwen_edit_plus,
    "ZImagePipeline": _z_image,
    "SanaPipeline": _sana,
}
"""By the class of the pipeline."""
