"""Tiny detectors and a depth estimator: real architectures, random weights.

In: a folder.  Out: the folder of a model that the ordinary loaders read.  `blind` ones never find anything, so that the
whole path of a detector runs without false detections.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from gpu_workers.diffusion import lazy_imports
from gpu_workers.tiny_models.tiny_diffusion import END, SEED, TOKENS, tokenizer, vocabulary, write_once
from schemas.errors import UserError

WIDTH = 32
NO_SCORE_LOGIT = -50.0
"""A logit whose score is below every threshold."""

SIDE = 32
"""Input side of the tiny models in pixels."""


def build(folder: Path, kind: str) -> Path:
    """A tiny model of a kind in `folder`, written once. Returns the folder. Raises UserError for an unknown kind."""
    if kind not in KINDS:
        raise UserError(f"no tiny model is called {kind!r}; there are: {', '.join(KINDS)}")
    return write_once(folder, lambda place: _write(place, kind))


def _write(folder: Path, kind: str) -> None:
    torch = lazy_imports.torch()
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(SEED)
        model, processor = KINDS[kind](lazy_imports.transformers(), folder)
    processor.save_pretrained(folder)
    model.save_pretrained(folder, safe_serialization=True)


def _owl(transformers: Any, folder: Path) -> tuple[Any, Any]:
    text = {
        "vocab_size": len(vocabulary()), "hidden_size": WIDTH, "intermediate_size": WIDTH, "num_hidden_layers": 1,
        "num_attention_heads": 2, "max_position_embeddings": TOKENS, "eos_token_id": vocabulary()[END],
    }  # fmt: skip
    vision = {
        "hidden_size": WIDTH, "intermediate_size": WIDTH, "num_hidden_layers": 1, "num_attention_heads": 2,
        "image_size": SIDE, "patch_size": 8,
    }  # fmt: skip
    config = transformers.Owlv2Config(text_config=text, vision_config=vision, projection_dim=WIDTH)
    images = transformers.Owlv2ImageProcessor(size={"height": SIDE, "width": SIDE})
    words = tokenizer(transformers, folder)
    return transformers.Owlv2ForObjectDetection(config), transformers.Owlv2Processor(images, words)


def _blind_owl(transformers: Any, folder: Path) -> tuple[Any, Any]:
    model, processor = _owl(transformers, folder)
    for part, bias in ((model.class_head.logit_shift, NO_SCORE_LOGIT), (model.class_head.logit_scale, 0.0)):
        part.weight.data.zero_()
        part.bias.data.fill_(bias)
    return model, processor


def _dino(transformers: Any, folder: Path) -> tuple[Any, Any]:
    backbone = transformers.SwinConfig(
        image_size=SIDE, patch_size=4, embed_dim=8, depths=[1, 1, 1, 1], num_heads=[1, 1, 2, 2], window_size=2,
        out_indices=[2, 3, 4],
    )  # fmt: skip
    words = _bert_words(transformers, folder)
    text = transformers.BertConfig(
        vocab_size=len(words), hidden_size=WIDTH, num_hidden_layers=1, num_attention_heads=2, intermediate_size=WIDTH
    )
    config = transformers.GroundingDinoConfig(
        backbone_config=backbone, text_config=text, d_model=WIDTH, encoder_layers=1, decoder_layers=2,
        encoder_attention_heads=2, decoder_attention_heads=2, encoder_ffn_dim=WIDTH, decoder_ffn_dim=WIDTH,
        num_queries=6, num_feature_levels=3, max_text_len=256, encoder_n_points=2, decoder_n_points=2,
    )  # fmt: skip
    images = transformers.GroundingDinoImageProcessor(size={"height": 2 * SIDE, "width": 2 * SIDE})
    return transformers.GroundingDinoForObjectDetection(config), transformers.GroundingDinoProcessor(images, words)


def _bert_words(transformers: Any, folder: Path) -> Any:
    folder.mkdir(parents=True, exist_ok=True)
    letters = "abcdefghijklmnopqrstuvwxyz0123456789-'"
    marks = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", ".", "?"]
    words = [*marks, *letters, *(f"##{letter}" for letter in letters)]
    (folder / "vocab.txt").write_text("\n".join(words), "utf-8")
    return transformers.BertTokenizerFast.from_pretrained(folder, vocab_file=str(folder / "vocab.txt"))


def _depth(transformers: Any, folder: Path) -> tuple[Any, Any]:  # noqa: ARG001 - one signature for all
    backbone = transformers.Dinov2Config(
        image_size=28, patch_size=14, hidden_size=WIDTH, num_hidden_layers=2, num_attention_heads=2,
        out_indices=[1, 2, 1, 2][:2], reshape_hidden_states=False, apply_layernorm=True,
    )  # fmt: skip
    config = transformers.DepthAnythingConfig(
        backbone_config=backbone, reassemble_hidden_size=WIDTH, reassemble_factors=[1, 0.5],
        neck_hidden_sizes=[16, 16], fusion_hidden_size=16, head_hidden_size=8,
    )  # fmt: skip
    images = transformers.DPTImageProcessor(size={"height": 28, "width": 28})
    return transformers.DepthAnythingForDepthEstimation(config), images


KINDS: dict[str, Callable[[Any, Path], tuple[Any, Any]]] = {
    "blind": _blind_owl,
    "owlv2": _owl,
    "grounding-dino": _dino,
    "depth": _depth,
}
"""What can be built."""
