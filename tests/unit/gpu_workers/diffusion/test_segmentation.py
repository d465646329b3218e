"""LMD's objects are cut out by SAM where one is given: which mask is taken, and that it becomes the object's shape."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from gpu_workers.diffusion.conditioning import Conditioning, Corners
from gpu_workers.diffusion.denoise import Sampling
from gpu_workers.diffusion.diffusion_config import DiffusionConfig, Weights
from gpu_workers.diffusion.guidance.method_settings import ComposedSettings
from gpu_workers.diffusion.guidance.object_composition import ObjectComposition
from gpu_workers.diffusion.guidance.segmentation import Segmenter, chosen, load_segmenter
from gpu_workers.diffusion.model_components import Machine, Parts
from gpu_workers.diffusion.model_registry import make_renderer
from gpu_workers.diffusion.tensor_batch import prepare
from gpu_workers.diffusion.weight_files import Source
from schemas.errors import UserError

torch = pytest.importorskip("torch", reason="the gpu extra is not installed")

pytestmark = pytest.mark.thorough

LEFT: Corners = (0.0, 0.25, 0.5, 0.75)
TOLD = Conditioning("a cat in a room", phrases=("a cat",), words=("cat",), boxes=(LEFT,), background="a room")
SOURCE = Source("tiny sam", "local", "unknown", "")


def make_sam(folder: Path) -> Path:
    """A tiny SAM with random weights."""
    import transformers

    torch.manual_seed(6)
    vision = transformers.SamVisionConfig(
        hidden_size=16, num_hidden_layers=1, num_attention_heads=2, image_size=64, patch_size=16, output_channels=16,
        mlp_dim=16, window_size=2, global_attn_indexes=[0], num_pos_feats=8,
    )  # fmt: skip
    prompts = transformers.SamPromptEncoderConfig(hidden_size=16, image_size=64, patch_size=16, mask_input_channels=4)
    masks = transformers.SamMaskDecoderConfig(
        hidden_size=16, mlp_dim=16, num_hidden_layers=1, num_attention_heads=2, iou_head_hidden_dim=16
    )
    parts = {"vision_config": vision, "prompt_encoder_config": prompts, "mask_decoder_config": masks}
    config = transformers.SamConfig(**{name: part.to_dict() for name, part in parts.items()})
    images = transformers.SamImageProcessor(
        size={"longest_edge": 64}, pad_size={"height": 64, "width": 64}, mask_size={"longest_edge": 16},
        mask_pad_size={"height": 16, "width": 16},
    )  # fmt: skip
    transformers.SamModel(config).save_pretrained(folder, safe_serialization=True)
    transformers.SamProcessor(images).save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_sam(tmp_path_factory.mktemp("sam"))


def flags(*rows: str) -> np.ndarray[Any, np.dtype[np.bool_]]:
    return np.array([[letter == "#" for letter in row] for row in rows])


def test_the_largest_mask_is_taken_of_those_that_are_sure_and_agree():
    small, middle, whole = flags("#...", "...."), flags("##..", "##.."), flags("####", "####")
    masks, coarse = np.stack([small, middle, whole]), flags("##..", "....")
    assert chosen(masks, np.array([0.9, 0.9, 0.9]), coarse) == 2
    assert chosen(masks, np.array([0.9, 0.9, 0.5]), coarse) == 1, "SAM is not sure of the largest"
    assert chosen(masks, np.array([0.9, 0.9, 0.9]), flags("#...", "....")) == 1, "the largest has little of the attention"
    assert chosen(masks, np.array([0.5, 0.5, 0.5]), coarse) == 2, "all in doubt: the largest"


def test_masks_come_from_a_loaded_sam_at_the_latents_size(folder: Path):
    segmenter = load_segmenter(folder, SOURCE, Machine())
    pictures = [Image.effect_noise((64, 48), 90).convert("RGB")] * 2
    coarse = [torch.zeros(12, 16), torch.zeros(12, 16)]
    coarse[0][2:8, 2:8] = 1
    coarse[1][4:10, 8:14] = 1
    shapes = segmenter.shapes(pictures, [LEFT, (0.5, 0.25, 1.0, 0.75)], coarse)
    assert [tuple(shape.shape) for shape in shapes] == [(12, 16)] * 2
    assert all(bool(shape.any()) and set(shape.unique().tolist()) <= {0.0, 1.0} for shape in shapes)


class Cuts:
    """Takes the upper left quarter of each box, whatever is there."""

    source = SOURCE

    def __init__(self) -> None:
        self.seen = list[tuple[int, int]]()

    def shapes(self, pictures: Sequence[Image.Image], boxes: Sequence[Corners], coarse: Sequence[Any]) -> list[Any]:
        self.seen += [picture.size for picture in pictures]
        found = []
        for (left, top, right, bottom), shape in zip(boxes, coarse, strict=True):
            rows, columns = shape.shape
            mask = torch.zeros(rows, columns)
            mask[
                int(top * rows) : int((top + bottom) / 2 * rows), int(left * columns) : int((left + right) / 2 * columns)
            ] = 1
            found.append(mask)
        return found


def test_an_object_is_put_where_the_segmenter_found_it(parts: Parts):
    cuts, sampling = Cuts(), Sampling(steps=4)
    objects = ObjectComposition(replace(parts, segmenter=cuts), sampling, False, ComposedSettings(), None)
    batch = prepare(parts, [TOLD], [1], (64, 64), boxes=False)
    with torch.no_grad():
        composed = objects._of(batch)
    assert cuts.seen == [(64, 64)], "the picture of the object alone"
    rows, columns = composed.frozen[0, 0].nonzero(as_tuple=True)
    assert (int(columns.min()), int(columns.max())) == (0, 3)
    assert (int(rows.min()), int(rows.max())) == (4, 7)


def test_a_segmenter_is_named_by_a_setting_and_goes_into_provenance(folder: Path, tmp_path: Path):
    config = DiffusionConfig("lmd_plus", "tiny", None, tmp_path, 1, segmenter=Weights(str(folder)))
    made = make_renderer(config)
    told = made.parameters["segmenter"]
    assert isinstance(told, dict)
    assert told["model"] == folder.name
    assert "segmenter" not in make_renderer(replace(config, segmenter=None)).parameters
    with pytest.raises(UserError, match="would ignore SKG_RENDER_SEGMENTER, which is read by lmd_plus, lmd"):
        make_renderer(replace(config, renderer="gligen"))
    with pytest.raises(UserError, match="SKG_RENDER_SEGMENTER"):
        make_renderer(replace(config, renderer="text2image"))


def test_a_folder_without_a_sam_is_named_in_one_line(tmp_path: Path):
    with pytest.raises(UserError, match="tiny sam cannot be loaded") as caught:
        load_segmenter(tmp_path, SOURCE, Machine())
    assert "\n" not in str(caught.value)
    assert Segmenter.__doc__
