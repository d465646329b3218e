"""Tiny depth estimators of every kind: true networks with random weights, and processors that prepare as published ones.

In: a kind and a folder.  Out: the folder of a model that the ordinary loaders read.  Most pictures keep their shapes, Zoe's
get a margin.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

transformers = pytest.importorskip("transformers", reason="the gpu extra is not installed")

SIDE, PATCH, WIDTH = 56, 14, 32
VISION = {
    "image_size": SIDE, "patch_size": PATCH, "hidden_size": WIDTH, "num_hidden_layers": 2, "num_attention_heads": 2,
    "intermediate_size": WIDTH, "out_indices": [1, 2], "reshape_hidden_states": False, "apply_layernorm": True,
}  # fmt: skip
NECK = {"neck_hidden_sizes": [16, 16], "fusion_hidden_size": 16}


def _keeping(side: int = SIDE, multiple: int = PATCH) -> dict[str, Any]:
    """Of a processor that keeps a picture's shape."""
    return {"size": {"height": side, "width": side}, "keep_aspect_ratio": True, "ensure_multiple_of": multiple}


def _anything(kind: str = "DepthAnything", **more: Any) -> tuple[Any, Any]:
    plan = {
        "backbone_config": transformers.Dinov2Config(**VISION), "reassemble_hidden_size": WIDTH,
        "reassemble_factors": [1, 0.5], "head_hidden_size": 8, "patch_size": PATCH, **NECK, **more,
    }  # fmt: skip
    config = getattr(transformers, f"{kind}Config")(**plan)
    return getattr(transformers, f"{kind}ForDepthEstimation")(config), transformers.DPTImageProcessor(**_keeping())


def _dpt() -> tuple[Any, Any]:
    config = transformers.DPTConfig(
        image_size=32, patch_size=8, hidden_size=WIDTH, num_hidden_layers=4, num_attention_heads=2,
        intermediate_size=WIDTH, backbone_out_indices=[0, 1, 2, 3], neck_hidden_sizes=[16, 16, 16, 16],
        fusion_hidden_size=16,
    )  # fmt: skip
    return transformers.DPTForDepthEstimation(config), transformers.DPTImageProcessor(size={"height": 32, "width": 32})


def _zoe() -> tuple[Any, Any]:
    backbone = transformers.BeitConfig(
        image_size=32, patch_size=8, hidden_size=WIDTH, num_hidden_layers=4, num_attention_heads=2, intermediate_size=WIDTH,
        out_features=["stage1", "stage2", "stage3", "stage4"], reshape_hidden_states=False,
        use_relative_position_bias=True,
    )  # fmt: skip
    config = transformers.ZoeDepthConfig(
        backbone_config=backbone, backbone_hidden_size=WIDTH, neck_hidden_sizes=[16, 16, 16, 16], fusion_hidden_size=16,
        bottleneck_features=16, num_relative_features=16, bin_embedding_dim=16,
        bin_configurations=[{"n_bins": 8, "min_depth": 0.1, "max_depth": 10.0, "name": "nyu"}],
        num_attractors=[4, 2, 2, 1], patch_transformer_hidden_size=16, patch_transformer_intermediate_size=16,
        patch_transformer_num_attention_heads=2, patch_transformer_num_hidden_layers=1,
    )  # fmt: skip
    return transformers.ZoeDepthForDepthEstimation(config), transformers.ZoeDepthImageProcessor(**_keeping(64, 32))


def _glpn() -> tuple[Any, Any]:
    config = transformers.GLPNConfig(
        depths=[1, 1, 1, 1], hidden_sizes=[8, 8, 16, 16], num_attention_heads=[1, 1, 2, 2], decoder_hidden_size=16
    )
    return transformers.GLPNForDepthEstimation(config), transformers.GLPNImageProcessor(size_divisor=32)


def _pro() -> tuple[Any, Any]:
    eyes = {"model_type": "dinov2", "image_size": 32, "patch_size": 8, "hidden_size": WIDTH, "num_hidden_layers": 2,
            "num_attention_heads": 2}  # fmt: skip
    config = transformers.DepthProConfig(
        image_model_config=eyes, patch_model_config=eyes, fov_model_config=eyes, patch_size=32,
        intermediate_hook_ids=[1, 0], intermediate_feature_dims=[16, 16], scaled_images_ratios=[0.5, 1],
        scaled_images_overlap_ratios=[0.0, 0.25], scaled_images_feature_dims=[16, 16], fusion_hidden_size=16,
        merge_padding_value=1,
    )  # fmt: skip
    images = transformers.DepthProImageProcessor(size={"height": 64, "width": 64})
    return transformers.DepthProForDepthEstimation(config), images


KINDS: dict[str, Callable[[], tuple[Any, Any]]] = {
    "depth_anything": _anything,
    "prompt_depth_anything": lambda: _anything("PromptDepthAnything", depth_estimation_type="metric"),
    "dpt": _dpt,
    "zoedepth": _zoe,
    "glpn": _glpn,
    "depth_pro": _pro,
}
"""By the model type."""


def build(folder: Path, kind: str) -> Path:
    """A model of that kind in a folder, written once. Returns the folder."""
    import torch

    if not folder.exists():
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(3)
            model, processor = KINDS[kind]()
        model.save_pretrained(folder, safe_serialization=True)
        processor.save_pretrained(folder)
    return folder
