"""Tiny models of the two architectures that the exports are for: random weights, real processors, made on the spot.

In: a folder.  Out: a model and its processor saved there, as `from_pretrained` reads them.  Needs torch and transformers.
The published processors live on the hub; these have the same classes, markers and shape of conversation.
"""

from pathlib import Path
from typing import Any

import torch
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers
from transformers import (
    CLIPVisionConfig,
    LlamaConfig,
    LlavaNextConfig,
    LlavaNextForConditionalGeneration,
    LlavaNextImageProcessor,
    LlavaNextProcessor,
    MllamaConfig,
    MllamaForConditionalGeneration,
    MllamaImageProcessor,
    MllamaProcessor,
    PreTrainedTokenizerFast,
)
from transformers.models.mllama.configuration_mllama import MllamaTextConfig, MllamaVisionConfig

SIDE, PATCH, HIDDEN = 28, 14, 32

_PARTS = (
    "{% for part in message.content %}{% if part.type == 'image' %}IMAGE{% else %}{{ part.text }}{% endif %}{% endfor %}"
)

LLAVA_TEMPLATE = (
    "{% for message in messages %}{% if message.role == 'user' %}USER: "
    + _PARTS.replace("IMAGE", "<image>\n")
    + " {% else %}ASSISTANT: "
    + _PARTS
    + "</s>{% endif %}{% endfor %}{% if add_generation_prompt %}ASSISTANT: {% endif %}"
)

_HEADER = "<|start_header_id|>{role}<|end_header_id|>\n\n"
LLAMA_TEMPLATE = (
    "<|begin_of_text|>{% for message in messages %}"
    + _HEADER.format(role="{{ message.role }}")
    + _PARTS.replace("IMAGE", "<|image|>")
    + "<|eot_id|>{% endfor %}{% if add_generation_prompt %}"
    + _HEADER.format(role="assistant")
    + "{% endif %}"
)


def make_llava(folder: Path) -> Path:
    """A LLaVA-1.6: CLIP, a projector, Llama, and pictures cut into tiles."""
    torch.manual_seed(0)
    tokenizer = _tokenizer(["<unk>", "<s>", "</s>", "<pad>", "<image>"], "<s>", "</s>", "<pad>")
    grid = [[SIDE, 2 * SIDE], [2 * SIDE, SIDE], [2 * SIDE, 2 * SIDE]]
    processor = LlavaNextProcessor(
        LlavaNextImageProcessor(
            size={"shortest_edge": SIDE},
            crop_size={"height": SIDE, "width": SIDE},
            image_grid_pinpoints=grid,
        ),
        tokenizer,
        patch_size=PATCH,
        vision_feature_select_strategy="default",
        chat_template=LLAVA_TEMPLATE,
        num_additional_image_tokens=1,  # CLIP's class token
    )
    vision = CLIPVisionConfig(
        image_size=SIDE, patch_size=PATCH, hidden_size=HIDDEN, intermediate_size=64, num_hidden_layers=3,
        num_attention_heads=2, projection_dim=HIDDEN,
    )  # fmt: skip
    config = LlavaNextConfig(
        vision_config=vision,
        text_config=LlamaConfig(**_text(len(tokenizer))),
        image_token_id=tokenizer.convert_tokens_to_ids("<image>"),
        image_grid_pinpoints=grid,
    )
    return _save(folder, processor, LlavaNextForConditionalGeneration(config))


def make_llama_vision(folder: Path) -> Path:
    """A Llama-3.2-Vision: its own vision tower, and text layers that look at it through cross-attention."""
    torch.manual_seed(0)
    special = ["<|begin_of_text|>", "<|end_of_text|>", "<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>", "<|pad|>"]
    tokenizer = _tokenizer([*special, "<|image|>"], "<|begin_of_text|>", "<|eot_id|>", "<|pad|>")
    size = {"height": SIDE, "width": SIDE}
    processor = MllamaProcessor(MllamaImageProcessor(size=size, max_image_tiles=1), tokenizer, chat_template=LLAMA_TEMPLATE)
    layers = [0, 1]
    vision = MllamaVisionConfig(
        image_size=SIDE, patch_size=PATCH, hidden_size=HIDDEN, intermediate_size=64, num_hidden_layers=2,
        num_global_layers=1, attention_heads=2, intermediate_layers_indices=layers, max_num_tiles=1,
        vision_output_dim=HIDDEN * (1 + len(layers)), supported_aspect_ratios=[[1, 1]],
    )  # fmt: skip
    text = MllamaTextConfig(**_text(len(tokenizer)), cross_attention_layers=[1], rope_parameters={
        "rope_type": "default", "rope_theta": 10_000.0,
    })  # fmt: skip
    config = MllamaConfig(
        vision_config=vision, text_config=text, image_token_index=tokenizer.convert_tokens_to_ids("<|image|>")
    )
    return _save(folder, processor, MllamaForConditionalGeneration(config))


def _text(vocabulary: int) -> dict[str, Any]:
    return {
        "bos_token_id": 1,
        "eos_token_id": 2,
        "vocab_size": vocabulary,
        "hidden_size": HIDDEN,
        "intermediate_size": 64,
        "num_hidden_layers": 2,
        "num_attention_heads": 2,
        "num_key_value_heads": 2,
        "max_position_embeddings": 4096,
        "pad_token_id": 0,
    }


def _tokenizer(special: list[str], bos: str, eos: str, pad: str) -> PreTrainedTokenizerFast:
    """One token a byte, so that any text can be said, and the special ones."""
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    vocabulary = {text: number for number, text in enumerate([*special, *alphabet])}
    tokenizer = Tokenizer(models.BPE(vocab=vocabulary, merges=[]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens([AddedToken(text, special=True, normalized=False) for text in special])
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, bos_token=bos, eos_token=eos, pad_token=pad)


def _save(folder: Path, processor: Any, model: Any) -> Path:
    processor.save_pretrained(folder)
    model.save_pretrained(folder)
    return folder
