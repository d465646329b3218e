"""A tiny FLUX.3: random weights in the published classes and folders, its four models and two processors among them.

In: a folder.  Out: a modular pipeline saved there, as `ModularPipeline.from_pretrained` reads it.  Needs diffusers 0.42.
Its prompt upsampler says one token and stops, so that its answer is the table of boxes that it was given.
"""

from pathlib import Path
from typing import Any

import torch
from diffusers import AutoencoderKLFlux2, Flux3AutoBlocks, Flux3Transformer2DModel
from tokenizers import Tokenizer, decoders, models, pre_tokenizers
from transformers import (
    PreTrainedTokenizerFast,
    Qwen2VLImageProcessor,
    Qwen3_5Config,
    Qwen3_5ForConditionalGeneration,
    Qwen3VLConfig,
    Qwen3VLForConditionalGeneration,
    Qwen3VLProcessor,
    Qwen3VLVideoProcessor,
)

HIDDEN = 16
READ_LAYERS = 8
"""Of the text encoder; the last of them is its 32nd."""

SPECIAL = ["<|endoftext|>", "<|image_pad|>", "<|video_pad|>", "<|vision_start|>", "<|vision_end|>"]
TEMPLATE = (
    "{% for message in messages %}{{ message.role }}: {% if message.content is string %}{{ message.content }}"
    "{% else %}{% for part in message.content %}{{ part.text }}{% endfor %}{% endif %}\n{% endfor %}"
    "{% if add_generation_prompt %}assistant: {% endif %}"
)
ROPE = {"rope_type": "default", "rope_theta": 10_000.0, "mrope_section": [1, 1, 2], "mrope_interleaved": True}


def make_flux3(folder: Path) -> Path:
    """The pipeline in `folder`. Returns the folder."""
    torch.manual_seed(3)
    parts = {
        "transformer": Flux3Transformer2DModel(
            in_channels=16, cond_in_channels=16, num_layers=1, num_single_layers=1, attention_head_dim=8,
            num_attention_heads=2, joint_attention_dim=READ_LAYERS * HIDDEN, timestep_channels=8,
            axes_dims_rope=(2, 2, 2, 2),
        ),
        "vae": AutoencoderKLFlux2(
            block_out_channels=(8, 8, 8, 8), layers_per_block=1, latent_channels=4, norm_num_groups=4, sample_size=64
        ),
        "text_encoder": _reader(Qwen3VLConfig, Qwen3VLForConditionalGeneration, 4 * READ_LAYERS),
        "tokenizer": _processor(),
        "prompt_upsampler": _writer(),
        "prompt_upsampler_processor": _processor(),
    }  # fmt: skip
    pipeline = Flux3AutoBlocks().init_pipeline()
    pipeline.update_components(**parts)
    pipeline.save_pretrained(str(folder))
    return folder


def _writer() -> Any:
    """Says `a`, which ends its answer."""
    model = _reader(Qwen3_5Config, Qwen3_5ForConditionalGeneration, 2, layer_types=["full_attention"] * 2)
    words, only = _vocabulary(), _vocabulary()["a"]
    model.generation_config.suppress_tokens = [token for token in words.values() if token != only]
    model.generation_config.eos_token_id = only
    model.generation_config.pad_token_id = 0
    return model


def _reader(config: Any, model: Any, layers: int, **text: Any) -> Any:
    words = _vocabulary()
    vision = {
        "depth": 1, "hidden_size": HIDDEN, "intermediate_size": HIDDEN, "num_heads": 2, "out_hidden_size": HIDDEN,
        "num_position_embeddings": 16, "patch_size": 4,
    }  # fmt: skip
    if config is Qwen3VLConfig:
        vision["deepstack_visual_indexes"] = [0]
    read = {
        "vocab_size": len(words), "hidden_size": HIDDEN, "intermediate_size": HIDDEN, "num_hidden_layers": layers,
        "num_attention_heads": 2, "num_key_value_heads": 2, "head_dim": 8, "rope_parameters": ROPE, **text,
    }  # fmt: skip
    marks = {
        "image_token_id": words["<|image_pad|>"], "video_token_id": words["<|video_pad|>"],
        "vision_start_token_id": words["<|vision_start|>"], "vision_end_token_id": words["<|vision_end|>"],
    }  # fmt: skip
    return model(config(text_config=read, vision_config=vision, **marks)).eval()


def _processor() -> Any:
    pixels = {"patch_size": 4, "merge_size": 2}
    return Qwen3VLProcessor(
        Qwen2VLImageProcessor(**pixels), _tokenizer(), Qwen3VLVideoProcessor(**pixels), chat_template=TEMPLATE
    )


def _tokenizer() -> PreTrainedTokenizerFast:
    tokenizer = Tokenizer(models.BPE(_vocabulary(), []))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens(SPECIAL)
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, pad_token=SPECIAL[0], eos_token=SPECIAL[0])


def _vocabulary() -> dict[str, int]:
    return {word: number for number, word in enumerate([*SPECIAL, *sorted(pre_tokenizers.ByteLevel.alphabet())])}
